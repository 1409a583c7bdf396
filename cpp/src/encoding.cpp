#include "encoding.hpp"

#include <algorithm>
#include <cmath>

namespace ssld {

namespace {

constexpr double kUnit = 0x1p-24;
constexpr double kTie = 0x1p-20;         // exact values that may round to one float
constexpr double kUnderflow = 1e-36;     // products too small for a float
constexpr double kLongest = 14188;       // (2 * kLongest)^2 < kUnset
constexpr std::int64_t kMostDim = 8192;  // 255^2 * kMostDim < kUnset
constexpr double kCoarseSteps = 40;      // rows this much longer than what rounding moves them
constexpr double kMostScale = 1e30;      // a float, also after products with 255
constexpr double kInfinite = std::numeric_limits<double>::infinity();

double most_moved(std::int64_t dim) {
    return 0.51 * std::sqrt(static_cast<double>(dim));
}

bool like_lengths(const RowSet& rows) {
    return rows.largest_norm() > 1e-30 && rows.largest_norm() <= kLargestScreenedNorm &&
           4 * rows.mean_norm() >= rows.largest_norm();
}

Encoding halves(double largest_norm, std::int64_t dim) {
    Encoding encoding;
    encoding.form = Form::kHalves;
    encoding.scale = (kLongest - most_moved(dim)) / std::sqrt(largest_norm);
    encoding.largest = largest_norm;
    return encoding;
}

bool coarse_may_do(const RowSet& rows, const KernelSet& kernels) {
    const bool distances = rows.norm_type() == Norm::kL2 || rows.norm_type() == Norm::kL2Squared;
    return kernels.bytes != nullptr && distances && rows.dim() <= kMostDim && like_lengths(rows);
}

// All values of a range on 0..255, or floats where that says too little of rows of this norm.
Encoding coarse_bytes(const ValueRange& range, double mean_norm, std::int64_t dim) {
    Encoding encoding;
    if (!(range.smallest < range.largest)) return encoding;
    const double scale = 255 / (static_cast<double>(range.largest) - range.smallest);
    const bool enough = scale * std::sqrt(mean_norm) >= kCoarseSteps * most_moved(dim);
    if (!enough || scale > kMostScale) return encoding;
    encoding.form = Form::kBytes;
    encoding.scale = scale;
    encoding.offset = range.smallest;
    return encoding;
}

Encoding bytes(const KernelSet& kernels) {
    Encoding encoding;
    encoding.form = kernels.bytes != nullptr ? Form::kBytes : Form::kHalves;
    encoding.exact = true;
    encoding.largest = 255.0 * 255.0 * static_cast<double>(kMostDim);
    return encoding;
}

}  // namespace

bool Encoding::fits(const RowSet& rows) const {
    if (form == Form::kFloats) return true;
    if (is_coarse()) {
        // The upper end as packing computes it: it must not round to 256.
        const ValueRange range = rows.value_range();
        return like_lengths(rows) && range.smallest >= offset &&
               (range.largest - offset) * static_cast<float>(scale) <= 255.4F;
    }
    return exact ? rows.holds_bytes() : rows.largest_norm() <= largest;
}

Encoding choose_encoding(const RowSet& a, const RowSet& b, const KernelSet& kernels, bool coarse) {
    if (kernels.halves == nullptr || a.dim() > kMostDim) return {};
    if (a.holds_bytes() && b.holds_bytes()) return bytes(kernels);
    if (!like_lengths(a) || !like_lengths(b)) return {};
    if (coarse && coarse_may_do(a, kernels)) {
        const Encoding encoding = coarse_bytes(a.value_range().joined(b.value_range()),
                                               std::min(a.mean_norm(), b.mean_norm()), a.dim());
        if (encoding.is_coarse()) return encoding;
    }
    return halves(std::max(a.largest_norm(), b.largest_norm()), a.dim());
}

Encoding choose_encoding(const RowSet& rows, const KernelSet& kernels) {
    Encoding encoding = choose_encoding(rows, rows, kernels, false);
    if (encoding.form == Form::kHalves && !encoding.exact) {
        encoding = halves(1.1 * rows.largest_norm(), rows.dim());
    }
    return encoding;
}

Encoding choose_coarse(const RowSet& rows, const KernelSet& kernels) {
    if (!coarse_may_do(rows, kernels) || rows.holds_bytes()) return {};
    ValueRange range = rows.value_range();
    const float room = 0.1F * (range.largest - range.smallest);
    range.largest += room;
    // Rows without negative values are likely not to have any on the other side.
    const bool from_zero = range.smallest >= 0 && range.smallest <= room;
    range.smallest = from_zero ? 0 : range.smallest - room;
    return coarse_bytes(range, rows.mean_norm(), rows.dim());
}

ScreenBound::ScreenBound(const Encoding& encoding, const RowSet& a, const RowSet& b)
    : encoding_(encoding),
      norm_type_(a.norm_type()),
      unit_(1.02 * (static_cast<double>(a.dim()) + 16) * kUnit),
      moved_(encoding.exact ? 0 : most_moved(a.dim())),
      largest_(std::max(a.largest_norm(), b.largest_norm())) {}

double ScreenBound::farthest(double norm, double exact) const {
    const double limit = exact + std::abs(exact) * kTie;
    if (norm_type_ == Norm::kInnerProduct) {
        const double scale = encoding_.scale;
        return 2 * scale * scale * limit + product_error(norm);
    }
    if (encoding_.form == Form::kFloats) return limit + float_error(norm, exact);
    const double steps = encoding_.scale * std::sqrt(limit) + 2 * moved_;
    return steps * steps * (1 + kUnit);
}

double ScreenBound::nearest(double norm, double exact) const {
    const double limit = exact - std::abs(exact) * kTie;
    if (norm_type_ == Norm::kInnerProduct) {
        const double scale = encoding_.scale;
        return 2 * scale * scale * limit - product_error(norm);
    }
    if (encoding_.form == Form::kFloats) return limit - float_error(norm, exact);
    const double steps = std::max(0.0, encoding_.scale * std::sqrt(limit) - 2 * moved_);
    return steps * steps * (1 - kUnit);
}

double ScreenBound::rival(double norm, double screened) const {
    if (norm_type_ == Norm::kInnerProduct) {
        const double scale = encoding_.scale;
        return farthest(norm, (screened + product_error(norm)) / (2 * scale * scale));
    }
    if (encoding_.form != Form::kFloats) {
        const double distance = most(screened);
        return farthest(norm, distance * distance);
    }
    // float_error() is at most unit (3 norm + 2 exact) + kUnderflow.
    const double left = 1 - 2 * unit_;
    if (!(left > 0.5)) return kInfinite;
    return farthest(norm, std::max(0.0, screened + 3 * unit_ * norm + kUnderflow) / left);
}

double ScreenBound::least(double screened) const {
    return std::max(0.0, std::sqrt(screened) - 2 * moved_) / encoding_.scale * (1 - kTie);
}

double ScreenBound::most(double screened) const {
    return (std::sqrt(screened) + 2 * moved_) / encoding_.scale * (1 + kTie);
}

double ScreenBound::float_error(double norm, double exact) const {
    const double reach = std::sqrt(norm) + std::sqrt(exact);
    const double sum = norm + reach * reach;
    if (!(4 * sum < kLargestScreenedNorm)) return kInfinite;
    return unit_ * sum + kUnderflow;
}

// Of -2ab. Rows too long for the screen could be the nearest: then it says nothing.
double ScreenBound::product_error(double norm) const {
    if (!(largest_ <= kLargestScreenedNorm)) return kInfinite;
    const double lengths = std::sqrt(norm) + std::sqrt(largest_);
    if (encoding_.form == Form::kFloats) return unit_ * lengths * lengths + kUnderflow;
    return 2.01 * moved_ * (encoding_.scale * lengths + moved_);
}

}  // namespace ssld
