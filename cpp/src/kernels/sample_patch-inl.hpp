// Text of the patch kernel; each sample_patch_<level>.cpp includes it once under its own flags.
// Mostly loops over fixed-length arrays, which the compiler turns into vectors of the level's
// width. No templates or inline functions of the library may be used here: the linker could pick
// this file's copy for the whole program.

#include <cstdint>

#include "kernels/sample_patch.hpp"

namespace ssld::kernels {
namespace {

constexpr int kSide = 24;
constexpr int kSamples = kSide * kSide;
constexpr int kLanes = 16;      // fixed, so that sums have one order at every level
constexpr float kNoise = 2.0F;  // gray levels; keeps flat patches small
static_assert(kSamples % kLanes == 0);

typedef float Float4 __attribute__((vector_size(16), may_alias));
typedef float UnalignedFloat4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef double Double2 __attribute__((vector_size(16)));
/// Two neighbouring pixels, fetched by one load: interpolate() took twice the time with one load a
/// pixel, and also with the gathers of AVX-512 (Zen 5).
typedef double Pair __attribute__((aligned(4), may_alias));

struct SamplePositions {
    alignas(64) std::int32_t offset[kSamples];
    alignas(64) float fraction_x[kSamples];
    alignas(64) float fraction_y[kSamples];
};

float clamped(float value, float limit) {
    const float low = value > 0.0F ? value : 0.0F;
    return low < limit ? low : limit;
}

void locate(const PatchPose& pose, SamplePositions& positions) {
    const auto stride = static_cast<std::int32_t>(pose.stride);
    for (int i = 0; i < kSide; ++i) {
        const float v = static_cast<float>(i) - 11.5F;
        const float row_x = pose.centre_x - pose.step_y * v;
        const float row_y = pose.centre_y + pose.step_x * v;
        for (int j = 0; j < kSide; ++j) {
            const float u = static_cast<float>(j) - 11.5F;
            const float x = clamped(row_x + pose.step_x * u, pose.limit_x);
            const float y = clamped(row_y + pose.step_y * u, pose.limit_y);
            const auto column = static_cast<std::int32_t>(x);
            const auto row = static_cast<std::int32_t>(y);
            const int n = i * kSide + j;
            positions.offset[n] = row * stride + column;
            positions.fraction_x[n] = x - static_cast<float>(column);
            positions.fraction_y[n] = y - static_cast<float>(row);
        }
    }
}

/// The pixels left and right of four samples in one row of the level.
struct Neighbours {
    Float4 left;
    Float4 right;
};

inline __attribute__((always_inline)) Double2 two_pairs(const float* row, std::int32_t first,
                                                        std::int32_t second) {
    return Double2{*reinterpret_cast<const Pair*>(row + first),
                   *reinterpret_cast<const Pair*>(row + second)};
}

inline __attribute__((always_inline)) Neighbours neighbours(const float* row,
                                                            const std::int32_t* offset) {
    const auto low = reinterpret_cast<Float4>(two_pairs(row, offset[0], offset[1]));
    const auto high = reinterpret_cast<Float4>(two_pairs(row, offset[2], offset[3]));
    return {__builtin_shufflevector(low, high, 0, 2, 4, 6),
            __builtin_shufflevector(low, high, 1, 3, 5, 7)};
}

void interpolate(const PatchPose& pose, const SamplePositions& positions, float* out) {
    const float* const lower_row = pose.origin + pose.stride;
    for (int n = 0; n < kSamples; n += 4) {
        const auto fx = *reinterpret_cast<const Float4*>(positions.fraction_x + n);
        const auto fy = *reinterpret_cast<const Float4*>(positions.fraction_y + n);
        const Neighbours upper = neighbours(pose.origin, positions.offset + n);
        const Neighbours lower = neighbours(lower_row, positions.offset + n);
        const Float4 top = upper.left + fx * (upper.right - upper.left);
        const Float4 bottom = lower.left + fx * (lower.right - lower.left);
        *reinterpret_cast<UnalignedFloat4*>(out + n) = top + fy * (bottom - top);
    }
}

float sum_lanes(const float* lanes) {
    float sum = 0.0F;
    for (int k = 0; k < kLanes; ++k)
        sum += lanes[k];
    return sum;
}

void standardise(float* patch) {
    alignas(64) float lanes[kLanes] = {};
    for (int n = 0; n < kSamples; n += kLanes) {
        for (int k = 0; k < kLanes; ++k)
            lanes[k] += patch[n + k];
    }
    const float mean = sum_lanes(lanes) / static_cast<float>(kSamples);
    for (float& lane : lanes)
        lane = 0.0F;
    for (int n = 0; n < kSamples; n += kLanes) {
        for (int k = 0; k < kLanes; ++k) {
            patch[n + k] -= mean;
            lanes[k] += patch[n + k] * patch[n + k];
        }
    }
    const float variance = sum_lanes(lanes) / static_cast<float>(kSamples);
    const float scale = 1.0F / __builtin_sqrtf(variance + kNoise * kNoise);
    for (int n = 0; n < kSamples; ++n)
        patch[n] *= scale;
}

void sample_patch(const PatchPose& pose, float* out) {
    SamplePositions positions;
    locate(pose, positions);
    interpolate(pose, positions, out);
    standardise(out);
}

}  // namespace
}  // namespace ssld::kernels
