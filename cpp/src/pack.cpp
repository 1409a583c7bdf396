#include "pack.hpp"

#include <algorithm>

#include "parallel.hpp"

namespace ssld {

void PackedRows::pack(const MatrixView<float>& rows, int lanes,
                      const kernels::FloatKernels& kernels, int num_threads) {
    num_groups_ = (rows.rows + lanes - 1) / lanes;
    const auto padded = static_cast<std::size_t>(num_groups_ * lanes);
    values_ = value_scratch_.get<float>(padded * static_cast<std::size_t>(rows.cols));
    screened_norms_ = screened_scratch_.get<float>(padded);
    norms_ = norm_scratch_.get<double>(padded);

    constexpr std::int64_t kLeastValues = 1 << 18;  // about 0.1 ms, some threads' start
    const std::int64_t least_groups = kLeastValues / std::max<std::int64_t>(1, rows.cols * lanes);
    parallel_pieces(num_groups_, num_pieces(num_groups_, least_groups, num_threads),
                    [&](int, std::int64_t begin, std::int64_t end) {
                        for (std::int64_t group = begin; group < end; ++group) {
                            pack_group(rows, lanes, kernels, group);
                        }
                    });
    num_finite_ = 0;
    for (std::int64_t row = 0; row < rows.rows; ++row)
        num_finite_ += is_finite(row) ? 1 : 0;
}

void PackedRows::pack_group(const MatrixView<float>& rows, int lanes,
                            const kernels::FloatKernels& kernels, std::int64_t group) {
    float* out = values_ + group * lanes * rows.cols;
    for (int lane = 0; lane < lanes; ++lane) {
        const std::int64_t row = group * lanes + lane;
        const bool exists = row < rows.rows;
        const double norm = exists ? kernels.squared_norm(rows.row(row), rows.cols)
                                   : std::numeric_limits<double>::infinity();
        const bool screened = norm <= kLargestScreenedNorm;  // false for NaN
        norms_[row] = norm;
        screened_norms_[row] =
            screened ? static_cast<float>(norm) : std::numeric_limits<float>::infinity();
        const float* in = exists ? rows.row(row) : nullptr;
        for (std::int64_t k = 0; k < rows.cols; ++k)
            out[k * lanes + lane] = screened ? in[k] : 0.0f;
    }
}

void PackedRows::trim() {
    value_scratch_.trim();
    screened_scratch_.trim();
    norm_scratch_.trim();
}

}  // namespace ssld
