// Exact sums over one pair of float rows, in double. Eight lanes and a fixed tree on every
// instruction set, no fused multiply-add: the same bits everywhere.

namespace {

typedef float Float8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef double Double8 __attribute__((vector_size(64)));

inline __attribute__((always_inline)) Double8 widen(const float* p) {
    return __builtin_convertvector(*reinterpret_cast<const Float8*>(p), Double8);
}

inline __attribute__((always_inline)) double add_lanes(const Double8& s) {
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
}

double squared_distance(const float* a, const float* b, std::int64_t dim) {
    Double8 sum{};
    std::int64_t k = 0;
    for (; k + 8 <= dim; k += 8) {
        const Double8 difference = widen(a + k) - widen(b + k);
        sum += difference * difference;
    }
    for (int lane = 0; k < dim; ++k, ++lane) {
        const double difference = static_cast<double>(a[k]) - static_cast<double>(b[k]);
        sum[lane] += difference * difference;
    }
    return add_lanes(sum);
}

double squared_norm(const float* a, std::int64_t dim) {
    Double8 sum{};
    std::int64_t k = 0;
    for (; k + 8 <= dim; k += 8) {
        const Double8 value = widen(a + k);
        sum += value * value;
    }
    for (int lane = 0; k < dim; ++k, ++lane) {
        sum[lane] += static_cast<double>(a[k]) * static_cast<double>(a[k]);
    }
    return add_lanes(sum);
}

}  // namespace
