// Train rows of many images, packed once and searched often.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "ssld/matcher.hpp"

namespace ssld {

/// What a set of T looks at.
template <typename T>
using RowsOf = std::conditional_t<std::is_same_v<T, float>, NumberRows, MatrixView<T>>;

/// Rows of images, one image after the other, in the form that the kernels read.
///
/// The set keeps views of the rows: they must stay alive and unchanged. It runs on the SIMD level
/// that was in use when it was made. Several threads may search it at once. T is float
/// for numbers, std::uint8_t for bits.
template <typename T>
class TrainSet {
  public:
    /// Pack images of one row length; images without rows are allowed. `norm` is for numbers.
    /// Throws std::invalid_argument if row lengths differ, or images of floats and of integers mix.
    explicit TrainSet(std::vector<RowsOf<T>> images, Norm norm = Norm::kL2, int num_threads = 1);
    ~TrainSet();
    TrainSet(TrainSet&&) noexcept;
    TrainSet& operator=(TrainSet&&) noexcept;

    std::int64_t num_images() const;
    std::int64_t num_rows() const;
    std::int64_t num_cols() const;
    Norm norm() const;

    /// The image and its row of a row of the set, as the searches number it.
    std::pair<std::int32_t, std::int32_t> locate(std::int32_t row) const;

    struct Packed;
    const Packed& packed() const { return *packed_; }

  private:
    std::unique_ptr<Packed> packed_;
};

/// As in matcher.hpp, with the rows of a set as `b`. The norm is the set's, options.norm is not
/// looked at.
Matches match(NumberRows a, const TrainSet<float>& b, const MatchOptions& options);
Matches match(ByteRows a, const TrainSet<std::uint8_t>& b, const MatchOptions& options);
Neighbours knn(NumberRows a, const TrainSet<float>& b, std::int64_t k, Mask mask, int num_threads);
Neighbours knn(ByteRows a, const TrainSet<std::uint8_t>& b, std::int64_t k, Mask mask,
               int num_threads);
RadiusNeighbours radius_search(NumberRows a, const TrainSet<float>& b, double radius, Mask mask,
                               int num_threads);
RadiusNeighbours radius_search(ByteRows a, const TrainSet<std::uint8_t>& b, double radius,
                               Mask mask, int num_threads);

}  // namespace ssld
