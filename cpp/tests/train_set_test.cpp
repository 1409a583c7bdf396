#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "random_rows.hpp"
#include "ssld/simd.hpp"
#include "ssld/train_set.hpp"

namespace {

using namespace ssld;

// The rows of `all` as images of 20, 0, 1 and the remaining rows.
template <typename T>
std::vector<RowsOf<T>> cut(const MatrixView<T>& all) {
    const auto part = [&](std::int64_t first, std::int64_t rows) {
        return RowsOf<T>(MatrixView<T>{all.row(first), rows, all.cols});
    };
    return {part(0, 20), part(20, 0), part(20, 1), part(21, all.rows - 21)};
}

template <typename T>
void check_same(const MatrixView<T>& a, const MatrixView<T>& b, Norm norm) {
    const TrainSet<T> set(cut(b), norm, 2);
    CHECK(set.num_images() == 4);
    CHECK(set.num_rows() == b.rows);
    MatchOptions options;
    options.norm = norm;
    if (norm != Norm::kInnerProduct) options.max_ratio = 0.99;
    for (const int threads : {1, 3}) {
        options.num_threads = threads;
        const Matches found = match(a, set, options);
        const Matches wanted = match(a, b, options);
        CHECK(found.index0 == wanted.index0);
        CHECK(found.index1 == wanted.index1);
        CHECK(found.distance == wanted.distance);
    }
    for (const std::int64_t k : {1, 2, 5}) {
        const Neighbours found = knn(a, set, k, nullptr, 1);
        Neighbours wanted;
        if constexpr (std::is_same_v<T, float>) {
            wanted = knn(a, b, k, nullptr, norm, 1);
        } else {
            wanted = knn(a, b, k, nullptr, 1);
        }
        CHECK(found.index == wanted.index);
        CHECK(found.distance == wanted.distance);
    }
}

TEST_CASE("a set of images finds what one array finds, at every level and in every encoding") {
    for (const std::string& level : simd_levels()) {
        set_simd_level(level);
        CAPTURE(level);
        const auto a = test::random_rows<float>(40, 24, 256, 1);
        const auto b = test::random_rows<float>(90, 24, 256, 2);
        check_same(a.view, b.view, Norm::kL2);  // bytes
        check_same(a.view, b.view, Norm::kInnerProduct);
        auto c = a;
        auto d = b;
        for (float& value : c.values)
            value = value / 7 + 20;
        for (float& value : d.values)
            value = value / 7 + 20;
        c.view.data = c.values.data();
        d.view.data = d.values.data();
        for (const Norm norm : {Norm::kL2, Norm::kL2Squared, Norm::kCosine, Norm::kInnerProduct}) {
            check_same(c.view, d.view, norm);  // rows of like length
        }
        check_same(c.view, b.view, Norm::kL2);  // bytes are packed, others are asked
        for (std::int64_t k = 0; k < 24; ++k)
            d.values[static_cast<std::size_t>(24 * 5 + k)] *= 100;
        check_same(c.view, d.view, Norm::kL2);  // one row much longer: floats
        check_same(d.view, c.view, Norm::kL2);  // the same among the queries
        check_same(test::random_rows<std::uint8_t>(40, 9, 16, 3).view,
                   test::random_rows<std::uint8_t>(90, 9, 16, 4).view, Norm::kL2);
    }
    set_simd_level(simd_levels().back());
}

TEST_CASE("integers as numbers are found as the same floats, and do not mix with them in a set") {
    const auto a = test::random_rows<std::uint8_t>(70, 33, 256, 8);
    const auto b = test::random_rows<std::uint8_t>(110, 33, 256, 9);
    const std::vector<float> a_values(a.values.begin(), a.values.end());
    const std::vector<float> b_values(b.values.begin(), b.values.end());
    const FloatRows a_floats{a_values.data(), 70, 33};
    const FloatRows b_floats{b_values.data(), 110, 33};
    const TrainSet<float> set({NumberRows(b.view)});
    for (const std::int64_t k : {1, 2, 5, 110}) {
        const Neighbours wanted = knn(a_floats, b_floats, k, nullptr, Norm::kL2, 1);
        const Neighbours found =
            knn(NumberRows(a.view), NumberRows(b.view), k, nullptr, Norm::kL2, 1);
        CHECK(found.index == wanted.index);
        CHECK(found.distance == wanted.distance);
        CHECK(knn(NumberRows(a.view), set, k, nullptr, 1).index == wanted.index);
    }
    CHECK_THROWS_AS(TrainSet<float>({NumberRows(b.view), a_floats}), std::invalid_argument);
}

TEST_CASE("images without rows may have any row length") {
    const auto a = test::random_rows<std::uint8_t>(20, 9, 256, 10);
    const auto b = test::random_rows<std::uint8_t>(30, 9, 256, 11);
    const std::vector<std::uint8_t> wide(64);
    for (const std::int64_t cols : {0, 64}) {
        const ByteRows none{wide.data(), 0, cols};
        const TrainSet<std::uint8_t> set({none, b.view, none});
        CHECK(set.num_cols() == 9);
        CHECK(match(a.view, set, {}).index1 == match(a.view, b.view, {}).index1);
    }
}

TEST_CASE("rows are located in their images") {
    const auto rows = test::random_rows<float>(30, 2, 9, 5);
    const TrainSet<float> set(cut(rows.view));
    CHECK(set.locate(0) == std::pair<std::int32_t, std::int32_t>{0, 0});
    CHECK(set.locate(19) == std::pair<std::int32_t, std::int32_t>{0, 19});
    CHECK(set.locate(20) == std::pair<std::int32_t, std::int32_t>{2, 0});
    CHECK(set.locate(29) == std::pair<std::int32_t, std::int32_t>{3, 8});
    CHECK_THROWS_AS(set.locate(30), std::invalid_argument);
}

TEST_CASE("sets without rows match nothing, sets of several lengths throw") {
    const auto rows = test::random_rows<float>(3, 4, 9, 6);
    const auto others = test::random_rows<float>(3, 5, 9, 7);
    const TrainSet<float> none(std::vector<NumberRows>{});
    CHECK(match(rows.view, none, {}).index0.empty());
    CHECK(knn(rows.view, none, 2, nullptr, 1).k == 0);
    CHECK(radius_search(rows.view, none, 1, nullptr, 1).offset.size() == 4);
    CHECK_THROWS_AS(TrainSet<float>({rows.view, others.view}), std::invalid_argument);
    const TrainSet<float> set({rows.view});
    CHECK_THROWS_AS(match(others.view, set, {}), std::invalid_argument);
}

}  // namespace
