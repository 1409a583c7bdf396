// Exact distances, and how far a screened distance may lie from them. Private to the core.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "pack.hpp"
#include "ssld/types.hpp"

namespace ssld {

inline constexpr float kNoDistance = std::numeric_limits<float>::infinity();

/// The reported distance: that of float64 arithmetic, rounded once. Two squared distances may
/// round to one distance, which then counts as a tie.
inline float reported_distance(double squared, Norm norm) {
    return static_cast<float>(norm == Norm::kL2 ? std::sqrt(squared) : squared);
}

/// Bounds on the rounding of |a|^2 + |b|^2 - 2ab in float, for rows of `dim` values.
///
/// A dot product of n terms errs by at most n u |a||b| / (1 - n u), the norms and the last sums by
/// a few u (|a|^2 + |b|^2), with u = 2^-24; 2|a||b| <= |a|^2 + |b|^2. The other row's norm is not
/// needed: if it lies within squared distance t of a, it is at most (|a| + sqrt(t))^2.
class ScreenBound {
  public:
    explicit ScreenBound(std::int64_t dim) : unit_(1.02 * (static_cast<double>(dim) + 8) * kUnit) {}

    /// Screened values above this belong to pairs certainly farther than `squared`, even after
    /// rounding to the reported distance. +inf if the screen says nothing here.
    double farthest(double norm, double squared) const {
        const double slack = error(norm, squared);
        return squared * (1 + kTie) + slack;
    }

    /// Screened values below this belong to pairs certainly nearer than `squared`.
    double nearest(double norm, double squared) const {
        return squared * (1 - kTie) - error(norm, squared);
    }

  private:
    static constexpr double kUnit = 0x1p-24;
    static constexpr double kTie = 0x1p-20;      // squared distances that may round to one float
    static constexpr double kUnderflow = 1e-36;  // products too small for a float

    double error(double norm, double squared) const {
        const double reach = std::sqrt(norm) + std::sqrt(squared);
        const double sum = norm + reach * reach;
        if (!(4 * sum < kLargestScreenedNorm)) return std::numeric_limits<double>::infinity();
        return unit_ * sum + kUnderflow;
    }

    double unit_;
};

}  // namespace ssld
