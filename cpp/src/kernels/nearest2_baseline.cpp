// Float kernels, whatever every processor of the architecture has (SSE2 on x86-64).

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

using Value = float;
constexpr int kLanes = 4;
constexpr int kRows = 4;
constexpr int kVectors = 3;
constexpr int kKept = 3;
constexpr int kDoubles = 2;
typedef float Vec __attribute__((vector_size(4 * kLanes), may_alias));
typedef double Doubles __attribute__((vector_size(8 * kDoubles)));
typedef std::int32_t VecI __attribute__((vector_size(4 * kLanes), may_alias));

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
    return sum + a * b;
}

inline __attribute__((always_inline)) unsigned lanes_below(Vec a, Vec b) {
#if defined(__SSE2__)
    return static_cast<unsigned>(_mm_movemask_ps(a < b));
#else
    const VecI below = a < b;
    return (below[0] & 1U) | (below[1] & 2U) | (below[2] & 4U) | (below[3] & 8U);
#endif
}

inline __attribute__((always_inline)) Doubles widen(const float* p) {
    return Doubles{p[0], p[1]};
}

}  // namespace
#include "exact-inl.hpp"
#include "nearest2-inl.hpp"

extern const FloatKernels kFloatBaseline = {{kRows, kColumns, kKept, screen, distances},
                                            {squared_distance, scaled_squared_distance, dot}};

}  // namespace ssld::kernels
