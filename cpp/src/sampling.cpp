// Keypoints -> standardised patches, sampled from an image pyramid.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/sample_patch.hpp"
#include "parallel.hpp"
#include "pyramid.hpp"
#include "ssld/features.hpp"
#include "ssld/simd.hpp"

namespace ssld {
namespace {

constexpr std::array<double, kPatchGrids> kSpacingFactors = {0.25, 0.75};
constexpr double kUnknownSize = 4.0;
constexpr double kMinSize = 2.0;
constexpr double kMaxSize = 512.0;
constexpr double kFarOutside = 1e6;  // pixels; beyond it a patch shows nothing but the border
constexpr std::ptrdiff_t kKeypointsPerThread = 32;  // fewer take less time than a thread's start

/// The build of the patch kernel for the level in use; read once per call.
kernels::SamplePatch active_sample_patch() {
#if defined(__x86_64__)
    if (simd_level() != "baseline") return kernels::sample_patch_avx2;
#endif
    return kernels::sample_patch_baseline;
}

double finite_or(float value, double fallback) {
    return std::isfinite(value) ? static_cast<double>(value) : fallback;
}

double sanitised_size(float size) {
    return std::clamp(finite_or(size, kUnknownSize), kMinSize, kMaxSize);
}

int level_of(double spacing, int num_levels) {
    return std::clamp(static_cast<int>(std::floor(std::log2(spacing) + 0.5)), 0, num_levels - 1);
}

/// Bits of the levels that a keypoint of this size is sampled from.
unsigned levels_of_size(float size, int num_levels) {
    unsigned wanted = 0;
    for (const double factor : kSpacingFactors) {
        wanted |= 1U << static_cast<unsigned>(level_of(factor * sanitised_size(size), num_levels));
    }
    return wanted;
}

/// One axis of a patch: coordinates relative to a first pixel that lies at or before the patch.
struct Axis {
    std::ptrdiff_t first;
    float centre;
    float limit;
};

Axis axis_of(double position, double downscale, double extent, std::ptrdiff_t length) {
    const auto last = static_cast<double>(length - 1);
    const double centre =
        std::clamp((position + 0.5) / downscale - 0.5, -kFarOutside, last + kFarOutside);
    const double first = std::clamp(std::floor(centre - extent), 0.0, last);
    return {static_cast<std::ptrdiff_t>(first), static_cast<float>(centre - first),
            static_cast<float>(last - first)};
}

struct Orientation {
    double cosine;
    double sine;
};

Orientation orientation_of(float angle_deg) {
    const double angle = finite_or(angle_deg, 0.0);
    if (angle <= 0.0) return {1.0, 0.0};
    const double radians = angle * (std::numbers::pi / 180.0);
    return {std::cos(radians), std::sin(radians)};
}

void sample_keypoint(const Pyramid& pyramid, int num_levels, const KeypointColumns& keypoints,
                     std::ptrdiff_t index, kernels::SamplePatch sample_patch, float* out) {
    const double x = finite_or(keypoints.xy[2 * index], 0.0);
    const double y = finite_or(keypoints.xy[2 * index + 1], 0.0);
    const double size = sanitised_size(keypoints.size[index]);
    const Orientation turn = orientation_of(keypoints.angle_deg[index]);
    for (const double factor : kSpacingFactors) {
        const int level_index = level_of(factor * size, num_levels);
        const PyramidLevel& level = pyramid.levels[static_cast<std::size_t>(level_index)];
        const double downscale = static_cast<double>(1 << level_index);
        const double spacing = factor * size / downscale;
        const double extent =
            0.5 * (kPatchSize - 1) * spacing * (std::abs(turn.cosine) + std::abs(turn.sine));
        const Axis across = axis_of(x, downscale, extent, level.width);
        const Axis down = axis_of(y, downscale, extent, level.height);
        const kernels::PatchPose pose{.origin = level.row(down.first) + across.first,
                                      .stride = level.stride,
                                      .limit_x = across.limit,
                                      .limit_y = down.limit,
                                      .centre_x = across.centre,
                                      .centre_y = down.centre,
                                      .step_x = static_cast<float>(spacing * turn.cosine),
                                      .step_y = static_cast<float>(spacing * turn.sine)};
        sample_patch(pose, out);
        out += kPatchSize * kPatchSize;
    }
}

void check_images(GrayImage image) {
    if (image.height < 1 || image.width < 1) {
        throw std::invalid_argument("gray must have at least one pixel, got " +
                                    std::to_string(image.height) + " rows of " +
                                    std::to_string(image.width));
    }
}

/// For each image the levels that its keypoints are sampled from.
std::vector<unsigned> wanted_levels(std::ptrdiff_t num_images, const std::int32_t* image_index,
                                    const KeypointColumns& keypoints, int num_levels) {
    std::vector<unsigned> wanted(static_cast<std::size_t>(num_images), 0U);
    for (std::ptrdiff_t i = 0; i < keypoints.count; ++i) {
        const std::ptrdiff_t image = image_index == nullptr ? 0 : image_index[i];
        if (image < 0 || image >= num_images) {
            throw std::invalid_argument("image_index[" + std::to_string(i) + "] is " +
                                        std::to_string(image) + ", must be in [0, " +
                                        std::to_string(num_images) + ")");
        }
        wanted[static_cast<std::size_t>(image)] |= levels_of_size(keypoints.size[i], num_levels);
    }
    return wanted;
}

/// `image_index` null: everything belongs to the only image.
void sample(GrayImage images, std::ptrdiff_t num_images, const std::int32_t* image_index,
            const KeypointColumns& keypoints, int num_threads, float* out) {
    check_images(images);
    const int num_levels = num_pyramid_levels(images.height, images.width);
    const std::vector<unsigned> wanted =
        wanted_levels(num_images, image_index, keypoints, num_levels);
    std::vector<Pyramid> pyramids(wanted.size());
    const kernels::SamplePatch sample_patch = active_sample_patch();
    const int threads = resolve_threads(num_threads);
    const auto build = [&](int, std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const GrayImage image{images.data + i * images.height * images.width, images.height,
                                  images.width};
            const auto at = static_cast<std::size_t>(i);
            build_pyramid(image, wanted[at], pyramids[at]);
        }
    };
    parallel_pieces(num_images, num_pieces(num_images, 1, threads), build);
    const auto work = [&](int, std::ptrdiff_t begin, std::ptrdiff_t end) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const std::ptrdiff_t image = image_index == nullptr ? 0 : image_index[i];
            sample_keypoint(pyramids[static_cast<std::size_t>(image)], num_levels, keypoints, i,
                            sample_patch, out + i * kPatchFloats);
        }
    };
    parallel_pieces(keypoints.count, num_pieces(keypoints.count, kKeypointsPerThread, threads),
                    work);
}

}  // namespace

void sample_patches(GrayImage image, const KeypointColumns& keypoints, int num_threads,
                    float* out) {
    sample(image, 1, nullptr, keypoints, num_threads, out);
}

void sample_patches_batch(GrayImage images, std::ptrdiff_t num_images,
                          const std::int32_t* image_index, const KeypointColumns& keypoints,
                          int num_threads, float* out) {
    if (keypoints.count == 0) return;
    sample(images, num_images, image_index, keypoints, num_threads, out);
}

}  // namespace ssld
