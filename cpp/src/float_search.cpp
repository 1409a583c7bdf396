#include "float_search.hpp"

#include <algorithm>
#include <utility>

#include "parallel.hpp"

namespace ssld {

namespace {

// Insert a candidate; strict comparisons keep the first of equals, and indices come in order.
void insert(TwoNearest& best, std::int64_t j, float distance, double squared) {
    if (distance < best.distance[0]) {
        best.index[1] = best.index[0];
        best.distance[1] = best.distance[0];
        best.index[0] = static_cast<std::int32_t>(j);
        best.distance[0] = distance;
        best.squared = squared;
    } else if (distance < best.distance[1]) {
        best.index[1] = static_cast<std::int32_t>(j);
        best.distance[1] = distance;
    }
}

}  // namespace

void FloatSearch::run(MatrixView<float> a, MatrixView<float> b, bool columns, Norm norm,
                      int num_threads) {
    a_ = a;
    b_ = b;
    norm_ = norm;
    bound_ = ScreenBound(a.cols);
    kernels_ = active_kernels().floats;
    packed_a_.pack(a, kernels_->tile_rows, *kernels_, num_threads);
    packed_b_.pack(b, kernels_->panel_columns, *kernels_, num_threads);

    constexpr std::int64_t kLeastProducts = 1 << 22;  // about 0.1 ms, some threads' start
    const std::int64_t tile_products =
        kernels_->tile_rows * b.rows * std::max<std::int64_t>(1, a.cols);
    const std::int64_t least_tiles = 1 + kLeastProducts / std::max<std::int64_t>(1, tile_products);
    const int pieces = num_pieces(packed_a_.num_groups(), least_tiles, num_threads);
    allocate(columns, pieces);
    parallel_pieces(
        packed_a_.num_groups(), pieces,
        [&](int piece, std::int64_t begin, std::int64_t end) { screen(piece, begin, end); });
    if (columns) merge_columns(pieces);
}

void FloatSearch::allocate(bool columns, int pieces) {
    padded_rows_ = packed_a_.num_groups() * kernels_->tile_rows;
    padded_columns_ = packed_b_.num_groups() * kernels_->panel_columns;
    float* row_state = row_scratch_.get<float>(static_cast<std::size_t>(padded_rows_) * 5);
    rows_ = kernels::ScreenArgs{};
    rows_.best = row_state;
    rows_.second = row_state + padded_rows_;
    rows_.third = row_state + padded_rows_ * 2;
    rows_.best_index = reinterpret_cast<std::int32_t*>(row_state + padded_rows_ * 3);
    rows_.second_index = reinterpret_cast<std::int32_t*>(row_state + padded_rows_ * 4);
    std::fill_n(rows_.best, padded_rows_ * 3, kNoDistance);
    std::fill_n(rows_.best_index, padded_rows_ * 2, -1);
    if (!columns) return;
    // A multiple of 16 values keeps every piece's arrays aligned.
    padded_columns_ = (padded_columns_ + 15) / 16 * 16;
    const std::int64_t count = padded_columns_ * pieces;
    float* column_state = column_scratch_.get<float>(static_cast<std::size_t>(count) * 3);
    rows_.column_best = column_state;
    rows_.column_second = column_state + count;
    rows_.column_index = reinterpret_cast<std::int32_t*>(column_state + count * 2);
    std::fill_n(rows_.column_best, count * 2, kNoDistance);
    std::fill_n(rows_.column_index, count, -1);
}

void FloatSearch::screen(int piece, std::int64_t first_tile, std::int64_t last_tile) {
    kernels::ScreenArgs args = rows_;
    args.a = packed_a_.values();
    args.a_norm = packed_a_.screened_norms();
    args.b = packed_b_.values();
    args.b_norm = packed_b_.screened_norms();
    args.dim = a_.cols;
    args.first_tile = first_tile;
    args.last_tile = last_tile;
    args.num_panels = packed_b_.num_groups();
    if (args.column_best != nullptr) {
        args.column_best += padded_columns_ * piece;
        args.column_second += padded_columns_ * piece;
        args.column_index += padded_columns_ * piece;
    }
    kernels_->screen(args);
}

void FloatSearch::merge_columns(int pieces) {
    for (int piece = 1; piece < pieces; ++piece) {
        for (std::int64_t j = 0; j < b_.rows; ++j) {
            const std::int64_t at = padded_columns_ * piece + j;
            const float best = rows_.column_best[at];
            const float rest = std::max(best, rows_.column_best[j]);
            rows_.column_second[j] =
                std::min({rows_.column_second[j], rows_.column_second[at], rest});
            if (best < rows_.column_best[j]) {
                rows_.column_best[j] = best;
                rows_.column_index[j] = rows_.column_index[at];
            }
        }
    }
}

TwoNearest FloatSearch::nearest(std::int64_t i, int count) const {
    TwoNearest found;
    if (!packed_a_.is_finite(i)) return found;
    const std::int64_t wanted = std::min<std::int64_t>(count, packed_b_.num_finite());
    if (wanted == 0) return found;
    std::pair<std::int32_t, float> candidates[2] = {{rows_.best_index[i], rows_.second[i]},
                                                    {rows_.second_index[i], rows_.third[i]}};
    const auto [last, rest] = candidates[wanted - 1];
    if (last < 0) return search_row(i);
    if (wanted == 2 && candidates[0].first > last) std::swap(candidates[0], candidates[1]);
    double farthest = 0;
    for (std::int64_t c = 0; c < wanted; ++c) {
        const std::int32_t j = candidates[c].first;
        const double d = squared(i, j);
        farthest = std::max(farthest, d);
        insert(found, j, reported_distance(d, norm_), d);
    }
    if (rest > bound_.farthest(packed_a_.norm(i), farthest)) return found;
    // With fewer rows than candidates there is no rest; an infinite bound still needs a search.
    return search_row(i);
}

TwoNearest FloatSearch::search_row(std::int64_t i) const {
    TwoNearest found;
    for (std::int64_t j = 0; j < b_.rows; ++j) {
        if (!packed_b_.is_finite(j)) continue;
        const double d = squared(i, j);
        insert(found, j, reported_distance(d, norm_), d);
    }
    return found;
}

bool FloatSearch::is_nearest_query(std::int64_t i, const TwoNearest& found) const {
    const std::int64_t j = found.index[0];
    const double norm = packed_b_.norm(j);
    if (rows_.column_index[j] == i) {
        if (rows_.column_second[j] > bound_.farthest(norm, found.squared)) return true;
    } else if (rows_.column_best[j] < bound_.nearest(norm, found.squared)) {
        return false;
    }
    return search_column(i, j, found.distance[0]);
}

bool FloatSearch::search_column(std::int64_t i, std::int64_t j, float distance) const {
    for (std::int64_t other = 0; other < a_.rows; ++other) {
        if (other == i || !packed_a_.is_finite(other)) continue;
        const float d = reported_distance(squared(other, j), norm_);
        if (d < distance || (d == distance && other < i)) return false;
    }
    return true;
}

void FloatSearch::trim() {
    packed_a_.trim();
    packed_b_.trim();
    row_scratch_.trim();
    column_scratch_.trim();
}

}  // namespace ssld
