// The public searches: checks, the search that fits, and match()'s limits on top.

#include "ssld/matcher.hpp"

#include <cmath>
#include <stdexcept>

#include "check.hpp"
#include "float_search.hpp"
#include "hamming_search.hpp"
#include "neighbours.hpp"
#include "packed_set.hpp"
#include "parallel.hpp"

namespace ssld {

namespace {

// Up to this ratio most rows that match nothing fail the test by more than eight bits err.
constexpr double kMostCoarseRatio = 0.9;

void check_options(const MatchOptions& options) {
    if (options.max_ratio && !(*options.max_ratio > 0)) {
        throw std::invalid_argument("ratio must be > 0, got " + std::to_string(*options.max_ratio));
    }
    if (options.max_ratio && options.norm == Norm::kInnerProduct) {
        throw std::invalid_argument("the ratio test needs a distance, not an inner product");
    }
    check_limit(options.max_distance.value_or(0), options.norm, "max_distance");
}

// The ratio test is on plain distances: a squared one is tested by the squared ratio.
bool passes_limits(const TwoNearest& found, const MatchOptions& options) {
    if (found.index[0] < 0) return false;
    const double nearest = found.distance[0];
    if (options.max_distance && !(nearest <= *options.max_distance)) return false;
    if (!options.max_ratio || found.index[1] < 0) return true;
    double ratio = *options.max_ratio;
    if (options.norm != Norm::kL2) ratio *= ratio;
    return nearest <= ratio * static_cast<double>(found.distance[1]);
}

template <typename Search>
Matches select(Search& search, std::int64_t num_rows, const MatchOptions& options) {
    Matches all;
    for (std::int64_t i = 0; i < num_rows; ++i) {
        const TwoNearest found = search.nearest(i);
        if (!passes_limits(found, options)) continue;
        all.index0.push_back(static_cast<std::int32_t>(i));
        all.index1.push_back(found.index[0]);
        all.distance.push_back(found.distance[0]);
    }
    if (options.mutual) search.keep_mutual(all);
    return all;
}

Matches match_pair(FloatPair& pair, const MatchOptions& options) {
    thread_local FloatSearch search;
    search.run(pair, options.max_ratio ? 2 : 1, options.mutual, options.max_ratio);
    Matches found = select(search, pair.a().num_rows(), options);
    search.trim();
    pair.trim();
    return found;
}

Matches match_pair(BytePair& pair, MatchOptions options) {
    thread_local HammingSearch search;
    options.norm = Norm::kL2;  // a bit count is a plain distance
    search.run(pair, options.mutual);
    Matches found = select(search, pair.num_queries(), options);
    search.trim();
    pair.trim();
    return found;
}

// What the two kinds of train rows have in common.
template <typename Rows>
struct PlainTrain {
    Rows view;
    Norm norm_type;

    std::int64_t num_rows() const { return view.rows; }
    std::int64_t num_cols() const { return view.cols; }
    Norm norm() const { return norm_type; }
};

void assign(FloatPair& pair, NumberRows a, const PlainTrain<NumberRows>& b, int threads,
            bool coarse) {
    pair.assign(a, b.view, b.norm_type, threads, coarse);
}

void assign(FloatPair& pair, NumberRows a, const TrainSet<float>& b, int threads, bool coarse) {
    pair.assign(a, b.packed().rows, threads, coarse);
}

void assign(BytePair& pair, ByteRows a, const PlainTrain<ByteRows>& b, int threads, bool) {
    pair.assign(a, b.view, threads);
}

void assign(BytePair& pair, ByteRows a, const TrainSet<std::uint8_t>& b, int threads, bool) {
    pair.assign(a, b.packed().rows, threads);
}

// The calling thread's pair, filled; null if there is nothing to compare. `coarse`: see FloatPair.
template <typename Rows, typename Train>
auto* make_pair(Rows a, const Train& b, int num_threads, bool coarse = false) {
    using Pair = std::conditional_t<std::is_same_v<Rows, NumberRows>, FloatPair, BytePair>;
    check_rows(a.rows, a.cols, b.num_rows(), b.num_cols());
    const int threads = resolve_threads(num_threads);
    thread_local Pair pair;
    if (a.rows == 0 || b.num_rows() == 0 || a.cols == 0) return static_cast<Pair*>(nullptr);
    assign(pair, a, b, threads, coarse);
    return &pair;
}

template <typename Rows, typename Train>
Matches match_rows(Rows a, const Train& b, MatchOptions options) {
    options.norm = b.norm();
    check_options(options);
    const bool coarse = options.max_ratio && *options.max_ratio <= kMostCoarseRatio;
    const Team team;
    auto* pair = make_pair(a, b, options.num_threads, coarse);
    return pair == nullptr ? Matches{} : match_pair(*pair, options);
}

template <typename Rows, typename Train>
Neighbours knn_rows(Rows a, const Train& b, std::int64_t k, Mask mask, int num_threads) {
    if (k <= 0) throw std::invalid_argument("k must be > 0, got " + std::to_string(k));
    k = std::min(k, b.num_rows());
    const Team team;
    auto* pair = make_pair(a, b, num_threads);
    return pair == nullptr ? make_neighbours(a.rows, k) : find_neighbours(*pair, k, mask);
}

template <typename Rows, typename Train>
RadiusNeighbours radius_rows(Rows a, const Train& b, double radius, Mask mask, int num_threads) {
    check_limit(radius, b.norm(), "radius");
    const Team team;
    auto* pair = make_pair(a, b, num_threads);
    if (pair != nullptr) return find_in_radius(*pair, radius, mask);
    RadiusNeighbours none;
    none.offset.assign(static_cast<std::size_t>(a.rows + 1), 0);
    return none;
}

}  // namespace

Matches match(NumberRows a, NumberRows b, const MatchOptions& options) {
    return match_rows(a, PlainTrain<NumberRows>{b, options.norm}, options);
}

Matches match(ByteRows a, ByteRows b, const MatchOptions& options) {
    return match_rows(a, PlainTrain<ByteRows>{b, Norm::kL2}, options);
}

Matches match(NumberRows a, const TrainSet<float>& b, const MatchOptions& options) {
    return match_rows(a, b, options);
}

Matches match(ByteRows a, const TrainSet<std::uint8_t>& b, const MatchOptions& options) {
    return match_rows(a, b, options);
}

Neighbours knn(NumberRows a, NumberRows b, std::int64_t k, Mask mask, Norm norm, int num_threads) {
    return knn_rows(a, PlainTrain<NumberRows>{b, norm}, k, mask, num_threads);
}

Neighbours knn(ByteRows a, ByteRows b, std::int64_t k, Mask mask, int num_threads) {
    return knn_rows(a, PlainTrain<ByteRows>{b, Norm::kL2}, k, mask, num_threads);
}

Neighbours knn(NumberRows a, const TrainSet<float>& b, std::int64_t k, Mask mask, int num_threads) {
    return knn_rows(a, b, k, mask, num_threads);
}

Neighbours knn(ByteRows a, const TrainSet<std::uint8_t>& b, std::int64_t k, Mask mask,
               int num_threads) {
    return knn_rows(a, b, k, mask, num_threads);
}

RadiusNeighbours radius_search(NumberRows a, NumberRows b, double radius, Mask mask, Norm norm,
                               int num_threads) {
    return radius_rows(a, PlainTrain<NumberRows>{b, norm}, radius, mask, num_threads);
}

RadiusNeighbours radius_search(ByteRows a, ByteRows b, double radius, Mask mask, int num_threads) {
    return radius_rows(a, PlainTrain<ByteRows>{b, Norm::kL2}, radius, mask, num_threads);
}

RadiusNeighbours radius_search(NumberRows a, const TrainSet<float>& b, double radius, Mask mask,
                               int num_threads) {
    return radius_rows(a, b, radius, mask, num_threads);
}

RadiusNeighbours radius_search(ByteRows a, const TrainSet<std::uint8_t>& b, double radius,
                               Mask mask, int num_threads) {
    return radius_rows(a, b, radius, mask, num_threads);
}

}  // namespace ssld
