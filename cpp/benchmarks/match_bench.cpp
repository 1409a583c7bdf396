// Where the time of a match goes, on every level that runs here, on one thread:
// ssld_bench [ROWS [DIM [ROUNDS]]]. Prints the fastest round of each part in milliseconds, and how
// many products (bits: words of 64) it makes a second. Rows are random, so that few match.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>

#include "dispatch.hpp"
#include "random_rows.hpp"
#include "screen.hpp"
#include "ssld/matcher.hpp"
#include "ssld/simd.hpp"

namespace {

using namespace ssld;

int rounds = 20;

/// The least of several rounds: what the machine's other work leaves alone.
double best_ms(const std::function<void()>& run) {
    double best = HUGE_VAL;
    for (int n = 0; n <= rounds; ++n) {
        const std::clock_t start = std::clock();  // of the processor, not on the wall
        run();
        const double ms = 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        if (n > 0) best = std::min(best, ms);  // the first round touches fresh pages
    }
    return best;
}

void report(const std::string& part, const std::function<void()>& run, double products = 0) {
    const double ms = best_ms(run);
    std::printf("  %-28s %9.3f ms", part.c_str(), ms);
    if (products > 0) std::printf(" %8.1f G/s", products / ms / 1e6);
    std::printf("\n");
}

template <typename Value>
void bench_screen(const std::string& form, const kernels::ScreenKernels<Value>& kernels,
                  const Encoding& encoding, const RowSet& a, const RowSet& b) {
    Panels<Value> panels;
    report(form + ": pack train rows", [&] {
        panels.pack(b, 0, b.num_rows(), kernels.panel_columns, Role::kTrain, encoding, 1);
    });
    ScreenTask<Value> task;
    task.a = &a;
    task.b = &b;
    task.prepared = &panels;
    task.encoding = encoding;
    task.kernels = &kernels;
    Screen<Value> screen;
    const double products = static_cast<double>(a.num_rows() * b.num_rows() * a.dim());
    report(form + ": screen", [&] { screen.run(task, true); }, products);
}

void bench_floats(std::int64_t rows, std::int64_t dim) {
    const KernelSet kernels = active_kernels();
    const auto a = test::random_rows<float>(rows, dim, 256, 1);
    const auto b = test::random_rows<float>(rows, dim, 256, 2);
    RowSet rows_a;
    RowSet rows_b;
    rows_b.assign(b.view, Norm::kL2, kernels.floats->exact, 1);
    report("norms", [&] { rows_a.assign(a.view, Norm::kL2, kernels.floats->exact, 1); });
    bench_screen("floats", kernels.floats->screen, {}, rows_a, rows_b);
    Encoding encoding;
    encoding.exact = true;
    if (kernels.halves != nullptr) {
        encoding.form = Form::kHalves;
        bench_screen("halves", kernels.halves->screen, encoding, rows_a, rows_b);
    }
    if (kernels.bytes != nullptr) {
        encoding.form = Form::kBytes;
        bench_screen("bytes", kernels.bytes->screen, encoding, rows_a, rows_b);
    }
    const double products = static_cast<double>(rows * rows * dim);
    const MatchOptions options{true, 0.8, {}, Norm::kL2, 1};
    report("match, integers", [&] { match(a.view, b.view, options); }, products);
    auto fractions = a;
    fractions.view.data = fractions.values.data();
    for (float& value : fractions.values)
        value += 0.1F;
    report("match, fractions", [&] { match(fractions.view, b.view, options); }, products);
}

void bench_bits(std::int64_t rows, std::int64_t bytes) {
    const auto a = test::random_rows<std::uint8_t>(rows, bytes, 256, 1);
    const auto b = test::random_rows<std::uint8_t>(rows, bytes, 256, 2);
    const MatchOptions options{true, 0.8, {}, Norm::kL2, 1};
    const double words = static_cast<double>(rows * rows) * static_cast<double>(bytes) / 8;
    report("match, 256 bits", [&] { match(a.view, b.view, options); }, words);
}

}  // namespace

int main(int argc, char** argv) {
    const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 2048;
    const std::int64_t dim = argc > 2 ? std::atoll(argv[2]) : 128;
    rounds = argc > 3 ? std::atoi(argv[3]) : rounds;
    if (rows < 1 || dim < 1 || rounds < 1) {
        std::fprintf(stderr, "usage: ssld_bench [ROWS [DIM [ROUNDS]]], each 1 at least\n");
        return 2;
    }
    for (const std::string& level : simd_levels()) {
        set_simd_level(level);
        std::printf("%s, %lld x %lld x %lld\n", level.c_str(), static_cast<long long>(rows),
                    static_cast<long long>(rows), static_cast<long long>(dim));
        bench_floats(rows, dim);
        bench_bits(rows, 32);
    }
}
