// Kernels over words of two int16, AVX-512 with VNNI: 32 products in an instruction, where floats
// have 16. Without VNNI, product and sum are two instructions, and floats are as fast.

#include "words_avx512.hpp"

namespace ssld::kernels {
namespace {

constexpr int kKept = 4;

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
    return reinterpret_cast<Vec>(_mm512_dpwssd_epi32(bits(sum), bits(a), bits(b)));
}

}  // namespace
#include "nearest2-inl.hpp"

extern const IntegerKernels kIntegerAvx512Vnni = {{kRows, kColumns, kKept, screen, distances}, 2};

}  // namespace ssld::kernels
