// The fused search over byte rows. Hamming distances are integers: nothing to certify.
#pragma once

#include <cstdint>

#include "byte_pair.hpp"
#include "float_search.hpp"
#include "scratch.hpp"
#include "ssld/types.hpp"

namespace ssld {

class HammingSearch {
  public:
    /// Find the two nearest train rows of every query; `columns`: also what keep_mutual() needs.
    void run(const BytePair& pair, bool columns);

    TwoNearest nearest(std::int64_t i) const;

    /// Remove the matches whose train row has another query that is nearer, or as near and before.
    void keep_mutual(Matches& matches) const;

    /// Give large buffers back.
    void trim();

  private:
    void allocate(const BytePair& pair, bool columns, int pieces);
    void merge_columns(std::int64_t num_columns, int pieces);

    Scratch distance_scratch_;
    Scratch index_scratch_;
    Scratch column_scratch_;
    std::int64_t* best_ = nullptr;
    std::int64_t* second_ = nullptr;
    std::int32_t* best_index_ = nullptr;
    std::int32_t* second_index_ = nullptr;
    std::int64_t* column_best_ = nullptr;
    std::int64_t* column_index_ = nullptr;
    std::int64_t padded_columns_ = 0;
};

}  // namespace ssld
