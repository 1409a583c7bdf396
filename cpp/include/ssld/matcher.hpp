// Exact nearest-neighbour matching of descriptors: rows of numbers by L2, cosine or product, rows
// of bits by Hamming.
//
// Every function returns what a float64 brute force rounded to float32 would return, whatever the
// instruction set and the number of threads. Equal distances go to the lowest index. A row with a
// NaN or an infinity, or without values, matches nothing. Differing row lengths throw
// std::invalid_argument.
#pragma once

#include "ssld/types.hpp"

namespace ssld {

using FloatRows = MatrixView<float>;
using ByteRows = MatrixView<std::uint8_t>;

/// One match at most for every row of `a`: nearest in `b`, filtered as the options say.
Matches match(NumberRows a, NumberRows b, const MatchOptions& options);
Matches match(ByteRows a, ByteRows b, const MatchOptions& options);

/// The k nearest rows of `b` for every row of `a`; k is cut to the rows that `b` has.
Neighbours knn(NumberRows a, NumberRows b, std::int64_t k, Mask mask, Norm norm, int num_threads);
Neighbours knn(ByteRows a, ByteRows b, std::int64_t k, Mask mask, int num_threads);

/// Every row of `b` with distance <= radius.
RadiusNeighbours radius_search(NumberRows a, NumberRows b, double radius, Mask mask, Norm norm,
                               int num_threads);
RadiusNeighbours radius_search(ByteRows a, ByteRows b, double radius, Mask mask, int num_threads);

}  // namespace ssld
