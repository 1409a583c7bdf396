// What a TrainSet holds. Private to the core.
#pragma once

#include <type_traits>
#include <vector>

#include "byte_pair.hpp"
#include "float_pair.hpp"
#include "ssld/train_set.hpp"

namespace ssld {

template <typename T>
struct TrainSet<T>::Packed {
    std::conditional_t<std::is_same_v<T, float>, PackedFloats, PackedBytes> rows;
    std::vector<std::int64_t> first_row;  // of each image, and the end
    std::int64_t num_cols = 0;
    Norm norm = Norm::kL2;
};

}  // namespace ssld
