#include "ssld/train_set.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "check.hpp"
#include "packed_set.hpp"
#include "parallel.hpp"

namespace ssld {

namespace {

void pack(PackedFloats& packed, std::vector<NumberRows>&& images, Norm norm, int threads) {
    packed.kernels = active_kernels();
    packed.rows.assign(images, norm, packed.kernels.floats->exact, threads);
    packed.pack(threads);
}

void pack(PackedBytes& packed, std::vector<MatrixView<std::uint8_t>>&& images, Norm, int) {
    packed.pack(images);
}

}  // namespace

template <typename T>
TrainSet<T>::TrainSet(std::vector<RowsOf<T>> images, Norm norm, int num_threads)
    : packed_(std::make_unique<Packed>()) {
    packed_->norm = norm;
    packed_->first_row.push_back(0);
    std::int64_t images_seen = 0;
    for (const RowsOf<T>& image : images) {
        if (image.rows > 0) {
            if (packed_->first_row.back() > 0 && image.cols != packed_->num_cols) {
                throw std::invalid_argument("image " + std::to_string(images_seen) +
                                            " has rows of length " + std::to_string(image.cols) +
                                            ", those before it of length " +
                                            std::to_string(packed_->num_cols));
            }
            packed_->num_cols = image.cols;
        }
        packed_->first_row.push_back(packed_->first_row.back() + image.rows);
        ++images_seen;
    }
    check_row_count(num_rows());
    pack(packed_->rows, std::move(images), norm, resolve_threads(num_threads));
}

template <typename T>
TrainSet<T>::~TrainSet() = default;
template <typename T>
TrainSet<T>::TrainSet(TrainSet&&) noexcept = default;
template <typename T>
TrainSet<T>& TrainSet<T>::operator=(TrainSet&&) noexcept = default;

template <typename T>
std::int64_t TrainSet<T>::num_images() const {
    return static_cast<std::int64_t>(packed_->first_row.size()) - 1;
}

template <typename T>
std::int64_t TrainSet<T>::num_rows() const {
    return packed_->first_row.back();
}

template <typename T>
std::int64_t TrainSet<T>::num_cols() const {
    return packed_->num_cols;
}

template <typename T>
Norm TrainSet<T>::norm() const {
    return packed_->norm;
}

template <typename T>
std::pair<std::int32_t, std::int32_t> TrainSet<T>::locate(std::int32_t row) const {
    if (row < 0 || row >= num_rows()) {
        throw std::invalid_argument("row " + std::to_string(row) + " is not in [0, " +
                                    std::to_string(num_rows()) + ")");
    }
    const auto& first = packed_->first_row;
    const auto after = std::upper_bound(first.begin(), first.end(), row);
    const auto image = static_cast<std::int32_t>(after - first.begin() - 1);
    return {image, static_cast<std::int32_t>(row - first[static_cast<std::size_t>(image)])};
}

template class TrainSet<float>;
template class TrainSet<std::uint8_t>;

}  // namespace ssld
