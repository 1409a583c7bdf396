// How the extension was built.

#include "bindings.hpp"

namespace py = pybind11;

namespace ssld::bindings {

namespace {

py::dict build_config() {
    py::dict config;
    config["version"] = SSLD_VERSION;
    config["build_type"] = SSLD_BUILD_TYPE;
    config["compiler"] = __VERSION__;
    config["cxx_standard"] = static_cast<long>(__cplusplus);
    config["pybind11"] = PYBIND11_TOSTRING(PYBIND11_VERSION_MAJOR) "." PYBIND11_TOSTRING(
        PYBIND11_VERSION_MINOR) "." PYBIND11_TOSTRING(PYBIND11_VERSION_PATCH);
    return config;
}

}  // namespace

void bind_build(py::module_& m) {
    m.def("build_config", &build_config,
          "Return how the extension was built: version, compiler, standard, build type.");
}

}  // namespace ssld::bindings
