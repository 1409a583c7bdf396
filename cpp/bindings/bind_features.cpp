// Bindings of the feature functions: check, release the GIL once, return owned arrays.

#include <pybind11/numpy.h>

#include <optional>
#include <stdexcept>
#include <string>

#include "bindings.hpp"
#include "ssld/features.hpp"

namespace py = pybind11;

namespace ssld::bindings {

namespace {

template <typename Value>
using Contiguous = py::array_t<Value, py::array::c_style>;

std::string describe(const py::array& array) {
    return py::str(array.dtype()).cast<std::string>() + " " +
           py::str(array.attr("shape")).cast<std::string>();
}

/// The array as C-contiguous memory; copied if its layout asks for it, never if its dtype does.
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

template <typename Value>
void require_length(const Contiguous<Value>& array, const char* name, py::ssize_t length) {
    if (array.shape(0) != length) {
        throw std::invalid_argument(std::string(name) + " must have one entry for each of the " +
                                    std::to_string(length) + " rows of xy, got " +
                                    describe(array));
    }
}

struct KeypointArrays {
    Contiguous<float> xy, size, angle_deg;

    KeypointColumns columns() const {
        return {xy.data(), size.data(), angle_deg.data(), xy.shape(0)};
    }
};

KeypointArrays checked_keypoints(const py::array& xy, const py::array& size,
                                 const py::array& angle_deg) {
    KeypointArrays keypoints{checked<float>(xy, "xy", "float32 (N, 2)", 2),
                             checked<float>(size, "size", "float32 (N,)", 1),
                             checked<float>(angle_deg, "angle_deg", "float32 (N,)", 1)};
    const py::ssize_t count = keypoints.xy.shape(0);
    if (keypoints.xy.shape(1) != 2) {
        throw std::invalid_argument("xy must be float32 (N, 2), got " + describe(xy));
    }
    require_length(keypoints.size, "size", count);
    require_length(keypoints.angle_deg, "angle_deg", count);
    return keypoints;
}

void require_threads(int num_threads) {
    if (num_threads < 0) {
        throw std::invalid_argument("num_threads must be 0 (all cores) or more, got " +
                                    std::to_string(num_threads));
    }
}

py::array_t<float> empty_patches(py::ssize_t count) {
    return py::array_t<float>({count, static_cast<py::ssize_t>(kPatchGrids),
                               static_cast<py::ssize_t>(kPatchSize),
                               static_cast<py::ssize_t>(kPatchSize)});
}

py::array_t<float> bound_sample_patches(const py::array& gray, const py::array& xy,
                                        const py::array& size, const py::array& angle_deg,
                                        int num_threads) {
    const auto image = checked<std::uint8_t>(gray, "gray", "uint8 (H, W)", 2);
    const KeypointArrays keypoints = checked_keypoints(xy, size, angle_deg);
    require_threads(num_threads);
    auto patches = empty_patches(keypoints.xy.shape(0));
    const GrayImage view{image.data(), image.shape(0), image.shape(1)};
    float* const out = patches.mutable_data();
    {
        const py::gil_scoped_release unlocked;
        sample_patches(view, keypoints.columns(), num_threads, out);
    }
    return patches;
}

py::array_t<float> bound_sample_patches_batch(const py::array& grays, const py::array& image_index,
                                              const py::array& xy, const py::array& size,
                                              const py::array& angle_deg, int num_threads) {
    const auto images = checked<std::uint8_t>(grays, "grays", "uint8 (B, H, W)", 3);
    const auto owners = checked<std::int32_t>(image_index, "image_index", "int32 (N,)", 1);
    const KeypointArrays keypoints = checked_keypoints(xy, size, angle_deg);
    require_length(owners, "image_index", keypoints.xy.shape(0));
    require_threads(num_threads);
    auto patches = empty_patches(keypoints.xy.shape(0));
    const GrayImage view{images.data(), images.shape(1), images.shape(2)};
    float* const out = patches.mutable_data();
    {
        const py::gil_scoped_release unlocked;
        sample_patches_batch(view, images.shape(0), owners.data(), keypoints.columns(), num_threads,
                             out);
    }
    return patches;
}

}  // namespace

void bind_features(py::module_& m) {
    m.def("sample_patches", &bound_sample_patches, py::arg("gray"), py::arg("xy"), py::arg("size"),
          py::arg("angle_deg"), py::arg("num_threads") = 1);
    m.def("sample_patches_batch", &bound_sample_patches_batch, py::arg("grays"),
          py::arg("image_index"), py::arg("xy"), py::arg("size"), py::arg("angle_deg"),
          py::arg("num_threads") = 1);
}

}  // namespace ssld::bindings
