// Instruction-set levels of the kernels: which exist, which is in use.
#pragma once

#include <string>
#include <vector>

namespace ssld {

/// Levels that this build has kernels for and this processor can run, slowest first.
std::vector<std::string> simd_levels();

}  // namespace ssld
