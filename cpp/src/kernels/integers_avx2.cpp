// Kernels over words of two int16, AVX2.

#include <immintrin.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

using Value = std::int32_t;
constexpr int kLanes = 8;
constexpr int kRows = 6;
constexpr int kVectors = 2;
constexpr int kKept = 4;
typedef std::int32_t Vec __attribute__((vector_size(4 * kLanes), may_alias));
using VecI = Vec;

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
    return sum + reinterpret_cast<Vec>(
                     _mm256_madd_epi16(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
}

inline __attribute__((always_inline)) unsigned lanes_below(Vec a, Vec b) {
    return static_cast<unsigned>(_mm256_movemask_ps(reinterpret_cast<__m256>(a < b)));
}

}  // namespace
#include "nearest2-inl.hpp"

extern const IntegerKernels kIntegerAvx2 = {{kRows, kColumns, kKept, screen, distances}, 2};

}  // namespace ssld::kernels
