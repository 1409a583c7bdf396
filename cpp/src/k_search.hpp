// The fused search for any number of neighbours over float rows: a screen of all pairs that keeps
// a short list for every query, then exact comparison of the lists. Private to the core.
#pragma once

#include <cstdint>

#include "float_pair.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// Find the k nearest train rows of every query, lowest index first among equals. `out` is
/// (queries, k), nothing found yet; k is at most the number of train rows.
void find_k_nearest(const FloatPair& pair, std::int64_t k, Neighbours& out);

}  // namespace ssld
