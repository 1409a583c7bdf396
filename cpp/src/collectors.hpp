// What a general search keeps for one query. Private to the core.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "encoding.hpp"
#include "ssld/types.hpp"

namespace ssld {

struct Candidate {
    float distance;
    std::int32_t index;

    bool operator<(const Candidate& other) const {
        return distance < other.distance || (distance == other.distance && index < other.index);
    }
};

/// Write the neighbours of query i, at most out.k of them.
inline void write_nearest(const std::vector<Candidate>& sorted, std::int64_t i, Neighbours& out) {
    const std::size_t count = std::min(sorted.size(), static_cast<std::size_t>(out.k));
    const auto first = static_cast<std::size_t>(i * out.k);
    for (std::size_t n = 0; n < count; ++n) {
        out.index[first + n] = sorted[n].index;
        out.distance[first + n] = sorted[n].distance;
    }
}

/// The k nearest; candidates come in increasing index, so that an equal one comes too late.
class KNearest {
  public:
    explicit KNearest(std::int64_t k) : k_(static_cast<std::size_t>(k)) {}

    /// Only smaller distances are of interest.
    double limit() const {
        return heap_.size() < k_ ? static_cast<double>(kNoDistance) : heap_.front().distance;
    }

    void add(std::int32_t index, float distance) {
        if (!(distance < limit())) return;
        if (heap_.size() == k_) {
            std::pop_heap(heap_.begin(), heap_.end());
            heap_.pop_back();
        }
        heap_.push_back({distance, index});
        std::push_heap(heap_.begin(), heap_.end());
    }

    const std::vector<Candidate>& sorted() {
        std::sort(heap_.begin(), heap_.end());
        return heap_;
    }

  private:
    std::size_t k_;
    std::vector<Candidate> heap_;  // farthest first
};

/// Everything up to and including a distance.
class InRadius {
  public:
    explicit InRadius(double radius) : radius_(radius) {}

    double limit() const { return radius_; }

    void add(std::int32_t index, float distance) {
        if (distance <= radius_ && distance < kNoDistance) found_.push_back({distance, index});
    }

    const std::vector<Candidate>& sorted() {
        std::sort(found_.begin(), found_.end());
        return found_;
    }

  private:
    double radius_;
    std::vector<Candidate> found_;
};

}  // namespace ssld
