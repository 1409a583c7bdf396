#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "dispatch.hpp"
#include "pack.hpp"

namespace {

using namespace ssld;

TEST_CASE("groups are [dim][lanes], padded with rows that no screen chooses") {
    const std::vector<float> values = {1, 2, 3, 4, 5, 6};
    PackedRows packed;
    packed.pack({values.data(), 3, 2}, 2, *active_kernels().floats, 1);
    CHECK(packed.num_groups() == 2);
    const std::vector<float> wanted = {1, 3, 2, 4, 5, 0, 6, 0};
    CHECK(std::vector<float>(packed.values(), packed.values() + 8) == wanted);
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<float> norms = {5, 25, 61, infinity};
    CHECK(std::vector<float>(packed.screened_norms(), packed.screened_norms() + 4) == norms);
    CHECK(packed.num_finite() == 3);
}

TEST_CASE("rows that could overflow the screen are hidden from it but stay finite") {
    const std::vector<float> values = {1e19F, std::numeric_limits<float>::quiet_NaN()};
    PackedRows packed;
    packed.pack({values.data(), 2, 1}, 4, *active_kernels().floats, 1);
    CHECK(packed.is_finite(0));
    CHECK_FALSE(packed.is_finite(1));
    for (int lane = 0; lane < 4; ++lane) {
        CHECK(packed.values()[lane] == 0);
        CHECK(packed.screened_norms()[lane] == std::numeric_limits<float>::infinity());
    }
}

}  // namespace
