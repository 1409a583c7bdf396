// Instruction-set levels of the kernels: which exist, which is in use.
#pragma once

#include <string>
#include <vector>

namespace ssld {

/// Levels that this build has kernels for and this processor can run, slowest first.
std::vector<std::string> simd_levels();

/// The level in use: the fastest, or what the environment variable SSLD_SIMD_LEVEL names.
/// Throws std::invalid_argument if the variable names a level that cannot run here.
std::string simd_level();

/// Use another level from now on, in every thread. Throws std::invalid_argument if it cannot run.
void set_simd_level(const std::string& name);

}  // namespace ssld
