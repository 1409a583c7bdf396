// Hamming kernels, AVX-512 without a population count.

#include <immintrin.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 8;
typedef std::int64_t VecW __attribute__((vector_size(8 * kLanes), may_alias));

constexpr std::int64_t kFlushWords = 31;  // bytes of at most 8 x 31 = 248

// Counts per byte, by looking up nibbles.
inline __attribute__((always_inline)) VecW count_bits(VecW v) {
    const __m512i table =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m512i nibble = _mm512_set1_epi8(15);
    const __m512i x = reinterpret_cast<__m512i>(v);
    const __m512i low = _mm512_and_si512(x, nibble);
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(x, 4), nibble);
    return reinterpret_cast<VecW>(_mm512_add_epi8(_mm512_shuffle_epi8(table, low),  //
                                                  _mm512_shuffle_epi8(table, high)));
}

inline __attribute__((always_inline)) VecW sum_counts(VecW v) {
    return reinterpret_cast<VecW>(
        _mm512_sad_epu8(reinterpret_cast<__m512i>(v), _mm512_setzero_si512()));
}

inline __attribute__((always_inline)) unsigned words_below(VecW a, VecW b) {
    return _mm512_cmplt_epi64_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b));
}

}  // namespace

#include "hamming-inl.hpp"

extern const HammingKernels kHammingAvx512 = {kColumns, nearest2, row_distances};

}  // namespace ssld::kernels
