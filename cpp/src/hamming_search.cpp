#include "hamming_search.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "parallel.hpp"

namespace ssld {

namespace {

constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();

std::uint64_t word_at(const std::uint8_t* row, std::int64_t bytes, std::int64_t word) {
    std::uint64_t value = 0;
    const std::int64_t count = std::min<std::int64_t>(8, bytes - word * 8);
    std::memcpy(&value, row + word * 8, static_cast<std::size_t>(count));
    return value;
}

}  // namespace

const std::uint64_t* WordRows::plain(const MatrixView<std::uint8_t>& rows) {
    const std::int64_t words = num_words(rows.cols);
    auto* out = scratch_.get<std::uint64_t>(static_cast<std::size_t>(rows.rows * words));
    for (std::int64_t i = 0; i < rows.rows; ++i) {
        for (std::int64_t w = 0; w < words; ++w)
            out[i * words + w] = word_at(rows.row(i), rows.cols, w);
    }
    return out;
}

const std::uint64_t* WordRows::panels(const MatrixView<std::uint8_t>& rows, int lanes) {
    const std::int64_t words = num_words(rows.cols);
    const std::int64_t padded = (rows.rows + lanes - 1) / lanes * lanes;
    auto* out = scratch_.get<std::uint64_t>(static_cast<std::size_t>(padded * words));
    for (std::int64_t j = 0; j < padded; ++j) {
        std::uint64_t* panel = out + j / lanes * lanes * words + j % lanes;
        for (std::int64_t w = 0; w < words; ++w) {
            panel[w * lanes] = j < rows.rows ? word_at(rows.row(j), rows.cols, w) : 0;
        }
    }
    return out;
}

void HammingSearch::run(MatrixView<std::uint8_t> a, MatrixView<std::uint8_t> b, bool columns,
                        int num_threads) {
    a_ = a;
    b_ = b;
    kernels_ = active_kernels().hamming;
    kernels::HammingArgs args;
    args.a = words_a_.plain(a);
    args.b = words_b_.panels(b, kernels_->columns);
    args.words = WordRows::num_words(a.cols);
    args.num_columns = b.rows;
    args.num_panels = (b.rows + kernels_->columns - 1) / kernels_->columns;

    constexpr std::int64_t kLeastWords = 1 << 19;  // about 0.1 ms, some threads' start
    const std::int64_t row_words = std::max<std::int64_t>(1, b.rows * args.words);
    const int pieces = num_pieces(a.rows, 1 + kLeastWords / row_words, num_threads);
    allocate(columns, pieces);
    args.best = best_;
    args.second = second_;
    args.best_index = best_index_;
    args.second_index = second_index_;
    parallel_pieces(a.rows, pieces, [&](int piece, std::int64_t begin, std::int64_t end) {
        kernels::HammingArgs part = args;
        part.first_row = begin;
        part.last_row = end;
        if (columns) {
            part.column_best = column_best_ + padded_columns_ * piece;
            part.column_index = column_index_ + padded_columns_ * piece;
        }
        kernels_->nearest2(part);
    });
    if (columns) merge_columns(pieces);
}

void HammingSearch::allocate(bool columns, int pieces) {
    const auto rows = static_cast<std::size_t>(a_.rows);
    best_ = distance_scratch_.get<std::int64_t>(rows * 2);
    second_ = best_ + rows;
    best_index_ = index_scratch_.get<std::int32_t>(rows * 2);
    second_index_ = best_index_ + rows;
    std::fill_n(best_, rows * 2, kFar);
    std::fill_n(best_index_, rows * 2, -1);
    if (!columns) return;
    padded_columns_ = (b_.rows + 15) / 16 * 16;  // whole panels, aligned pieces
    const auto count = static_cast<std::size_t>(padded_columns_ * pieces);
    column_best_ = column_scratch_.get<std::int64_t>(count * 2);
    column_index_ = column_best_ + count;
    std::fill_n(column_best_, count, kFar);
    std::fill_n(column_index_, count, -1);
}

void HammingSearch::merge_columns(int pieces) {
    for (int piece = 1; piece < pieces; ++piece) {
        for (std::int64_t j = 0; j < b_.rows; ++j) {
            const std::int64_t at = padded_columns_ * piece + j;
            if (column_best_[at] < column_best_[j]) {
                column_best_[j] = column_best_[at];
                column_index_[j] = column_index_[at];
            }
        }
    }
}

TwoNearest HammingSearch::nearest(std::int64_t i, int) const {
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

void HammingSearch::trim() {
    words_a_.trim();
    words_b_.trim();
    distance_scratch_.trim();
    index_scratch_.trim();
    column_scratch_.trim();
}

}  // namespace ssld
