// Keypoints -> standardised patches, sampled from an image pyramid.

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <stdexcept>
#include <string>

#include "kernels/sample_patch.hpp"
#include "pyramid.hpp"
#include "sampling.hpp"
#include "ssld/features.hpp"
#include "ssld/simd.hpp"

namespace ssld {
namespace {

constexpr std::array<double, kMaxPatchGrids> kSpacingFactors = {0.25, 0.75, 1.75};

using Factors = std::span<const double>;
constexpr double kUnknownSize = 4.0;
constexpr double kMinSize = 2.0;
constexpr double kMaxSize = 512.0;

/// The build of the patch kernel for the level in use; read once per call.
kernels::SamplePatch active_sample_patch() {
#if defined(__x86_64__)
    if (simd_level() != "baseline") return kernels::sample_patch_avx2;
#endif
    return kernels::sample_patch_baseline;
}

double sanitised_size(float size) {
    return std::clamp(finite_or(size, kUnknownSize), kMinSize, kMaxSize);
}

Factors factors_of(int num_grids) {
    if (num_grids < 1 || num_grids > kMaxPatchGrids) {
        throw std::invalid_argument("num_grids must be 1 to " + std::to_string(kMaxPatchGrids) +
                                    ", got " + std::to_string(num_grids));
    }
    return Factors(kSpacingFactors).first(static_cast<std::size_t>(num_grids));
}

/// Bits of the levels that a keypoint of this size is sampled from.
unsigned levels_of_size(float size, Factors factors, int num_levels) {
    unsigned wanted = 0;
    for (const double factor : factors) {
        wanted |= 1U << static_cast<unsigned>(level_of(factor * sanitised_size(size), num_levels));
    }
    return wanted;
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
                     std::ptrdiff_t index, Factors factors, kernels::SamplePatch sample_patch,
                     float* out) {
    const double x = finite_or(keypoints.xy[2 * index], 0.0);
    const double y = finite_or(keypoints.xy[2 * index + 1], 0.0);
    const double size = sanitised_size(keypoints.size[index]);
    const Orientation turn = orientation_of(keypoints.angle_deg[index]);
    for (const double factor : factors) {
        const int level_index = level_of(factor * size, num_levels);
        const PyramidLevel& level = pyramid.levels[static_cast<std::size_t>(level_index)];
        const double downscale = downscale_of(level_index);
        const double spacing = factor * size / downscale;
        const double extent =
            0.5 * (kPatchSize - 1) * spacing * (std::abs(turn.cosine) + std::abs(turn.sine));
        const kernels::PatchPose pose{.window = window_of(level, level_index, x, y, extent),
                                      .step_x = static_cast<float>(spacing * turn.cosine),
                                      .step_y = static_cast<float>(spacing * turn.sine)};
        sample_patch(pose, out);
        out += kPatchSize * kPatchSize;
    }
}

void sample(const ImageStack& images, const std::int32_t* image_index,
            const KeypointColumns& keypoints, int num_threads, float* out, Factors factors) {
    const kernels::SamplePatch sample_patch = active_sample_patch();
    const auto row = static_cast<std::ptrdiff_t>(factors.size()) * kPatchSize * kPatchSize;
    const auto levels = [&](std::ptrdiff_t i, int num_levels) {
        return levels_of_size(keypoints.size[i], factors, num_levels);
    };
    const auto work = [&](const Pyramid& pyramid, int num_levels, std::ptrdiff_t i) {
        sample_keypoint(pyramid, num_levels, keypoints, i, factors, sample_patch, out + i * row);
    };
    sample_from_pyramids(images, image_index, keypoints.count, num_threads, levels, work);
}

}  // namespace

void sample_patches(GrayImage image, const KeypointColumns& keypoints, int num_threads, float* out,
                    int num_grids) {
    sample({image, 1}, nullptr, keypoints, num_threads, out, factors_of(num_grids));
}

void sample_patches_batch(GrayImage images, std::ptrdiff_t num_images,
                          const std::int32_t* image_index, const KeypointColumns& keypoints,
                          int num_threads, float* out, int num_grids) {
    const Factors factors = factors_of(num_grids);
    if (keypoints.count == 0) return;
    sample({images, num_images}, image_index, keypoints, num_threads, out, factors);
}

}  // namespace ssld
