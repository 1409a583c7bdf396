// Hamming kernels, NEON (AArch64).

#include <arm_neon.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 2;
typedef std::int64_t VecW __attribute__((vector_size(8 * kLanes), may_alias));

constexpr std::int64_t kFlushWords = 31;  // bytes of at most 8 x 31 = 248

inline __attribute__((always_inline)) VecW count_bits(VecW v) {
    return reinterpret_cast<VecW>(vcntq_u8(reinterpret_cast<uint8x16_t>(v)));
}

inline __attribute__((always_inline)) VecW sum_counts(VecW v) {
    return reinterpret_cast<VecW>(
        vpaddlq_u32(vpaddlq_u16(vpaddlq_u8(reinterpret_cast<uint8x16_t>(v)))));
}

inline __attribute__((always_inline)) unsigned words_below(VecW a, VecW b) {
    const VecW below = a < b;
    return static_cast<unsigned>((below[0] & 1) | (below[1] & 2));
}

}  // namespace

#include "hamming-inl.hpp"

extern const HammingKernels kHammingNeon = {kColumns, nearest2, row_distances};

}  // namespace ssld::kernels
