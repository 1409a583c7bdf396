// Bilinear sampling of a pyramid level and standardising, for the kernels that sample; their -inl
// files include it. Mostly loops over fixed-length arrays, which the compiler turns into vectors of
// the level's width. Nothing here or there may have external linkage or come from the library's
// headers as a template or inline function: the linker could pick one file's copy for the whole
// program.

#include <cstdint>

#include "kernels/level_window.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 16;      // fixed, so that sums have one order at every level
constexpr float kNoise = 2.0F;  // gray levels; keeps flat samples small

typedef float Float4 __attribute__((vector_size(16), may_alias));
typedef float UnalignedFloat4 __attribute__((vector_size(16), aligned(4), may_alias));
typedef double Double2 __attribute__((vector_size(16)));
/// Two neighbouring pixels, fetched by one load: interpolate() took twice the time with one load a
/// pixel, and also with the gathers of AVX-512 (Zen 5).
typedef double Pair __attribute__((aligned(4), may_alias));

template <int kSamples>
struct SamplePositions {
    alignas(64) std::int32_t offset[kSamples];
    alignas(64) float fraction_x[kSamples];
    alignas(64) float fraction_y[kSamples];

    /// The coordinates must be inside the level.
    inline __attribute__((always_inline)) void put(int n, float x, float y, std::int32_t stride) {
        const auto column = static_cast<std::int32_t>(x);
        const auto row = static_cast<std::int32_t>(y);
        offset[n] = row * stride + column;
        fraction_x[n] = x - static_cast<float>(column);
        fraction_y[n] = y - static_cast<float>(row);
    }
};

float clamped(float value, float limit) {
    const float low = value > 0.0F ? value : 0.0F;
    return low < limit ? low : limit;
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

/// Samples [begin, end), a multiple of four.
template <int kSamples>
void interpolate(const LevelWindow& window, const SamplePositions<kSamples>& positions, int begin,
                 int end, float* out) {
    const float* const upper_row = window.origin;
    const float* const lower_row = upper_row + window.stride;
    for (int n = begin; n < end; n += 4) {
        const auto fx = *reinterpret_cast<const Float4*>(positions.fraction_x + n);
        const auto fy = *reinterpret_cast<const Float4*>(positions.fraction_y + n);
        const Neighbours upper = neighbours(upper_row, positions.offset + n);
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

/// (v - mean) / sqrt(variance + kNoise^2) over all samples.
template <int kSamples>
void standardise(float* values) {
    static_assert(kSamples % kLanes == 0);
    alignas(64) float lanes[kLanes] = {};
    for (int n = 0; n < kSamples; n += kLanes) {
        for (int k = 0; k < kLanes; ++k)
            lanes[k] += values[n + k];
    }
    const float mean = sum_lanes(lanes) / static_cast<float>(kSamples);
    for (float& lane : lanes)
        lane = 0.0F;
    for (int n = 0; n < kSamples; n += kLanes) {
        for (int k = 0; k < kLanes; ++k) {
            values[n + k] -= mean;
            lanes[k] += values[n + k] * values[n + k];
        }
    }
    const float variance = sum_lanes(lanes) / static_cast<float>(kSamples);
    const float scale = 1.0F / __builtin_sqrtf(variance + kNoise * kNoise);
    for (int n = 0; n < kSamples; ++n)
        values[n] *= scale;
}

}  // namespace
}  // namespace ssld::kernels
