// Plain types shared by the core and its callers. No Python here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace ssld {

/// A dense row-major matrix that somebody else owns.
template <typename T>
struct MatrixView {
    const T* data = nullptr;
    std::int64_t rows = 0;
    std::int64_t cols = 0;

    const T* row(std::int64_t i) const { return data + i * cols; }
};

/// Rows of numbers to be compared: of floats or, where the caller says so, since bytes may also
/// hold bits, of integers from 0 to 255, as SIFT's are.
struct NumberRows {
    NumberRows() = default;
    NumberRows(const float* values, std::int64_t num_rows, std::int64_t num_cols)
        : floats(values), rows(num_rows), cols(num_cols) {}
    NumberRows(const MatrixView<float>& view) : NumberRows(view.data, view.rows, view.cols) {}
    explicit NumberRows(const MatrixView<std::uint8_t>& view)
        : integers(view.data), rows(view.rows), cols(view.cols) {}

    const float* floats = nullptr;           // one of the two
    const std::uint8_t* integers = nullptr;  // has the values, if there are any
    std::int64_t rows = 0;
    std::int64_t cols = 0;
};

/// What a distance between rows of numbers means. Byte rows always use the Hamming distance.
/// kCosine: 1 - cosine of the angle, that is half the squared distance of the rows made unit
/// length; a row of zeros has no direction and matches nothing. kInnerProduct: minus the product.
enum class Norm { kL2, kL2Squared, kCosine, kInnerProduct };

struct MatchOptions {
    bool mutual = true;
    // Keep d1 <= max_ratio * d2; a lone candidate passes. The test is on plain distances: those of
    // kL2Squared and kCosine are tested by the squared ratio. Not for kInnerProduct.
    std::optional<double> max_ratio;
    std::optional<double> max_distance;  // keep d1 <= max_distance
    Norm norm = Norm::kL2;
    int num_threads = 1;  // 0: all processors that no other call uses
};

/// Accepted pairs, ordered by index0.
struct Matches {
    std::vector<std::int32_t> index0;
    std::vector<std::int32_t> index1;
    std::vector<float> distance;
};

/// The nearest rows of every query, nearest first: (num_queries, k), -1 and +inf where missing.
struct Neighbours {
    std::int64_t k = 0;
    std::vector<std::int32_t> index;
    std::vector<float> distance;
};

/// All rows in reach of every query: query i owns [offset[i], offset[i + 1]), nearest first.
struct RadiusNeighbours {
    std::vector<std::int64_t> offset;
    std::vector<std::int32_t> index;
    std::vector<float> distance;
};

/// Optional (num_queries, num_train) bytes: zero forbids the pair.
using Mask = const std::uint8_t*;

}  // namespace ssld
