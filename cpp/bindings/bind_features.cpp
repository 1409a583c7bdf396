// Bindings of the feature functions: check, release the GIL once, return owned arrays.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

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
                                    std::to_string(length) + " rows of xy, got " + describe(array));
    }
}

struct KeypointArrays {
    Contiguous<float> xy, size, angle_deg;

    KeypointColumns columns() const {
        return {xy.data(), size.data(), angle_deg.data(), xy.shape(0)};
    }
};

FloatMap view_of(const Contiguous<float>& map) {
    return {map.data(), map.shape(0), map.shape(1)};
}

py::array_t<float> bound_local_contrast(const py::array& gray, int radius, float epsilon) {
    const auto image = checked<std::uint8_t>(gray, "gray", "uint8 (H, W)", 2);
    py::array_t<float> contrast({image.shape(0), image.shape(1)});
    const GrayImage view{image.data(), image.shape(0), image.shape(1)};
    float* const out = contrast.mutable_data();
    {
        const py::gil_scoped_release unlocked;
        local_contrast(view, radius, epsilon, out);
    }
    return contrast;
}

/// Columns (N, 2) float32 positions and (N,) float32 scores.
py::tuple to_columns(const std::vector<ScoredPoint>& points) {
    const auto count = static_cast<py::ssize_t>(points.size());
    py::array_t<float> xy({count, static_cast<py::ssize_t>(2)});
    py::array_t<float> score(count);
    float* const positions = xy.mutable_data();
    float* const scores = score.mutable_data();
    for (std::size_t i = 0; i < points.size(); ++i) {
        positions[2 * i] = points[i].x;
        positions[2 * i + 1] = points[i].y;
        scores[i] = points[i].score;
    }
    return py::make_tuple(xy, score);
}

py::tuple bound_find_keypoints(const py::array& peak, const py::array& rank, int radius, int border,
                               std::int64_t max_keypoints, const std::optional<py::array>& mask) {
    const auto peaks = checked<float>(peak, "peak", "float32 (H, W)", 2);
    const auto ranks = checked<float>(rank, "rank", "float32 (ceil(H/4), ceil(W/4))", 2);
    Contiguous<std::uint8_t> allowed;
    if (mask) {
        allowed = checked<std::uint8_t>(*mask, "mask", "uint8 (H, W) like peak", 2);
        if (allowed.shape(0) != peaks.shape(0) || allowed.shape(1) != peaks.shape(1)) {
            throw std::invalid_argument("mask must have the shape of peak, " + describe(peaks) +
                                        ", got " + describe(*mask));
        }
    }
    const std::uint8_t* const allowed_data = mask ? allowed.data() : nullptr;
    const KeypointSearch search{radius, border, max_keypoints};
    std::vector<ScoredPoint> points;
    {
        const py::gil_scoped_release unlocked;
        points = find_keypoints(view_of(peaks), view_of(ranks), allowed_data, search);
    }
    return to_columns(points);
}

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

void bind_features(py::module_& m) {
    using py::arg;
    m.def("local_contrast", &bound_local_contrast, arg("gray"), arg("radius") = 16,
          arg("epsilon") = 4.0F, "Subtract each pixel's box mean and divide by its box deviation.");
    m.def("find_keypoints", &bound_find_keypoints, arg("peak"), arg("rank"), arg("radius") = 2,
          arg("border") = 4, arg("max_keypoints") = 0, arg("mask") = py::none(),
          "Find the local maxima of one map, ranked by another.");
    m.def("sample_patches", &bound_sample_patches, arg("gray"), arg("xy"), arg("size"),
          arg("angle_deg"), arg("num_threads") = 1,
          "Sample two standardised 24 x 24 grids at each keypoint, turned and scaled.");
    m.def("sample_patches_batch", &bound_sample_patches_batch, arg("grays"), arg("image_index"),
          arg("xy"), arg("size"), arg("angle_deg"), arg("num_threads") = 1,
          "Do what sample_patches does for keypoints of several images of one shape.");
    m.def("sample_rings", &bound_sample_rings, arg("gray"), arg("xy"), arg("num_threads") = 1,
          "Sample 12 rings of 32 at each keypoint, standardised together.");
    m.def("sample_rings_batch", &bound_sample_rings_batch, arg("grays"), arg("image_index"),
          arg("xy"), arg("num_threads") = 1,
          "Do what sample_rings does for keypoints of several images of one shape.");
}

}  // namespace ssld::bindings
