// Kernel that samples and standardises the rings of one keypoint: interface and builds.
// Included by cpp/src/rings.cpp and the kernel files.
#pragma once

#include "kernels/level_window.hpp"

namespace ssld::kernels {

inline constexpr int kRingValues = 12 * 32;

/// Consecutive samples that one pyramid level serves: [begin, end), multiples of 32.
struct RingSpan {
    LevelWindow window;
    float scale;  ///< pixels of the level per pixel of the image
    int begin;
    int end;
};

/// Writes kRingValues floats. `dx` and `dy` hold the kRingValues offsets of the samples in pixels
/// of the image. Every build gives the same bits.
using SampleRings = void (*)(const RingSpan* spans, int num_spans, const float* dx, const float* dy,
                             float* out);

void sample_rings_baseline(const RingSpan* spans, int num_spans, const float* dx, const float* dy,
                           float* out);
#if defined(__x86_64__)
void sample_rings_avx2(const RingSpan* spans, int num_spans, const float* dx, const float* dy,
                       float* out);
#endif

}  // namespace ssld::kernels
