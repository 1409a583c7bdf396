#include "k_search.hpp"

#include <algorithm>
#include <vector>

#include "blocks.hpp"
#include "collectors.hpp"
#include "scan.hpp"

namespace ssld {

namespace {

/// What may be among the nearest of one query: all train rows seen so far whose screened distance
/// is <= limit.
template <typename Value>
struct ShortList {
    Value limit = std::numeric_limits<Value>::lowest();  // nothing is taken
    std::int32_t count = 0;
    bool is_undecided = false;  // too many are that near, or the screen does not see all rows
};

/// No screened row is farther, every other is.
template <typename Value>
constexpr Value largest_screened() {
    if constexpr (std::is_same_v<Value, float>) return std::numeric_limits<float>::max();
    return unset<Value>() - 1;
}

/// A value that at least `least` values do not exceed, and if it can be found quickly at most
/// `most`.
template <typename Value>
Value most_of(const Value* values, std::int32_t count, std::int64_t least, std::int64_t most) {
    Value low = *std::min_element(values, values + count);
    Value high = *std::max_element(values, values + count);
    std::int64_t below_high = count;
    constexpr int kHalvings = 32;
    for (int n = 0; n < kHalvings && below_high > most; ++n) {
        const Value middle = low + (high - low) / 2;
        std::int32_t below = 0;  // counted without a branch, in vector instructions
        for (std::int32_t c = 0; c < count; ++c)
            below += static_cast<std::int32_t>(values[c] <= middle);
        if (below >= least) {
            high = middle;
            below_high = below;
        } else {
            low = middle;
        }
    }
    return high;
}

/// One search, shared by its threads.
template <typename Value>
class KSearch {
  public:
    KSearch(const FloatPair& pair, std::int64_t k, Neighbours& out)
        : pair_(pair),
          wanted_(std::min(k, pair.b().num_finite())),
          capacity_(2 * k + 4 * kScanStep),
          out_(out) {}

    /// Fill the results of all queries but those returned, which are left undecided.
    std::vector<std::int32_t> run(Scratch& list_memory, Scratch& item_memory) {
        constexpr std::int64_t kListBytes = std::int64_t{8} << 20;
        constexpr std::int64_t kLeastQueries = 1024;  // fewer would not repay packing train rows
        const std::int64_t bytes = capacity_ * 8;
        const std::int64_t rows = pair_.a().num_rows();
        ScreenTask<Value> task = pair_.task<Value>();
        task.most_queries = std::max(kLeastQueries, kListBytes / bytes);
        const std::int64_t held = std::min(task.most_queries, rows);
        lists_ = list_memory.get<ShortList<Value>>(static_cast<std::size_t>(held));
        const auto places = static_cast<std::size_t>(held * capacity_);
        values_ = item_memory.get<Value>(2 * places);
        index_ = reinterpret_cast<std::int32_t*>(values_ + places);
        begin(0, held);
        for_each_block(
            task,
            [&](std::int64_t i, std::int64_t first, std::int64_t count, const Value* offered) {
                offer(i, static_cast<std::int32_t>(first), count, offered);
            },
            [&](std::int64_t first, std::int64_t last) {
                finish(first, last);
                begin(last, std::min(last + held, rows));
            });
        return std::move(undecided_);
    }

  private:
    Value* values(std::int64_t i) const { return values_ + (i - first_) * capacity_; }
    std::int32_t* index(std::int64_t i) const { return index_ + (i - first_) * capacity_; }

    /// Empty the lists, for queries [first, last).
    void begin(std::int64_t first, std::int64_t last) {
        first_ = first;
        for (std::int64_t i = first; i < last; ++i) {
            ShortList<Value>& list = lists_[i - first];
            list = {};
            if (pair_.a().is_finite(i)) list.limit = largest_screened<Value>();
        }
    }

    /// Take what is near enough of train rows [first, first + count). No branch for each one: no
    /// processor could foresee it.
    void offer(std::int64_t i, std::int32_t first, std::int64_t count, const Value* offered) {
        ShortList<Value> list = lists_[i - first_];
        Value* value = values(i);
        std::int32_t* row = index(i);
        visit_steps(offered, count, list.limit, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t c = begin; c < end; ++c) {
                value[list.count] = offered[c];
                row[list.count] = first + static_cast<std::int32_t>(c);
                list.count += static_cast<std::int32_t>(offered[c] <= list.limit);
            }
            if (list.count > capacity_ - kScanStep) cut(i, list, wanted_ / 8);
            return list.limit;
        });
        lists_[i - first_] = list;
    }

    /// Keep what may be among the nearest, given the rows in the list; `more`: how many more than
    /// needed may be kept.
    void cut(std::int64_t i, ShortList<Value>& list, std::int64_t more) {
        Value* value = values(i);
        std::int32_t* row = index(i);
        const Value last = most_of(value, list.count, wanted_, wanted_ + more);
        list.limit = screen_limit<Value>(pair_.bound().rival(pair_.a().norm(i), last));
        const std::int32_t count = list.count;
        list.count = 0;
        for (std::int32_t n = 0; n < count; ++n) {
            value[list.count] = value[n];
            row[list.count] = row[n];
            list.count += static_cast<std::int32_t>(value[n] <= list.limit);
        }
        // A list that stays nearly full would be cut at every step.
        if (!(list.limit < unset<Value>()) || list.count > capacity_ - 2 * kScanStep) {
            list = {};
            list.is_undecided = true;
        }
    }

    void finish(std::int64_t first, std::int64_t last) {
        constexpr std::int64_t kLeastRows = 256;
        const std::int64_t rows = last - first;
        const int pieces = num_pieces(rows, kLeastRows, pair_.num_threads());
        std::vector<std::vector<std::int32_t>> undecided(static_cast<std::size_t>(pieces));
        parallel_pieces(rows, pieces, [&](int piece, std::int64_t begin, std::int64_t end) {
            std::vector<Candidate> compared;
            for (std::int64_t i = first + begin; i < first + end; ++i) {
                if (!decide(i, compared)) {
                    undecided[static_cast<std::size_t>(piece)].push_back(
                        static_cast<std::int32_t>(i));
                }
            }
        });
        for (const auto& part : undecided)
            undecided_.insert(undecided_.end(), part.begin(), part.end());
    }

    /// Compare the list of query i exactly. False if it is undecided.
    bool decide(std::int64_t i, std::vector<Candidate>& compared) {
        if (!pair_.a().is_finite(i) || wanted_ == 0) return true;
        ShortList<Value>& list = lists_[i - first_];
        if (list.count < wanted_) return false;
        if (wanted_ < pair_.b().num_finite()) cut(i, list, 0);
        if (list.is_undecided) return false;
        compared.clear();
        for (std::int32_t n = 0; n < list.count; ++n) {
            const std::int32_t j = index(i)[n];
            compared.push_back({pair_.reported(pair_.exact(i, j, values(i)[n])), j});
        }
        std::sort(compared.begin(), compared.end());
        write_nearest(compared, i, out_);
        return true;
    }

    const FloatPair& pair_;
    std::int64_t wanted_;    // of every query: k, or all rows that there are
    std::int64_t capacity_;  // of a list
    Neighbours& out_;
    std::int64_t first_ = 0;  // query of the first list
    ShortList<Value>* lists_ = nullptr;
    Value* values_ = nullptr;  // of all lists
    std::int32_t* index_ = nullptr;
    std::vector<std::int32_t> undecided_;
};

// What the lists left undecided.
void search_rows(const FloatPair& pair, const std::vector<std::int32_t>& queries, std::int64_t k,
                 Neighbours& out) {
    thread_local FloatPair part;
    part.assign_queries(pair, queries);
    const auto all = static_cast<std::size_t>(pair.a().num_rows());
    if (part.uses_integers() && queries.size() > all / 8) part.use_floats();
    std::vector<KNearest> collectors(queries.size(), KNearest(k));
    scan(part, nullptr, collectors);
    part.trim();
    for (std::size_t n = 0; n < queries.size(); ++n)
        write_nearest(collectors[n].sorted(), queries[n], out);
}

template <typename Value>
std::vector<std::int32_t> search_all(const FloatPair& pair, std::int64_t k, Neighbours& out) {
    thread_local Scratch lists;
    thread_local Scratch items;
    std::vector<std::int32_t> undecided = KSearch<Value>(pair, k, out).run(lists, items);
    lists.trim();
    items.trim();
    return undecided;
}

}  // namespace

void find_k_nearest(const FloatPair& pair, std::int64_t k, Neighbours& out) {
    const std::vector<std::int32_t> undecided = pair.uses_integers()
                                                    ? search_all<std::int32_t>(pair, k, out)
                                                    : search_all<float>(pair, k, out);
    if (!undecided.empty()) search_rows(pair, undecided, k, out);
}

}  // namespace ssld
