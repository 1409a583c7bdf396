// Float kernels, whatever every processor of the architecture has (SSE2 on x86-64).

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 4;
constexpr int kRows = 4;
typedef float VecF __attribute__((vector_size(4 * kLanes), may_alias));
typedef std::int32_t VecI __attribute__((vector_size(4 * kLanes), may_alias));

inline __attribute__((always_inline)) VecF multiply_add(VecF a, VecF b, VecF c) {
    return a * b + c;
}

inline __attribute__((always_inline)) unsigned lanes_below(VecF a, VecF b) {
#if defined(__SSE2__)
    return static_cast<unsigned>(_mm_movemask_ps(a < b));
#else
    const VecI below = a < b;
    return (below[0] & 1U) | (below[1] & 2U) | (below[2] & 4U) | (below[3] & 8U);
#endif
}

}  // namespace
#include "exact-inl.hpp"
#include "nearest2-inl.hpp"

extern const FloatKernels kFloatBaseline = {kRows,     kColumns,         screen,
                                            distances, squared_distance, squared_norm};

}  // namespace ssld::kernels
