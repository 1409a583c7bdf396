#include "float_search.hpp"

#include <algorithm>

#include "collectors.hpp"
#include "scan.hpp"

namespace ssld {

namespace {

constexpr std::int64_t kLeastRows = 512;  // about 0.05 ms, a thread's start

}  // namespace

void FloatSearch::run(const FloatPair& pair, int count, bool columns,
                      std::optional<double> max_ratio) {
    pair_ = &pair;
    found_ = found_scratch_.get<TwoNearest>(static_cast<std::size_t>(pair.a().num_rows()));
    if (pair.uses_integers()) {
        integers_.run(pair.task<std::int32_t>(), columns);
        certify(count, [&](std::int64_t i, TwoNearest& found) {
            return pair.is_coarse() ? certify_ratio(pair, integers_, i, max_ratio.value(), found)
                                    : certify_nearest(pair, integers_, i, count, found);
        });
    } else {
        floats_.run(pair.task<float>(), columns);
        certify(count, [&](std::int64_t i, TwoNearest& found) {
            return certify_nearest(pair, floats_, i, count, found);
        });
    }
}

template <typename CertifyRow>
void FloatSearch::certify(int count, const CertifyRow& certify_row) {
    const std::int64_t rows = pair_->a().num_rows();
    const int pieces = num_pieces(rows, kLeastRows, pair_->num_threads());
    std::vector<std::vector<std::int32_t>> undecided(static_cast<std::size_t>(pieces));
    parallel_pieces(rows, pieces, [&](int piece, std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            found_[i] = {};
            if (!certify_row(i, found_[i])) {
                undecided[static_cast<std::size_t>(piece)].push_back(static_cast<std::int32_t>(i));
            }
        }
    });
    for (std::size_t p = 1; p < undecided.size(); ++p)
        undecided[0].insert(undecided[0].end(), undecided[p].begin(), undecided[p].end());
    if (!undecided[0].empty()) search_rows(undecided[0], count);
}

void FloatSearch::search_rows(const std::vector<std::int32_t>& queries, int count) {
    part_.assign_queries(*pair_, queries);
    search_part(count, queries.size(), static_cast<std::size_t>(pair_->a().num_rows()),
                [&](std::size_t n, const TwoNearest& found) { found_[queries[n]] = found; });
}

// What eight bits left is screened again with more; what is left then, exactly.
template <typename Visit>
void FloatSearch::search_part(int count, std::size_t num_queries, std::size_t num_all,
                              const Visit& visit) {
    if (part_.is_coarse()) {
        thread_local FloatSearch finer;  // never nested: the refined part is not coarse
        part_.refine();
        finer.run(part_, count, false);
        for (std::size_t n = 0; n < num_queries; ++n)
            visit(n, finer.nearest(static_cast<std::int64_t>(n)));
        finer.trim();
    } else {
        if (part_.uses_integers() && num_queries > num_all / 8) part_.use_floats();
        std::vector<KNearest> collectors(num_queries, KNearest(count));
        scan(part_, nullptr, collectors);
        for (std::size_t n = 0; n < num_queries; ++n) {
            TwoNearest found;
            for (const Candidate& candidate : collectors[n].sorted())
                found.insert(candidate.index, candidate.distance);
            visit(n, found);
        }
    }
    part_.trim();
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
    const auto num_matches = static_cast<std::int64_t>(count);
    parallel_pieces(num_matches, num_pieces(num_matches, kLeastRows, pair_->num_threads()),
                    [&](int, std::int64_t begin, std::int64_t end) {
                        for (auto n = static_cast<std::size_t>(begin);
                             n < static_cast<std::size_t>(end); ++n) {
                            const std::int32_t i = matches.index0[n];
                            const std::int32_t j = matches.index1[n];
                            answers[n] = pair_->uses_integers() ? is_mutual(integers_, i, j)
                                                                : is_mutual(floats_, i, j);
                        }
                    });
    std::vector<std::int32_t> undecided;
    for (std::size_t n = 0; n < count; ++n) {
        if (answers[n] == Answer::kUndecided) undecided.push_back(matches.index1[n]);
    }
    std::vector<std::int32_t> nearest(undecided.size());
    if (!undecided.empty()) {
        part_.assign_swapped(*pair_, undecided);
        search_part(1, undecided.size(), count,
                    [&](std::size_t n, const TwoNearest& found) { nearest[n] = found.index[0]; });
    }
    std::size_t searched = 0;
    keep_if(matches, [&](std::size_t n) {
        if (answers[n] != Answer::kUndecided) return answers[n] == Answer::kYes;
        return nearest[searched++] == matches.index0[n];
    });
}

void FloatSearch::trim() {
    floats_.trim();
    integers_.trim();
    found_scratch_.trim();
}

}  // namespace ssld
