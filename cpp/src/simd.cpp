#include "ssld/simd.hpp"

namespace ssld {

std::vector<std::string> simd_levels() {
    return {"baseline"};
}

}  // namespace ssld
