// What one thread of this processor can do at most: roofline.py compiles it with -march=native and
// runs it. Prints multiply-adds of float, of int16 and of int8 (0 without VNNI) per second, and
// bytes read per second.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace {

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
constexpr int kSums = 10;  // enough to hide the latency, few enough for 16 registers

typedef float Floats __attribute__((vector_size(kBytes)));
typedef std::int32_t Words __attribute__((vector_size(kBytes)));

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

Words add_products(Words a, Words b, Words sum) {
#if defined(__AVX512VNNI__)
    return (Words)_mm512_dpwssd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#elif defined(__AVX512BW__)
    return sum + (Words)_mm512_madd_epi16((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
    return sum + (Words)_mm256_madd_epi16((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
    return sum + (Words)_mm_madd_epi16((__m128i)a, (__m128i)b);
#else
    return sum + (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}

// Four bytes a word; without VNNI the matcher makes no use of them.
Words add_byte_products(Words a, Words b, Words sum) {
#if defined(__AVX512VNNI__)
    return (Words)_mm512_dpbusd_epi32((__m512i)sum, (__m512i)a, (__m512i)b);
#else
    return sum + a * b;
#endif
}

#if defined(__AVX512VNNI__)
constexpr int kByteProducts = kBytes;
#else
constexpr int kByteProducts = 0;
#endif

template <typename Vector, typename Step>
double best_rate(const Step& step, double products) {
    double best = 0;
    for (int attempt = 0; attempt < 20; ++attempt) {
        constexpr int kRounds = 1 << 20;
        Vector sums[kSums] = {};
        const double start = seconds();
        for (int n = 0; n < kRounds; ++n) {
#pragma GCC unroll 16
            for (int s = 0; s < kSums; ++s)
                sums[s] = step(sums[s]);
        }
        const double rate = products * kSums * kRounds / (seconds() - start);
        for (int s = 0; s < kSums; ++s)
            asm volatile("" ::"m"(sums[s]));
        best = rate > best ? rate : best;
    }
    return best;
}

double read_rate() {
    std::vector<std::uint64_t> values(std::size_t{1} << 25, 1);  // 256 MB, beyond any cache
    double best = 0;
    for (int attempt = 0; attempt < 5; ++attempt) {
        std::uint64_t sums[8] = {};
        const double start = seconds();
        for (std::size_t i = 0; i < values.size(); i += 8) {
            for (int s = 0; s < 8; ++s)
                sums[s] += values[i + static_cast<std::size_t>(s)];
        }
        const double rate = static_cast<double>(values.size() * 8) / (seconds() - start);
        for (int s = 0; s < 8; ++s)
            asm volatile("" ::"m"(sums[s]));
        best = rate > best ? rate : best;
    }
    return best;
}

}  // namespace

int main() {
    Floats x = 0.5F - Floats{};
    Floats y = 1.0F - Floats{};
    Words a = 3 - Words{};
    Words b = 1 - Words{};
    asm volatile("" : "+m"(x), "+m"(y), "+m"(a), "+m"(b));
    // Each step depends on the one before it, so that no product is made but once.
    const double floats = best_rate<Floats>([&](Floats sum) { return y + x * sum; }, kBytes / 4);
    const double words =
        best_rate<Words>([&](Words sum) { return add_products(a, sum, b); }, kBytes / 2);
    const double bytes =
        best_rate<Words>([&](Words sum) { return add_byte_products(a, sum, b); }, kByteProducts);
    std::printf(
        "{\"float_gmacs\": %.1f, \"int16_gmacs\": %.1f, \"int8_gmacs\": %.1f, "
        "\"read_gb_per_s\": %.1f}\n",
        floats / 1e9, words / 1e9, bytes / 1e9, read_rate() / 1e9);
}
