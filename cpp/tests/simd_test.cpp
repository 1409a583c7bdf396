#include <doctest/doctest.h>

#include <stdexcept>

#include "dispatch.hpp"
#include "ssld/simd.hpp"

namespace {

using namespace ssld;

TEST_CASE("the levels that run here can be chosen, others throw") {
    CHECK(simd_levels().front() == "baseline");
    for (const std::string& level : simd_levels()) {
        set_simd_level(level);
        CHECK(simd_level() == level);
        const auto kernels = active_kernels();
        CHECK(kernels.floats->screen.tile_rows <= kernels::kMaxTileRows);
        CHECK(kernels.floats->screen.panel_columns <= kernels::kMaxPanelColumns);
        CHECK(16 % kernels.hamming->columns == 0);
    }
    CHECK_THROWS_AS(set_simd_level("altivec"), std::invalid_argument);
    CHECK(simd_level() == simd_levels().back());
}

}  // namespace
