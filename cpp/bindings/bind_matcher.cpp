// ssldescriptor._core: matching, and the instruction set that it runs on.

#include <pybind11/stl.h>

#include <optional>

#include "bindings.hpp"
#include "numpy_views.hpp"
#include "ssld/simd.hpp"
#include "train_rows.hpp"

namespace ssld::bindings {

namespace {

using OptionalMask = std::optional<Array<std::uint8_t>>;
using OptionalText = std::optional<std::string>;

Mask view_mask(const OptionalMask& mask, std::int64_t rows, std::int64_t cols) {
    if (!mask) return nullptr;
    if (mask->ndim() != 2 || mask->shape(0) != rows || mask->shape(1) != cols) {
        throw std::invalid_argument("mask must have shape (" + std::to_string(rows) + ", " +
                                    std::to_string(cols) + "), got " + shape_text(*mask));
    }
    return mask->data();
}

// Value is the type of the values, Train an array of them or a packed set.
template <typename Value, typename Train>
py::tuple match_rows(const Array<Value>& desc0, const Train& desc1, bool mutual,
                     std::optional<double> ratio, std::optional<double> max_distance, bool squared,
                     int num_threads, const OptionalText& norm) {
    return with_rows(desc0, desc1, norm.has_value(), [&](const auto& a, const auto& b) {
        const MatchOptions options{mutual, ratio, max_distance, b.norm(norm, squared), num_threads};
        Matches found;
        {
            py::gil_scoped_release release;
            found = b.match(a, options);
        }
        return py::make_tuple(to_numpy(std::move(found.index0)), to_numpy(std::move(found.index1)),
                              to_numpy(std::move(found.distance)));
    });
}

template <typename Value, typename Train>
py::tuple knn_rows(const Array<Value>& desc0, const Train& desc1, std::int64_t k,
                   const OptionalMask& mask, bool squared, int num_threads,
                   const OptionalText& norm) {
    return with_rows(desc0, desc1, norm.has_value(), [&](const auto& a, const auto& b) {
        const Mask allowed = view_mask(mask, a.rows, b.num_rows());
        const Norm type = b.norm(norm, squared);
        Neighbours found;
        {
            py::gil_scoped_release release;
            found = b.knn(a, k, allowed, type, num_threads);
        }
        return py::make_tuple(to_numpy(std::move(found.index), {a.rows, found.k}),
                              to_numpy(std::move(found.distance), {a.rows, found.k}));
    });
}

template <typename Value, typename Train>
py::tuple radius_rows(const Array<Value>& desc0, const Train& desc1, double radius,
                      const OptionalMask& mask, bool squared, int num_threads,
                      const OptionalText& norm) {
    return with_rows(desc0, desc1, norm.has_value(), [&](const auto& a, const auto& b) {
        const Mask allowed = view_mask(mask, a.rows, b.num_rows());
        const Norm type = b.norm(norm, squared);
        RadiusNeighbours found;
        {
            py::gil_scoped_release release;
            found = b.radius_search(a, radius, allowed, type, num_threads);
        }
        return py::make_tuple(to_numpy(std::move(found.offset)), to_numpy(std::move(found.index)),
                              to_numpy(std::move(found.distance)));
    });
}

// All kinds of rows under one name; no implicit conversion, so that the wrong one is a TypeError.
template <template <typename, typename> typename Function, typename... Extra>
void def_all(py::module_& m, const char* name, const Extra&... extra) {
    const auto def = [&](auto call) {
        m.def(name, call, py::arg("desc0").noconvert(), py::arg("desc1").noconvert(), extra...);
    };
    def(Function<float, Array<float>>::call);
    def(Function<float, PackedRows<float>>::call);
    def(Function<std::uint8_t, Array<std::uint8_t>>::call);
    def(Function<std::uint8_t, PackedRows<std::uint8_t>>::call);
    def(Function<std::uint8_t, PackedRows<float>>::call);
}

template <typename Value, typename Train>
struct MatchFunction {
    static constexpr auto call = &match_rows<Value, Train>;
};
template <typename Value, typename Train>
struct KnnFunction {
    static constexpr auto call = &knn_rows<Value, Train>;
};
template <typename Value, typename Train>
struct RadiusFunction {
    static constexpr auto call = &radius_rows<Value, Train>;
};

template <typename T, typename... Values>
void bind_train_set(py::module_& m, const char* name) {
    py::class_<PackedRows<T>> set(m, name);
    const auto def_init = [&](auto pack) {
        set.def(py::init(pack), py::arg("images").noconvert(), py::kw_only(),
                py::arg("norm") = "l2", py::arg("num_threads") = 0);
    };
    (def_init(&PackedRows<T>::template pack<Values>), ...);
    set.def_property_readonly("shape", [](const PackedRows<T>& rows) {
        return py::make_tuple(rows.set().num_rows(), rows.set().num_cols());
    });
}

}  // namespace

void bind_matcher(py::module_& m) {
    using py::arg;
    bind_train_set<float, float, std::uint8_t>(m, "FloatTrainSet");
    bind_train_set<std::uint8_t, std::uint8_t>(m, "ByteTrainSet");
    const auto norm = arg("norm") = py::none();
    def_all<MatchFunction>(m, "match", py::kw_only(), arg("mutual") = true,
                           arg("ratio") = py::none(), arg("max_distance") = py::none(),
                           arg("squared") = false, arg("num_threads") = 0, norm);
    def_all<KnnFunction>(m, "knn", arg("k"), py::kw_only(), arg("mask").noconvert() = py::none(),
                         arg("squared") = false, arg("num_threads") = 0, norm);
    def_all<RadiusFunction>(m, "radius_search", arg("radius"), py::kw_only(),
                            arg("mask").noconvert() = py::none(), arg("squared") = false,
                            arg("num_threads") = 0, norm);
    m.def("simd_levels", &simd_levels, "Levels that can run here, slowest first.");
    m.def("simd_level", &simd_level, "The level in use.");
    m.def("set_simd_level", &set_simd_level, arg("name"), "Use another level from now on.");
}

}  // namespace ssld::bindings
