// The fused screen: what the kernels leave of all pairs, chunk by chunk. Private to the core.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "panels.hpp"
#include "parallel.hpp"

namespace ssld {

/// One side's packed rows are held up to this size, so that extra memory does not grow with
/// rows x dimensions.
inline constexpr std::int64_t kChunkBytes = std::int64_t{8} << 20;

/// Two sets to search, and how.
template <typename Value>
struct ScreenTask {
    const RowSet* a = nullptr;
    const RowSet* b = nullptr;
    const Panels<Value>* prepared = nullptr;  // all of b, or null: pack it here
    Encoding encoding;
    const kernels::ScreenKernels<Value>* kernels = nullptr;
    int num_threads = 1;
    std::int64_t most_queries = std::numeric_limits<std::int64_t>::max();  // packed at a time
};

/// Where a search begins: above all distances of screened rows, not above those of others.
template <typename Value>
constexpr Value unset() {
    if constexpr (std::is_same_v<Value, float>) return std::numeric_limits<float>::infinity();
    return static_cast<Value>(kernels::kUnset);
}

/// Working memory of the packed chunks.
template <typename Value>
struct ChunkBuffers {
    Panels<Value> a;
    Panels<Value> b;

    void trim() {
        a.trim();
        b.trim();
    }
};

/// Rows in a chunk: whole groups, one at least.
inline std::int64_t chunk_rows(std::int64_t steps, int lanes) {
    const std::int64_t row_bytes = 4 * std::max<std::int64_t>(1, steps);
    return std::max<std::int64_t>(1, kChunkBytes / row_bytes / lanes) * lanes;
}

/// Call visit(a_panels, a_first, b_panels, b_first) for all pairs of chunks; those of b come in
/// increasing order for each of a, and those of a in increasing order.
template <typename Value, typename Visit>
void for_each_chunk_pair(const ScreenTask<Value>& task, ChunkBuffers<Value>& buffers,
                         const Visit& visit) {
    const std::int64_t steps = task.encoding.num_steps(task.a->dim());
    const int rows = task.kernels->tile_rows;
    const int columns = task.kernels->panel_columns;
    const std::int64_t most_a = std::max<std::int64_t>(1, task.most_queries / rows) * rows;
    const std::int64_t step_a = std::min(chunk_rows(steps, rows), most_a);
    const std::int64_t step_b = chunk_rows(steps, columns);
    std::int64_t held = -1;  // which chunk of b is packed
    for (std::int64_t a = 0; a < task.a->num_rows(); a += step_a) {
        buffers.a.pack(*task.a, a, std::min(a + step_a, task.a->num_rows()), rows, Role::kQuery,
                       task.encoding, task.num_threads);
        if (task.prepared != nullptr) {
            visit(buffers.a, a, *task.prepared, std::int64_t{0});
            continue;
        }
        for (std::int64_t b = 0; b < task.b->num_rows(); b += step_b) {
            if (held != b) {
                buffers.b.pack(*task.b, b, std::min(b + step_b, task.b->num_rows()), columns,
                               Role::kTrain, task.encoding, task.num_threads);
                held = b;
            }
            visit(buffers.a, a, buffers.b, b);
        }
    }
}

/// For every query its nearest screened train rows; for every train row the two smallest screened
/// distances and the query of the first.
template <typename Value>
class Screen {
  public:
    /// `columns`: also keep what is asked of columns.
    void run(const ScreenTask<Value>& task, bool columns);

    int kept() const { return kept_; }
    const Value* nearest(std::int64_t i) const { return state_.nearest + i * kept_; }
    const std::int32_t* nearest_index(std::int64_t i) const {
        return state_.nearest_index + i * kept_;
    }
    Value column_best(std::int64_t j) const { return state_.column_best[j]; }
    Value column_second(std::int64_t j) const { return state_.column_second[j]; }
    std::int32_t column_index(std::int64_t j) const { return state_.column_index[j]; }

    /// Give large buffers back.
    void trim();

  private:
    void allocate(const ScreenTask<Value>& task, bool columns, int pieces);
    void merge_columns(std::int64_t num_columns, int pieces);

    ChunkBuffers<Value> buffers_;
    Scratch row_scratch_;
    Scratch column_scratch_;
    kernels::ScreenArgs<Value> state_;  // of all rows; columns of the first piece
    int kept_ = 0;
    std::int64_t padded_columns_ = 0;
};

}  // namespace ssld
