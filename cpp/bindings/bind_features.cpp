// Bindings of the maps: contrast and keypoints. Check, release the GIL once, return owned arrays.

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bindings.hpp"
#include "checked_arrays.hpp"
#include "ssld/features.hpp"

namespace ssld::bindings {

namespace {

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

py::array_t<std::int64_t> bound_far_apart(const py::array& xy, double min_distance) {
    const auto points = checked<float>(xy, "xy", "float32 (N, 2)", 2);
    if (points.shape(1) != 2)
        throw std::invalid_argument("xy must be float32 (N, 2), got " + describe(xy));
    std::vector<std::int64_t> chosen;
    {
        const py::gil_scoped_release unlocked;
        chosen = far_apart(points.data(), points.shape(0), min_distance);
    }
    return py::array_t<std::int64_t>(static_cast<py::ssize_t>(chosen.size()), chosen.data());
}

}  // namespace

void bind_features(py::module_& m) {
    using py::arg;
    m.def("local_contrast", &bound_local_contrast, arg("gray"), arg("radius") = 16,
          arg("epsilon") = 4.0F, "Subtract each pixel's box mean and divide by its box deviation.");
    m.def("find_keypoints", &bound_find_keypoints, arg("peak"), arg("rank"), arg("radius") = 2,
          arg("border") = 4, arg("max_keypoints") = 0, arg("mask") = py::none(),
          "Find the local maxima of one map, ranked by another.");
    m.def("far_apart", &bound_far_apart, arg("xy"), arg("min_distance"),
          "Choose points one by one, leaving out those too near to one chosen before.");
}

}  // namespace ssld::bindings
