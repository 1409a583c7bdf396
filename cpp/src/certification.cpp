#include "certification.hpp"

#include <algorithm>
#include <cmath>

namespace ssld {

namespace {

constexpr double kMargin = 1 + 0x1p-20;  // distances that round to one float are equal

/// The candidates of one query that were compared exactly.
class Compared {
  public:
    Compared(const FloatPair& pair, std::int64_t i) : pair_(pair), i_(i) {}

    void add(std::int32_t j, double screened) {
        const double d = pair_.exact(i_, j, screened);
        found.insert(j, pair_.reported(d));
        exact[1] = std::min(exact[1], std::max(exact[0], d));
        exact[0] = std::min(exact[0], d);
    }

    TwoNearest found;
    double exact[2] = {kNoDistance, kNoDistance};  // the smallest, sorted

  private:
    const FloatPair& pair_;
    std::int64_t i_;
};

}  // namespace

void TwoNearest::insert(std::int32_t j, float reported) {
    const auto comes_before = [&](int n) {
        return reported < distance[n] || (reported == distance[n] && j < index[n]);
    };
    if (comes_before(0)) {
        index[1] = index[0];
        distance[1] = distance[0];
        index[0] = j;
        distance[0] = reported;
    } else if (comes_before(1)) {
        index[1] = j;
        distance[1] = reported;
    }
}

// Candidates are compared exactly until the next one is certainly farther than those wanted.
template <typename Value>
bool certify_nearest(const FloatPair& pair, const Screen<Value>& screen, std::int64_t i, int count,
                     TwoNearest& found) {
    if (!pair.a().is_finite(i)) return true;
    const auto wanted = static_cast<int>(std::min<std::int64_t>(count, pair.b().num_finite()));
    if (wanted == 0) return true;
    const Value* screened = screen.nearest(i);
    const std::int32_t* index = screen.nearest_index(i);
    const double norm = pair.a().norm(i);
    Compared compared(pair, i);
    const auto is_farther = [&](Value value) {
        return value > pair.bound().farthest(norm, compared.exact[wanted - 1]);
    };
    for (int c = 0; c < screen.kept(); ++c) {
        if (c >= wanted && is_farther(screened[c])) {
            found = compared.found;
            return true;
        }
        if (index[c] < 0) return false;
        compared.add(index[c], screened[c]);
    }
    found = compared.found;
    return is_farther(screened[screen.kept() - 1]);
}

template bool certify_nearest(const FloatPair&, const Screen<float>&, std::int64_t, int,
                              TwoNearest&);
template bool certify_nearest(const FloatPair&, const Screen<std::int32_t>&, std::int64_t, int,
                              TwoNearest&);

bool certify_ratio(const FloatPair& pair, const Screen<std::int32_t>& screen, std::int64_t i,
                   double max_ratio, TwoNearest& found) {
    const ScreenBound& bound = pair.bound();
    const std::int32_t* screened = screen.nearest(i);
    const std::int32_t* index = screen.nearest_index(i);
    if (!pair.a().is_finite(i)) return true;
    if (index[1] < 0) return false;
    if (bound.least(screened[0]) > max_ratio * bound.most(screened[1])) return true;
    Compared compared(pair, i);
    for (int c = 0; c <= screen.kept(); ++c) {
        // Rows that were not compared are at least this far, strictly.
        const double rest = bound.least(screened[std::min(c, screen.kept() - 1)]);
        const double first = std::sqrt(compared.exact[0]);
        const double second = std::sqrt(compared.exact[1]);
        if (c > 1 && std::min(first, rest) > max_ratio * second * kMargin) return true;
        if (c > 0 && first < rest) {
            const bool second_is_known = second < rest;
            if (second_is_known || first < max_ratio * rest) {
                found = compared.found;
                if (!second_is_known) found.index[1] = -1;
                return true;
            }
        }
        if (c == screen.kept() || index[c] < 0) break;
        compared.add(index[c], screened[c]);
    }
    return false;
}

}  // namespace ssld
