#include "pyramid.hpp"

#include <algorithm>
#include <bit>

namespace ssld {
namespace {

/// Taps of one output pixel along one axis of `size` pixels.
struct Taps {
    std::ptrdiff_t outer0, inner0, inner1, outer1;
};

Taps clamped_taps(std::ptrdiff_t k, std::ptrdiff_t size) {
    const std::ptrdiff_t last = size - 1;
    return {std::max<std::ptrdiff_t>(2 * k - 1, 0), 2 * k, std::min(2 * k + 1, last),
            std::min(2 * k + 2, last)};
}

/// Filters the columns of four rows into `sums`, scaled by 8.
template <typename Pixel>
void filter_columns(const Pixel* outer0, const Pixel* inner0, const Pixel* inner1,
                    const Pixel* outer1, std::ptrdiff_t width, float* sums) {
    for (std::ptrdiff_t x = 0; x < width; ++x) {
        const auto inner = inner0[x] + inner1[x];
        const auto outer = outer0[x] + outer1[x];
        sums[x] = static_cast<float>(outer + 3 * inner);
    }
}

float filter_row_at(const float* sums, std::ptrdiff_t k, std::ptrdiff_t width) {
    const Taps t = clamped_taps(k, width);
    const float outer = sums[t.outer0] + sums[t.outer1];
    const float inner = sums[t.inner0] + sums[t.inner1];
    return (outer + 3.0F * inner) * (1.0F / 64.0F);
}

/// Filters and decimates one row of column sums.
void filter_row(const float* sums, std::ptrdiff_t width, float* out) {
    const std::ptrdiff_t half = (width + 1) / 2;
    const std::ptrdiff_t num_whole = (width - 3) / 2;  // the taps of k reach 2k + 2 <= width - 1
    out[0] = filter_row_at(sums, 0, width);
    std::ptrdiff_t k = 1;
    for (; k <= num_whole; ++k) {
        const float outer = sums[2 * k - 1] + sums[2 * k + 2];
        const float inner = sums[2 * k] + sums[2 * k + 1];
        out[k] = (outer + 3.0F * inner) * (1.0F / 64.0F);
    }
    for (; k < half; ++k)
        out[k] = filter_row_at(sums, k, width);
}

template <typename Pixel>
void halve(const Pixel* pixels, std::ptrdiff_t height, std::ptrdiff_t width, std::ptrdiff_t stride,
           PyramidLevel& out) {
    out.allocate((height + 1) / 2, (width + 1) / 2);
    std::vector<float> sums(static_cast<std::size_t>(width));
    for (std::ptrdiff_t y = 0; y < out.height; ++y) {
        const Taps t = clamped_taps(y, height);
        filter_columns(pixels + t.outer0 * stride, pixels + t.inner0 * stride,
                       pixels + t.inner1 * stride, pixels + t.outer1 * stride, width, sums.data());
        filter_row(sums.data(), width, out.row(y));
    }
    out.repeat_edges();
}

void convert(GrayImage image, PyramidLevel& out) {
    out.allocate(image.height, image.width);
    for (std::ptrdiff_t y = 0; y < image.height; ++y) {
        const std::uint8_t* in = image.data + y * image.width;
        float* row = out.row(y);
        for (std::ptrdiff_t x = 0; x < image.width; ++x)
            row[x] = static_cast<float>(in[x]);
    }
    out.repeat_edges();
}

}  // namespace

void PyramidLevel::allocate(std::ptrdiff_t new_height, std::ptrdiff_t new_width) {
    height = new_height;
    width = new_width;
    stride = new_width + 1;
    pixels.resize(static_cast<std::size_t>((height + 1) * stride));
}

void PyramidLevel::repeat_edges() {
    for (std::ptrdiff_t y = 0; y < height; ++y)
        row(y)[width] = row(y)[width - 1];
    std::copy_n(row(height - 1), stride, row(height));
}

int num_pyramid_levels(std::ptrdiff_t height, std::ptrdiff_t width) {
    std::ptrdiff_t side = std::min(height, width);
    int count = 1;
    while (count < kMaxPyramidLevels && (side + 1) / 2 >= kMinPyramidSide) {
        side = (side + 1) / 2;
        ++count;
    }
    return count;
}

void build_pyramid(GrayImage image, unsigned wanted, Pyramid& pyramid) {
    const int num_needed = static_cast<int>(std::bit_width(wanted));
    if ((wanted & 1U) != 0U) convert(image, pyramid.levels[0]);
    if (num_needed > 1) {
        // Straight from the bytes: level 0 as floats is often not sampled at all.
        halve(image.data, image.height, image.width, image.width, pyramid.levels[1]);
    }
    for (int level = 2; level < num_needed; ++level) {
        const PyramidLevel& finer = pyramid.levels[static_cast<std::size_t>(level - 1)];
        halve(finer.pixels.data(), finer.height, finer.width, finer.stride,
              pyramid.levels[static_cast<std::size_t>(level)]);
    }
}

}  // namespace ssld
