// What the integer kernels of AVX-512 share: sixteen words of four bytes. Included by their two
// files and nowhere else.
#pragma once

#include <immintrin.h>

#include "kernel_table.hpp"

namespace ssld::kernels {
namespace {

using Value = std::int32_t;
constexpr int kLanes = 16;
constexpr int kRows = 8;
constexpr int kVectors = 3;
typedef std::int32_t Vec __attribute__((vector_size(4 * kLanes), may_alias));
using VecI = Vec;

inline __attribute__((always_inline)) __m512i bits(Vec v) {
    return reinterpret_cast<__m512i>(v);
}

inline __attribute__((always_inline)) unsigned lanes_below(Vec a, Vec b) {
    return _mm512_cmplt_epi32_mask(bits(a), bits(b));
}

}  // namespace
}  // namespace ssld::kernels
