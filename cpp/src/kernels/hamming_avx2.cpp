// Hamming kernels, AVX2.

#include <immintrin.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

constexpr int kLanes = 4;
typedef std::int64_t VecW __attribute__((vector_size(8 * kLanes), may_alias));

constexpr std::int64_t kFlushWords = 31;  // bytes of at most 8 x 31 = 248

// Counts per byte, by looking up nibbles.
inline __attribute__((always_inline)) VecW count_bits(VecW v) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i x = reinterpret_cast<__m256i>(v);
    const __m256i low = _mm256_and_si256(x, nibble);
    const __m256i high = _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble);
    return reinterpret_cast<VecW>(_mm256_add_epi8(_mm256_shuffle_epi8(table, low),  //
                                                  _mm256_shuffle_epi8(table, high)));
}

inline __attribute__((always_inline)) VecW sum_counts(VecW v) {
    return reinterpret_cast<VecW>(
        _mm256_sad_epu8(reinterpret_cast<__m256i>(v), _mm256_setzero_si256()));
}

inline __attribute__((always_inline)) unsigned words_below(VecW a, VecW b) {
    return static_cast<unsigned>(_mm256_movemask_pd(reinterpret_cast<__m256d>(a < b)));
}

}  // namespace

#include "hamming-inl.hpp"

extern const HammingKernels kHammingAvx2 = {kColumns, nearest2, row_distances};

}  // namespace ssld::kernels
