// What lies between the networks: angles from logits, sizes to sample, which keypoints are kept.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

/// A peak of one level of the image.
struct Candidate {
    float x, y;              // in the image
    float level_x, level_y;  // in the level
    float rank;
    std::size_t level;
    float size = 0;
    float angle_deg = 0;
    float score = 0;  // logit of the chance that the keypoint is found again and matched
};

struct Direction {
    float angle_deg;  // clockwise on screen, in [0, 360)
    float certainty;  // log of the chance of the likeliest direction and its neighbours, at most 0
};

/// Reads a row of logits; bin j is the angle 360 j / bins. The first of equals is the likeliest.
inline Direction read_direction(const float* logits, int bins) {
    const int best = static_cast<int>(std::max_element(logits, logits + bins) - logits);
    const float middle = logits[best];
    const float before = logits[(best + bins - 1) % bins];
    const float after = logits[(best + 1) % bins];
    // The peak of the parabola through the three.
    const float curvature = before - 2 * middle + after;
    const float offset = curvature < 0 ? 0.5F * (before - after) / curvature : 0.0F;
    auto angle = static_cast<float>(std::fmod((best + offset) * 360.0 / bins + 360.0, 360.0));
    if (angle >= 360) angle = 0;  // a tiny negative angle rounds up to the full circle
    float total = 0;
    for (int j = 0; j < bins; ++j)
        total += std::exp(logits[j] - middle);
    const float near = 1 + std::exp(before - middle) + std::exp(after - middle);
    return {angle, std::min(0.0F, std::log(near / total))};
}

/// The size that is sampled for an own keypoint's size; see support.py.
inline float support_size(float size) {
    if (!std::isfinite(size) || size <= 1) return 4;
    return std::clamp(size, 2.5F, 40.0F);
}

/// Keeps the first of the candidates at one place.
inline void one_per_location(std::vector<Candidate>& candidates) {
    std::set<std::pair<float, float>> seen;
    std::erase_if(candidates, [&](const Candidate& c) { return !seen.insert({c.x, c.y}).second; });
}

/// Sorts by rank, equals in the order given, and keeps the best of those at one place.
inline void best_first(std::vector<Candidate>& candidates) {
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.rank > b.rank; });
    one_per_location(candidates);
}

/// Keeps the `count` candidates of the highest score, best first. `look(first, last)` sets the
/// scores of a range; a score is at most the rank, so few more than `count` have to be looked at.
template <typename Look>
void keep_surest(std::vector<Candidate>& candidates, std::size_t count, const Look& look) {
    count = std::min(count, candidates.size());
    std::size_t asked = std::min((3 * count + 1) / 2, candidates.size());
    look(0, asked);
    if (0 < count && count < asked) {
        std::vector<float> scores;
        for (std::size_t i = 0; i < asked; ++i)
            scores.push_back(candidates[i].score);
        std::nth_element(scores.begin(), scores.begin() + (count - 1), scores.end(),
                         std::greater<>());
        const float last = scores[count - 1];
        const auto able = static_cast<std::size_t>(std::count_if(
            candidates.begin(), candidates.end(), [&](const auto& c) { return c.rank >= last; }));
        if (able > asked) {
            look(asked, able);
            asked = able;
        }
    }
    candidates.resize(asked);
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    candidates.resize(count);
}

/// The chance whose logit is the score.
inline float chance_of(float score) {
    return 1 / (1 + std::exp(-score));
}

/// Drops what is hardly ever found again; see features.py.
inline void drop_unlikely(std::vector<Candidate>& candidates) {
    std::erase_if(candidates, [](const Candidate& c) { return chance_of(c.score) < 0.03F; });
}
