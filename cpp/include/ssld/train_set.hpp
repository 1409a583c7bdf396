// Train rows of many images, packed once and searched often.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "ssld/matcher.hpp"

namespace ssld {

/// Rows of images, one image after the other, in the form that the kernels read.
///
/// The set keeps views of the rows: they must stay alive and unchanged. It runs on the SIMD level
/// that was in use when it was made. Several threads may search it at once. T is float or
/// std::uint8_t.
template <typename T>
class TrainSet {
  public:
    /// Pack images of one row length; images without rows are allowed. `norm` is for floats.
    /// Throws std::invalid_argument if row lengths differ.
    explicit TrainSet(std::vector<MatrixView<T>> images, Norm norm = Norm::kL2,
                      int num_threads = 1);
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
Matches match(FloatRows a, const TrainSet<float>& b, const MatchOptions& options);
Matches match(ByteRows a, const TrainSet<std::uint8_t>& b, const MatchOptions& options);
Neighbours knn(FloatRows a, const TrainSet<float>& b, std::int64_t k, Mask mask, int num_threads);
Neighbours knn(ByteRows a, const TrainSet<std::uint8_t>& b, std::int64_t k, Mask mask,
               int num_threads);
RadiusNeighbours radius_search(FloatRows a, const TrainSet<float>& b, double radius, Mask mask,
                               int num_threads);
RadiusNeighbours radius_search(ByteRows a, const TrainSet<std::uint8_t>& b, double radius,
                               Mask mask, int num_threads);

}  // namespace ssld
