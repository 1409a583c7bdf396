// Score maps -> keypoints: local maxima, ranked, the best kept and refined to sub-pixel positions.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssld/features.hpp"
#include "window_maxima.hpp"

namespace ssld {
namespace {

constexpr std::ptrdiff_t kRankStride = 4;
// Of a peak's height in its score: the rank says which neighbourhoods are good, the height which
// peaks stand there under a shift by one pixel, too. On relit views of photographs kept out of
// training it gives .004 to .009 of MMA@3.
constexpr double kPeakShare = 0.1;
// Matches within one pixel on relit views of photographs kept out of training: 34.4 % with the
// vertex of a parabola along each axis, 35.9 to 36.3 % with the centroid at temperatures 1.5 to 2.
constexpr int kCentroidRadius = 2;
constexpr float kCentroidTemperature = 2.0F;

struct Candidate {
    std::ptrdiff_t pixel;  ///< row-major index
    float score;
};

bool better(const Candidate& a, const Candidate& b) {
    return a.score > b.score || (a.score == b.score && a.pixel < b.pixel);
}

/// Whether a pixel is greater than all earlier and not less than all later pixels of its window.
bool is_peak(FloatMap peak, std::ptrdiff_t y, std::ptrdiff_t x, std::ptrdiff_t radius) {
    const float value = peak.data[y * peak.width + x];
    if (!std::isfinite(value)) return false;
    const std::ptrdiff_t left = std::max<std::ptrdiff_t>(x - radius, 0);
    const std::ptrdiff_t right = std::min(x + radius, peak.width - 1);
    const std::ptrdiff_t bottom = std::min(y + radius, peak.height - 1);
    const float* row = peak.data + y * peak.width;
    for (std::ptrdiff_t u = x - 1; u >= left; --u) {  // first, as it ends plateaus at once
        if (!(value > row[u])) return false;
    }
    for (std::ptrdiff_t u = x + 1; u <= right; ++u) {
        if (!(value >= row[u])) return false;
    }
    for (std::ptrdiff_t v = std::max<std::ptrdiff_t>(y - radius, 0); v <= bottom; ++v) {
        row = peak.data + v * peak.width;
        for (std::ptrdiff_t u = left; u <= right; ++u) {
            if (v < y ? !(value > row[u]) : (v > y && !(value >= row[u]))) return false;
        }
    }
    return true;
}

/// The rank map at a pixel of the peak map, bilinear, edges clamped.
double rank_at(FloatMap rank, std::ptrdiff_t y, std::ptrdiff_t x) {
    constexpr double kShift = 0.5 * (kRankStride - 1);
    const auto at = [](std::ptrdiff_t pixel, std::ptrdiff_t length) {
        return std::clamp((static_cast<double>(pixel) - kShift) / kRankStride, 0.0,
                          static_cast<double>(length - 1));
    };
    const double row = at(y, rank.height);
    const double column = at(x, rank.width);
    const auto y0 = static_cast<std::ptrdiff_t>(row);
    const auto x0 = static_cast<std::ptrdiff_t>(column);
    const std::ptrdiff_t down = y0 + 1 < rank.height ? rank.width : 0;
    const std::ptrdiff_t right = x0 + 1 < rank.width ? 1 : 0;
    const double fy = row - static_cast<double>(y0);
    const double fx = column - static_cast<double>(x0);
    const float* const cell = rank.data + y0 * rank.width + x0;
    const double upper =
        (1.0 - fx) * static_cast<double>(cell[0]) + fx * static_cast<double>(cell[right]);
    const double lower =
        (1.0 - fx) * static_cast<double>(cell[down]) + fx * static_cast<double>(cell[down + right]);
    return (1.0 - fy) * upper + fy * lower;
}

/// e^x for x in [-80, 0], off by less than 2e-7; without branches, so that loops become vectors.
float exp_of(float x) {
    constexpr int kExponentBias = 127;
    constexpr int kMantissaBits = 23;
    const float power = x * std::numbers::log2e_v<float>;
    const int whole = static_cast<int>(power - 0.5F);  // nearest, as it is negative
    const float f = power - static_cast<float>(whole);
    // 2^f on [-.5, .5]: the series of e^(f ln 2).
    const float fraction =
        1.0F +
        f * (0.69314718F +
             f * (0.24022651F +
                  f * (0.05550411F + f * (0.00961813F + f * (0.00133336F + f * 0.00015404F)))));
    return fraction * std::bit_cast<float>((whole + kExponentBias) << kMantissaBits);
}

/// Moves a peak to the centroid of the logits around it, at most half a pixel along each axis.
/// Logits above the peak's, which only a radius smaller than the centroid's allows, count as its.
ScoredPoint refined(FloatMap peak, const Candidate& candidate) {
    constexpr int kSide = 2 * kCentroidRadius + 1;
    constexpr float kNothing = -80.0F;  // the exponent of a weight without weight
    const std::ptrdiff_t y = candidate.pixel / peak.width;
    const std::ptrdiff_t x = candidate.pixel % peak.width;
    const float largest = peak.data[candidate.pixel];
    std::array<float, kSide * kSide> exponent;
    exponent.fill(kNothing);
    const std::ptrdiff_t bottom = std::min(y + kCentroidRadius, peak.height - 1);
    const std::ptrdiff_t end = std::min(x + kCentroidRadius, peak.width - 1);
    for (std::ptrdiff_t v = std::max<std::ptrdiff_t>(y - kCentroidRadius, 0); v <= bottom; ++v) {
        for (std::ptrdiff_t u = std::max<std::ptrdiff_t>(x - kCentroidRadius, 0); u <= end; ++u) {
            const float logit = peak.data[v * peak.width + u];
            const std::ptrdiff_t cell = (v - y + kCentroidRadius) * kSide + u - x + kCentroidRadius;
            if (std::isfinite(logit)) {
                exponent[static_cast<std::size_t>(cell)] =
                    std::clamp((logit - largest) / kCentroidTemperature, kNothing, 0.0F);
            }
        }
    }
    std::array<float, kSide * kSide> weight;
    for (std::size_t cell = 0; cell < weight.size(); ++cell)
        weight[cell] = exp_of(exponent[cell]);
    float total = 0.0F;
    float right = 0.0F;
    float down = 0.0F;
    for (int cell = 0; cell < kSide * kSide; ++cell) {
        const float share = weight[static_cast<std::size_t>(cell)];
        total += share;
        right += share * static_cast<float>(cell % kSide - kCentroidRadius);
        down += share * static_cast<float>(cell / kSide - kCentroidRadius);
    }
    const auto moved = [total](std::ptrdiff_t pixel, float sum) {
        return static_cast<float>(pixel) + std::clamp(sum / total, -0.5F, 0.5F);
    };
    return {moved(x, right), moved(y, down), candidate.score};
}

/// Calls visit(x) for the set bytes of flags[begin, end), eight at a time while they are zero.
template <typename Visit>
void for_each_set(const std::uint8_t* flags, std::ptrdiff_t begin, std::ptrdiff_t end,
                  const Visit& visit) {
    for (std::ptrdiff_t x = begin; x < end;) {
        std::uint64_t eight = 0;
        if (x + 8 <= end) {
            std::memcpy(&eight, flags + x, 8);
            if (eight == 0) {
                x += 8;
                continue;
            }
        }
        const std::ptrdiff_t stop = std::min(x + 8, end);
        for (; x < stop; ++x) {
            if (flags[x] != 0) visit(x);
        }
    }
}

std::vector<Candidate> find_candidates(FloatMap peak, FloatMap rank, const std::uint8_t* mask,
                                       std::ptrdiff_t radius, std::ptrdiff_t border) {
    std::vector<Candidate> candidates;
    if (peak.width <= 2 * border) return candidates;
    WindowMaxima maxima(peak, radius);
    std::vector<std::uint8_t> flags(static_cast<std::size_t>(peak.width));
    for (std::ptrdiff_t y = border; y < peak.height - border; ++y) {
        const float* const largest = maxima.row(y);
        const float* const values = peak.data + y * peak.width;
        // A NaN can make the maximum too small but never too large: nothing is missed.
        for (std::ptrdiff_t x = 0; x < peak.width; ++x) {
            flags[static_cast<std::size_t>(x)] = values[x] >= largest[x] ? 1 : 0;
        }
        for_each_set(flags.data(), border, peak.width - border, [&](std::ptrdiff_t x) {
            const std::ptrdiff_t pixel = y * peak.width + x;
            if (mask != nullptr && mask[pixel] == 0) return;
            if (!is_peak(peak, y, x, radius)) return;
            const auto score = static_cast<float>(rank_at(rank, y, x) +
                                                  kPeakShare * static_cast<double>(values[x]));
            if (std::isfinite(score)) candidates.push_back({pixel, score});
        });
    }
    return candidates;
}

void keep_best(std::vector<Candidate>& candidates, std::int64_t max_keypoints) {
    const auto count = static_cast<std::int64_t>(candidates.size());
    if (max_keypoints > 0 && max_keypoints < count) {
        std::nth_element(candidates.begin(), candidates.begin() + max_keypoints, candidates.end(),
                         better);
        candidates.resize(static_cast<std::size_t>(max_keypoints));
    }
    std::sort(candidates.begin(), candidates.end(), better);
}

void check(FloatMap peak, FloatMap rank, const KeypointSearch& search) {
    const auto cells = [](std::ptrdiff_t length) {
        return (length + kRankStride - 1) / kRankStride;
    };
    if (peak.height < 1 || peak.width < 1) {
        throw std::invalid_argument("peak must have at least one pixel, got " +
                                    std::to_string(peak.height) + " rows of " +
                                    std::to_string(peak.width));
    }
    if (rank.height != cells(peak.height) || rank.width != cells(peak.width)) {
        throw std::invalid_argument(
            "rank must have shape (" + std::to_string(cells(peak.height)) + ", " +
            std::to_string(cells(peak.width)) + "), a quarter of peak's rounded up, got (" +
            std::to_string(rank.height) + ", " + std::to_string(rank.width) + ")");
    }
    if (search.radius < 0 || search.border < 0) {
        throw std::invalid_argument("radius and border must not be negative, got " +
                                    std::to_string(search.radius) + " and " +
                                    std::to_string(search.border));
    }
}

}  // namespace

std::vector<ScoredPoint> find_keypoints(FloatMap peak, FloatMap rank, const std::uint8_t* mask,
                                        const KeypointSearch& search) {
    check(peak, rank, search);
    const std::ptrdiff_t radius =
        std::min<std::ptrdiff_t>(search.radius, std::max(peak.height, peak.width));
    auto candidates = find_candidates(peak, rank, mask, radius, search.border);
    keep_best(candidates, search.max_keypoints);
    std::vector<ScoredPoint> points;
    points.reserve(candidates.size());
    for (const Candidate& candidate : candidates)
        points.push_back(refined(peak, candidate));
    return points;
}

}  // namespace ssld
