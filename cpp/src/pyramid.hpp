// Image pyramid for sampling: float levels, each half the size of the one before.
// Internal to cpp/src.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "ssld/features.hpp"

namespace ssld {

inline constexpr int kMaxPyramidLevels = 6;
inline constexpr std::ptrdiff_t kMinPyramidSide = 8;

/// One level. Each row and the map itself end with a copy of the last pixel, so that the neighbours
/// x + 1 and y + 1 of any pixel can be read without a check.
struct PyramidLevel {
    std::vector<float> pixels;
    std::ptrdiff_t height = 0;
    std::ptrdiff_t width = 0;
    std::ptrdiff_t stride = 0;

    void allocate(std::ptrdiff_t new_height, std::ptrdiff_t new_width);
    void repeat_edges();
    float* row(std::ptrdiff_t y) { return pixels.data() + y * stride; }
    const float* row(std::ptrdiff_t y) const { return pixels.data() + y * stride; }
};

struct Pyramid {
    std::array<PyramidLevel, kMaxPyramidLevels> levels;
};

/// Levels that an image may have: the short side stays at least 8, at least 1, at most 6 levels.
int num_pyramid_levels(std::ptrdiff_t height, std::ptrdiff_t width);

/// Builds the levels whose bit is set in `wanted` (and those they are made from).
/// Level l + 1 is level l filtered by the separable [1 3 3 1] / 8 with clamped edges; its pixel k
/// lies between the pixels 2k and 2k + 1 of level l.
void build_pyramid(GrayImage image, unsigned wanted, Pyramid& pyramid);

}  // namespace ssld
