// The kernels in use. Private to the core.
#pragma once

#include "kernels/kernel_table.hpp"

namespace ssld {

struct KernelSet {
    const kernels::FloatKernels* floats;
    const kernels::IntegerKernels* halves;  // two int16 a word; null where floats are as fast
    const kernels::IntegerKernels* bytes;   // four bytes a word; null where halves are as fast
    const kernels::HammingKernels* hamming;
};

/// The kernels of the level in use; read once per call. Throws like simd_level().
KernelSet active_kernels();

}  // namespace ssld
