#include "neighbours.hpp"

#include "collectors.hpp"
#include "float_search.hpp"
#include "hamming_search.hpp"
#include "k_search.hpp"
#include "scan.hpp"

namespace ssld {

namespace {

template <typename Search>
Neighbours two_nearest(const Search& search, std::int64_t rows, std::int64_t k) {
    Neighbours out = make_neighbours(rows, k);
    for (std::int64_t i = 0; i < rows; ++i) {
        const TwoNearest found = search.nearest(i);
        for (std::int64_t n = 0; n < k; ++n) {
            out.index[static_cast<std::size_t>(i * k + n)] = found.index[n];
            out.distance[static_cast<std::size_t>(i * k + n)] = found.distance[n];
        }
    }
    return out;
}

Neighbours gather(std::vector<KNearest>& collectors, std::int64_t k) {
    Neighbours out = make_neighbours(static_cast<std::int64_t>(collectors.size()), k);
    for (std::size_t i = 0; i < collectors.size(); ++i)
        write_nearest(collectors[i].sorted(), static_cast<std::int64_t>(i), out);
    return out;
}

RadiusNeighbours gather(std::vector<InRadius>& collectors) {
    RadiusNeighbours out;
    out.offset.push_back(0);
    for (InRadius& collector : collectors) {
        for (const Candidate& candidate : collector.sorted()) {
            out.index.push_back(candidate.index);
            out.distance.push_back(candidate.distance);
        }
        out.offset.push_back(static_cast<std::int64_t>(out.index.size()));
    }
    return out;
}

template <typename Pair>
Neighbours scan_neighbours(Pair& pair, std::int64_t num_queries, std::int64_t k, Mask mask) {
    std::vector<KNearest> collectors(static_cast<std::size_t>(num_queries), KNearest(k));
    scan(pair, mask, collectors);
    pair.trim();
    return gather(collectors, k);
}

template <typename Pair>
RadiusNeighbours scan_radius(Pair& pair, std::int64_t num_queries, double radius, Mask mask) {
    std::vector<InRadius> collectors(static_cast<std::size_t>(num_queries), InRadius(radius));
    scan(pair, mask, collectors);
    pair.trim();
    return gather(collectors);
}

}  // namespace

Neighbours make_neighbours(std::int64_t rows, std::int64_t k) {
    Neighbours out;
    out.k = k;
    out.index.assign(static_cast<std::size_t>(rows * k), -1);
    out.distance.assign(static_cast<std::size_t>(rows * k), kNoDistance);
    return out;
}

Neighbours find_neighbours(FloatPair& pair, std::int64_t k, Mask mask) {
    const std::int64_t rows = pair.a().num_rows();
    if (mask != nullptr) return scan_neighbours(pair, rows, k, mask);
    Neighbours found;
    if (k > 2) {
        found = make_neighbours(rows, k);
        find_k_nearest(pair, k, found);
    } else {
        thread_local FloatSearch search;
        search.run(pair, static_cast<int>(k), false);
        found = two_nearest(search, rows, k);
        search.trim();
    }
    pair.trim();
    return found;
}

Neighbours find_neighbours(BytePair& pair, std::int64_t k, Mask mask) {
    const std::int64_t rows = pair.num_queries();
    if (k > 2 || mask != nullptr) return scan_neighbours(pair, rows, k, mask);
    thread_local HammingSearch search;
    search.run(pair, false);
    Neighbours found = two_nearest(search, rows, k);
    search.trim();
    pair.trim();
    return found;
}

RadiusNeighbours find_in_radius(FloatPair& pair, double radius, Mask mask) {
    return scan_radius(pair, pair.a().num_rows(), radius, mask);
}

RadiusNeighbours find_in_radius(BytePair& pair, double radius, Mask mask) {
    return scan_radius(pair, pair.num_queries(), radius, mask);
}

}  // namespace ssld
