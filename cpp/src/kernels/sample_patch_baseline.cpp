#include "kernels/sample_patch-inl.hpp"

namespace ssld::kernels {

void sample_patch_baseline(const PatchPose& pose, float* out) {
    sample_patch(pose, out);
}

}  // namespace ssld::kernels
