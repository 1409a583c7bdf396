// Float kernels, AVX-512 F, BW, VL, DQ.

#include <immintrin.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

using Value = float;
constexpr int kLanes = 16;
constexpr int kRows = 8;
constexpr int kVectors = 3;
constexpr int kKept = 3;
constexpr int kDoubles = 8;
typedef float Vec __attribute__((vector_size(4 * kLanes), may_alias));
typedef double Doubles __attribute__((vector_size(8 * kDoubles)));
typedef std::int32_t VecI __attribute__((vector_size(4 * kLanes), may_alias));

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
    return _mm512_fmadd_ps(a, b, sum);
}

inline __attribute__((always_inline)) unsigned lanes_below(Vec a, Vec b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

inline __attribute__((always_inline)) Doubles widen(const float* p) {
    return _mm512_cvtps_pd(_mm256_loadu_ps(p));
}

}  // namespace
#include "exact-inl.hpp"
#include "nearest2-inl.hpp"

extern const FloatKernels kFloatAvx512 = {{kRows, kColumns, kKept, screen, distances},
                                          {squared_distance, scaled_squared_distance, dot}};

}  // namespace ssld::kernels
