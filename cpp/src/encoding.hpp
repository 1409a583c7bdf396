// How rows become packed values, and how far a screened distance may then lie from the exact one.
// Private to the core.
#pragma once

#include <cstdint>

#include "dispatch.hpp"
#include "row_set.hpp"
#include "ssld/types.hpp"

namespace ssld {

inline constexpr float kNoDistance = std::numeric_limits<float>::infinity();

/// The reported distance: that of float64 arithmetic, rounded once. Two exact values may round to
/// one distance, which then counts as a tie.
inline float reported_distance(double exact, Norm norm) {
    if (norm == Norm::kL2) return static_cast<float>(std::sqrt(exact));
    return static_cast<float>(norm == Norm::kCosine ? exact / 2 : exact);
}

/// Two int16 in a word, or four bytes (see kernel_table.hpp), or plain floats.
enum class Form { kFloats, kHalves, kBytes };

struct Encoding {
    Form form = Form::kFloats;
    double scale = 1;    // integers: a value x becomes round((x - offset) * scale)
    float offset = 0;    // bytes: the same for both sets, so that no distance changes
    bool exact = false;  // integers: nothing is rounded
    double largest = 0;  // integers: the largest squared norm that fits

    int values_per_word() const { return form == Form::kBytes ? 4 : form == Form::kHalves ? 2 : 1; }
    std::int64_t num_steps(std::int64_t dim) const {
        return (dim + values_per_word() - 1) / values_per_word();
    }
    /// Rounded to eight bits: enough where a ratio test decides, too few to tell neighbours apart.
    bool is_coarse() const { return form == Form::kBytes && !exact; }
    bool fits(const RowSet& rows) const;
};

/// The fastest encoding of both sets that leaves few pairs undecided: integers that hold the rows
/// exactly, integers of 15 bits for rows of like length, else floats. `coarse`: of 8 bits, where
/// they are fast and hold distances to a few percent.
Encoding choose_encoding(const RowSet& a, const RowSet& b, const KernelSet& kernels, bool coarse);

/// The same, for a set whose other side is yet unknown but will be alike; in eight bits, or floats
/// where choose_encoding() would not choose eight bits.
Encoding choose_encoding(const RowSet& rows, const KernelSet& kernels);
Encoding choose_coarse(const RowSet& rows, const KernelSet& kernels);

/// Where screened values decide.
///
/// Floats: a dot product of n terms errs by at most n u |a||b| / (1 - n u), the norms and the last
/// sums by a few u (|a|^2 + |b|^2), with u = 2^-24; 2|a||b| <= |a|^2 + |b|^2. The other row's norm
/// is not needed: if it lies within squared distance t of a, it is at most (|a| + sqrt(t))^2.
/// Integers: sums are exact, and rounding moves a row by at most sqrt(n) / 2 steps, so that a
/// distance changes by at most sqrt(n) (triangle inequality).
class ScreenBound {
  public:
    ScreenBound() = default;
    ScreenBound(const Encoding& encoding, const RowSet& a, const RowSet& b);

    /// Screened values above this belong to pairs certainly farther than `exact`, even after
    /// rounding to the reported distance. +inf if the screen says nothing here.
    double farthest(double norm, double exact) const;

    /// Screened values below this belong to pairs certainly nearer than `exact`.
    double nearest(double norm, double exact) const;

    /// Screened values above this belong to pairs certainly farther than every pair whose screened
    /// value is at most `screened`. +inf if the screen says nothing here.
    double rival(double norm, double screened) const;

    /// Rounded integers: the distances, no squares, between which a screened value lies; a little
    /// wider than that, so that distances that round to one float count as equal.
    double least(double screened) const;
    double most(double screened) const;

  private:
    double float_error(double norm, double exact) const;
    double product_error(double norm) const;

    Encoding encoding_;
    Norm norm_type_ = Norm::kL2;
    double unit_ = 0;     // floats: relative error
    double moved_ = 0;    // integers: how far rounding moves a row, in steps
    double largest_ = 0;  // squared norm of all rows
};

}  // namespace ssld
