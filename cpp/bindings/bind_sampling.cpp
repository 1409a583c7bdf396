// Bindings of the sampling at keypoints: check, release the GIL once, return owned arrays.

#include <pybind11/numpy.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "bindings.hpp"
#include "checked_arrays.hpp"
#include "ssld/features.hpp"

namespace ssld::bindings {

namespace {

template <typename Value>
void require_length(const Contiguous<Value>& array, const char* name, py::ssize_t length) {
    if (array.shape(0) != length) {
        throw std::invalid_argument(std::string(name) + " must have one entry for each of the " +
                                    std::to_string(length) + " rows of xy, got " + describe(array));
    }
}

struct KeypointArrays {
    Contiguous<float> xy, size, angle_deg;

    KeypointColumns columns() const {
        return {xy.data(), size.data(), angle_deg.data(), xy.shape(0)};
    }
};

Contiguous<float> checked_positions(const py::array& xy) {
    auto positions = checked<float>(xy, "xy", "float32 (N, 2)", 2);
    if (positions.shape(1) != 2) {
        throw std::invalid_argument("xy must be float32 (N, 2), got " + describe(xy));
    }
    return positions;
}

KeypointArrays checked_keypoints(const py::array& xy, const py::array& size,
                                 const py::array& angle_deg) {
    KeypointArrays keypoints{checked_positions(xy), checked<float>(size, "size", "float32 (N,)", 1),
                             checked<float>(angle_deg, "angle_deg", "float32 (N,)", 1)};
    const py::ssize_t count = keypoints.xy.shape(0);
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

py::array_t<float> empty_patches(py::ssize_t count, int num_grids) {
    // The core says what is wrong with another number.
    const int grids = std::clamp(num_grids, 0, kMaxPatchGrids);
    return py::array_t<float>({count, static_cast<py::ssize_t>(grids),
                               static_cast<py::ssize_t>(kPatchSize),
                               static_cast<py::ssize_t>(kPatchSize)});
}

py::array_t<float> bound_sample_patches(const py::array& gray, const py::array& xy,
                                        const py::array& size, const py::array& angle_deg,
                                        int num_threads, int num_grids) {
    const auto image = checked<std::uint8_t>(gray, "gray", "uint8 (H, W)", 2);
    const KeypointArrays keypoints = checked_keypoints(xy, size, angle_deg);
    require_threads(num_threads);
    auto patches = empty_patches(keypoints.xy.shape(0), num_grids);
    const GrayImage view{image.data(), image.shape(0), image.shape(1)};
    float* const out = patches.mutable_data();
    {
        const py::gil_scoped_release unlocked;
        sample_patches(view, keypoints.columns(), num_threads, out, num_grids);
    }
    return patches;
}

py::array_t<float> bound_sample_patches_batch(const py::array& grays, const py::array& image_index,
                                              const py::array& xy, const py::array& size,
                                              const py::array& angle_deg, int num_threads,
                                              int num_grids) {
    const auto images = checked<std::uint8_t>(grays, "grays", "uint8 (B, H, W)", 3);
    const auto owners = checked<std::int32_t>(image_index, "image_index", "int32 (N,)", 1);
    const KeypointArrays keypoints = checked_keypoints(xy, size, angle_deg);
    require_length(owners, "image_index", keypoints.xy.shape(0));
    require_threads(num_threads);
    auto patches = empty_patches(keypoints.xy.shape(0), num_grids);
    const GrayImage view{images.data(), images.shape(1), images.shape(2)};
    float* const out = patches.mutable_data();
    {
        const py::gil_scoped_release unlocked;
        sample_patches_batch(view, images.shape(0), owners.data(), keypoints.columns(), num_threads,
                             out, num_grids);
    }
    return patches;
}

py::array_t<float> empty_rings(py::ssize_t count) {
    return py::array_t<float>(
        {count, static_cast<py::ssize_t>(kRings), static_cast<py::ssize_t>(kRingSamples)});
}

py::array_t<float> bound_sample_rings(const py::array& gray, const py::array& xy, int num_threads) {
    const auto image = checked<std::uint8_t>(gray, "gray", "uint8 (H, W)", 2);
    const auto positions = checked_positions(xy);
    require_threads(num_threads);
    auto rings = empty_rings(positions.shape(0));
    const GrayImage view{image.data(), image.shape(0), image.shape(1)};
    float* const out = rings.mutable_data();
    {
        const py::gil_scoped_release unlocked;
        sample_rings(view, positions.data(), positions.shape(0), num_threads, out);
    }
    return rings;
}

py::array_t<float> bound_sample_rings_batch(const py::array& grays, const py::array& image_index,
                                            const py::array& xy, int num_threads) {
    const auto images = checked<std::uint8_t>(grays, "grays", "uint8 (B, H, W)", 3);
    const auto owners = checked<std::int32_t>(image_index, "image_index", "int32 (N,)", 1);
    const auto positions = checked_positions(xy);
    require_length(owners, "image_index", positions.shape(0));
    require_threads(num_threads);
    auto rings = empty_rings(positions.shape(0));
    const GrayImage view{images.data(), images.shape(1), images.shape(2)};
    float* const out = rings.mutable_data();
    {
        const py::gil_scoped_release unlocked;
        sample_rings_batch(view, images.shape(0), owners.data(), positions.data(),
                           positions.shape(0), num_threads, out);
    }
    return rings;
}

}  // namespace

void bind_sampling(py::module_& m) {
    using py::arg;
    m.def("sample_patches", &bound_sample_patches, arg("gray"), arg("xy"), arg("size"),
          arg("angle_deg"), arg("num_threads") = 1, arg("num_grids") = kPatchGrids,
          "Sample standardised 24 x 24 grids at each keypoint, turned and scaled.");
    m.def("sample_patches_batch", &bound_sample_patches_batch, arg("grays"), arg("image_index"),
          arg("xy"), arg("size"), arg("angle_deg"), arg("num_threads") = 1,
          arg("num_grids") = kPatchGrids,
          "Do what sample_patches does for keypoints of several images of one shape.");
    m.def("sample_rings", &bound_sample_rings, arg("gray"), arg("xy"), arg("num_threads") = 1,
          "Sample 12 rings of 32 at each keypoint, standardised together.");
    m.def("sample_rings_batch", &bound_sample_rings_batch, arg("grays"), arg("image_index"),
          arg("xy"), arg("num_threads") = 1,
          "Do what sample_rings does for keypoints of several images of one shape.");
}

}  // namespace ssld::bindings
