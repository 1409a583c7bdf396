#include "float_search.hpp"

#include <algorithm>

#include "collectors.hpp"
#include "scan.hpp"

namespace ssld {

namespace {

// Insert a candidate. They come in order of their screened distance, not of their index.
void insert(TwoNearest& best, std::int32_t j, float distance) {
    const auto comes_before = [&](int n) {
        return distance < best.distance[n] || (distance == best.distance[n] && j < best.index[n]);
    };
    if (comes_before(0)) {
        best.index[1] = best.index[0];
        best.distance[1] = best.distance[0];
        best.index[0] = j;
        best.distance[0] = distance;
    } else if (comes_before(1)) {
        best.index[1] = j;
        best.distance[1] = distance;
    }
}

}  // namespace

void FloatSearch::run(const FloatPair& pair, int count, bool columns) {
    pair_ = &pair;
    found_ = found_scratch_.get<TwoNearest>(static_cast<std::size_t>(pair.a().num_rows()));
    if (pair.uses_integers()) {
        integers_.run(pair.task<std::int32_t>(), columns);
        certify(integers_, count);
    } else {
        floats_.run(pair.task<float>(), columns);
        certify(floats_, count);
    }
}

template <typename Value>
void FloatSearch::certify(const Screen<Value>& screen, int count) {
    const std::int64_t rows = pair_->a().num_rows();
    constexpr std::int64_t kLeastRows = 2048;  // about 0.2 ms, some threads' start
    const int pieces = num_pieces(rows, kLeastRows, pair_->num_threads());
    std::vector<std::vector<std::int32_t>> undecided(static_cast<std::size_t>(pieces));
    parallel_pieces(rows, pieces, [&](int piece, std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            found_[i] = {};
            if (!certify_row(screen, i, count, found_[i])) {
                undecided[static_cast<std::size_t>(piece)].push_back(static_cast<std::int32_t>(i));
            }
        }
    });
    for (std::size_t p = 1; p < undecided.size(); ++p)
        undecided[0].insert(undecided[0].end(), undecided[p].begin(), undecided[p].end());
    if (!undecided[0].empty()) search_rows(undecided[0], count);
}

// Candidates are compared exactly until the next one is certainly farther than those wanted.
template <typename Value>
bool FloatSearch::certify_row(const Screen<Value>& screen, std::int64_t i, int count,
                              TwoNearest& found) const {
    const RowSet& a = pair_->a();
    if (!a.is_finite(i)) return true;
    const auto wanted = static_cast<int>(std::min<std::int64_t>(count, pair_->b().num_finite()));
    if (wanted == 0) return true;
    const Value* screened = screen.nearest(i);
    const std::int32_t* index = screen.nearest_index(i);
    double exact[2] = {kNoDistance, kNoDistance};  // the smallest, sorted
    for (int c = 0; c < screen.kept(); ++c) {
        if (c >= wanted && screened[c] > pair_->bound().farthest(a.norm(i), exact[wanted - 1])) {
            return true;
        }
        if (index[c] < 0) return false;
        const double d = pair_->exact(i, index[c]);
        insert(found, index[c], pair_->reported(d));
        exact[1] = std::min(exact[1], std::max(exact[0], d));
        exact[0] = std::min(exact[0], d);
    }
    const Value last = screened[screen.kept() - 1];
    return last > pair_->bound().farthest(a.norm(i), exact[wanted - 1]);
}

void FloatSearch::search_rows(const std::vector<std::int32_t>& queries, int count) {
    thread_local FloatPair part;
    part.assign_queries(*pair_, queries);
    if (pair_->uses_integers() &&
        static_cast<std::int64_t>(queries.size()) > pair_->a().num_rows() / 8) {
        part.use_floats();
    }
    std::vector<KNearest> collectors(queries.size(), KNearest(count));
    scan(part, nullptr, collectors);
    for (std::size_t n = 0; n < queries.size(); ++n) {
        TwoNearest& found = found_[queries[n]];
        found = {};
        int at = 0;
        for (const Candidate& candidate : collectors[n].sorted()) {
            found.index[at] = candidate.index;
            found.distance[at++] = candidate.distance;
        }
    }
    part.trim();
}

template <typename Value>
FloatSearch::Answer FloatSearch::is_mutual(const Screen<Value>& screen, std::int32_t i,
                                           std::int32_t j) const {
    const ScreenBound& bound = pair_->bound();
    const double norm = pair_->b().norm(j);
    const double exact = pair_->exact(i, j);
    const std::int32_t other = screen.column_index(j);
    if (other == i) {
        return screen.column_second(j) > bound.farthest(norm, exact) ? Answer::kYes
                                                                     : Answer::kUndecided;
    }
    if (other < 0) return Answer::kUndecided;
    if (screen.column_best(j) < bound.nearest(norm, exact)) return Answer::kNo;
    const float d = pair_->reported(exact);
    const float rival = pair_->reported(pair_->exact(other, j));
    return rival < d || (rival == d && other < i) ? Answer::kNo : Answer::kUndecided;
}

void FloatSearch::keep_mutual(Matches& matches) {
    const std::size_t count = matches.index0.size();
    std::vector<Answer> answers(count);
    std::vector<std::int32_t> undecided;
    for (std::size_t n = 0; n < count; ++n) {
        const std::int32_t i = matches.index0[n];
        const std::int32_t j = matches.index1[n];
        answers[n] = pair_->uses_integers() ? is_mutual(integers_, i, j) : is_mutual(floats_, i, j);
        if (answers[n] == Answer::kUndecided) undecided.push_back(j);
    }
    std::vector<KNearest> collectors(undecided.size(), KNearest(1));
    if (!undecided.empty()) {
        thread_local FloatPair part;
        part.assign_swapped(*pair_, undecided);
        if (pair_->uses_integers() && undecided.size() > count / 8) part.use_floats();
        scan(part, nullptr, collectors);
        part.trim();
    }
    std::size_t searched = 0;
    keep_if(matches, [&](std::size_t n) {
        if (answers[n] != Answer::kUndecided) return answers[n] == Answer::kYes;
        return collectors[searched++].sorted().front().index == matches.index0[n];
    });
}

void FloatSearch::trim() {
    floats_.trim();
    integers_.trim();
    found_scratch_.trim();
}

}  // namespace ssld
