// Float rows rearranged for the kernels: groups of rows, [dim][lanes] each.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/kernel_table.hpp"
#include "scratch.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// Squared norms above this could overflow in the screen; such rows are compared exactly.
inline constexpr double kLargestScreenedNorm = 1e36;

class PackedRows {
  public:
    /// Fill the buffers from `rows`, `lanes` rows a group, on up to `num_threads` threads.
    void pack(const MatrixView<float>& rows, int lanes, const kernels::FloatKernels& kernels,
              int num_threads);

    const float* values() const { return values_; }
    /// Squared norms as the kernels read them: +inf for rows that are not screened.
    const float* screened_norms() const { return screened_norms_; }
    /// Exact squared norm of a row; not finite if the row has a NaN or an infinity.
    double norm(std::int64_t row) const { return norms_[row]; }
    bool is_finite(std::int64_t row) const {
        return norms_[row] <= std::numeric_limits<double>::max();
    }
    std::int64_t num_finite() const { return num_finite_; }
    std::int64_t num_groups() const { return num_groups_; }

    void trim();

  private:
    void pack_group(const MatrixView<float>& rows, int lanes, const kernels::FloatKernels& kernels,
                    std::int64_t group);

    Scratch value_scratch_;
    Scratch screened_scratch_;
    Scratch norm_scratch_;
    float* values_ = nullptr;
    float* screened_norms_ = nullptr;
    double* norms_ = nullptr;
    std::int64_t num_groups_ = 0;
    std::int64_t num_finite_ = 0;
};

}  // namespace ssld
