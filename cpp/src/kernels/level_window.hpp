// Where a keypoint's samples lie in a pyramid level. Included by the kernels that sample and by
// cpp/src/sampling.hpp.
#pragma once

#include <cstddef>

namespace ssld::kernels {

/// Coordinates are relative to the pixel `origin`, which is at or before the bounding box of the
/// samples, so that those inside the level are not negative and small (floats stay exact enough on
/// large images).
struct LevelWindow {
    const float* origin;
    std::ptrdiff_t stride;
    float limit_x;  ///< last column of the level, seen from origin
    float limit_y;
    float centre_x;
    float centre_y;
};

}  // namespace ssld::kernels
