// The fused search over byte rows. Hamming distances are integers: nothing to certify.
#pragma once

#include <cstdint>

#include "dispatch.hpp"
#include "float_search.hpp"
#include "scratch.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// Byte rows as 64-bit words, zero padded, and panels of them as the kernels read them.
class WordRows {
  public:
    static std::int64_t num_words(std::int64_t bytes) { return (bytes + 7) / 8; }

    /// One row after the other.
    const std::uint64_t* plain(const MatrixView<std::uint8_t>& rows);
    /// Groups of `lanes` rows, [words][lanes] each.
    const std::uint64_t* panels(const MatrixView<std::uint8_t>& rows, int lanes);
    void trim() { scratch_.trim(); }

  private:
    Scratch scratch_;
};

class HammingSearch {
  public:
    void run(MatrixView<std::uint8_t> a, MatrixView<std::uint8_t> b, bool columns, int num_threads);
    TwoNearest nearest(std::int64_t i, int count) const;
    bool is_nearest_query(std::int64_t i, const TwoNearest& found) const {
        return column_index_[found.index[0]] == i;
    }
    void trim();

  private:
    void allocate(bool columns, int pieces);
    void merge_columns(int pieces);

    MatrixView<std::uint8_t> a_;
    MatrixView<std::uint8_t> b_;
    const kernels::HammingKernels* kernels_ = nullptr;
    WordRows words_a_;
    WordRows words_b_;
    Scratch distance_scratch_;
    Scratch index_scratch_;
    Scratch column_scratch_;
    std::int64_t* best_ = nullptr;
    std::int64_t* second_ = nullptr;
    std::int32_t* best_index_ = nullptr;
    std::int32_t* second_index_ = nullptr;
    std::int64_t* column_best_ = nullptr;
    std::int64_t* column_index_ = nullptr;
    std::int64_t padded_columns_ = 0;
};

}  // namespace ssld
