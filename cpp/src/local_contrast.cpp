// Local contrast normalisation with box sums in exact integers, O(1) per pixel.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssld/features.hpp"

namespace ssld {
namespace {

constexpr int kMaxRadius = 2047;      // sums of squares of a column stay within 32 bits
constexpr float kMinEpsilon = 1e-3F;  // keeps the float denominator of a flat box above zero

void check(GrayImage image, int radius, float epsilon) {
    if (image.height < 1 || image.width < 1) {
        throw std::invalid_argument("gray must have at least one pixel, got " +
                                    std::to_string(image.height) + " rows of " +
                                    std::to_string(image.width));
    }
    if (radius < 0 || radius > kMaxRadius) {
        throw std::invalid_argument("radius must be in [0, 2047], got " + std::to_string(radius));
    }
    if (!std::isfinite(epsilon) || epsilon < kMinEpsilon) {
        throw std::invalid_argument("epsilon must be finite and at least 0.001, got " +
                                    std::to_string(epsilon));
    }
}

/// Sums over the rows of the current box, one per column.
struct ColumnSums {
    std::vector<std::uint32_t> values, squares;

    explicit ColumnSums(std::ptrdiff_t width)
        : values(static_cast<std::size_t>(width)), squares(static_cast<std::size_t>(width)) {}

    void add(const std::uint8_t* row) {
        for (std::size_t x = 0; x < values.size(); ++x) {
            const std::uint32_t pixel = row[x];
            values[x] += pixel;
            squares[x] += pixel * pixel;
        }
    }

    void subtract(const std::uint8_t* row) {
        for (std::size_t x = 0; x < values.size(); ++x) {
            const std::uint32_t pixel = row[x];
            values[x] -= pixel;
            squares[x] -= pixel * pixel;
        }
    }
};

/// Sums over whole boxes along one row, as doubles, which hold them exactly.
struct BoxSums {
    std::vector<double> counts, values, squares;

    BoxSums(std::ptrdiff_t width, std::ptrdiff_t radius)
        : counts(static_cast<std::size_t>(width)),
          values(static_cast<std::size_t>(width)),
          squares(static_cast<std::size_t>(width)) {
        for (std::ptrdiff_t x = 0; x < width; ++x) {
            const auto first = std::max<std::ptrdiff_t>(x - radius, 0);
            const auto last = std::min(x + radius, width - 1);
            counts[static_cast<std::size_t>(x)] = static_cast<double>(last - first + 1);
        }
    }

    void slide(const ColumnSums& columns, std::ptrdiff_t radius) {
        const auto width = static_cast<std::ptrdiff_t>(counts.size());
        const std::uint32_t* const value = columns.values.data();
        const std::uint32_t* const square = columns.squares.data();
        std::int64_t value_sum = 0;
        std::int64_t square_sum = 0;
        for (std::ptrdiff_t x = 0; x < std::min(radius, width); ++x) {
            value_sum += value[x];
            square_sum += square[x];
        }
        for (std::ptrdiff_t x = 0; x < width; ++x) {
            if (x + radius < width) {
                value_sum += value[x + radius];
                square_sum += square[x + radius];
            }
            if (x > radius) {
                value_sum -= value[x - radius - 1];
                square_sum -= square[x - radius - 1];
            }
            values[static_cast<std::size_t>(x)] = static_cast<double>(value_sum);
            squares[static_cast<std::size_t>(x)] = static_cast<double>(square_sum);
        }
    }
};

/// Both sides of the quotient times the number of pixels in the box, which saves two divisions.
void normalise_row(const std::uint8_t* row, const BoxSums& boxes, double num_rows, double epsilon,
                   float* out) {
    const double* const counts = boxes.counts.data();
    const double* const values = boxes.values.data();
    const double* const squares = boxes.squares.data();
    const auto width = static_cast<std::ptrdiff_t>(boxes.counts.size());
    const double floor = epsilon * epsilon;
    for (std::ptrdiff_t x = 0; x < width; ++x) {
        const double n = counts[x] * num_rows;
        const double deviation = n * static_cast<double>(row[x]) - values[x];
        const double variance = n * squares[x] - values[x] * values[x] + n * n * floor;
        out[x] = static_cast<float>(deviation) / std::sqrt(static_cast<float>(variance));
    }
}

}  // namespace

void local_contrast(GrayImage image, int radius, float epsilon, float* out) {
    check(image, radius, epsilon);
    const std::ptrdiff_t height = image.height;
    const std::ptrdiff_t width = image.width;
    const std::ptrdiff_t reach = radius;
    ColumnSums columns(width);
    BoxSums boxes(width, reach);
    std::ptrdiff_t num_rows = std::min(reach, height);
    for (std::ptrdiff_t y = 0; y < num_rows; ++y)
        columns.add(image.data + y * width);
    for (std::ptrdiff_t y = 0; y < height; ++y) {
        if (y + reach < height) {
            columns.add(image.data + (y + reach) * width);
            ++num_rows;
        }
        if (y > reach) {
            columns.subtract(image.data + (y - reach - 1) * width);
            --num_rows;
        }
        boxes.slide(columns, reach);
        normalise_row(image.data + y * width, boxes, static_cast<double>(num_rows),
                      static_cast<double>(epsilon), out + y * width);
    }
}

}  // namespace ssld
