#include "kernels/sample_rings-inl.hpp"

namespace ssld::kernels {

void sample_rings_baseline(const RingSpan* spans, int num_spans, const float* dx, const float* dy,
                           float* out) {
    sample_rings(spans, num_spans, dx, dy, out);
}

}  // namespace ssld::kernels
