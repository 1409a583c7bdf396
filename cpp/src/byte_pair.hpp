// Two sets of byte rows, ready to be searched. Private to the core.
#pragma once

#include <cstdint>
#include <vector>

#include "dispatch.hpp"
#include "scratch.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// Byte rows as 64-bit words, zero padded: one row after the other, or panels for the kernels.
class WordRows {
  public:
    static std::int64_t num_words(std::int64_t bytes) { return (bytes + 7) / 8; }

    /// One row after the other.
    const std::uint64_t* plain(const MatrixView<std::uint8_t>& rows);
    /// Groups of `lanes` rows, [words][lanes] each; images of one row length.
    const std::uint64_t* panels(const std::vector<MatrixView<std::uint8_t>>& images, int lanes);
    void trim() { scratch_.trim(); }

  private:
    Scratch scratch_;
};

/// Train rows that were packed once.
struct PackedBytes {
    const kernels::HammingKernels* kernels = nullptr;
    WordRows words;
    const std::uint64_t* panels = nullptr;
    std::int64_t num_rows = 0;
    std::int64_t num_bytes = 0;

    void pack(const std::vector<MatrixView<std::uint8_t>>& images);
};

class BytePair {
  public:
    void assign(MatrixView<std::uint8_t> a, MatrixView<std::uint8_t> b, int num_threads);
    void assign(MatrixView<std::uint8_t> a, const PackedBytes& b, int num_threads);

    const kernels::HammingKernels* kernels() const { return b_->kernels; }
    const std::uint64_t* queries() const { return queries_; }
    const std::uint64_t* panels() const { return b_->panels; }
    std::int64_t num_words() const { return WordRows::num_words(b_->num_bytes); }
    std::int64_t num_queries() const { return num_queries_; }
    std::int64_t num_train() const { return b_->num_rows; }
    std::int64_t num_panels() const {
        return (b_->num_rows + b_->kernels->columns - 1) / b_->kernels->columns;
    }
    int num_threads() const { return num_threads_; }

    void trim();

  private:
    WordRows words_;
    const std::uint64_t* queries_ = nullptr;
    std::int64_t num_queries_ = 0;
    PackedBytes own_b_;
    const PackedBytes* b_ = nullptr;
    int num_threads_ = 1;
};

}  // namespace ssld
