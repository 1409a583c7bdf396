// ssldescriptor._core: matching, and the instruction set that it runs on.

#include <pybind11/stl.h>

#include <optional>

#include "bindings.hpp"
#include "numpy_views.hpp"
#include "ssld/matcher.hpp"
#include "ssld/simd.hpp"

namespace ssld::bindings {

namespace {

using Floats = Array<float>;
using Bytes = Array<std::uint8_t>;
using OptionalMask = std::optional<Bytes>;

Norm norm_of(bool squared) {
    return squared ? Norm::kL2Squared : Norm::kL2;
}

Mask view_mask(const OptionalMask& mask, std::int64_t rows, std::int64_t cols) {
    if (!mask) return nullptr;
    if (mask->ndim() != 2 || mask->shape(0) != rows || mask->shape(1) != cols) {
        throw std::invalid_argument("mask must have shape (" + std::to_string(rows) + ", " +
                                    std::to_string(cols) + "), got " + shape_text(*mask));
    }
    return mask->data();
}

template <typename T>
py::tuple match_rows(const Array<T>& a, const Array<T>& b, bool mutual, std::optional<double> ratio,
                     std::optional<double> max_distance, bool squared, int num_threads) {
    const auto va = view_matrix(a, "desc0");
    const auto vb = view_matrix(b, "desc1");
    const MatchOptions options{mutual, ratio, max_distance, norm_of(squared), num_threads};
    Matches found;
    {
        py::gil_scoped_release release;
        found = match(va, vb, options);
    }
    return py::make_tuple(to_numpy(std::move(found.index0)), to_numpy(std::move(found.index1)),
                          to_numpy(std::move(found.distance)));
}

py::tuple pack_neighbours(Neighbours&& found, std::int64_t rows) {
    return py::make_tuple(to_numpy(std::move(found.index), {rows, found.k}),
                          to_numpy(std::move(found.distance), {rows, found.k}));
}

py::tuple pack_neighbours(RadiusNeighbours&& found) {
    return py::make_tuple(to_numpy(std::move(found.offset)), to_numpy(std::move(found.index)),
                          to_numpy(std::move(found.distance)));
}

py::tuple knn_floats(const Floats& a, const Floats& b, std::int64_t k, const OptionalMask& mask,
                     bool squared, int num_threads) {
    const auto va = view_matrix(a, "desc0");
    const auto vb = view_matrix(b, "desc1");
    const Mask allowed = view_mask(mask, va.rows, vb.rows);
    Neighbours found;
    {
        py::gil_scoped_release release;
        found = knn(va, vb, k, allowed, norm_of(squared), num_threads);
    }
    return pack_neighbours(std::move(found), va.rows);
}

py::tuple knn_bytes(const Bytes& a, const Bytes& b, std::int64_t k, const OptionalMask& mask, bool,
                    int num_threads) {
    const auto va = view_matrix(a, "desc0");
    const auto vb = view_matrix(b, "desc1");
    const Mask allowed = view_mask(mask, va.rows, vb.rows);
    Neighbours found;
    {
        py::gil_scoped_release release;
        found = knn(va, vb, k, allowed, num_threads);
    }
    return pack_neighbours(std::move(found), va.rows);
}

py::tuple radius_floats(const Floats& a, const Floats& b, double radius, const OptionalMask& mask,
                        bool squared, int num_threads) {
    const auto va = view_matrix(a, "desc0");
    const auto vb = view_matrix(b, "desc1");
    const Mask allowed = view_mask(mask, va.rows, vb.rows);
    RadiusNeighbours found;
    {
        py::gil_scoped_release release;
        found = radius_search(va, vb, radius, allowed, norm_of(squared), num_threads);
    }
    return pack_neighbours(std::move(found));
}

py::tuple radius_bytes(const Bytes& a, const Bytes& b, double radius, const OptionalMask& mask,
                       bool, int num_threads) {
    const auto va = view_matrix(a, "desc0");
    const auto vb = view_matrix(b, "desc1");
    const Mask allowed = view_mask(mask, va.rows, vb.rows);
    RadiusNeighbours found;
    {
        py::gil_scoped_release release;
        found = radius_search(va, vb, radius, allowed, num_threads);
    }
    return pack_neighbours(std::move(found));
}

// Both element types under one name; no implicit conversion, so that the wrong one is a TypeError.
template <typename F, typename G, typename... Extra>
void def_both(py::module_& m, const char* name, F floats, G bytes, const Extra&... extra) {
    m.def(name, floats, py::arg("desc0").noconvert(), py::arg("desc1").noconvert(), extra...);
    m.def(name, bytes, py::arg("desc0").noconvert(), py::arg("desc1").noconvert(), extra...);
}

}  // namespace

void bind_matcher(py::module_& m) {
    using py::arg;
    def_both(m, "match", &match_rows<float>, &match_rows<std::uint8_t>, py::kw_only(),
             arg("mutual") = true, arg("ratio") = py::none(), arg("max_distance") = py::none(),
             arg("squared") = false, arg("num_threads") = 0);
    def_both(m, "knn", &knn_floats, &knn_bytes, arg("k"), py::kw_only(),
             arg("mask").noconvert() = py::none(), arg("squared") = false, arg("num_threads") = 0);
    def_both(m, "radius_search", &radius_floats, &radius_bytes, arg("radius"), py::kw_only(),
             arg("mask").noconvert() = py::none(), arg("squared") = false, arg("num_threads") = 0);
    m.def("simd_levels", &simd_levels, "Levels that can run here, slowest first.");
    m.def("simd_level", &simd_level, "The level in use.");
    m.def("set_simd_level", &set_simd_level, arg("name"), "Use another level from now on.");
}

}  // namespace ssld::bindings
