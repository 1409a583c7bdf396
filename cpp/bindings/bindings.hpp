// Entry points of the binding files; included by bindings/ only.
#pragma once

#include <pybind11/pybind11.h>

namespace ssld::bindings {

void bind_build(pybind11::module_& m);
void bind_features(pybind11::module_& m);
void bind_matcher(pybind11::module_& m);
void bind_sampling(pybind11::module_& m);

}  // namespace ssld::bindings
