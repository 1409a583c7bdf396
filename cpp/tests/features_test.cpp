// Feature functions: values worked out by hand, and cases that sanitizers should walk through
// (borders, tiny images, threads). The comparison with numpy oracles is in tests/features.

#include "ssld/features.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssld/simd.hpp"

namespace {

using ssld::FloatMap;
using ssld::GrayImage;
using ssld::KeypointColumns;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr std::ptrdiff_t kPatchPixels = std::ptrdiff_t{ssld::kPatchSize} * ssld::kPatchSize;

std::vector<std::uint8_t> noise(std::ptrdiff_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random() & 255U);
    return bytes;
}

struct Keypoints {
    std::vector<float> xy, size, angle_deg;

    void add(float x, float y, float diameter, float angle) {
        xy.insert(xy.end(), {x, y});
        size.push_back(diameter);
        angle_deg.push_back(angle);
    }

    KeypointColumns columns() const {
        return {xy.data(), size.data(), angle_deg.data(), static_cast<std::ptrdiff_t>(size.size())};
    }
};

/// Keypoints inside, across the border of and outside an image, of all sizes.
Keypoints scattered(std::ptrdiff_t height, std::ptrdiff_t width, int count) {
    std::mt19937 random(3);
    std::uniform_real_distribution<float> unit(0.0F, 1.0F);
    Keypoints keypoints;
    for (int i = 0; i < count; ++i) {
        keypoints.add((1.6F * unit(random) - 0.3F) * static_cast<float>(width),
                      (1.6F * unit(random) - 0.3F) * static_cast<float>(height),
                      std::exp(7.0F * unit(random)), 400.0F * unit(random) - 40.0F);
    }
    keypoints.add(kNan, kNan, kNan, kNan);
    keypoints.add(3e38F, -3e38F, 3e38F, 3e38F);
    return keypoints;
}

std::vector<float> sampled(GrayImage image, const Keypoints& keypoints, int num_threads = 1,
                           int num_grids = ssld::kPatchGrids) {
    const KeypointColumns columns = keypoints.columns();
    const auto count = static_cast<std::size_t>(columns.count * num_grids * kPatchPixels);
    std::vector<float> patches(count, kNan);
    ssld::sample_patches(image, columns, num_threads, patches.data(), num_grids);
    return patches;
}

}  // namespace

TEST_CASE("local contrast of two pixels") {
    const std::vector<std::uint8_t> pixels = {10, 20};
    std::vector<float> out(2);
    ssld::local_contrast({pixels.data(), 1, 2}, 1, 2.0F, out.data());
    const float expected = 5.0F / std::sqrt(25.0F + 4.0F);  // mean 15, variance 25
    CHECK(out[0] == doctest::Approx(-expected));
    CHECK(out[1] == doctest::Approx(expected));
    ssld::local_contrast({pixels.data(), 2, 1}, 0, 2.0F, out.data());
    CHECK(out == std::vector<float>{0.0F, 0.0F});
}

TEST_CASE("local contrast rejects what it cannot do") {
    const std::uint8_t pixel = 0;
    float out = 0.0F;
    CHECK_THROWS_AS(ssld::local_contrast({&pixel, 0, 1}, 1, 1.0F, &out), std::invalid_argument);
    CHECK_THROWS_AS(ssld::local_contrast({&pixel, 1, 1}, -1, 1.0F, &out), std::invalid_argument);
    CHECK_THROWS_AS(ssld::local_contrast({&pixel, 1, 1}, 2048, 1.0F, &out), std::invalid_argument);
    CHECK_THROWS_AS(ssld::local_contrast({&pixel, 1, 1}, 1, 0.0F, &out), std::invalid_argument);
    CHECK_THROWS_AS(ssld::local_contrast({&pixel, 1, 1}, 1, kNan, &out), std::invalid_argument);
}

TEST_CASE("keypoints come best first, refined and scored") {
    std::vector<float> peak(16 * 20, 0.0F);
    std::vector<float> rank(4 * 5, 0.0F);
    peak[6 * 20 + 8] = 4.0F;  // weights 1, exp(-1) to the right, exp(-2) of 23 others
    peak[6 * 20 + 9] = 2.0F;
    peak[11 * 20 + 14] = 1.0F;
    rank[2 * 5 + 3] = 8.0F;  // cell centre (13.5, 9.5)
    const FloatMap peaks{peak.data(), 16, 20};
    const FloatMap ranks{rank.data(), 4, 5};
    auto points = ssld::find_keypoints(peaks, ranks, nullptr, {.radius = 2, .border = 4});
    REQUIRE(points.size() >= 2);
    CHECK(points[0].x == doctest::Approx(14.0));
    CHECK(points[0].y == doctest::Approx(11.0));
    CHECK(points[0].score == doctest::Approx(8.0 * 0.875 * 0.625 + 0.1 * 1.0));
    points = ssld::find_keypoints(peaks, ranks, nullptr, {.radius = 7, .border = 4});
    REQUIRE(points.size() == 1);
    const double right =
        (std::exp(-1.0) - std::exp(-2.0)) / (1.0 + std::exp(-1.0) + 23.0 * std::exp(-2.0));
    CHECK(points[0].x == doctest::Approx(8.0 + right));
    CHECK(points[0].y == doctest::Approx(6.0));
    std::vector<std::uint8_t> mask(peak.size(), 1);
    mask[6 * 20 + 8] = 0;
    CHECK(ssld::find_keypoints(peaks, ranks, mask.data(), {.radius = 7, .border = 4}).empty());
}

TEST_CASE("no two chosen points are near, and the first of those that are is chosen") {
    const std::vector<float> xy = {5.0F, 5.0F, 5.0F, 6.9F, 5.0F, 7.0F, -0.5F, 0.0F, 1.0F, 0.0F};
    CHECK(ssld::far_apart(xy.data(), 5, 2.0) == std::vector<std::int64_t>{0, 2, 3});
    CHECK(ssld::far_apart(xy.data(), 0, 2.0).empty());
    CHECK_THROWS_AS(ssld::far_apart(xy.data(), 5, 0.0), std::invalid_argument);
    CHECK_THROWS_AS(ssld::far_apart(&kNan, 0, kNan), std::invalid_argument);
}

TEST_CASE("keypoint search survives every small shape, radius and border") {
    for (std::ptrdiff_t height : {1, 2, 5, 9}) {
        for (std::ptrdiff_t width : {1, 3, 8, 17}) {
            const auto bytes = noise(height * width, 5);
            const std::vector<float> peak(bytes.begin(), bytes.end());
            const std::vector<float> rank(
                static_cast<std::size_t>((height + 3) / 4 * ((width + 3) / 4)), 1.0F);
            const FloatMap ranks{rank.data(), (height + 3) / 4, (width + 3) / 4};
            for (int radius : {0, 1, 4, 1000000}) {
                for (int border : {0, 1, 4, 2000000000}) {
                    const auto points = ssld::find_keypoints({peak.data(), height, width}, ranks,
                                                             nullptr, {radius, border, 0});
                    const bool all = radius == 0 && border == 0;
                    if (all) CHECK(points.size() == peak.size());
                    if (border > 4) CHECK(points.empty());
                }
            }
        }
    }
}

TEST_CASE("keypoint search names the shape it wants") {
    const std::vector<float> map(100, 0.0F);
    CHECK_THROWS_WITH_AS(ssld::find_keypoints({map.data(), 9, 10}, {map.data(), 2, 3}, nullptr, {}),
                         "rank must have shape (3, 3), a quarter of peak's rounded up, got (2, 3)",
                         std::invalid_argument);
}

TEST_CASE("a ramp is sampled exactly at every level and thread count") {
    std::vector<std::uint8_t> ramp;
    for (int y = 0; y < 64; ++y) {
        for (int x = 0; x < 100; ++x)
            ramp.push_back(static_cast<std::uint8_t>(2 * x));
    }
    Keypoints keypoints;
    keypoints.add(50.0F, 32.0F, 4.0F, 0.0F);
    const std::string before = ssld::simd_level();
    for (const std::string& level : ssld::simd_levels()) {
        ssld::set_simd_level(level);
        const auto patches = sampled({ramp.data(), 64, 100}, keypoints);
        // Spacing 1 on a slope of 2: variance 4 * (24^2 - 1) / 12.
        const double scale = 2.0 / std::sqrt(4.0 * 575.0 / 12.0 + 4.0);
        for (std::size_t i = 0; i < 24; ++i) {
            for (std::size_t j = 0; j < 24; ++j) {
                const double expected = (static_cast<double>(j) - 11.5) * scale;
                REQUIRE(static_cast<double>(patches[24 * i + j]) ==
                        doctest::Approx(expected).epsilon(1e-5));
            }
        }
    }
    ssld::set_simd_level(before);
}

TEST_CASE("patches do not depend on level, threads or batch, on any small image") {
    const std::string before = ssld::simd_level();
    for (std::ptrdiff_t height : {1, 2, 15, 33}) {
        for (std::ptrdiff_t width : {1, 3, 16, 70}) {
            const auto pixels = noise(2 * height * width, 7);
            const GrayImage second{pixels.data() + height * width, height, width};
            const Keypoints keypoints = scattered(height, width, 200);
            ssld::set_simd_level("baseline");
            const auto expected = sampled(second, keypoints);
            const std::vector<std::int32_t> owner(keypoints.size.size(), 1);
            for (const std::string& level : ssld::simd_levels()) {
                ssld::set_simd_level(level);
                for (int num_threads : {0, 1, 3}) {
                    CHECK(sampled(second, keypoints, num_threads) == expected);
                    std::vector<float> batch(expected.size(), kNan);
                    ssld::sample_patches_batch({pixels.data(), height, width}, 2, owner.data(),
                                               keypoints.columns(), num_threads, batch.data());
                    CHECK(batch == expected);
                }
            }
        }
    }
    ssld::set_simd_level(before);
}

TEST_CASE("two grids are the first of three") {
    const auto pixels = noise(std::ptrdiff_t{33} * 70, 7);
    const GrayImage image{pixels.data(), 33, 70};
    const Keypoints keypoints = scattered(33, 70, 50);
    const auto two = sampled(image, keypoints, 1, 2);
    const auto three = sampled(image, keypoints, 1, 3);
    CHECK(std::none_of(three.begin(), three.end(), [](float value) { return std::isnan(value); }));
    for (std::ptrdiff_t i = 0; i < keypoints.columns().count; ++i) {
        const auto begin = two.begin() + 2 * i * kPatchPixels;
        CHECK(std::equal(begin, begin + 2 * kPatchPixels, three.begin() + 3 * i * kPatchPixels));
    }
}

TEST_CASE("sampling rejects what it cannot do") {
    const std::vector<std::uint8_t> pixels(64, 1);
    std::vector<float> out(static_cast<std::size_t>(ssld::kPatchFloats));
    Keypoints keypoints;
    keypoints.add(1.0F, 1.0F, 4.0F, 0.0F);
    const auto columns = keypoints.columns();
    CHECK_THROWS_AS(ssld::sample_patches({pixels.data(), 0, 8}, columns, 1, out.data()),
                    std::invalid_argument);
    CHECK_THROWS_AS(ssld::sample_patches({pixels.data(), 8, 8}, columns, -1, out.data()),
                    std::invalid_argument);
    for (int num_grids : {-1, 0, 4}) {
        CHECK_THROWS_AS(
            ssld::sample_patches({pixels.data(), 8, 8}, columns, 1, out.data(), num_grids),
            std::invalid_argument);
    }
    const std::int32_t owner = 1;
    CHECK_THROWS_AS(
        ssld::sample_patches_batch({pixels.data(), 8, 8}, 1, &owner, columns, 1, out.data()),
        std::invalid_argument);
}
