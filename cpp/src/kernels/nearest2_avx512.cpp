// Float kernels, AVX-512 F, BW, VL, DQ.

#include <immintrin.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 16;
constexpr int kRows = 8;
typedef float VecF __attribute__((vector_size(4 * kLanes), may_alias));
typedef std::int32_t VecI __attribute__((vector_size(4 * kLanes), may_alias));

inline __attribute__((always_inline)) VecF multiply_add(VecF a, VecF b, VecF c) {
    return _mm512_fmadd_ps(a, b, c);
}

inline __attribute__((always_inline)) unsigned lanes_below(VecF a, VecF b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

}  // namespace
#include "exact-inl.hpp"
#include "nearest2-inl.hpp"

extern const FloatKernels kFloatAvx512 = {kRows,     kColumns,         screen,
                                          distances, squared_distance, squared_norm};

}  // namespace ssld::kernels
