// Hamming kernels, AVX-512 with VPOPCNTDQ.

#include <immintrin.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 8;
typedef std::int64_t VecW __attribute__((vector_size(8 * kLanes), may_alias));

constexpr std::int64_t kFlushWords = std::int64_t{1} << 40;  // whole words cannot overflow

inline __attribute__((always_inline)) VecW count_bits(VecW v) {
    return reinterpret_cast<VecW>(_mm512_popcnt_epi64(reinterpret_cast<__m512i>(v)));
}

inline __attribute__((always_inline)) VecW sum_counts(VecW v) {
    return v;
}

inline __attribute__((always_inline)) unsigned words_below(VecW a, VecW b) {
    return _mm512_cmplt_epi64_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b));
}

}  // namespace

#include "hamming-inl.hpp"

extern const HammingKernels kHammingAvx512Popcnt = {kColumns, nearest2, row_distances};

}  // namespace ssld::kernels
