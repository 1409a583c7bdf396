// Hamming kernels, plain 128-bit vector arithmetic.

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 2;
typedef std::int64_t VecW __attribute__((vector_size(8 * kLanes), may_alias));

constexpr std::int64_t kFlushWords = 31;  // bytes of at most 8 x 31 = 248

// Counts per byte, by adding neighbouring bits, pairs and nibbles.
inline __attribute__((always_inline)) VecW count_bits(VecW v) {
    typedef std::uint64_t VecU __attribute__((vector_size(8 * kLanes), may_alias));
    VecU u = reinterpret_cast<VecU>(v);
    u -= (u >> 1) & 0x5555555555555555U;
    u = (u & 0x3333333333333333U) + ((u >> 2) & 0x3333333333333333U);
    return reinterpret_cast<VecW>((u + (u >> 4)) & 0x0f0f0f0f0f0f0f0fU);
}

inline __attribute__((always_inline)) VecW sum_counts(VecW v) {
    v = (v & 0x00ff00ff00ff00ff) + ((v >> 8) & 0x00ff00ff00ff00ff);
    v += v >> 16;
    return (v + (v >> 32)) & 0xffff;
}

inline __attribute__((always_inline)) unsigned words_below(VecW a, VecW b) {
    const VecW below = a < b;
    return static_cast<unsigned>((below[0] & 1) | (below[1] & 2));
}

}  // namespace

#include "hamming-inl.hpp"

extern const HammingKernels kHammingBaseline = {kColumns, nearest2, row_distances};

}  // namespace ssld::kernels
