#include "hamming_search.hpp"

#include <algorithm>
#include <limits>

#include "parallel.hpp"

namespace ssld {

namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();

}  // namespace

void HammingSearch::run(const BytePair& pair, bool columns) {
    kernels::HammingArgs args;
    args.a = pair.queries();
    args.b = pair.panels();
    args.words = pair.num_words();
    args.num_columns = pair.num_train();
    args.num_panels = pair.num_panels();

    constexpr std::int64_t kLeastWords = 1 << 19;  // about 0.1 ms, some threads' start
    const std::int64_t row_words = std::max<std::int64_t>(1, pair.num_train() * args.words);
    const int pieces =
        num_pieces(pair.num_queries(), 1 + kLeastWords / row_words, pair.num_threads());
    allocate(pair, columns, pieces);
    args.best = best_;
    args.second = second_;
    args.best_index = best_index_;
    args.second_index = second_index_;
    parallel_pieces(pair.num_queries(), pieces,
                    [&](int piece, std::int64_t begin, std::int64_t end) {
                        kernels::HammingArgs part = args;
                        part.first_row = begin;
                        part.last_row = end;
                        if (columns) {
                            part.column_best = column_best_ + padded_columns_ * piece;
                            part.column_index = column_index_ + padded_columns_ * piece;
                        }
                        pair.kernels()->nearest2(part);
                    });
    if (columns) merge_columns(pair.num_train(), pieces);
}

void HammingSearch::allocate(const BytePair& pair, bool columns, int pieces) {
    const auto rows = static_cast<std::size_t>(pair.num_queries());
    best_ = distance_scratch_.get<std::int64_t>(rows * 2);
    second_ = best_ + rows;
    best_index_ = index_scratch_.get<std::int32_t>(rows * 2);
    second_index_ = best_index_ + rows;
    std::fill_n(best_, rows * 2, kFar);
    std::fill_n(best_index_, rows * 2, -1);
    if (!columns) return;
    padded_columns_ = (pair.num_train() + 15) / 16 * 16;  // whole panels, aligned pieces
    const auto count = static_cast<std::size_t>(padded_columns_ * pieces);
    column_best_ = column_scratch_.get<std::int64_t>(count * 2);
    column_index_ = column_best_ + count;
    std::fill_n(column_best_, count, kFar);
    std::fill_n(column_index_, count, -1);
}

void HammingSearch::merge_columns(std::int64_t num_columns, int pieces) {
    for (int piece = 1; piece < pieces; ++piece) {
        for (std::int64_t j = 0; j < num_columns; ++j) {
            const std::int64_t at = padded_columns_ * piece + j;
            if (column_best_[at] < column_best_[j]) {
                column_best_[j] = column_best_[at];
                column_index_[j] = column_index_[at];
            }
        }
    }
}

TwoNearest HammingSearch::nearest(std::int64_t i) const {
    TwoNearest found;
    if (best_index_[i] >= 0) {
        found.index[0] = best_index_[i];
        found.distance[0] = static_cast<float>(best_[i]);
    }
    if (second_index_[i] >= 0) {
        found.index[1] = second_index_[i];
        found.distance[1] = static_cast<float>(second_[i]);
    }
    return found;
}

void HammingSearch::keep_mutual(Matches& matches) const {
    keep_if(matches,
            [&](std::size_t n) { return column_index_[matches.index1[n]] == matches.index0[n]; });
}

void HammingSearch::trim() {
    distance_scratch_.trim();
    index_scratch_.trim();
    column_scratch_.trim();
}

}  // namespace ssld
