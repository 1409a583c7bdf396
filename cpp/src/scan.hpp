// The general search: every pair that the mask allows, offered to one collector per query.
//
// Distances come block by block from the kernels into a small buffer; only those within the
// collector's limit (for float rows: within the screen's bound of it) are looked at one by one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "dispatch.hpp"
#include "distance.hpp"
#include "hamming_search.hpp"
#include "pack.hpp"
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

/// State of one scan over float rows, shared by its threads.
struct FloatScan {
    FloatRows a;
    FloatRows b;
    Mask mask = nullptr;
    Norm norm = Norm::kL2;
    ScreenBound bound{0};
    const kernels::FloatKernels* kernels = nullptr;
    PackedRows packed_a;
    PackedRows packed_b;

    float screen_limit(std::int64_t i, double limit) const {
        const double squared = norm == Norm::kL2 ? limit * limit : limit;
        const auto bounded = static_cast<float>(bound.farthest(packed_a.norm(i), squared));
        return std::nextafter(bounded, kNoDistance);
    }

    /// Offer the columns [first, first + count) of query i, screened in `values`.
    template <typename Collector>
    void offer(std::int64_t i, std::int64_t first, std::int64_t count, const float* values,
               Collector& collector) const {
        visit_up_to(values, count, screen_limit(i, collector.limit()), [&](std::int64_t c) {
            const std::int64_t j = first + c;
            const bool allowed = mask == nullptr || mask[i * b.rows + j] != 0;
            if (allowed && packed_b.is_finite(j)) {
                const double squared = kernels->squared_distance(a.row(i), b.row(j), a.cols);
                collector.add(static_cast<std::int32_t>(j), reported_distance(squared, norm));
            }
            return screen_limit(i, collector.limit());
        });
    }

    template <typename Collector>
    void run_tiles(std::int64_t first_tile, std::int64_t last_tile,
                   std::vector<Collector>& collectors) const {
        Scratch scratch;
        const int lanes = kernels->panel_columns;
        const std::int64_t step = kScanColumns / lanes;
        kernels::DistanceArgs args;
        args.a = packed_a.values();
        args.a_norm = packed_a.screened_norms();
        args.b = packed_b.values();
        args.b_norm = packed_b.screened_norms();
        args.dim = a.cols;
        args.out =
            scratch.get<float>(static_cast<std::size_t>(kScanColumns) * kernels::kMaxTileRows);
        for (args.tile = first_tile; args.tile < last_tile; ++args.tile) {
            for (std::int64_t panel = 0; panel < packed_b.num_groups(); panel += step) {
                args.first_panel = panel;
                args.last_panel = std::min(panel + step, packed_b.num_groups());
                kernels->distances(args);
                const std::int64_t first = panel * lanes;
                const std::int64_t stride = (args.last_panel - panel) * lanes;
                const std::int64_t count = std::min(stride, b.rows - first);
                for (int r = 0; r < kernels->tile_rows; ++r) {
                    const std::int64_t i = args.tile * kernels->tile_rows + r;
                    if (i >= a.rows) break;
                    if (!packed_a.is_finite(i)) continue;
                    offer(i, first, count, args.out + r * stride,
                          collectors[static_cast<std::size_t>(i)]);
                }
            }
        }
    }
};

template <typename Collector>
void scan(FloatRows a, FloatRows b, Mask mask, Norm norm, int num_threads,
          std::vector<Collector>& collectors) {
    thread_local FloatScan state;
    FloatScan& shared = state;  // worker threads must see the caller's
    shared.a = a;
    shared.b = b;
    shared.mask = mask;
    shared.norm = norm;
    shared.bound = ScreenBound(a.cols);
    shared.kernels = active_kernels().floats;
    shared.packed_a.pack(a, shared.kernels->tile_rows, *shared.kernels, num_threads);
    shared.packed_b.pack(b, shared.kernels->panel_columns, *shared.kernels, num_threads);
    const std::int64_t tiles = shared.packed_a.num_groups();
    parallel_pieces(tiles, num_pieces(tiles, 8, num_threads),
                    [&](int, std::int64_t begin, std::int64_t end) {
                        shared.run_tiles(begin, end, collectors);
                    });
    shared.packed_a.trim();
    shared.packed_b.trim();
}

template <typename Collector>
void scan(ByteRows a, ByteRows b, Mask mask, int num_threads, std::vector<Collector>& collectors) {
    const kernels::HammingKernels& kernels = *active_kernels().hamming;
    thread_local WordRows words_a;
    thread_local WordRows words_b;
    const std::uint64_t* queries = words_a.plain(a);
    const std::uint64_t* panels = words_b.panels(b, kernels.columns);
    const std::int64_t words = WordRows::num_words(a.cols);
    const std::int64_t num_panels = (b.rows + kernels.columns - 1) / kernels.columns;
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
                kernels.distances({queries + i * words, panels, words, panel, last, out});
                const std::int64_t first = panel * kernels.columns;
                const std::int64_t count = std::min(kScanColumns, b.rows - first);
                visit_up_to(out, count, limit(), [&](std::int64_t c) {
                    const std::int64_t j = first + c;
                    if (mask == nullptr || mask[i * b.rows + j] != 0) {
                        collector.add(static_cast<std::int32_t>(j), static_cast<float>(out[c]));
                    }
                    return limit();
                });
            }
        }
    };
    parallel_pieces(a.rows, num_pieces(a.rows, 64, num_threads), visit_rows);
    words_a.trim();
    words_b.trim();
}

}  // namespace ssld
