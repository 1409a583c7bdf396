// Text of the patch kernel; each sample_patch_<level>.cpp includes it once under its own flags. The
// rules of bilinear-inl.hpp hold here too.

#include "kernels/bilinear-inl.hpp"
#include "kernels/sample_patch.hpp"

namespace ssld::kernels {
namespace {

constexpr int kSide = 24;
constexpr int kPatchValues = kSide * kSide;

void locate(const PatchPose& pose, SamplePositions<kPatchValues>& positions) {
    const LevelWindow window = pose.window;
    const auto stride = static_cast<std::int32_t>(window.stride);
    for (int i = 0; i < kSide; ++i) {
        const float v = static_cast<float>(i) - 11.5F;
        const float row_x = window.centre_x - pose.step_y * v;
        const float row_y = window.centre_y + pose.step_x * v;
        for (int j = 0; j < kSide; ++j) {
            const float u = static_cast<float>(j) - 11.5F;
            positions.put(i * kSide + j, clamped(row_x + pose.step_x * u, window.limit_x),
                          clamped(row_y + pose.step_y * u, window.limit_y), stride);
        }
    }
}

void sample_patch(const PatchPose& pose, float* out) {
    SamplePositions<kPatchValues> positions;
    locate(pose, positions);
    interpolate(pose.window, positions, 0, kPatchValues, out);
    standardise<kPatchValues>(out);
}

}  // namespace
}  // namespace ssld::kernels
