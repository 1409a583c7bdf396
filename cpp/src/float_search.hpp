// The fused search over float rows: a float screen of all pairs, then exact certification.
//
// The screen leaves, for every query, its three smallest screened distances and, for every train
// row, its two smallest. ScreenBound tells when these decide the exact answer; in the rare other
// case (near ties, overflow) the row or column is searched again exactly. Results are therefore
// those of an exact search on every instruction set.
#pragma once

#include <cstdint>

#include "dispatch.hpp"
#include "distance.hpp"
#include "pack.hpp"
#include "scratch.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// The two nearest train rows of one query, exact; -1 and +inf where there is none.
struct TwoNearest {
    std::int32_t index[2] = {-1, -1};
    float distance[2] = {kNoDistance, kNoDistance};
    double squared = 0;  // of the nearest
};

class FloatSearch {
  public:
    /// Pack and screen. `columns`: also keep what is_nearest_query() needs.
    void run(MatrixView<float> a, MatrixView<float> b, bool columns, Norm norm, int num_threads);

    /// The `count` (1 or 2) nearest train rows of query i; lowest index first among equals.
    TwoNearest nearest(std::int64_t i, int count) const;

    /// Whether no query is nearer to the train row found[0] than query i, nor as near and before.
    bool is_nearest_query(std::int64_t i, const TwoNearest& found) const;

    /// Give large buffers back.
    void trim();

  private:
    void allocate(bool columns, int pieces);
    void screen(int piece, std::int64_t first_tile, std::int64_t last_tile);
    void merge_columns(int pieces);
    TwoNearest search_row(std::int64_t i) const;
    bool search_column(std::int64_t i, std::int64_t j, float distance) const;
    double squared(std::int64_t i, std::int64_t j) const {
        return kernels_->squared_distance(a_.row(i), b_.row(j), a_.cols);
    }

    MatrixView<float> a_;
    MatrixView<float> b_;
    Norm norm_ = Norm::kL2;
    ScreenBound bound_{0};
    const kernels::FloatKernels* kernels_ = nullptr;
    PackedRows packed_a_;
    PackedRows packed_b_;
    Scratch row_scratch_;
    Scratch column_scratch_;
    kernels::ScreenArgs rows_;  // the state of all rows; columns of the first piece
    std::int64_t padded_rows_ = 0;
    std::int64_t padded_columns_ = 0;
};

}  // namespace ssld
