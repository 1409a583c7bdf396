// The extension module ssldescriptor._core: a table of contents, one line per binding file.

#include <pybind11/pybind11.h>

#include "bindings.hpp"

PYBIND11_MODULE(_core, m) {
    m.doc() = "C++ core of ssldescriptor: arrays in, arrays out.";
    ssld::bindings::bind_build(m);
    ssld::bindings::bind_features(m);
    ssld::bindings::bind_matcher(m);
    ssld::bindings::bind_sampling(m);
}
