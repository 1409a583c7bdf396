// Exact sums over one pair of float rows, in double. Sixteen lanes and a fixed tree on every
// instruction set, no fused multiply-add: the same bits everywhere.
//
// The including .cpp provides Doubles, a register of kDoubles, and widen(p), kDoubles floats as
// such. (One vector of 16 would do for the text, but the compiler would keep it in memory.)

namespace {

constexpr int kSums = 16;
constexpr int kParts = kSums / kDoubles;

inline __attribute__((always_inline)) double add_lanes(double (&sums)[kSums]) {
    for (int width = kSums / 2; width > 0; width /= 2) {
        for (int lane = 0; lane < width; ++lane)
            sums[lane] += sums[lane + width];
    }
    return sums[0];
}

struct Difference {
    template <typename T>
    static inline __attribute__((always_inline)) T term(T a, T b, double, double) {
        return (a - b) * (a - b);
    }
};

struct ScaledDifference {
    template <typename T>
    static inline __attribute__((always_inline)) T term(T a, T b, double scale_a, double scale_b) {
        return (a * scale_a - b * scale_b) * (a * scale_a - b * scale_b);
    }
};

struct Product {
    template <typename T>
    static inline __attribute__((always_inline)) T term(T a, T b, double, double) {
        return a * b;
    }
};

template <typename Term>
inline __attribute__((always_inline)) double sum_terms(const float* a, double scale_a,
                                                       const float* b, double scale_b,
                                                       std::int64_t dim) {
    Doubles part[kParts] = {};
    std::int64_t k = 0;
    for (; k + kSums <= dim; k += kSums) {
        _Pragma("GCC unroll 8") for (int p = 0; p < kParts; ++p) {
            part[p] += Term::term(widen(a + k + p * kDoubles), widen(b + k + p * kDoubles), scale_a,
                                  scale_b);
        }
    }
    double sums[kSums];
    _Pragma("GCC unroll 8") for (int p = 0; p < kParts; ++p) {
        _Pragma("GCC unroll 8") for (int lane = 0; lane < kDoubles; ++lane) {
            sums[p * kDoubles + lane] = part[p][lane];
        }
    }
    for (int lane = 0; k < dim; ++k, ++lane) {
        sums[lane] +=
            Term::term(static_cast<double>(a[k]), static_cast<double>(b[k]), scale_a, scale_b);
    }
    return add_lanes(sums);
}

double squared_distance(const float* a, const float* b, std::int64_t dim) {
    return sum_terms<Difference>(a, 1, b, 1, dim);
}

double scaled_squared_distance(const float* a, double scale_a, const float* b, double scale_b,
                               std::int64_t dim) {
    return sum_terms<ScaledDifference>(a, scale_a, b, scale_b, dim);
}

double dot(const float* a, const float* b, std::int64_t dim) {
    return sum_terms<Product>(a, 1, b, 1, dim);
}

}  // namespace
