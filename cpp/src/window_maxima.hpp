// Sliding-window maxima of a map, for non-maximum suppression. Internal to cpp/src.
#pragma once

#include <cstddef>
#include <vector>

#include "ssld/features.hpp"

namespace ssld {

/// Maxima over windows of 2 radius + 1 rows and columns, row by row from the top. Near a NaN a
/// maximum can be too small, never too large.
class WindowMaxima {
  public:
    WindowMaxima(FloatMap map, std::ptrdiff_t radius);

    /// Maxima of the windows centred on row y, valid until the next call; rows must be asked for in
    /// ascending order.
    const float* row(std::ptrdiff_t y);

  private:
    float* slot(std::ptrdiff_t y);
    void fill(std::ptrdiff_t y);

    FloatMap map_;
    std::ptrdiff_t radius_;
    std::ptrdiff_t next_ = 0;  ///< first row without horizontal maxima yet
    std::vector<float> padded_, rows_, maxima_;
};

}  // namespace ssld
