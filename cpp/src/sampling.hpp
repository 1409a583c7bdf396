// What sample_patches and sample_rings share: checks, places in a pyramid, the loop over keypoints.
// Internal to cpp/src.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/level_window.hpp"
#include "parallel.hpp"
#include "pyramid.hpp"
#include "ssld/features.hpp"

namespace ssld {

inline constexpr double kFarOutside = 1e6;  // pixels; beyond it only the border shows
inline constexpr std::ptrdiff_t kKeypointsPerThread = 32;  // fewer: less than a thread's start

inline double finite_or(float value, double fallback) {
    return std::isfinite(value) ? static_cast<double>(value) : fallback;
}

inline int level_of(double spacing, int num_levels) {
    return std::clamp(static_cast<int>(std::floor(std::log2(spacing) + 0.5)), 0, num_levels - 1);
}

inline double downscale_of(int level_index) {
    return static_cast<double>(1 << level_index);
}

/// One axis of a window: coordinates relative to a first pixel that lies at or before the samples.
struct Axis {
    std::ptrdiff_t first;
    float centre;
    float limit;
};

inline Axis axis_of(double position, double downscale, double extent, std::ptrdiff_t length) {
    const auto last = static_cast<double>(length - 1);
    const double centre =
        std::clamp((position + 0.5) / downscale - 0.5, -kFarOutside, last + kFarOutside);
    const double first = std::clamp(std::floor(centre - extent), 0.0, last);
    return {static_cast<std::ptrdiff_t>(first), static_cast<float>(centre - first),
            static_cast<float>(last - first)};
}

/// The samples around the image's point (x, y), up to `extent` pixels of the level away from it.
inline kernels::LevelWindow window_of(const PyramidLevel& level, int level_index, double x,
                                      double y, double extent) {
    const double downscale = downscale_of(level_index);
    const Axis across = axis_of(x, downscale, extent, level.width);
    const Axis down = axis_of(y, downscale, extent, level.height);
    return {.origin = level.row(down.first) + across.first,
            .stride = level.stride,
            .limit_x = across.limit,
            .limit_y = down.limit,
            .centre_x = across.centre,
            .centre_y = down.centre};
}

/// `count` images of one shape, one after the other from `first.data`.
struct ImageStack {
    GrayImage first;
    std::ptrdiff_t count;

    GrayImage operator[](std::ptrdiff_t i) const {
        return {first.data + i * first.height * first.width, first.height, first.width};
    }
};

inline void check_images(GrayImage image) {
    if (image.height < 1 || image.width < 1) {
        throw std::invalid_argument("gray must have at least one pixel, got " +
                                    std::to_string(image.height) + " rows of " +
                                    std::to_string(image.width));
    }
}

/// The image of keypoint i; `image_index` null: the only one.
inline std::ptrdiff_t checked_image(const std::int32_t* image_index, std::ptrdiff_t i,
                                    std::ptrdiff_t num_images) {
    const std::ptrdiff_t image = image_index == nullptr ? 0 : image_index[i];
    if (image < 0 || image >= num_images) {
        throw std::invalid_argument("image_index[" + std::to_string(i) + "] is " +
                                    std::to_string(image) + ", must be in [0, " +
                                    std::to_string(num_images) + ")");
    }
    return image;
}

/// Builds of each image the levels that its keypoints need, bits levels_of(i, num_levels), and
/// calls sample(pyramid, num_levels, i) for each keypoint i.
template <typename LevelsOf, typename Sample>
void sample_from_pyramids(const ImageStack& images, const std::int32_t* image_index,
                          std::ptrdiff_t num_keypoints, int num_threads, const LevelsOf& levels_of,
                          const Sample& sample) {
    check_images(images.first);
    const int num_levels = num_pyramid_levels(images.first.height, images.first.width);
    std::vector<unsigned> wanted(static_cast<std::size_t>(images.count), 0U);
    for (std::ptrdiff_t i = 0; i < num_keypoints; ++i) {
        const std::ptrdiff_t image = checked_image(image_index, i, images.count);
        wanted[static_cast<std::size_t>(image)] |= levels_of(i, num_levels);
    }
    std::vector<Pyramid> pyramids(wanted.size());
    const int threads = resolve_threads(num_threads);
    const auto build = [&](int, std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const auto at = static_cast<std::size_t>(i);
            build_pyramid(images[i], wanted[at], pyramids[at]);
        }
    };
    parallel_pieces(images.count, num_pieces(images.count, 1, threads), build);
    const auto work = [&](int, std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const std::ptrdiff_t image = image_index == nullptr ? 0 : image_index[i];
            sample(pyramids[static_cast<std::size_t>(image)], num_levels, i);
        }
    };
    parallel_pieces(num_keypoints, num_pieces(num_keypoints, kKeypointsPerThread, threads), work);
}

}  // namespace ssld
