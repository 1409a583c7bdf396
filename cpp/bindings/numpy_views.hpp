// numpy arrays in and out of the core; included by bindings/ only.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ssld/types.hpp"

namespace ssld::bindings {

namespace py = pybind11;

/// Of numpy's flags: T where its type may lie. Rows of a file that is mapped into memory may not.
inline constexpr int kAligned = py::detail::npy_api::NPY_ARRAY_ALIGNED_;

/// Arrays are taken as they are: a conversion here would hide a copy from the caller. Only values
/// off their alignment, which C++ may not read, are copied.
template <typename T>
using Array = py::array_t<T, py::array::c_style | kAligned>;

inline std::string shape_text(const py::array& array) {
    return py::str(py::tuple(array.attr("shape"))).cast<std::string>();
}

/// View a 2-D array without copying. Throws std::invalid_argument for other dimensions.
template <typename T>
MatrixView<T> view_matrix(const Array<T>& array, const char* name) {
    if (array.ndim() != 2) {
        throw std::invalid_argument(std::string(name) + " must be 2-D, got shape " +
                                    shape_text(array));
    }
    return {array.data(), array.shape(0), array.shape(1)};
}

/// Hand a vector over to numpy without copying it.
template <typename T>
py::array_t<T> to_numpy(std::vector<T>&& values, std::vector<py::ssize_t> shape) {
    auto owned = std::make_unique<std::vector<T>>(std::move(values));
    T* data = owned->data();
    py::capsule owner(owned.get(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
    owned.release();
    return py::array_t<T>(std::move(shape), data, owner);
}

template <typename T>
py::array_t<T> to_numpy(std::vector<T>&& values) {
    const auto size = static_cast<py::ssize_t>(values.size());
    return to_numpy(std::move(values), {size});
}

}  // namespace ssld::bindings
