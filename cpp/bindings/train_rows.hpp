// The train rows of a search: an array, or arrays that were packed once; for bind_matcher.cpp.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>
#include <string>
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
    static PackedRows pack(std::vector<Array<T>> images, const std::string& norm, int num_threads) {
        std::vector<MatrixView<T>> views;
        for (const Array<T>& image : images)
            views.push_back(view_matrix(image, "an image"));
        const Norm type = norm_of(norm);
        py::gil_scoped_release release;
        TrainSet<T> set(std::move(views), type, num_threads);
        return PackedRows(std::move(images), std::move(set));
    }

    const TrainSet<T>& set() const { return set_; }

  private:
    PackedRows(std::vector<Array<T>>&& images, TrainSet<T>&& set)
        : images_(std::move(images)), set_(std::move(set)) {}

    std::vector<Array<T>> images_;
    TrainSet<T> set_;
};

template <typename T>
class TrainRows {
  public:
    explicit TrainRows(const Array<T>& rows) : view_(view_matrix(rows, "desc1")) {}
    explicit TrainRows(const PackedRows<T>& rows) : set_(&rows.set()) {}

    std::int64_t num_rows() const { return set_ != nullptr ? set_->num_rows() : view_.rows; }

    /// What the caller asked for; a packed set has its norm, and throws if it is asked for another.
    Norm norm(const std::optional<std::string>& name, bool squared) const {
        if constexpr (!std::is_same_v<T, float>) {
            if (name) throw std::invalid_argument("norm is for floats, bytes are compared by bits");
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

    Matches match(MatrixView<T> a, const MatchOptions& options) const {
        return set_ != nullptr ? ssld::match(a, *set_, options) : ssld::match(a, view_, options);
    }

    Neighbours knn(MatrixView<T> a, std::int64_t k, Mask mask, Norm norm, int num_threads) const {
        if (set_ != nullptr) return ssld::knn(a, *set_, k, mask, num_threads);
        if constexpr (std::is_same_v<T, float>) {
            return ssld::knn(a, view_, k, mask, norm, num_threads);
        } else {
            return ssld::knn(a, view_, k, mask, num_threads);
        }
    }

    RadiusNeighbours radius_search(MatrixView<T> a, double radius, Mask mask, Norm norm,
                                   int num_threads) const {
        if (set_ != nullptr) return ssld::radius_search(a, *set_, radius, mask, num_threads);
        if constexpr (std::is_same_v<T, float>) {
            return ssld::radius_search(a, view_, radius, mask, norm, num_threads);
        } else {
            return ssld::radius_search(a, view_, radius, mask, num_threads);
        }
    }

  private:
    MatrixView<T> view_;
    const TrainSet<T>* set_ = nullptr;
};

}  // namespace ssld::bindings
