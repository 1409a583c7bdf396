#include <doctest/doctest.h>

#include <cstdint>

#include "scratch.hpp"

namespace {

TEST_CASE("a buffer is aligned, kept when it fits and given back when it is large") {
    ssld::Scratch scratch;
    float* first = scratch.get<float>(1000);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
    CHECK(scratch.get<float>(500) == first);
    scratch.trim();
    CHECK(scratch.get<float>(1000) == first);
    float* large = scratch.get<float>(std::size_t{20} << 20);
    large[(std::size_t{20} << 20) - 1] = 1;
    scratch.trim();
    CHECK(scratch.get<float>(0) != nullptr);
}

}  // namespace
