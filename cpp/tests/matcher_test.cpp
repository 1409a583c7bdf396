#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "random_rows.hpp"
#include "ssld/matcher.hpp"
#include "ssld/simd.hpp"

namespace {

using namespace ssld;

float distance(FloatRows a, FloatRows b, std::int64_t i, std::int64_t j) {
    double sum = 0;
    for (std::int64_t k = 0; k < a.cols; ++k) {
        const double d = static_cast<double>(a.row(i)[k]) - b.row(j)[k];
        sum += d * d;
    }
    return static_cast<float>(std::sqrt(sum));
}

float distance(ByteRows a, ByteRows b, std::int64_t i, std::int64_t j) {
    int bits = 0;
    for (std::int64_t k = 0; k < a.cols; ++k) {
        bits += std::popcount(static_cast<unsigned>(a.row(i)[k] ^ b.row(j)[k]));
    }
    return static_cast<float>(bits);
}

template <typename T>
std::int64_t nearest_row(MatrixView<T> a, MatrixView<T> b, std::int64_t i) {
    std::int64_t best = 0;
    for (std::int64_t j = 1; j < b.rows; ++j) {
        if (distance(a, b, i, j) < distance(a, b, i, best)) best = j;
    }
    return best;
}

template <typename T>
void check_mutual(MatrixView<T> a, MatrixView<T> b, int num_threads) {
    MatchOptions options;
    options.num_threads = num_threads;
    const Matches found = match(a, b, options);
    std::size_t n = 0;
    for (std::int64_t i = 0; i < a.rows; ++i) {
        const std::int64_t j = nearest_row(a, b, i);
        if (nearest_row(b, a, j) != i) continue;
        REQUIRE(n < found.index0.size());
        CHECK(found.index0[n] == i);
        CHECK(found.index1[n] == j);
        CHECK(found.distance[n] == distance(a, b, i, j));
        ++n;
    }
    CHECK(n == found.index0.size());
}

TEST_CASE("mutual matches equal brute force at every level, tail and thread count") {
    for (const std::string& level : simd_levels()) {
        set_simd_level(level);
        CAPTURE(level);
        for (const std::int64_t dim : {1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 128, 130}) {
            CAPTURE(dim);
            for (const int threads : {1, 3}) {
                const auto a = test::random_rows<float>(37, dim, 5, 1);
                const auto b = test::random_rows<float>(61, dim, 5, 2);
                check_mutual(a.view, b.view, threads);
                const auto c = test::random_rows<std::uint8_t>(37, dim, 256, 3);
                const auto d = test::random_rows<std::uint8_t>(61, dim, 256, 4);
                check_mutual(c.view, d.view, threads);
            }
        }
    }
    set_simd_level(simd_levels().back());
}

TEST_CASE("knn is sorted by distance, then index") {
    const auto a = test::random_rows<float>(20, 3, 3, 5);
    const auto b = test::random_rows<float>(90, 3, 3, 6);
    for (const std::int64_t k : {1, 2, 7, 90}) {
        const Neighbours found = knn(a.view, b.view, k, nullptr, Norm::kL2, 1);
        for (std::int64_t i = 0; i < 20; ++i) {
            for (std::int64_t n = 1; n < k; ++n) {
                const auto at = static_cast<std::size_t>(i * k + n);
                const bool farther = found.distance[at - 1] < found.distance[at];
                const bool tie = found.distance[at - 1] == found.distance[at];
                CHECK((farther || (tie && found.index[at - 1] < found.index[at])));
            }
        }
    }
}

TEST_CASE("masks forbid pairs, radius is inclusive") {
    const std::vector<float> values = {0, 3, 4, 5};
    const FloatRows zero{values.data(), 1, 1};
    const FloatRows rows{values.data(), 4, 1};
    const std::uint8_t mask[] = {0, 1, 1, 0};
    const Neighbours nearest = knn(zero, rows, 3, mask, Norm::kL2, 1);
    CHECK(nearest.index == std::vector<std::int32_t>{1, 2, -1});
    CHECK(nearest.distance[2] == std::numeric_limits<float>::infinity());
    const RadiusNeighbours near = radius_search(zero, rows, 4.0, nullptr, Norm::kL2, 1);
    CHECK(near.index == std::vector<std::int32_t>{0, 1, 2});
    CHECK(near.offset == std::vector<std::int64_t>{0, 3});
    const RadiusNeighbours squared = radius_search(zero, rows, 9.0, mask, Norm::kL2Squared, 1);
    CHECK(squared.distance == std::vector<float>{9});
}

TEST_CASE("rows that are not finite match nothing") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const std::vector<float> values = {nan, 1, 2};
    const FloatRows rows{values.data(), 3, 1};
    MatchOptions options;
    const Matches found = match(rows, rows, options);
    CHECK(found.index0 == std::vector<std::int32_t>{1, 2});
    CHECK(found.index1 == std::vector<std::int32_t>{1, 2});
}

TEST_CASE("wrong arguments throw") {
    const auto a = test::random_rows<float>(3, 4, 9, 7);
    const auto b = test::random_rows<float>(3, 5, 9, 8);
    MatchOptions options;
    CHECK_THROWS_AS(match(a.view, b.view, options), std::invalid_argument);
    CHECK_THROWS_AS(knn(a.view, a.view, 0, nullptr, Norm::kL2, 1), std::invalid_argument);
    CHECK_THROWS_AS(radius_search(a.view, a.view, -1, nullptr, Norm::kL2, 1),
                    std::invalid_argument);
    options.max_ratio = 0;
    CHECK_THROWS_AS(match(a.view, a.view, options), std::invalid_argument);
    options.max_ratio.reset();
    options.num_threads = -1;
    CHECK_THROWS_AS(match(a.view, a.view, options), std::invalid_argument);
}

}  // namespace
