// Kernels over words of four bytes, AVX-512 with VNNI: 64 products in an instruction. Queries are
// uint8, train rows int8; sums do not saturate.

#include "words_avx512.hpp"

namespace ssld::kernels {
namespace {

constexpr int kKept = 3;

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
    return reinterpret_cast<Vec>(_mm512_dpbusd_epi32(bits(sum), bits(a), bits(b)));
}

}  // namespace
#include "nearest2-inl.hpp"

extern const IntegerKernels kByteAvx512Vnni = {{kRows, kColumns, kKept, screen, distances}, 4};

}  // namespace ssld::kernels
