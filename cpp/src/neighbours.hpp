// k neighbours and radius over a pair of sets: one or two neighbours by the fused search, more of
// float rows by short lists, the rest by the scan. Private to the core.
#pragma once

#include <cmath>
#include <stdexcept>
#include <string>

#include "byte_pair.hpp"
#include "float_pair.hpp"
#include "ssld/matcher.hpp"

namespace ssld {

/// (rows, k) neighbours, none of them found yet.
Neighbours make_neighbours(std::int64_t rows, std::int64_t k);

Neighbours find_neighbours(FloatPair& pair, std::int64_t k, Mask mask);
Neighbours find_neighbours(BytePair& pair, std::int64_t k, Mask mask);
RadiusNeighbours find_in_radius(FloatPair& pair, double radius, Mask mask);
RadiusNeighbours find_in_radius(BytePair& pair, double radius, Mask mask);

/// Throw std::invalid_argument unless a distance may be limited by `limit`.
inline void check_limit(double limit, Norm norm, const char* name) {
    if (std::isnan(limit) || (norm != Norm::kInnerProduct && limit < 0)) {
        throw std::invalid_argument(std::string(name) + " must be >= 0, got " +
                                    std::to_string(limit));
    }
}

}  // namespace ssld
