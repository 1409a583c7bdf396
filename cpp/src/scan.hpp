// The general search: every pair that the mask allows, offered to one collector per query.
//
// Distances come block by block from the kernels into a small buffer; only those within the
// collector's limit (for float rows: within the screen's bound of it) are looked at one by one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "float_pair.hpp"
#include "hamming_search.hpp"
#include "parallel.hpp"
#include "ssld/matcher.hpp"

namespace ssld {

/// Train rows whose screened distances are held at a time; a few kilobytes a query.
inline constexpr std::int64_t kScanColumns = 384;

/// Call visit(position) for every value <= limit; visit returns the new limit.
template <typename Value, typename Visit>
void visit_up_to(const Value* values, std::int64_t count, Value limit, const Visit& visit) {
    constexpr std::int64_t kStep = 16;
    for (std::int64_t first = 0; first < count; first += kStep) {
        const std::int64_t last = std::min(first + kStep, count);
        bool any = false;
        for (std::int64_t c = first; c < last; ++c)
            any |= values[c] <= limit;
        if (!any) continue;
        for (std::int64_t c = first; c < last; ++c) {
            if (values[c] <= limit) limit = visit(c);
        }
    }
}

/// One scan over float rows, shared by its threads.
template <typename Value>
struct FloatScan {
    const FloatPair& pair;
    Mask mask;
    ScreenTask<Value> task;

    /// The largest screened value that could belong to a pair within the collector's limit.
    Value screen_limit(std::int64_t i, double limit) const {
        const double exact = exact_limit(limit);
        const double bounded = pair.bound().farthest(pair.a().norm(i), exact);
        constexpr double kMost = std::numeric_limits<Value>::max();
        if (!(bounded < kMost)) {
            return std::is_same_v<Value, float> ? static_cast<Value>(kNoDistance)
                                                : std::numeric_limits<Value>::max();
        }
        if constexpr (std::is_same_v<Value, float>) {
            return std::nextafter(static_cast<float>(bounded), kNoDistance);
        }
        return static_cast<Value>(std::ceil(bounded));
    }

    double exact_limit(double limit) const {
        if (pair.norm() == Norm::kL2) return limit * limit;
        return pair.norm() == Norm::kCosine ? 2 * limit : limit;
    }

    /// Offer the columns [first, first + count) of query i, screened in `values`.
    template <typename Collector>
    void offer(std::int64_t i, std::int64_t first, std::int64_t count, const Value* values,
               Collector& collector) const {
        visit_up_to(values, count, screen_limit(i, collector.limit()), [&](std::int64_t c) {
            const std::int64_t j = first + c;
            const bool allowed = mask == nullptr || mask[i * pair.b().num_rows() + j] != 0;
            if (allowed && pair.b().is_finite(j)) {
                collector.add(static_cast<std::int32_t>(j), pair.reported(pair.exact(i, j)));
            }
            return screen_limit(i, collector.limit());
        });
    }

    template <typename Collector>
    void run_tiles(kernels::DistanceArgs<Value> args, std::int64_t first_row,
                   std::int64_t first_column, std::int64_t num_panels, std::int64_t first_tile,
                   std::int64_t last_tile, std::vector<Collector>& collectors) const {
        Scratch scratch;
        const int lanes = task.kernels->panel_columns;
        const std::int64_t step = kScanColumns / lanes;
        args.out =
            scratch.get<Value>(static_cast<std::size_t>(kScanColumns) * kernels::kMaxTileRows);
        for (args.tile = first_tile; args.tile < last_tile; ++args.tile) {
            for (std::int64_t panel = 0; panel < num_panels; panel += step) {
                args.first_panel = panel;
                args.last_panel = std::min(panel + step, num_panels);
                task.kernels->distances(args);
                const std::int64_t first = first_column + panel * lanes;
                const std::int64_t stride = (args.last_panel - panel) * lanes;
                const std::int64_t count = std::min(stride, pair.b().num_rows() - first);
                for (int r = 0; r < task.kernels->tile_rows; ++r) {
                    const std::int64_t i = first_row + args.tile * task.kernels->tile_rows + r;
                    if (i >= pair.a().num_rows()) break;
                    if (!pair.a().is_finite(i)) continue;
                    offer(i, first, count, args.out + r * stride,
                          collectors[static_cast<std::size_t>(i)]);
                }
            }
        }
    }

    template <typename Collector>
    void run(std::vector<Collector>& collectors) const {
        thread_local ChunkBuffers<Value> buffers;
        for_each_chunk_pair(task, buffers,
                            [&](const Panels<Value>& a, std::int64_t first_row,
                                const Panels<Value>& b, std::int64_t first_column) {
                                kernels::DistanceArgs<Value> args;
                                args.a = a.values();
                                args.a_norm = a.norms();
                                args.b = b.values();
                                args.b_norm = b.norms();
                                args.steps = task.encoding.num_steps(pair.a().dim());
                                const std::int64_t tiles = a.num_groups();
                                const int pieces = num_pieces(tiles, 8, task.num_threads);
                                parallel_pieces(
                                    tiles, pieces, [&](int, std::int64_t begin, std::int64_t end) {
                                        run_tiles(args, first_row, first_column, b.num_groups(),
                                                  begin, end, collectors);
                                    });
                            });
        buffers.trim();
    }
};

template <typename Collector>
void scan(const FloatPair& pair, Mask mask, std::vector<Collector>& collectors) {
    if (pair.uses_integers()) {
        FloatScan<std::int32_t>{pair, mask, pair.task<std::int32_t>()}.run(collectors);
    } else {
        FloatScan<float>{pair, mask, pair.task<float>()}.run(collectors);
    }
}

template <typename Collector>
void scan(const BytePair& pair, Mask mask, std::vector<Collector>& collectors) {
    const kernels::HammingKernels& kernels = *pair.kernels();
    const std::int64_t words = pair.num_words();
    const std::int64_t num_panels = pair.num_panels();
    const std::int64_t num_train = pair.num_train();
    const std::int64_t step = kScanColumns / kernels.columns;
    const auto visit_rows = [&](int, std::int64_t begin, std::int64_t end) {
        Scratch scratch;
        auto* out = scratch.get<std::int64_t>(static_cast<std::size_t>(kScanColumns));
        for (std::int64_t i = begin; i < end; ++i) {
            Collector& collector = collectors[static_cast<std::size_t>(i)];
            const auto limit = [&] {  // a bit count never exceeds 2^40
                return static_cast<std::int64_t>(std::min(collector.limit(), 0x1p40));
            };
            for (std::int64_t panel = 0; panel < num_panels; panel += step) {
                const std::int64_t last = std::min(panel + step, num_panels);
                kernels.distances(
                    {pair.queries() + i * words, pair.panels(), words, panel, last, out});
                const std::int64_t first = panel * kernels.columns;
                const std::int64_t count = std::min(kScanColumns, num_train - first);
                visit_up_to(out, count, limit(), [&](std::int64_t c) {
                    const std::int64_t j = first + c;
                    if (mask == nullptr || mask[i * num_train + j] != 0) {
                        collector.add(static_cast<std::int32_t>(j), static_cast<float>(out[c]));
                    }
                    return limit();
                });
            }
        }
    };
    const std::int64_t rows = pair.num_queries();
    parallel_pieces(rows, num_pieces(rows, 64, pair.num_threads()), visit_rows);
}

}  // namespace ssld
