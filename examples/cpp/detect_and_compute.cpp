// Keypoints and descriptors without Python, the way of features.py:
// detect_and_compute model.onnx image.pgm max_keypoints keypoints.npy descriptors.npy
//
// keypoints.npy holds (N, 5) float32, best first: x, y, size, angle in degrees, chance;
// descriptors.npy their unit rows, which match_rows reads. Large images are not tiled here: the
// dense network's memory grows with the image.

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "gray.hpp"
#include "keypoints.hpp"
#include "npy.hpp"
#include "onnx_model.hpp"

namespace {

constexpr int kThreads = 1;
constexpr int kMinSide = 64;
constexpr int kNmsRadius = 3;
constexpr int kContrastRadius = 16;
constexpr float kContrastEpsilon = 4;
constexpr double kLackWeight = 0.2;   // see features.py
constexpr std::size_t kChunk = 1024;  // keypoints described at once, small enough for the cache

/// One scale of the image; factor_x and factor_y are pixels of the image per pixel of the level.
struct Level {
    Gray gray;
    float factor_x;
    float factor_y;
};

std::vector<Level> scale_levels(const Gray& gray) {
    std::vector<Level> levels = {{gray, 1, 1}};
    for (int half_octaves = 1; half_octaves <= 4; ++half_octaves) {
        const double factor = std::exp2(half_octaves / 2.0);
        const auto height = std::llrint(static_cast<double>(gray.height) / factor);
        const auto width = std::llrint(static_cast<double>(gray.width) / factor);
        if (std::min(height, width) < kMinSide) break;
        levels.push_back({shrink(gray, height, width),
                          static_cast<float>(static_cast<double>(gray.width) / width),
                          static_cast<float>(static_cast<double>(gray.height) / height)});
    }
    return levels;
}

std::vector<ssld::ScoredPoint> find_peaks(OnnxModel& model, const Gray& gray) {
    Floats contrast(gray.pixels.size());
    ssld::local_contrast(gray.view(), kContrastRadius, kContrastEpsilon, contrast.data());
    const DenseMaps maps = model.dense(contrast, gray.height, gray.width);
    const auto mask = textured(gray, kNmsRadius);
    ssld::KeypointSearch search;
    search.radius = kNmsRadius;
    return ssld::find_keypoints({maps.peak.data(), gray.height, gray.width},
                                {maps.rank.data(), (gray.height + 3) / 4, (gray.width + 3) / 4},
                                mask.data(), search);
}

std::vector<Candidate> find_candidates(OnnxModel& model, const std::vector<Level>& levels) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto lower = static_cast<float>(kLackWeight * lack_of_detail(levels[i].gray));
        for (const auto& [x, y, rank] : find_peaks(model, levels[i].gray)) {
            candidates.push_back({(x + 0.5F) * levels[i].factor_x - 0.5F,
                                  (y + 0.5F) * levels[i].factor_y - 0.5F, x, y, rank - lower, i});
        }
    }
    best_first(candidates);
    return candidates;
}

/// Sets place, angle, size and score of candidates [first, last), as far as they lie on one level.
void look_at(OnnxModel& model, const Level& level, std::size_t index,
             std::vector<Candidate>& candidates, std::size_t first, std::size_t last) {
    std::vector<std::size_t> members;
    Floats xy;
    for (std::size_t i = first; i < last; ++i) {
        if (candidates[i].level != index) continue;
        members.push_back(i);
        xy.insert(xy.end(), {candidates[i].level_x, candidates[i].level_y});
    }
    if (members.empty()) return;
    Floats rings(members.size() * ssld::kRingFloats);
    ssld::sample_rings(level.gray.view(), xy.data(), std::ssize(members), kThreads, rings.data());
    const auto frames = model.frame(rings);
    const auto bins = frames[0].size() / members.size();
    for (std::size_t n = 0; n < members.size(); ++n) {
        Candidate& found = candidates[members[n]];
        const auto [angle, certainty] =
            read_direction(frames[0].data() + n * bins, static_cast<int>(bins));
        found.x = (found.level_x + frames[2][2 * n] + 0.5F) * level.factor_x - 0.5F;
        found.y = (found.level_y + frames[2][2 * n + 1] + 0.5F) * level.factor_y - 0.5F;
        found.angle_deg = angle;
        found.size = frames[1][n] * (level.factor_x + level.factor_y) / 2;
        found.score = found.rank + certainty;
    }
}

std::vector<Candidate> detect(OnnxModel& model, const Gray& gray, std::size_t max_keypoints) {
    const std::vector<Level> levels = scale_levels(gray);
    std::vector<Candidate> keypoints = find_candidates(model, levels);
    keep_surest(keypoints, max_keypoints, [&](std::size_t first, std::size_t last) {
        for (std::size_t i = 0; i < levels.size(); ++i)
            look_at(model, levels[i], i, keypoints, first, last);
    });
    one_per_location(keypoints);
    drop_unlikely(keypoints);
    return keypoints;
}

Floats describe(OnnxModel& model, const Gray& gray, const std::vector<Candidate>& keypoints) {
    Floats rows;
    for (std::size_t start = 0; start < keypoints.size(); start += kChunk) {
        const std::size_t count = std::min(kChunk, keypoints.size() - start);
        Floats xy, size, angle;
        for (std::size_t i = start; i < start + count; ++i) {
            xy.insert(xy.end(), {keypoints[i].x, keypoints[i].y});
            size.push_back(support_size(keypoints[i].size));
            angle.push_back(keypoints[i].angle_deg);
        }
        Floats patches(count * static_cast<std::size_t>(model.patch_floats()));
        ssld::sample_patches(
            gray.view(), {xy.data(), size.data(), angle.data(), static_cast<std::ptrdiff_t>(count)},
            kThreads, patches.data(), model.grids());
        const Floats part = model.describe(patches);
        rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
}

void run(char** argv) {
    char* end = nullptr;
    const long max_keypoints = std::strtol(argv[3], &end, 10);
    if (end == argv[3] || *end != '\0' || max_keypoints < 1) {
        throw std::runtime_error("max_keypoints is '" + std::string(argv[3]) +
                                 "', a positive number is wanted");
    }
    const Gray gray = read_pgm(argv[2]);
    OnnxModel model(argv[1], kThreads);
    const auto keypoints = detect(model, gray, static_cast<std::size_t>(max_keypoints));
    const Floats rows = describe(model, gray, keypoints);
    Floats columns;
    for (const Candidate& k : keypoints)
        columns.insert(columns.end(), {k.x, k.y, k.size, k.angle_deg, chance_of(k.score)});
    write_npy(argv[4], columns, 5);
    write_npy(argv[5], rows, model.dim());
    std::printf("%zu keypoints\n", keypoints.size());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::fprintf(stderr,
                     "usage: detect_and_compute model.onnx image.pgm max_keypoints "
                     "keypoints.npy descriptors.npy\n");
        return 2;
    }
    try {
        run(argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
    return 0;
}
