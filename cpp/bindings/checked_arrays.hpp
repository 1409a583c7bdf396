// Checks of numpy arrays that name the argument; included by the bindings of the features.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <stdexcept>
#include <string>

#include "numpy_views.hpp"

namespace ssld::bindings {

namespace py = pybind11;

template <typename Value>
using Contiguous = py::array_t<Value, py::array::c_style | kAligned>;

inline std::string describe(const py::array& array) {
    return py::str(array.dtype()).cast<std::string>() + " " +
           py::str(array.attr("shape")).cast<std::string>();
}

/// The array as aligned C-contiguous memory; copied if its layout asks for it, never if its dtype
/// does.
template <typename Value>
Contiguous<Value> checked(const py::array& array, const char* name, const char* wanted,
                          py::ssize_t num_dimensions) {
    if (!py::isinstance<py::array_t<Value>>(array) || array.ndim() != num_dimensions) {
        throw std::invalid_argument(std::string(name) + " must be " + wanted + ", got " +
                                    describe(array));
    }
    auto contiguous = Contiguous<Value>::ensure(array);
    if (!contiguous) throw py::error_already_set();
    return contiguous;
}

}  // namespace ssld::bindings
