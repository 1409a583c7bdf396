// Test data; the same on every platform.
#pragma once

#include <cstdint>
#include <vector>

#include "ssld/types.hpp"

namespace ssld::test {

/// xorshift64*: the standard library's distributions differ between platforms.
class Random {
  public:
    explicit Random(std::uint64_t seed) : state_(seed * 2654435761U + 1) {}

    std::uint32_t next() {
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return static_cast<std::uint32_t>((state_ * 0x2545F4914F6CDD1DU) >> 32);
    }

  private:
    std::uint64_t state_;
};

template <typename T>
struct Rows {
    std::vector<T> values;
    MatrixView<T> view;
};

/// Integers in [0, levels): float32 arithmetic on them is exact.
template <typename T>
Rows<T> random_rows(std::int64_t rows, std::int64_t cols, std::uint32_t levels, int seed) {
    Random random(static_cast<std::uint64_t>(seed));
    Rows<T> out;
    out.values.resize(static_cast<std::size_t>(rows * cols));
    for (T& value : out.values)
        value = static_cast<T>(random.next() % levels);
    out.view = {out.values.data(), rows, cols};
    return out;
}

}  // namespace ssld::test
