// Rings: values worked out by hand, and cases that sanitizers should walk through. The comparison
// with a numpy oracle is in tests/features.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssld/features.hpp"
#include "ssld/simd.hpp"

namespace {

using ssld::GrayImage;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> sampled(GrayImage image, const std::vector<float>& xy, int num_threads = 1) {
    const auto count = static_cast<std::ptrdiff_t>(xy.size() / 2);
    std::vector<float> rings(static_cast<std::size_t>(count * ssld::kRingFloats), kNan);
    ssld::sample_rings(image, xy.data(), count, num_threads, rings.data());
    return rings;
}

/// Points inside and outside an image, and some that are no points.
std::vector<float> scattered(std::ptrdiff_t height, std::ptrdiff_t width, int count) {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> unit(-0.3F, 1.3F);
    std::vector<float> xy = {kNan, kNan, 3e38F, -3e38F, -3e38F, 3e38F};
    for (int i = 0; i < count; ++i) {
        xy.push_back(unit(random) * static_cast<float>(width));
        xy.push_back(unit(random) * static_cast<float>(height));
    }
    return xy;
}

}  // namespace

TEST_CASE("rings on a ramp are cosines of their radii at every level") {
    std::vector<std::uint8_t> ramp;
    for (int y = 0; y < 128; ++y) {
        for (int x = 0; x < 128; ++x)
            ramp.push_back(static_cast<std::uint8_t>(2 * x));
    }
    double variance = 0.0;  // of 2 r cos: mean of 2 r^2
    for (int k = 0; k < ssld::kRings; ++k)
        variance += 8.0 * std::pow(2.0, 2.0 * k / 2.5) / ssld::kRings;
    const std::string before = ssld::simd_level();
    for (const std::string& level : ssld::simd_levels()) {
        ssld::set_simd_level(level);
        const auto rings = sampled({ramp.data(), 128, 128}, {64.0F, 64.0F});
        for (int n = 0; n < ssld::kRingFloats; ++n) {
            const double radius = 2.0 * std::pow(2.0, n / 32 / 2.5);
            const double expected =
                2.0 * radius * std::cos(2.0 * std::numbers::pi * (n % 32) / 32.0);
            REQUIRE(std::abs(rings[static_cast<std::size_t>(n)] -
                             expected / std::sqrt(variance + 4.0)) < 1e-5);
        }
    }
    ssld::set_simd_level(before);
}

TEST_CASE("rings do not depend on level, threads or batch, on any small image") {
    const std::string before = ssld::simd_level();
    for (std::ptrdiff_t height : {1, 2, 15, 33, 64}) {
        for (std::ptrdiff_t width : {1, 3, 16, 70}) {
            std::mt19937 random(7);
            std::vector<std::uint8_t> pixels(static_cast<std::size_t>(2 * height * width));
            for (auto& pixel : pixels)
                pixel = static_cast<std::uint8_t>(random() & 255U);
            const GrayImage second{pixels.data() + height * width, height, width};
            const auto xy = scattered(height, width, 150);
            const std::vector<std::int32_t> owner(xy.size() / 2, 1);
            ssld::set_simd_level("baseline");
            const auto expected = sampled(second, xy);
            CHECK(std::all_of(expected.begin(), expected.end(),
                              [](float value) { return std::isfinite(value); }));
            for (const std::string& level : ssld::simd_levels()) {
                ssld::set_simd_level(level);
                for (int num_threads : {0, 1, 3}) {
                    CHECK(sampled(second, xy, num_threads) == expected);
                    std::vector<float> batch(expected.size(), kNan);
                    ssld::sample_rings_batch({pixels.data(), height, width}, 2, owner.data(),
                                             xy.data(), static_cast<std::ptrdiff_t>(owner.size()),
                                             num_threads, batch.data());
                    CHECK(batch == expected);
                }
            }
        }
    }
    ssld::set_simd_level(before);
}

TEST_CASE("ring sampling rejects what it cannot do") {
    const std::vector<std::uint8_t> pixels(64, 1);
    std::vector<float> out(static_cast<std::size_t>(ssld::kRingFloats));
    const std::vector<float> xy = {1.0F, 1.0F};
    CHECK_THROWS_AS(ssld::sample_rings({pixels.data(), 0, 8}, xy.data(), 1, 1, out.data()),
                    std::invalid_argument);
    CHECK_THROWS_AS(ssld::sample_rings({pixels.data(), 8, 8}, xy.data(), 1, -1, out.data()),
                    std::invalid_argument);
    for (const std::int32_t owner : {-1, 1}) {
        CHECK_THROWS_AS(
            ssld::sample_rings_batch({pixels.data(), 8, 8}, 1, &owner, xy.data(), 1, 1, out.data()),
            std::invalid_argument);
    }
}
