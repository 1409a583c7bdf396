// Rows of numbers to compare, and what the search needs to know of each. Private to the core.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "kernels/kernel_table.hpp"
#include "scratch.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// Squared norms above this could overflow in the screen; such rows are compared exactly.
inline constexpr double kLargestScreenedNorm = 1e36;

/// The smallest and the largest value of some rows.
struct ValueRange {
    float smallest = std::numeric_limits<float>::infinity();
    float largest = -std::numeric_limits<float>::infinity();

    ValueRange joined(const ValueRange& other) const {
        return {std::min(smallest, other.smallest), std::max(largest, other.largest)};
    }
};

/// Rows of one or several images, one image after the other. The values stay the caller's.
class RowSet {
  public:
    void assign(const NumberRows& rows, Norm norm, const kernels::ExactKernels& exact,
                int num_threads);
    /// Images of one row length. Throws std::invalid_argument if floats and integers mix.
    void assign(const std::vector<NumberRows>& images, Norm norm,
                const kernels::ExactKernels& exact, int num_threads);
    /// Some rows of another set.
    void assign(const RowSet& other, const std::vector<std::int32_t>& chosen);

    std::int64_t num_rows() const { return num_rows_; }
    std::int64_t dim() const { return dim_; }
    Norm norm_type() const { return norm_type_; }
    /// The values of a row: where they lie, or integers as floats in `buffer`.
    const float* read(std::int64_t i, Scratch& buffer) const;

    /// Exact squared norm of a row as it is compared: with cosine 1. Not finite if the row matches
    /// nothing.
    double norm(std::int64_t i) const { return norms_[i]; }
    bool is_finite(std::int64_t i) const { return norms_[i] <= std::numeric_limits<double>::max(); }
    bool is_screened(std::int64_t i) const { return norms_[i] <= kLargestScreenedNorm; }
    /// What a row's values are multiplied by before they are compared: 1, with cosine 1 / |row|.
    double scale(std::int64_t i) const { return scales_ == nullptr ? 1.0 : scales_[i]; }

    std::int64_t num_finite() const { return num_finite_; }
    /// Of the finite rows.
    double largest_norm() const { return largest_norm_; }
    double mean_norm() const { return mean_norm_; }
    /// Looks at every value of the finite rows.
    ValueRange value_range() const;
    /// Whether all finite rows hold nothing but integers in [0, 255].
    bool holds_bytes() const { return holds_bytes_; }

    /// What rows are compared by, in double: the squared distance, with kInnerProduct minus the
    /// product.
    double exact(std::int64_t i, const RowSet& other, std::int64_t j) const {
        if (are_integers_ || other.are_integers_) return exact_converted(i, other, j);
        return exact(i, static_cast<const float*>(row(i)), other, j,
                     static_cast<const float*>(other.row(j)));
    }

    void trim();

  private:
    const void* row(std::int64_t i) const {
        return pointers_.empty() ? first_row_ + i * row_bytes_
                                 : pointers_[static_cast<std::size_t>(i)];
    }
    double exact(std::int64_t i, const float* a, const RowSet& other, std::int64_t j,
                 const float* b) const {
        if (norm_type_ == Norm::kInnerProduct) return -exact_->dot(a, b, dim_);
        if (norm_type_ != Norm::kCosine) return exact_->squared_distance(a, b, dim_);
        return exact_->scaled_squared_distance(a, scale(i), b, other.scale(j), dim_);
    }

    double exact_converted(std::int64_t i, const RowSet& other, std::int64_t j) const;
    void survey(int num_threads);
    void survey_row(std::int64_t i, Scratch& buffer);
    void summarize();
    int pieces() const;
    ValueRange value_range(std::int64_t first, std::int64_t last) const;

    const std::byte* first_row_ = nullptr;
    std::vector<const void*> pointers_;  // empty: rows follow one another
    std::int64_t row_bytes_ = 0;
    bool are_integers_ = false;
    std::int64_t num_rows_ = 0;
    std::int64_t dim_ = 0;
    Norm norm_type_ = Norm::kL2;
    const kernels::ExactKernels* exact_ = nullptr;
    Scratch norm_scratch_;
    Scratch scale_scratch_;
    double* norms_ = nullptr;
    double* scales_ = nullptr;
    std::int64_t num_finite_ = 0;
    double largest_norm_ = 0;
    double mean_norm_ = 0;
    int num_threads_ = 1;
    bool holds_bytes_ = false;
};

}  // namespace ssld
