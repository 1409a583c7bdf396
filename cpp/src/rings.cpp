// Keypoints -> standardised rings of samples around them, from an image pyramid.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "kernels/sample_rings.hpp"
#include "pyramid.hpp"
#include "sampling.hpp"
#include "ssld/features.hpp"
#include "ssld/simd.hpp"

namespace ssld {
namespace {

static_assert(kernels::kRingValues == kRingFloats);

/// The build of the ring kernel for the level in use; read once per call.
kernels::SampleRings active_sample_rings() {
#if defined(__x86_64__)
    if (simd_level() != "baseline") return kernels::sample_rings_avx2;
#endif
    return kernels::sample_rings_baseline;
}

double radius_of(int ring) {
    return 2.0 * std::exp2(ring / 2.5);
}

double spacing_of(int ring) {
    return 2.0 * std::numbers::pi * radius_of(ring) / kRingSamples;
}

/// Offsets of all samples from the keypoint, in pixels of the image.
struct RingOffsets {
    alignas(64) std::array<float, kRingFloats> dx;
    alignas(64) std::array<float, kRingFloats> dy;
};

RingOffsets make_ring_offsets() {
    RingOffsets offsets{};
    for (int n = 0; n < kRingFloats; ++n) {
        const double radius = radius_of(n / kRingSamples);
        const double turn = 2.0 * std::numbers::pi * (n % kRingSamples) / kRingSamples;
        offsets.dx[static_cast<std::size_t>(n)] = static_cast<float>(radius * std::cos(turn));
        offsets.dy[static_cast<std::size_t>(n)] = static_cast<float>(radius * std::sin(turn));
    }
    return offsets;
}

const RingOffsets& ring_offsets() {
    static const RingOffsets offsets = make_ring_offsets();
    return offsets;
}

/// Rings [first, last] that one level serves.
struct LevelRings {
    int level;
    int first;
    int last;
};

/// How the rings fall on the levels of an image; the radii grow, so each level has one run.
struct RingPlan {
    std::array<LevelRings, kMaxPyramidLevels> runs{};
    int num_runs = 0;
    unsigned levels = 0;  ///< bits
};

RingPlan plan_rings(int num_levels) {
    RingPlan plan;
    for (int ring = 0; ring < kRings; ++ring) {
        const int level = level_of(spacing_of(ring), num_levels);
        if ((plan.levels & (1U << static_cast<unsigned>(level))) == 0U) {
            plan.levels |= 1U << static_cast<unsigned>(level);
            plan.runs[static_cast<std::size_t>(plan.num_runs++)] = {level, ring, ring};
        }
        plan.runs[static_cast<std::size_t>(plan.num_runs - 1)].last = ring;
    }
    return plan;
}

void sample_point(const Pyramid& pyramid, const RingPlan& plan, const float* point,
                  kernels::SampleRings sample_rings_at, float* out) {
    const double x = finite_or(point[0], 0.0);
    const double y = finite_or(point[1], 0.0);
    std::array<kernels::RingSpan, kMaxPyramidLevels> spans;
    for (int i = 0; i < plan.num_runs; ++i) {
        const auto [level, first, last] = plan.runs[static_cast<std::size_t>(i)];
        const double scale = 1.0 / downscale_of(level);
        spans[static_cast<std::size_t>(i)] = {
            .window = window_of(pyramid.levels[static_cast<std::size_t>(level)], level, x, y,
                                scale * radius_of(last)),
            .scale = static_cast<float>(scale),
            .begin = first * kRingSamples,
            .end = (last + 1) * kRingSamples};
    }
    const RingOffsets& offsets = ring_offsets();
    sample_rings_at(spans.data(), plan.num_runs, offsets.dx.data(), offsets.dy.data(), out);
}

void sample(const ImageStack& images, const std::int32_t* image_index, const float* xy,
            std::ptrdiff_t count, int num_threads, float* out) {
    check_images(images.first);
    const RingPlan plan = plan_rings(num_pyramid_levels(images.first.height, images.first.width));
    const kernels::SampleRings sample_rings_at = active_sample_rings();
    const auto levels = [&](std::ptrdiff_t, int) { return plan.levels; };
    const auto work = [&](const Pyramid& pyramid, int, std::ptrdiff_t i) {
        sample_point(pyramid, plan, xy + 2 * i, sample_rings_at, out + i * kRingFloats);
    };
    sample_from_pyramids(images, image_index, count, num_threads, levels, work);
}

}  // namespace

void sample_rings(GrayImage image, const float* xy, std::ptrdiff_t count, int num_threads,
                  float* out) {
    sample({image, 1}, nullptr, xy, count, num_threads, out);
}

void sample_rings_batch(GrayImage images, std::ptrdiff_t num_images,
                        const std::int32_t* image_index, const float* xy, std::ptrdiff_t count,
                        int num_threads, float* out) {
    if (count == 0) return;
    sample({images, num_images}, image_index, xy, count, num_threads, out);
}

}  // namespace ssld
