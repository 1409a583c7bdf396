// Float kernels, NEON (AArch64).

#include <arm_neon.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 4;
constexpr int kRows = 8;
typedef float VecF __attribute__((vector_size(4 * kLanes), may_alias));
typedef std::int32_t VecI __attribute__((vector_size(4 * kLanes), may_alias));

inline __attribute__((always_inline)) VecF multiply_add(VecF a, VecF b, VecF c) {
    return vfmaq_f32(c, a, b);
}

inline __attribute__((always_inline)) unsigned lanes_below(VecF a, VecF b) {
    const VecI below = a < b;
    return (below[0] & 1U) | (below[1] & 2U) | (below[2] & 4U) | (below[3] & 8U);
}

}  // namespace
#include "exact-inl.hpp"
#include "nearest2-inl.hpp"

extern const FloatKernels kFloatNeon = {kRows,     kColumns,         screen,
                                        distances, squared_distance, squared_norm};

}  // namespace ssld::kernels
