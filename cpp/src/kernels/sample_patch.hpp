// Kernel that samples and standardises one 24 x 24 patch: interface and builds.
// Included by cpp/src/sampling.cpp and the kernel files.
#pragma once

#include <cstddef>

namespace ssld::kernels {

/// Where a patch lies in a pyramid level. Coordinates are relative to the pixel `origin`, which is
/// at or before the patch's bounding box, so that those inside the level are not negative and small
/// (floats stay exact enough on large images).
struct PatchPose {
    const float* origin;
    std::ptrdiff_t stride;
    float limit_x;  ///< last column of the level, seen from origin
    float limit_y;
    float centre_x;
    float centre_y;
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
