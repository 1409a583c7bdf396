// Checks of arguments that every public function of the matcher makes.
#pragma once

#include <limits>
#include <stdexcept>
#include <string>

#include "ssld/types.hpp"

namespace ssld {

/// Throw std::invalid_argument unless row numbers fit an int32.
inline void check_row_count(std::int64_t rows) {
    constexpr std::int64_t kLimit = std::numeric_limits<std::int32_t>::max() - 64;
    if (rows > kLimit) throw std::invalid_argument("more than 2^31 rows");
}

/// Throw std::invalid_argument unless two sets have rows of one length.
inline void check_rows(std::int64_t rows_a, std::int64_t cols_a, std::int64_t rows_b,
                       std::int64_t cols_b) {
    if (cols_a != cols_b && rows_a > 0 && rows_b > 0) {
        throw std::invalid_argument("rows differ in length: (" + std::to_string(rows_a) + ", " +
                                    std::to_string(cols_a) + ") against (" +
                                    std::to_string(rows_b) + ", " + std::to_string(cols_b) + ")");
    }
    check_row_count(rows_a);
    check_row_count(rows_b);
}

}  // namespace ssld
