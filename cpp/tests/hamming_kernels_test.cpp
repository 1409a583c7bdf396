#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "dispatch.hpp"
#include "hamming_search.hpp"
#include "random_rows.hpp"

namespace {

using namespace ssld;

// The dispatcher offers one Hamming table per level; this reaches those that a newer one hides.
std::vector<const kernels::HammingKernels*> tables() {
    std::vector<const kernels::HammingKernels*> all = {&kernels::kHammingBaseline,
                                                       active_kernels().hamming};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) all.push_back(&kernels::kHammingAvx512);
#endif
    return all;
}

std::int64_t count_bits(MatrixView<std::uint8_t> a, MatrixView<std::uint8_t> b, std::int64_t i,
                        std::int64_t j) {
    std::int64_t bits = 0;
    for (std::int64_t k = 0; k < a.cols; ++k) {
        bits += std::popcount(static_cast<unsigned>(a.row(i)[k] ^ b.row(j)[k]));
    }
    return bits;
}

TEST_CASE("every Hamming table counts bits, in rows short and long") {
    for (const std::int64_t bytes : {1, 8, 32, 61, 248, 249, 1000}) {
        CAPTURE(bytes);
        const auto a = test::random_rows<std::uint8_t>(3, bytes, 256, 1);
        auto b = test::random_rows<std::uint8_t>(21, bytes, 256, 2);
        for (std::int64_t k = 0; k < bytes; ++k) {  // all bits differ from query 0
            b.values[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(~a.view.row(0)[k]);
        }
        for (const auto* table : tables()) {
            WordRows queries;
            WordRows trained;
            const std::uint64_t* panels = trained.panels({b.view}, table->columns);
            const std::uint64_t* rows = queries.plain(a.view);
            const std::int64_t words = WordRows::num_words(bytes);
            const std::int64_t num_panels = (21 + table->columns - 1) / table->columns;
            Scratch scratch;
            auto* out =
                scratch.get<std::int64_t>(static_cast<std::size_t>(num_panels * table->columns));
            for (std::int64_t i = 0; i < 3; ++i) {
                table->distances({rows + i * words, panels, words, 0, num_panels, out});
                for (std::int64_t j = 0; j < 21; ++j) {
                    CHECK(out[j] == count_bits(a.view, b.view, i, j));
                }
            }
        }
    }
}

TEST_CASE("every Hamming table finds the two nearest, lowest index first") {
    const auto a = test::random_rows<std::uint8_t>(13, 3, 4, 3);
    const auto b = test::random_rows<std::uint8_t>(50, 3, 4, 4);
    for (const auto* table : tables()) {
        WordRows queries;
        WordRows trained;
        std::vector<std::int64_t> best(13, std::numeric_limits<std::int64_t>::max());
        std::vector<std::int64_t> second = best;
        std::vector<std::int32_t> best_index(13, -1);
        std::vector<std::int32_t> second_index(13, -1);
        kernels::HammingArgs args;
        args.a = queries.plain(a.view);
        args.b = trained.panels({b.view}, table->columns);
        args.words = 1;
        args.last_row = 13;
        args.num_columns = 50;
        args.num_panels = (50 + table->columns - 1) / table->columns;
        args.best = best.data();
        args.second = second.data();
        args.best_index = best_index.data();
        args.second_index = second_index.data();
        table->nearest2(args);
        for (std::int64_t i = 0; i < 13; ++i) {
            std::int64_t first = 0;
            for (std::int64_t j = 1; j < 50; ++j) {
                if (count_bits(a.view, b.view, i, j) < count_bits(a.view, b.view, i, first)) {
                    first = j;
                }
            }
            std::int64_t next = first == 0 ? 1 : 0;
            for (std::int64_t j = next + 1; j < 50; ++j) {
                if (j != first &&
                    count_bits(a.view, b.view, i, j) < count_bits(a.view, b.view, i, next)) {
                    next = j;
                }
            }
            CHECK(best_index[static_cast<std::size_t>(i)] == first);
            CHECK(second_index[static_cast<std::size_t>(i)] == next);
        }
    }
}

}  // namespace
