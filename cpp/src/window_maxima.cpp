#include "window_maxima.hpp"

#include <algorithm>
#include <limits>

namespace ssld {
namespace {

/// Written as the one vector instruction compares; a NaN in `a` gives `b`.
float larger(float a, float b) {
    return a > b ? a : b;
}

void raise_to(float* maxima, const float* other, std::ptrdiff_t count) {
    for (std::ptrdiff_t x = 0; x < count; ++x)
        maxima[x] = larger(maxima[x], other[x]);
}

}  // namespace

WindowMaxima::WindowMaxima(FloatMap map, std::ptrdiff_t radius)
    : map_(map),
      radius_(radius),
      padded_(static_cast<std::size_t>(map.width + 2 * radius)),
      rows_(static_cast<std::size_t>((2 * radius + 1) * map.width)),
      maxima_(static_cast<std::size_t>(map.width)) {}

const float* WindowMaxima::row(std::ptrdiff_t y) {
    const std::ptrdiff_t first = std::max<std::ptrdiff_t>(y - radius_, 0);
    const std::ptrdiff_t last = std::min(y + radius_, map_.height - 1);
    for (next_ = std::max(next_, first); next_ <= last; ++next_)
        fill(next_);
    std::copy_n(slot(first), map_.width, maxima_.data());
    for (std::ptrdiff_t v = first + 1; v <= last; ++v) {
        raise_to(maxima_.data(), slot(v), map_.width);
    }
    return maxima_.data();
}

float* WindowMaxima::slot(std::ptrdiff_t y) {
    return rows_.data() + y % (2 * radius_ + 1) * map_.width;
}

/// Horizontal maxima of one row: the window doubles until twice its length would be too long, then
/// two overlapping ones cover the rest.
void WindowMaxima::fill(std::ptrdiff_t y) {
    constexpr float kNothing = -std::numeric_limits<float>::infinity();
    float* const window = padded_.data();
    std::fill_n(window, radius_, kNothing);
    std::copy_n(map_.data + y * map_.width, map_.width, window + radius_);
    std::fill_n(window + radius_ + map_.width, radius_, kNothing);
    const std::ptrdiff_t wanted = 2 * radius_ + 1;
    std::ptrdiff_t covered = 1;
    std::ptrdiff_t length = map_.width + 2 * radius_;
    for (; 2 * covered <= wanted; covered *= 2) {
        length -= covered;
        raise_to(window, window + covered, length);
    }
    float* const out = slot(y);
    std::copy_n(window, map_.width, out);
    raise_to(out, window + wanted - covered, map_.width);
}

}  // namespace ssld
