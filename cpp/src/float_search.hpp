// The fused search over float rows: a screen of all pairs, then exact certification.
//
// The screen leaves, for every query, its smallest screened distances and, for every train row,
// its two smallest. ScreenBound tells when these decide the exact answer; in the rare other case
// (near ties, overflow) the row or column is searched again by the scan, which is exact. Results
// are therefore those of an exact search on every instruction set and in every encoding.
#pragma once

#include <cstdint>
#include <vector>

#include "float_pair.hpp"
#include "screen.hpp"
#include "ssld/types.hpp"

namespace ssld {

/// The two nearest train rows of one query, exact; -1 and +inf where there is none.
struct TwoNearest {
    std::int32_t index[2] = {-1, -1};
    float distance[2] = {kNoDistance, kNoDistance};
};

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
    /// the questions.
    void run(const FloatPair& pair, int count, bool columns);

    const TwoNearest& nearest(std::int64_t i) const { return found_[i]; }

    /// Remove the matches whose train row has another query that is nearer, or as near and before.
    void keep_mutual(Matches& matches);

    /// Give large buffers back.
    void trim();

  private:
    enum class Answer { kNo, kYes, kUndecided };

    template <typename Value>
    void certify(const Screen<Value>& screen, int count);
    template <typename Value>
    bool certify_row(const Screen<Value>& screen, std::int64_t i, int count,
                     TwoNearest& found) const;
    void search_rows(const std::vector<std::int32_t>& queries, int count);
    template <typename Value>
    Answer is_mutual(const Screen<Value>& screen, std::int32_t i, std::int32_t j) const;

    const FloatPair* pair_ = nullptr;
    Screen<float> floats_;
    Screen<std::int32_t> integers_;
    Scratch found_scratch_;
    TwoNearest* found_ = nullptr;
};

}  // namespace ssld
