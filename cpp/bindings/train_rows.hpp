// The train rows of a search: an array, or arrays that were packed once; for bind_matcher.cpp.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "numpy_views.hpp"
#include "ssld/train_set.hpp"

namespace ssld::bindings {

/// Throws std::invalid_argument for an unknown name.
inline Norm norm_of(const std::string& name) {
    if (name == "l2") return Norm::kL2;
    if (name == "l2_squared") return Norm::kL2Squared;
    if (name == "cosine") return Norm::kCosine;
    if (name == "inner_product") return Norm::kInnerProduct;
    throw std::invalid_argument("norm is '" + name +
                                "'; 'l2', 'l2_squared', 'cosine' or 'inner_product' is wanted");
}

/// A TrainSet and the arrays that it looks at.
template <typename T>
class PackedRows {
  public:
    /// Values are those of the arrays: T, or integers that are taken as numbers.
    template <typename Value>
    static PackedRows pack(const std::vector<Array<Value>>& images, const std::string& norm,
                           int num_threads) {
        std::vector<RowsOf<T>> views;
        for (const Array<Value>& image : images)
            views.push_back(RowsOf<T>(view_matrix(image, "an image")));
        const Norm type = norm_of(norm);
        std::vector<py::array> owned(images.begin(), images.end());  // references: with the GIL
        py::gil_scoped_release release;
        TrainSet<T> set(std::move(views), type, num_threads);
        return PackedRows(std::move(owned), std::move(set));
    }

    const TrainSet<T>& set() const { return set_; }

  private:
    PackedRows(std::vector<py::array>&& images, TrainSet<T>&& set)
        : images_(std::move(images)), set_(std::move(set)) {}

    std::vector<py::array> images_;
    TrainSet<T> set_;
};

/// Of numbers (T is float) or of bits (T is std::uint8_t).
template <typename T>
class TrainRows {
  public:
    explicit TrainRows(const RowsOf<T>& rows) : view_(rows) {}
    explicit TrainRows(const PackedRows<T>& rows) : set_(&rows.set()) {}

    std::int64_t num_rows() const { return set_ != nullptr ? set_->num_rows() : view_.rows; }

    /// What the caller asked for; a packed set has its norm, and throws if it is asked for another.
    Norm norm(const std::optional<std::string>& name, bool squared) const {
        if constexpr (!kIsNumbers) {
            if (name) throw std::invalid_argument("the set was packed for bits, it takes no norm");
            return Norm::kL2;
        }
        const bool given = name || squared;
        const Norm wanted = name ? norm_of(*name) : squared ? Norm::kL2Squared : Norm::kL2;
        if (name && squared && wanted != Norm::kL2Squared) {
            throw std::invalid_argument("squared=True goes with norm='l2_squared' only, got '" +
                                        *name + "'");
        }
        if (set_ != nullptr && given && set_->norm() != wanted) {
            throw std::invalid_argument("the set was packed for another norm");
        }
        return set_ != nullptr ? set_->norm() : wanted;
    }

    Matches match(const RowsOf<T>& a, const MatchOptions& options) const {
        return set_ != nullptr ? ssld::match(a, *set_, options) : ssld::match(a, view_, options);
    }

    Neighbours knn(const RowsOf<T>& a, std::int64_t k, Mask mask, Norm norm,
                   int num_threads) const {
        if (set_ != nullptr) return ssld::knn(a, *set_, k, mask, num_threads);
        if constexpr (kIsNumbers) {
            return ssld::knn(a, view_, k, mask, norm, num_threads);
        } else {
            return ssld::knn(a, view_, k, mask, num_threads);
        }
    }

    RadiusNeighbours radius_search(const RowsOf<T>& a, double radius, Mask mask, Norm norm,
                                   int num_threads) const {
        if (set_ != nullptr) return ssld::radius_search(a, *set_, radius, mask, num_threads);
        if constexpr (kIsNumbers) {
            return ssld::radius_search(a, view_, radius, mask, norm, num_threads);
        } else {
            return ssld::radius_search(a, view_, radius, mask, num_threads);
        }
    }

  private:
    static constexpr bool kIsNumbers = std::is_same_v<T, float>;

    RowsOf<T> view_;
    const TrainSet<T>* set_ = nullptr;
};

/// Call search(a, b) with queries and train rows as they are compared: floats as numbers, uint8 as
/// bits, or as numbers if a norm is given or the set was packed for numbers.
template <typename Value, typename Search>
auto with_rows(const Array<Value>& desc0, const Array<Value>& desc1, bool has_norm,
               const Search& search) {
    const auto a = view_matrix(desc0, "desc0");
    const auto b = view_matrix(desc1, "desc1");
    if constexpr (!std::is_same_v<Value, float>) {
        if (!has_norm) return search(a, TrainRows<Value>(b));
    }
    return search(NumberRows(a), TrainRows<float>(NumberRows(b)));
}

template <typename Value, typename T, typename Search>
auto with_rows(const Array<Value>& desc0, const PackedRows<T>& desc1, bool, const Search& search) {
    return search(RowsOf<T>(view_matrix(desc0, "desc0")), TrainRows<T>(desc1));
}

}  // namespace ssld::bindings
