// The general search: every pair that the mask allows, offered to one collector per query.
//
// Distances come block by block from the kernels into a small buffer; only those within the
// collector's limit (for float rows: within the screen's bound of it) are looked at one by one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "blocks.hpp"
#include "float_pair.hpp"
#include "hamming_search.hpp"
#include "parallel.hpp"
#include "ssld/matcher.hpp"

namespace ssld {

/// Call visit(position) for every value <= limit; visit returns the new limit.
template <typename Value, typename Visit>
void visit_up_to(const Value* values, std::int64_t count, Value limit, const Visit& visit) {
    visit_steps(values, count, limit, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t c = begin; c < end; ++c) {
            if (values[c] <= limit) limit = visit(c);
        }
        return limit;
    });
}

/// One scan over float rows.
struct FloatScan {
    const FloatPair& pair;
    Mask mask;

    double exact_limit(double limit) const {
        if (pair.norm() == Norm::kL2) return limit * limit;
        return pair.norm() == Norm::kCosine ? 2 * limit : limit;
    }

    /// The largest screened value that could belong to a pair within the collector's limit.
    template <typename Value>
    Value largest(std::int64_t i, double limit) const {
        return screen_limit<Value>(pair.bound().farthest(pair.a().norm(i), exact_limit(limit)));
    }

    /// Offer the columns [first, first + count) of query i, screened in `values`.
    template <typename Value, typename Collector>
    void offer(std::int64_t i, std::int64_t first, std::int64_t count, const Value* values,
               Collector& collector) const {
        if (!pair.a().is_finite(i)) return;
        visit_up_to(values, count, largest<Value>(i, collector.limit()), [&](std::int64_t c) {
            const std::int64_t j = first + c;
            const bool allowed = mask == nullptr || mask[i * pair.b().num_rows() + j] != 0;
            if (allowed && pair.b().is_finite(j)) {
                collector.add(static_cast<std::int32_t>(j),
                              pair.reported(pair.exact(i, j, values[c])));
            }
            return largest<Value>(i, collector.limit());
        });
    }

    template <typename Value, typename Collector>
    void run(std::vector<Collector>& collectors) const {
        for_each_block(
            pair.task<Value>(),
            [&](std::int64_t i, std::int64_t first, std::int64_t count, const Value* values) {
                offer(i, first, count, values, collectors[static_cast<std::size_t>(i)]);
            },
            [](std::int64_t, std::int64_t) {});
    }
};

template <typename Collector>
void scan(const FloatPair& pair, Mask mask, std::vector<Collector>& collectors) {
    const FloatScan search{pair, mask};
    if (pair.uses_integers()) {
        search.run<std::int32_t>(collectors);
    } else {
        search.run<float>(collectors);
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
