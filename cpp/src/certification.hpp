// From screened to exact: what the smallest screened distances of a query say for certain. Private
// to the core.
#pragma once

#include <cstdint>
#include <optional>

#include "float_pair.hpp"
#include "screen.hpp"

namespace ssld {

/// The two nearest train rows of one query, exact; -1 and +inf where there is none.
struct TwoNearest {
    std::int32_t index[2] = {-1, -1};
    float distance[2] = {kNoDistance, kNoDistance};

    /// Insert a candidate, lowest index first among equals. They come in any order.
    void insert(std::int32_t j, float reported);
};

/// Find the `count` (1 or 2) nearest of query i. False if the screen left it undecided.
template <typename Value>
bool certify_nearest(const FloatPair& pair, const Screen<Value>& screen, std::int64_t i, int count,
                     TwoNearest& found);

/// Find the nearest of query i if it passes the ratio test: most queries fail it, and their
/// screened distances say so. `found` has no nearest if it fails, no second nearest if the test is
/// passed whichever that is. False if the screen left it undecided. For integers that are rounded.
bool certify_ratio(const FloatPair& pair, const Screen<std::int32_t>& screen, std::int64_t i,
                   double max_ratio, TwoNearest& found);

}  // namespace ssld
