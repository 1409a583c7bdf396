// Text of the patch kernel; each sample_patch_<level>.cpp includes it once under its own flags.
// Loops over fixed-length arrays, which the compiler turns into vectors of the level's width.
// No templates or inline functions of the library may be used here: the linker could pick this
// file's copy for the whole program.

#include <cstdint>

#include "kernels/sample_patch.hpp"

namespace ssld::kernels {
namespace {

constexpr int kSide = 24;
constexpr int kSamples = kSide * kSide;
constexpr int kLanes = 16;               // fixed, so that sums have one order at every level
constexpr float kNoise = 2.0F;           // gray levels; keeps flat patches small
static_assert(kSamples % kLanes == 0);

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

void interpolate(const PatchPose& pose, const SamplePositions& positions, float* out) {
    const float* const upper = pose.origin;
    const float* const lower = pose.origin + pose.stride;
    for (int n = 0; n < kSamples; ++n) {
        const std::int32_t at = positions.offset[n];
        const float fx = positions.fraction_x[n];
        const float top = upper[at] + fx * (upper[at + 1] - upper[at]);
        const float bottom = lower[at] + fx * (lower[at + 1] - lower[at]);
        out[n] = top + positions.fraction_y[n] * (bottom - top);
    }
}

float sum_lanes(const float* lanes) {
    float sum = 0.0F;
    for (int k = 0; k < kLanes; ++k) sum += lanes[k];
    return sum;
}

void standardise(float* patch) {
    alignas(64) float lanes[kLanes] = {};
    for (int n = 0; n < kSamples; n += kLanes) {
        for (int k = 0; k < kLanes; ++k) lanes[k] += patch[n + k];
    }
    const float mean = sum_lanes(lanes) / static_cast<float>(kSamples);
    for (float& lane : lanes) lane = 0.0F;
    for (int n = 0; n < kSamples; n += kLanes) {
        for (int k = 0; k < kLanes; ++k) {
            patch[n + k] -= mean;
            lanes[k] += patch[n + k] * patch[n + k];
        }
    }
    const float variance = sum_lanes(lanes) / static_cast<float>(kSamples);
    const float scale = 1.0F / __builtin_sqrtf(variance + kNoise * kNoise);
    for (int n = 0; n < kSamples; ++n) patch[n] *= scale;
}

void sample_patch(const PatchPose& pose, float* out) {
    SamplePositions positions;
    locate(pose, positions);
    interpolate(pose, positions, out);
    standardise(out);
}

}  // namespace
}  // namespace ssld::kernels
