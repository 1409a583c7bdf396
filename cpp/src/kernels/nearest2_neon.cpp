// Float kernels, NEON (AArch64).

#include <arm_neon.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

using Value = float;
constexpr int kLanes = 4;
constexpr int kRows = 8;
constexpr int kVectors = 3;
constexpr int kKept = 3;
constexpr int kDoubles = 2;
typedef float Vec __attribute__((vector_size(4 * kLanes), may_alias));
typedef double Doubles __attribute__((vector_size(8 * kDoubles)));
typedef std::int32_t VecI __attribute__((vector_size(4 * kLanes), may_alias));

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
    return vfmaq_f32(sum, a, b);
}

inline __attribute__((always_inline)) unsigned lanes_below(Vec a, Vec b) {
    const VecI below = a < b;
    return (below[0] & 1U) | (below[1] & 2U) | (below[2] & 4U) | (below[3] & 8U);
}

inline __attribute__((always_inline)) Doubles widen(const float* p) {
    return vcvt_f64_f32(vld1_f32(p));
}

}  // namespace
#include "exact-inl.hpp"
#include "nearest2-inl.hpp"

extern const FloatKernels kFloatNeon = {{kRows, kColumns, kKept, screen, distances},
                                        {squared_distance, scaled_squared_distance, dot}};

}  // namespace ssld::kernels
