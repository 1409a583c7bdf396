// Checks of arguments that every public function of the matcher makes.
#pragma once

#include <limits>
#include <stdexcept>
#include <string>

#include "ssld/types.hpp"

namespace ssld {

/// Throw std::invalid_argument unless both matrices have rows of one length.
template <typename T>
void check_rows(const MatrixView<T>& a, const MatrixView<T>& b) {
    if (a.cols != b.cols && a.rows > 0 && b.rows > 0) {
        throw std::invalid_argument("rows differ in length: (" + std::to_string(a.rows) + ", " +
                                    std::to_string(a.cols) + ") against (" +
                                    std::to_string(b.rows) + ", " + std::to_string(b.cols) + ")");
    }
    constexpr std::int64_t kLimit = std::numeric_limits<std::int32_t>::max() - 64;
    if (a.rows > kLimit || b.rows > kLimit) {
        throw std::invalid_argument("more than 2^31 rows");
    }
}

}  // namespace ssld
