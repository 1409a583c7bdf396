// Match two sets of descriptors without Python: match_rows one.npy two.npy [ratio]
//
// The files are what numpy.save writes of (N, D) float32 (L2) or uint8 (Hamming) descriptors.
// Without arguments it matches random rows with noisy copies of them. Prints "row0 row1 distance".

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>

#include "npy.hpp"
#include "ssld/matcher.hpp"
#include "ssld/simd.hpp"

namespace {

template <typename T>
ssld::MatrixView<T> view(const NpyRows& file) {
    return {reinterpret_cast<const T*>(file.bytes.data()), file.rows, file.cols};
}

void print(const ssld::Matches& matches) {
    for (std::size_t n = 0; n < matches.index0.size(); ++n) {
        std::printf("%d %d %g\n", matches.index0[n], matches.index1[n], matches.distance[n]);
    }
    std::fprintf(stderr, "%zu matches (%s)\n", matches.index0.size(), ssld::simd_level().c_str());
}

ssld::Matches match_files(const NpyRows& a, const NpyRows& b, const ssld::MatchOptions& options) {
    if (a.type != b.type) throw std::runtime_error("one file holds floats, the other bytes");
    if (a.type == "<f4") return ssld::match(view<float>(a), view<float>(b), options);
    return ssld::match(view<std::uint8_t>(a), view<std::uint8_t>(b), options);
}

ssld::Matches match_random(const ssld::MatchOptions& options) {
    constexpr int kRows = 1000;
    constexpr int kDim = 64;
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> a(static_cast<std::size_t>(kRows) * kDim);
    for (float& value : a)
        value = normal(random);
    std::vector<float> b = a;
    for (float& value : b)
        value += 0.1F * normal(random);
    return ssld::match({a.data(), kRows, kDim}, {b.data(), kRows, kDim}, options);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 1 && argc != 3 && argc != 4) {
        std::fprintf(stderr, "usage: match_rows [one.npy two.npy [ratio]]\n");
        return 2;
    }
    ssld::MatchOptions options;
    options.mutual = true;
    options.max_ratio = argc == 4 ? std::atof(argv[3]) : 0.8;
    try {
        print(argc == 1 ? match_random(options)
                        : match_files(read_npy(argv[1]), read_npy(argv[2]), options));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
    return 0;
}
