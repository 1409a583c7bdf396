#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "dispatch.hpp"
#include "panels.hpp"

namespace {

using namespace ssld;

void fill(RowSet& rows, const std::vector<float>& values, std::int64_t cols, Norm norm) {
    const auto count = static_cast<std::int64_t>(values.size()) / cols;
    rows.assign(MatrixView<float>{values.data(), count, cols}, norm, active_kernels().floats->exact,
                1);
}

template <typename Value>
std::vector<Value> values_of(const Panels<Value>& panels, std::size_t count) {
    return {panels.values(), panels.values() + count};
}

template <typename Value>
std::vector<Value> norms_of(const Panels<Value>& panels, std::size_t count) {
    return {panels.norms(), panels.norms() + count};
}

TEST_CASE("groups are [dim][lanes], padded with rows that no screen chooses") {
    const std::vector<float> values = {1, 2, 3, 4, 5, 6};
    RowSet rows;
    fill(rows, values, 2, Norm::kL2);
    Panels<float> panels;
    panels.pack(rows, 0, 3, 2, Role::kTrain, {}, 1);
    CHECK(panels.num_groups() == 2);
    CHECK(values_of(panels, 8) == std::vector<float>{1, 3, 2, 4, 5, 0, 6, 0});
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(norms_of(panels, 4) == std::vector<float>{5, 25, 61, infinity});
    panels.pack(rows, 1, 2, 1, Role::kTrain, {}, 1);
    CHECK(values_of(panels, 2) == std::vector<float>{3, 4});
    CHECK(rows.num_finite() == 3);
}

TEST_CASE("rows that could overflow the screen are hidden from it but stay finite") {
    const std::vector<float> values = {1e19F, std::numeric_limits<float>::quiet_NaN()};
    RowSet rows;
    fill(rows, values, 1, Norm::kL2);
    Panels<float> panels;
    panels.pack(rows, 0, 2, 4, Role::kTrain, {}, 1);
    CHECK(rows.is_finite(0));
    CHECK_FALSE(rows.is_finite(1));
    for (std::size_t lane = 0; lane < 4; ++lane) {
        CHECK(panels.values()[lane] == 0);
        CHECK(panels.norms()[lane] == std::numeric_limits<float>::infinity());
    }
}

TEST_CASE("cosine compares rows of length 1; a row of zeros has no direction") {
    const std::vector<float> values = {3, 4, 0, 0};
    RowSet rows;
    fill(rows, values, 2, Norm::kCosine);
    CHECK(rows.is_finite(0));
    CHECK_FALSE(rows.is_finite(1));
    Panels<float> panels;
    panels.pack(rows, 0, 1, 1, Role::kTrain, {}, 1);
    CHECK(values_of(panels, 2) == std::vector<float>{0.6F, 0.8F});
    CHECK(panels.norms()[0] == 1);
}

TEST_CASE("halves hold two rounded values a word, the first in the low half") {
    const std::vector<float> values = {1, -2, 3};
    RowSet rows;
    fill(rows, values, 3, Norm::kL2);
    Encoding encoding;
    encoding.form = Form::kHalves;
    encoding.scale = 10.26;
    Panels<std::int32_t> panels;
    panels.pack(rows, 0, 1, 2, Role::kTrain, encoding, 1);
    CHECK(values_of(panels, 4) == std::vector<std::int32_t>{10 - 21 * 65536, 0, 31, 0});
    CHECK(norms_of(panels, 2) == std::vector<std::int32_t>{1502, kernels::kFarNorm});
}

TEST_CASE("bytes: train rows are moved by 128, the query's norm makes up for it") {
    const std::vector<float> values = {255, 0, 1, 2, 3};
    RowSet rows;
    fill(rows, values, 5, Norm::kL2);
    CHECK(rows.holds_bytes());
    Encoding encoding;
    encoding.form = Form::kBytes;
    encoding.exact = true;
    Panels<std::int32_t> queries;
    Panels<std::int32_t> trained;
    queries.pack(rows, 0, 1, 1, Role::kQuery, encoding, 1);
    trained.pack(rows, 0, 1, 1, Role::kTrain, encoding, 1);
    const auto* a = reinterpret_cast<const std::uint8_t*>(queries.values());
    const auto* b = reinterpret_cast<const std::int8_t*>(trained.values());
    std::int32_t product = 0;
    for (int k = 0; k < 8; ++k)
        product += a[k] * b[k];
    CHECK(queries.norms()[0] + trained.norms()[0] - 2 * product == 0);
}

}  // namespace
