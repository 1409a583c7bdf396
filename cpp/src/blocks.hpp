// Screened distances block by block, for the searches that look at single pairs. Private to the
// core.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "parallel.hpp"
#include "scratch.hpp"
#include "screen.hpp"

namespace ssld {

/// Train rows whose screened distances are held at a time; a few kilobytes a query.
inline constexpr std::int64_t kScanColumns = 384;

/// Values are compared in steps of so many.
inline constexpr std::int64_t kScanStep = 16;

/// Call visit(begin, end) for the steps of values that hold one <= limit; visit returns the new
/// limit.
template <typename Value, typename Visit>
void visit_steps(const Value* values, std::int64_t count, Value limit, const Visit& visit) {
    const auto step = [&](std::int64_t first, std::int64_t length) {
        const Value* part = values + first;
        std::int32_t found = 0;
#pragma GCC unroll 1  // unrolled, it does not become vector instructions
        for (std::int64_t c = 0; c < length; ++c)
            found += static_cast<std::int32_t>(part[c] <= limit);
        if (found != 0) limit = visit(first, first + length);
    };
    std::int64_t first = 0;
    for (; first + kScanStep <= count; first += kScanStep)
        step(first, kScanStep);
    if (first < count) step(first, count - first);
}

/// The smallest screened value that is not below `bound`; the largest there is if it is beyond all.
template <typename Value>
Value screen_limit(double bound) {
    constexpr bool kIsFloat = std::is_same_v<Value, float>;
    constexpr Value kMost = std::numeric_limits<Value>::max();
    if (!(bound < static_cast<double>(kMost))) {
        return kIsFloat ? std::numeric_limits<Value>::infinity() : kMost;
    }
    if constexpr (kIsFloat) {
        return std::nextafter(static_cast<float>(bound), std::numeric_limits<float>::infinity());
    }
    return static_cast<Value>(std::ceil(bound));
}

/// Call visit(i, first, count, values) for the screened distances of query i to the train rows
/// [first, first + count), from several threads; those of one query come in order. done(first,
/// last) follows the last of the queries [first, last), which were packed together.
template <typename Value, typename Visit, typename Done>
void for_each_block(const ScreenTask<Value>& task, const Visit& visit, const Done& done) {
    thread_local ChunkBuffers<Value> buffers;
    const int rows = task.kernels->tile_rows;
    const int lanes = task.kernels->panel_columns;
    const std::int64_t step = kScanColumns / lanes;
    for_each_chunk_pair(
        task, buffers,
        [&](const Panels<Value>& a, std::int64_t first_row, const Panels<Value>& b,
            std::int64_t first_column) {
            const std::int64_t steps = task.encoding.num_steps(task.a->dim());
            const std::int64_t last_row =
                std::min(first_row + a.num_groups() * rows, task.a->num_rows());
            const auto visit_tiles = [&](int, std::int64_t begin, std::int64_t end) {
                Scratch scratch;
                auto* out = scratch.get<Value>(kScanColumns * kernels::kMaxTileRows);
                for (std::int64_t tile = begin; tile < end; ++tile) {
                    for (std::int64_t panel = 0; panel < b.num_groups(); panel += step) {
                        const std::int64_t last_panel = std::min(panel + step, b.num_groups());
                        task.kernels->distances({a.values(), a.norms(), b.values(), b.norms(),
                                                 steps, tile, panel, last_panel, out});
                        const std::int64_t first = first_column + panel * lanes;
                        const std::int64_t stride = (last_panel - panel) * lanes;
                        const std::int64_t count = std::min(stride, task.b->num_rows() - first);
                        const std::int64_t row = first_row + tile * rows;
                        for (int r = 0; r < rows && row + r < last_row; ++r)
                            visit(row + r, first, count, out + r * stride);
                    }
                }
            };
            parallel_pieces(a.num_groups(), num_pieces(a.num_groups(), 8, task.num_threads),
                            visit_tiles);
            if (first_column + b.num_groups() * lanes >= task.b->num_rows())
                done(first_row, last_row);
        });
    buffers.trim();
}

}  // namespace ssld
