#include "encoding.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "panels.hpp"
#include "random_rows.hpp"

namespace {

using namespace ssld;

// Any table stands for fast bytes: the choice does not call it.
KernelSet with_bytes() {
    KernelSet kernels = active_kernels();
    kernels.halves = kernels.bytes = &kernels::kIntegerBaseline;
    return kernels;
}

test::Rows<float> fractions(std::int64_t rows, std::int64_t dim, float offset, int seed) {
    auto out = test::random_rows<float>(rows, dim, 1 << 20, seed);
    for (float& value : out.values)
        value = value * 0x1p-20F + offset;
    out.view.data = out.values.data();
    return out;
}

RowSet& fill(RowSet& rows, const test::Rows<float>& values, Norm norm = Norm::kL2) {
    rows.assign(values.view, norm, active_kernels().floats->exact, 1);
    return rows;
}

// Row by row; what the kernels compute: |a|^2 + |b|^2 - 2ab of the packed words.
std::int32_t screened(const Panels<std::int32_t>& a, std::int64_t i, const Panels<std::int32_t>& b,
                      std::int64_t j, std::int64_t steps) {
    const auto* x = reinterpret_cast<const std::uint8_t*>(a.values() + i * steps);
    const auto* y = reinterpret_cast<const std::int8_t*>(b.values() + j * steps);
    std::int32_t sum = 0;
    for (std::int64_t k = 0; k < 4 * steps; ++k)
        sum += x[k] * y[k];
    return a.norms()[i] + b.norms()[j] - 2 * sum;
}

TEST_CASE("rows in eight bits: the exact distance lies where the screened one says") {
    for (const std::int64_t dim : {16, 33, 128, 300}) {
        for (const float offset : {0.0F, -0.5F, 3.0F}) {
            CAPTURE(dim);
            CAPTURE(offset);
            RowSet a;
            RowSet b;
            const auto train = fractions(30, dim, offset, 2);
            const auto query = fractions(20, dim, offset, 1);
            fill(a, query);
            fill(b, train);
            const Encoding encoding = choose_encoding(a, b, with_bytes(), true);
            REQUIRE(encoding.is_coarse());
            Panels<std::int32_t> queries;
            Panels<std::int32_t> rows;
            queries.pack(a, 0, 20, 1, Role::kQuery, encoding, 1);
            rows.pack(b, 0, 30, 1, Role::kTrain, encoding, 1);
            const ScreenBound bound(encoding, a, b);
            for (std::int64_t i = 0; i < 20; ++i) {
                for (std::int64_t j = 0; j < 30; ++j) {
                    const double s = screened(queries, i, rows, j, encoding.num_steps(dim));
                    const double exact = std::sqrt(a.exact(i, b, j));
                    CHECK(bound.least(s) < exact);
                    CHECK(bound.most(s) > exact);
                    CHECK(bound.farthest(a.norm(i), exact * exact) >= s);
                    CHECK(bound.nearest(a.norm(i), exact * exact) <= s);
                }
            }
        }
    }
}

TEST_CASE("eight bits are chosen only where they are asked for, fast, and enough") {
    RowSet a;
    RowSet b;
    const auto plain = fractions(20, 128, 0, 1);
    const auto near = fractions(20, 128, 100, 1);
    auto spread = plain;
    spread.view.data = spread.values.data();
    spread.values[0] = 9;  // leaves the others a ninth of the range
    fill(b, plain);
    fill(a, plain);
    CHECK(choose_encoding(a, b, with_bytes(), true).is_coarse());
    CHECK_FALSE(choose_encoding(a, b, with_bytes(), false).is_coarse());
    KernelSet slow = with_bytes();
    slow.bytes = nullptr;
    CHECK_FALSE(choose_encoding(a, b, slow, true).is_coarse());
    CHECK(choose_encoding(fill(a, near), b, with_bytes(), true).form == Form::kHalves);
    CHECK(choose_encoding(fill(a, spread), b, with_bytes(), true).form == Form::kHalves);
    fill(b, plain, Norm::kCosine);
    CHECK(choose_encoding(fill(a, plain, Norm::kCosine), b, with_bytes(), true).form ==
          Form::kHalves);
    const auto bytes = test::random_rows<float>(20, 128, 256, 1);
    fill(b, bytes);
    CHECK(choose_encoding(fill(a, bytes), b, with_bytes(), true).exact);
}

TEST_CASE("a set in eight bits leaves room for queries alike, and refuses others") {
    RowSet set;
    RowSet query;
    const auto train = fractions(20, 128, 0, 1);
    auto values = fractions(20, 128, 0, 2);
    values.view.data = values.values.data();
    const Encoding encoding = choose_coarse(fill(set, train), with_bytes());
    REQUIRE(encoding.is_coarse());
    values.values[5] = 1.08F;
    CHECK(encoding.fits(fill(query, values)));
    values.values[5] = 1.12F;
    CHECK_FALSE(encoding.fits(fill(query, values)));
    values.values[5] = -0.01F;
    CHECK_FALSE(encoding.fits(fill(query, values)));
    const auto bytes = test::random_rows<float>(20, 128, 256, 1);
    CHECK_FALSE(choose_coarse(fill(set, bytes), with_bytes()).is_coarse());
}

TEST_CASE("the range of the values, without rows that match nothing") {
    auto rows = fractions(5, 19, 0, 3);
    rows.view.data = rows.values.data();
    rows.values[3] = -2;
    rows.values[4 * 19 + 18] = 7;
    rows.values[2 * 19] = INFINITY;
    rows.values[2 * 19 + 1] = -50;
    RowSet set;
    const ValueRange range = fill(set, rows).value_range();
    CHECK(range.smallest == -2);
    CHECK(range.largest == 7);
    const auto none = fractions(0, 19, 0, 3);
    CHECK(fill(set, none).value_range().smallest > fill(set, none).value_range().largest);
}

}  // namespace
