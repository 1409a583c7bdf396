// The integer kernels against plain sums: the same text for halves and for bytes. The kernels of a
// processor that this one is not are skipped; their text then runs as kBytePlain.
#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "dispatch.hpp"
#include "random_rows.hpp"
#include "screen.hpp"

namespace ssld::kernels {
namespace {

// What VNNI does in one instruction: uint8 of the queries times int8 of the train rows.
using Value = std::int32_t;
constexpr int kLanes = 4;
constexpr int kRows = 8;
constexpr int kVectors = 3;
constexpr int kKept = 4;
typedef std::int32_t Vec __attribute__((vector_size(4 * kLanes), may_alias));
using VecI = Vec;

inline __attribute__((always_inline)) Vec accumulate(Vec a, Vec b, Vec sum) {
    for (int shift = 0; shift < 32; shift += 8)
        sum += ((a >> shift) & 255) * (b << (24 - shift) >> 24);
    return sum;
}

inline __attribute__((always_inline)) unsigned lanes_below(Vec a, Vec b) {
    const Vec below = a < b;
    return (below[0] & 1U) | (below[1] & 2U) | (below[2] & 4U) | (below[3] & 8U);
}

}  // namespace
#include "kernels/nearest2-inl.hpp"

const IntegerKernels kBytePlain = {{kRows, kColumns, kKept, screen, distances}, 4};

}  // namespace ssld::kernels

namespace {

using namespace ssld;

bool has_vnni() {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw");
#else
    return false;
#endif
}

std::int32_t squared_distance(const MatrixView<float>& a, const MatrixView<float>& b,
                              std::int64_t i, std::int64_t j) {
    std::int32_t sum = 0;
    for (std::int64_t k = 0; k < a.cols; ++k) {
        const auto d = static_cast<std::int32_t>(a.row(i)[k] - b.row(j)[k]);
        sum += d * d;
    }
    return sum;
}

using Ranked = std::vector<std::pair<std::int32_t, std::int32_t>>;  // (distance, index)

void check_screen(const kernels::IntegerKernels& table, const MatrixView<float>& a,
                  const MatrixView<float>& b, int num_threads) {
    RowSet rows_a;
    RowSet rows_b;
    rows_a.assign(a, Norm::kL2, active_kernels().floats->exact, 1);
    rows_b.assign(b, Norm::kL2, active_kernels().floats->exact, 1);
    ScreenTask<std::int32_t> task;
    task.a = &rows_a;
    task.b = &rows_b;
    task.encoding.form = table.values_per_word == 4 ? Form::kBytes : Form::kHalves;
    task.encoding.exact = true;
    task.kernels = &table.screen;
    task.num_threads = num_threads;
    Screen<std::int32_t> screen;
    screen.run(task, true);
    for (std::int64_t i = 0; i < a.rows; ++i) {
        Ranked ranked;
        for (std::int64_t j = 0; j < b.rows; ++j)
            ranked.emplace_back(squared_distance(a, b, i, j), static_cast<std::int32_t>(j));
        std::sort(ranked.begin(), ranked.end());
        ranked.resize(static_cast<std::size_t>(screen.kept()), {kernels::kUnset, -1});
        for (int n = 0; n < screen.kept(); ++n) {
            CHECK(screen.nearest(i)[n] == ranked[static_cast<std::size_t>(n)].first);
            CHECK(screen.nearest_index(i)[n] == ranked[static_cast<std::size_t>(n)].second);
        }
    }
    for (std::int64_t j = 0; j < b.rows; ++j) {
        Ranked ranked;
        for (std::int64_t i = 0; i < a.rows; ++i)
            ranked.emplace_back(squared_distance(a, b, i, j), static_cast<std::int32_t>(i));
        std::sort(ranked.begin(), ranked.end());
        ranked.resize(std::max<std::size_t>(2, ranked.size()), {kernels::kUnset, -1});
        CHECK(screen.column_best(j) == ranked[0].first);
        CHECK(screen.column_second(j) == ranked[1].first);
        if (ranked[0].first != ranked[1].first) CHECK(screen.column_index(j) == ranked[0].second);
    }
}

void check_table(const kernels::IntegerKernels& table) {
    for (const std::int64_t dim : {1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 64, 128, 300}) {
        CAPTURE(dim);
        const auto a = test::random_rows<float>(29, dim, 256, 1);
        auto b = test::random_rows<float>(67, dim, 256, 2);
        for (std::int64_t k = 0; k < dim; ++k) {  // the largest distance that there is
            b.values[static_cast<std::size_t>(k)] = a.view.row(0)[k] < 128 ? 255.0F : 0.0F;
        }
        check_screen(table, a.view, b.view, 1);
    }
    const auto a = test::random_rows<float>(500, 64, 4, 3);  // ties everywhere, several pieces
    const auto b = test::random_rows<float>(300, 64, 4, 4);
    check_screen(table, a.view, b.view, 3);
    check_screen(table, {a.view.data, 1, 64}, b.view, 1);
    check_screen(table, a.view, {b.view.data, 1, 64}, 1);
}

TEST_CASE("halves: the kernels of every level that runs here") {
    check_table(kernels::kIntegerBaseline);
    if (active_kernels().halves != nullptr) check_table(*active_kernels().halves);
}

TEST_CASE("bytes: the text of the kernel, in plain arithmetic") {
    check_table(kernels::kBytePlain);
}

TEST_CASE("halves and bytes with AVX-512 VNNI (skipped: this processor has none)" *
          doctest::skip(!has_vnni())) {
#if defined(__x86_64__)
    check_table(kernels::kIntegerAvx512Vnni);
    check_table(kernels::kByteAvx512Vnni);
#endif
}

}  // namespace
