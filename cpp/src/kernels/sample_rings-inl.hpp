// Text of the ring kernel; each sample_rings_<level>.cpp includes it once under its own flags. The
// rules of bilinear-inl.hpp hold here too.

#include "kernels/bilinear-inl.hpp"
#include "kernels/sample_rings.hpp"

namespace ssld::kernels {
namespace {

void locate(const RingSpan& span, const float* dx, const float* dy,
            SamplePositions<kRingValues>& positions) {
    const LevelWindow window = span.window;
    const auto stride = static_cast<std::int32_t>(window.stride);
    for (int n = span.begin; n < span.end; ++n) {
        positions.put(n, clamped(window.centre_x + span.scale * dx[n], window.limit_x),
                      clamped(window.centre_y + span.scale * dy[n], window.limit_y), stride);
    }
}

void sample_rings(const RingSpan* spans, int num_spans, const float* dx, const float* dy,
                  float* out) {
    SamplePositions<kRingValues> positions;
    for (int i = 0; i < num_spans; ++i) {
        locate(spans[i], dx, dy, positions);
        interpolate(spans[i].window, positions, spans[i].begin, spans[i].end, out);
    }
    standardise<kRingValues>(out);
}

}  // namespace
}  // namespace ssld::kernels
