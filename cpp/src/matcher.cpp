// match(): mutual, ratio and distance limits on top of the fused searches.

#include "ssld/matcher.hpp"

#include <cmath>
#include <stdexcept>

#include "check.hpp"
#include "float_search.hpp"
#include "hamming_search.hpp"
#include "parallel.hpp"

namespace ssld {

namespace {

void check_options(const MatchOptions& options) {
    if (options.max_ratio && !(*options.max_ratio > 0)) {
        throw std::invalid_argument("ratio must be > 0, got " + std::to_string(*options.max_ratio));
    }
    if (options.max_distance && !(*options.max_distance >= 0)) {
        throw std::invalid_argument("max_distance must be >= 0, got " +
                                    std::to_string(*options.max_distance));
    }
}

// The ratio test is on plain distances: a squared norm is tested by the squared ratio.
bool passes_limits(const TwoNearest& found, const MatchOptions& options) {
    if (found.index[0] < 0) return false;
    const double nearest = found.distance[0];
    if (options.max_distance && !(nearest <= *options.max_distance)) return false;
    if (!options.max_ratio || found.index[1] < 0) return true;
    double ratio = *options.max_ratio;
    if (options.norm == Norm::kL2Squared) ratio *= ratio;
    return nearest <= ratio * static_cast<double>(found.distance[1]);
}

template <typename Search>
Matches select(const Search& search, std::int64_t num_rows, const MatchOptions& options,
               int num_threads) {
    constexpr std::int64_t kLeastRows = 2048;  // about 0.2 ms, some threads' start
    const int pieces = num_pieces(num_rows, kLeastRows, num_threads);
    std::vector<Matches> parts(static_cast<std::size_t>(pieces));
    parallel_pieces(num_rows, pieces, [&](int piece, std::int64_t begin, std::int64_t end) {
        Matches& out = parts[static_cast<std::size_t>(piece)];
        for (std::int64_t i = begin; i < end; ++i) {
            const TwoNearest found = search.nearest(i, options.max_ratio ? 2 : 1);
            if (!passes_limits(found, options)) continue;
            if (options.mutual && !search.is_nearest_query(i, found)) continue;
            out.index0.push_back(static_cast<std::int32_t>(i));
            out.index1.push_back(found.index[0]);
            out.distance.push_back(found.distance[0]);
        }
    });
    Matches all = std::move(parts.front());
    for (std::size_t p = 1; p < parts.size(); ++p) {
        all.index0.insert(all.index0.end(), parts[p].index0.begin(), parts[p].index0.end());
        all.index1.insert(all.index1.end(), parts[p].index1.begin(), parts[p].index1.end());
        all.distance.insert(all.distance.end(), parts[p].distance.begin(), parts[p].distance.end());
    }
    return all;
}

}  // namespace

Matches match(FloatRows a, FloatRows b, const MatchOptions& options) {
    check_rows(a, b);
    check_options(options);
    const int threads = resolve_threads(options.num_threads);
    if (a.rows == 0 || b.rows == 0 || a.cols == 0) return {};
    thread_local FloatSearch search;
    search.run(a, b, options.mutual, options.norm, threads);
    Matches found = select(search, a.rows, options, threads);
    search.trim();
    return found;
}

Matches match(ByteRows a, ByteRows b, const MatchOptions& options) {
    check_rows(a, b);
    check_options(options);
    const int threads = resolve_threads(options.num_threads);
    if (a.rows == 0 || b.rows == 0 || a.cols == 0) return {};
    thread_local HammingSearch search;
    search.run(a, b, options.mutual, threads);
    MatchOptions plain = options;
    plain.norm = Norm::kL2;  // a bit count is a plain distance
    Matches found = select(search, a.rows, plain, threads);
    search.trim();
    return found;
}

}  // namespace ssld
