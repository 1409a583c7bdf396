// The fused search over float rows: a screen of all pairs, then exact certification.
//
// The screen leaves, for every query, its smallest screened distances and, for every train row,
// its two smallest. ScreenBound tells when these decide the exact answer; in the rare other case
// (near ties, overflow) the row or column is searched again by the scan, which is exact. Results
// are therefore those of an exact search on every instruction set and in every encoding.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "certification.hpp"
#include "float_pair.hpp"
#include "screen.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// Keep the matches for whose position `keep` is true, in their order.
template <typename Keep>
void keep_if(Matches& matches, const Keep& keep) {
    std::size_t kept = 0;
    for (std::size_t n = 0; n < matches.index0.size(); ++n) {
        if (!keep(n)) continue;
        matches.index0[kept] = matches.index0[n];
        matches.index1[kept] = matches.index1[n];
        matches.distance[kept++] = matches.distance[n];
    }
    matches.index0.resize(kept);
    matches.index1.resize(kept);
    matches.distance.resize(kept);
}

class FloatSearch {
  public:
    /// Screen `pair`, and find the `count` (1 or 2) nearest train rows of every query, lowest index
    /// first among equals. `columns`: also keep what keep_mutual() needs. The pair must outlive
    /// the questions. `max_ratio` is for a coarse pair, see certify_ratio().
    void run(const FloatPair& pair, int count, bool columns,
             std::optional<double> max_ratio = std::nullopt);

    const TwoNearest& nearest(std::int64_t i) const { return found_[i]; }

    /// Remove the matches whose train row has another query that is nearer, or as near and before.
    void keep_mutual(Matches& matches);

    /// Give large buffers back.
    void trim();

  private:
    enum class Answer { kNo, kYes, kUndecided };

    template <typename CertifyRow>
    void certify(int count, const CertifyRow& certify_row);
    void search_rows(const std::vector<std::int32_t>& queries, int count);
    /// Call visit(query, its nearest) for the queries in part_, which the screen left undecided.
    template <typename Visit>
    void search_part(int count, std::size_t num_queries, std::size_t num_all, const Visit& visit);
    template <typename Value>
    Answer is_mutual(const Screen<Value>& screen, std::int32_t i, std::int32_t j) const;

    const FloatPair* pair_ = nullptr;
    Screen<float> floats_;
    Screen<std::int32_t> integers_;
    FloatPair part_;  // the queries or train rows to search again
    Scratch found_scratch_;
    TwoNearest* found_ = nullptr;
};

}  // namespace ssld
