// knn() and radius_search(): one or two neighbours by the fused search, the rest by the scan.

#include <stdexcept>
#include <string>

#include "check.hpp"
#include "collectors.hpp"
#include "float_search.hpp"
#include "hamming_search.hpp"
#include "scan.hpp"
#include "ssld/matcher.hpp"

namespace ssld {

namespace {

Neighbours make_neighbours(std::int64_t rows, std::int64_t k) {
    Neighbours out;
    out.k = k;
    out.index.assign(static_cast<std::size_t>(rows * k), -1);
    out.distance.assign(static_cast<std::size_t>(rows * k), kNoDistance);
    return out;
}

std::int64_t checked_k(std::int64_t k, std::int64_t num_train) {
    if (k <= 0) throw std::invalid_argument("k must be > 0, got " + std::to_string(k));
    return std::min(k, num_train);
}

template <typename Search>
Neighbours two_nearest(const Search& search, std::int64_t rows, std::int64_t k) {
    Neighbours out = make_neighbours(rows, k);
    for (std::int64_t i = 0; i < rows; ++i) {
        const TwoNearest found = search.nearest(i, static_cast<int>(k));
        for (std::int64_t n = 0; n < k; ++n) {
            out.index[static_cast<std::size_t>(i * k + n)] = found.index[n];
            out.distance[static_cast<std::size_t>(i * k + n)] = found.distance[n];
        }
    }
    return out;
}

Neighbours gather(std::vector<KNearest>& collectors, std::int64_t k) {
    Neighbours out = make_neighbours(static_cast<std::int64_t>(collectors.size()), k);
    for (std::size_t i = 0; i < collectors.size(); ++i) {
        std::size_t at = i * static_cast<std::size_t>(k);
        for (const Candidate& candidate : collectors[i].sorted()) {
            out.index[at] = candidate.index;
            out.distance[at++] = candidate.distance;
        }
    }
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

void check_radius(double radius) {
    if (!(radius >= 0)) {
        throw std::invalid_argument("radius must be >= 0, got " + std::to_string(radius));
    }
}

}  // namespace

Neighbours knn(FloatRows a, FloatRows b, std::int64_t k, Mask mask, Norm norm, int num_threads) {
    check_rows(a, b);
    k = checked_k(k, b.rows);
    const int threads = resolve_threads(num_threads);
    if (a.rows == 0 || b.rows == 0 || a.cols == 0) return make_neighbours(a.rows, k);
    if (k <= 2 && mask == nullptr) {
        thread_local FloatSearch search;
        search.run(a, b, false, norm, threads);
        Neighbours found = two_nearest(search, a.rows, k);
        search.trim();
        return found;
    }
    std::vector<KNearest> collectors(static_cast<std::size_t>(a.rows), KNearest(k));
    scan(a, b, mask, norm, threads, collectors);
    return gather(collectors, k);
}

Neighbours knn(ByteRows a, ByteRows b, std::int64_t k, Mask mask, int num_threads) {
    check_rows(a, b);
    k = checked_k(k, b.rows);
    const int threads = resolve_threads(num_threads);
    if (a.rows == 0 || b.rows == 0 || a.cols == 0) return make_neighbours(a.rows, k);
    if (k <= 2 && mask == nullptr) {
        thread_local HammingSearch search;
        search.run(a, b, false, threads);
        Neighbours found = two_nearest(search, a.rows, k);
        search.trim();
        return found;
    }
    std::vector<KNearest> collectors(static_cast<std::size_t>(a.rows), KNearest(k));
    scan(a, b, mask, threads, collectors);
    return gather(collectors, k);
}

RadiusNeighbours radius_search(FloatRows a, FloatRows b, double radius, Mask mask, Norm norm,
                               int num_threads) {
    check_rows(a, b);
    check_radius(radius);
    const int threads = resolve_threads(num_threads);
    std::vector<InRadius> collectors(static_cast<std::size_t>(a.rows), InRadius(radius));
    if (a.rows > 0 && b.rows > 0 && a.cols > 0) scan(a, b, mask, norm, threads, collectors);
    return gather(collectors);
}

RadiusNeighbours radius_search(ByteRows a, ByteRows b, double radius, Mask mask, int num_threads) {
    check_rows(a, b);
    check_radius(radius);
    const int threads = resolve_threads(num_threads);
    std::vector<InRadius> collectors(static_cast<std::size_t>(a.rows), InRadius(radius));
    if (a.rows > 0 && b.rows > 0 && a.cols > 0) scan(a, b, mask, threads, collectors);
    return gather(collectors);
}

}  // namespace ssld
