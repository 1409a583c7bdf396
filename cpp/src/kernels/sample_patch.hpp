// Kernel that samples and standardises one 24 x 24 patch: interface and builds.
// Included by cpp/src/sampling.cpp and the kernel files.
#pragma once

#include "kernels/level_window.hpp"

namespace ssld::kernels {

struct PatchPose {
    LevelWindow window;
    float step_x;  ///< from one sample of a grid row to the next
    float step_y;
};

/// Writes 576 floats. Every build does the same operations on each element in the same order, so
/// all give the same bits.
using SamplePatch = void (*)(const PatchPose& pose, float* out);

void sample_patch_baseline(const PatchPose& pose, float* out);
#if defined(__x86_64__)
void sample_patch_avx2(const PatchPose& pose, float* out);
#endif

}  // namespace ssld::kernels
