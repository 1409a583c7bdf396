// Rows rearranged for the kernels: groups of rows, [step][lanes] each. Private to the core.
#pragma once

#include <cstdint>

#include "encoding.hpp"
#include "row_set.hpp"
#include "scratch.hpp"

namespace ssld {

enum class Role { kQuery, kTrain };

/// Value is float or std::int32_t, as in kernel_table.hpp.
template <typename Value>
class Panels {
  public:
    /// Fill the buffers from rows [first, last), `lanes` rows a group.
    void pack(const RowSet& rows, std::int64_t first, std::int64_t last, int lanes, Role role,
              const Encoding& encoding, int num_threads);

    const Value* values() const { return values_; }
    /// Squared norms as the kernels read them.
    const Value* norms() const { return norms_; }
    std::int64_t num_groups() const { return num_groups_; }

    void trim();

  private:
    void pack_group(const RowSet& rows, std::int64_t first, std::int64_t last, int lanes, Role role,
                    const Encoding& encoding, std::int64_t group);

    Scratch value_scratch_;
    Scratch norm_scratch_;
    Value* values_ = nullptr;
    Value* norms_ = nullptr;
    std::int64_t num_groups_ = 0;
};

}  // namespace ssld
