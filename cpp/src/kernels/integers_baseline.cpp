// Kernels over words of two int16, whatever every processor of the architecture has.

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

using Value = std::int32_t;
constexpr int kLanes = 4;
constexpr int kRows = 4;
constexpr int kVectors = 2;
constexpr int kKept = 4;
typedef std::int32_t Vec __attribute__((vector_size(4 * kLanes), may_alias));
using VecI = Vec;

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
#if defined(__SSE2__)
    return sum + reinterpret_cast<Vec>(
                     _mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
    return sum + (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}

inline __attribute__((always_inline)) unsigned lanes_below(Vec a, Vec b) {
    const Vec below = a < b;
#if defined(__SSE2__)
    return static_cast<unsigned>(_mm_movemask_ps(reinterpret_cast<__m128>(below)));
#else
    return (below[0] & 1U) | (below[1] & 2U) | (below[2] & 4U) | (below[3] & 8U);
#endif
}

}  // namespace
#include "nearest2-inl.hpp"

extern const IntegerKernels kIntegerBaseline = {{kRows, kColumns, kKept, screen, distances}, 2};

}  // namespace ssld::kernels
