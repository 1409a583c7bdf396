#include "row_set.hpp"

#include <algorithm>
#include <stdexcept>

#include "parallel.hpp"

namespace ssld {

namespace {

constexpr double kNothing = std::numeric_limits<double>::infinity();

// Adding 2^23 rounds to an integer. No early exit: this way it becomes vector instructions.
bool is_bytes(const float* row, std::int64_t dim) {
    int all = 1;
    for (std::int64_t k = 0; k < dim; ++k) {
        const float rounded = (row[k] + 0x1p23F) - 0x1p23F;
        all &= static_cast<int>(row[k] >= 0.0F) & static_cast<int>(row[k] <= 255.0F) &
               static_cast<int>(rounded == row[k]);
    }
    return all != 0;
}

// The smallest and the largest of many values, several at a time.
class Extremes {
  public:
    Extremes() {
        std::fill_n(low_, kVectors, ValueRange{}.smallest - Lanes{});
        std::fill_n(high_, kVectors, ValueRange{}.largest - Lanes{});
    }

    void add(const float* values, std::int64_t count) {
        std::int64_t k = 0;
        for (; k + kVectors * kLanes <= count; k += kVectors * kLanes) {
            for (std::int64_t v = 0; v < kVectors; ++v) {
                const Lanes now = *reinterpret_cast<const Unaligned*>(values + k + v * kLanes);
                low_[v] = now < low_[v] ? now : low_[v];
                high_[v] = now > high_[v] ? now : high_[v];
            }
        }
        for (; k < count; ++k)
            rest_ = rest_.joined({values[k], values[k]});
    }

    ValueRange range() const {
        ValueRange all = rest_;
        for (std::int64_t v = 0; v < kVectors; ++v) {
            for (std::int64_t lane = 0; lane < kLanes; ++lane)
                all = all.joined({low_[v][lane], high_[v][lane]});
        }
        return all;
    }

  private:
    static constexpr std::int64_t kLanes = 4;
    static constexpr std::int64_t kVectors = 4;
    typedef float Lanes __attribute__((vector_size(4 * kLanes)));
    typedef float Unaligned __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

    Lanes low_[kVectors];
    Lanes high_[kVectors];
    ValueRange rest_;
};

const std::byte* values_of(const NumberRows& rows) {
    if (rows.integers != nullptr) return reinterpret_cast<const std::byte*>(rows.integers);
    return reinterpret_cast<const std::byte*>(rows.floats);
}

std::int64_t row_bytes(const NumberRows& rows) {
    return rows.cols * static_cast<std::int64_t>(rows.integers != nullptr ? 1 : sizeof(float));
}

}  // namespace

void RowSet::assign(const NumberRows& rows, Norm norm, const kernels::ExactKernels& exact,
                    int num_threads) {
    are_integers_ = rows.integers != nullptr;
    first_row_ = values_of(rows);
    row_bytes_ = row_bytes(rows);
    pointers_.clear();
    num_rows_ = rows.rows;
    dim_ = rows.cols;
    norm_type_ = norm;
    exact_ = &exact;
    survey(num_threads);
}

void RowSet::assign(const std::vector<NumberRows>& images, Norm norm,
                    const kernels::ExactKernels& exact, int num_threads) {
    pointers_.clear();
    dim_ = 0;
    are_integers_ = false;
    for (const NumberRows& image : images) {
        if (image.rows == 0) continue;
        if (!pointers_.empty() && are_integers_ != (image.integers != nullptr)) {
            throw std::invalid_argument("some images hold floats and some integers");
        }
        are_integers_ = image.integers != nullptr;
        for (std::int64_t i = 0; i < image.rows; ++i)
            pointers_.push_back(values_of(image) + i * row_bytes(image));
        dim_ = image.cols;
    }
    num_rows_ = static_cast<std::int64_t>(pointers_.size());
    norm_type_ = norm;
    exact_ = &exact;
    survey(num_threads);
}

void RowSet::assign(const RowSet& other, const std::vector<std::int32_t>& chosen) {
    pointers_.clear();
    for (const std::int32_t i : chosen)
        pointers_.push_back(other.row(i));
    num_rows_ = static_cast<std::int64_t>(pointers_.size());
    dim_ = other.dim_;
    are_integers_ = other.are_integers_;
    norm_type_ = other.norm_type_;
    exact_ = other.exact_;
    survey(1);
}

void RowSet::survey(int num_threads) {
    num_threads_ = num_threads;
    const auto count = static_cast<std::size_t>(num_rows_);
    norms_ = norm_scratch_.get<double>(count);
    scales_ = norm_type_ == Norm::kCosine ? scale_scratch_.get<double>(count) : nullptr;
    parallel_pieces(num_rows_, pieces(), [&](int, std::int64_t begin, std::int64_t end) {
        Scratch buffer;
        for (std::int64_t i = begin; i < end; ++i)
            survey_row(i, buffer);
    });
    summarize();
}

int RowSet::pieces() const {
    constexpr std::int64_t kLeastValues = 1 << 18;  // about 0.05 ms, a thread's start
    return num_pieces(num_rows_, kLeastValues / std::max<std::int64_t>(1, dim_), num_threads_);
}

const float* RowSet::read(std::int64_t i, Scratch& buffer) const {
    if (!are_integers_) return static_cast<const float*>(row(i));
    auto* values = buffer.get<float>(static_cast<std::size_t>(dim_));
    std::copy_n(static_cast<const std::uint8_t*>(row(i)), dim_, values);
    return values;
}

double RowSet::exact_converted(std::int64_t i, const RowSet& other, std::int64_t j) const {
    thread_local Scratch own;
    thread_local Scratch others;
    return exact(i, read(i, own), other, j, other.read(j, others));
}

void RowSet::survey_row(std::int64_t i, Scratch& buffer) {
    const float* values = read(i, buffer);
    norms_[i] = exact_->dot(values, values, dim_);
    if (scales_ == nullptr) return;
    // A row of zeros has no direction: with cosine it matches nothing.
    const bool has_direction = norms_[i] > 0 && is_finite(i);
    scales_[i] = has_direction ? 1 / std::sqrt(norms_[i]) : 0;
    norms_[i] = has_direction ? 1 : kNothing;
}

void RowSet::summarize() {
    num_finite_ = 0;
    largest_norm_ = 0;
    double sum = 0;
    bool bytes = norm_type_ != Norm::kCosine;
    for (std::int64_t i = 0; i < num_rows_; ++i) {
        if (!is_finite(i)) continue;
        ++num_finite_;
        largest_norm_ = std::max(largest_norm_, norms_[i]);
        sum += norms_[i];
        bytes = bytes && (are_integers_ || is_bytes(static_cast<const float*>(row(i)), dim_));
    }
    mean_norm_ = sum / static_cast<double>(std::max<std::int64_t>(1, num_finite_));
    holds_bytes_ = bytes;
}

ValueRange RowSet::value_range() const {
    std::vector<ValueRange> ranges(static_cast<std::size_t>(pieces()));
    parallel_pieces(num_rows_, pieces(), [&](int piece, std::int64_t begin, std::int64_t end) {
        ranges[static_cast<std::size_t>(piece)] = value_range(begin, end);
    });
    ValueRange all;
    for (const ValueRange& range : ranges)
        all = all.joined(range);
    return all;
}

ValueRange RowSet::value_range(std::int64_t first, std::int64_t last) const {
    Extremes extremes;
    Scratch buffer;
    for (std::int64_t i = first; i < last; ++i) {
        if (is_finite(i)) extremes.add(read(i, buffer), dim_);
    }
    return extremes.range();
}

void RowSet::trim() {
    norm_scratch_.trim();
    scale_scratch_.trim();
}

}  // namespace ssld
