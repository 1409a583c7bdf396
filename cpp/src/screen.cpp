#include "screen.hpp"

namespace ssld {

template <typename Value>
void Screen<Value>::run(const ScreenTask<Value>& task, bool columns) {
    const kernels::ScreenKernels<Value>& kernels = *task.kernels;
    const std::int64_t steps = task.encoding.num_steps(task.a->dim());
    constexpr std::int64_t kLeastProducts = 1 << 22;  // about 0.1 ms, some threads' start
    constexpr std::int64_t kGrainRows = 256;          // what a kernel keeps in the cache
    const std::int64_t tile_products =
        std::max<std::int64_t>(1, kernels.tile_rows * task.b->num_rows() * steps);
    const std::int64_t least_rows = (1 + kLeastProducts / tile_products) * kernels.tile_rows;
    const int pieces = num_pieces(task.a->num_rows(), least_rows, task.num_threads);
    allocate(task, columns, pieces);
    for_each_chunk_pair(
        task, buffers_,
        [&](const Panels<Value>& a, std::int64_t first_row, const Panels<Value>& b,
            std::int64_t first_column) {
            kernels::ScreenArgs<Value> chunk = state_;
            chunk.a = a.values();
            chunk.a_norm = a.norms();
            chunk.b = b.values();
            chunk.b_norm = b.norms();
            chunk.steps = steps;
            chunk.num_panels = b.num_groups();
            chunk.first_row = static_cast<std::int32_t>(first_row);
            chunk.first_column = static_cast<std::int32_t>(first_column);
            chunk.nearest += first_row * kept_;
            chunk.nearest_index += first_row * kept_;
            const int parts = static_cast<int>(std::min<std::int64_t>(pieces, a.num_groups()));
            const std::int64_t share = (a.num_groups() + parts - 1) / parts;
            const std::int64_t grain =
                std::min<std::int64_t>(share, kGrainRows / kernels.tile_rows);
            parallel_grains(a.num_groups(), grain, parts,
                            [&](int piece, std::int64_t begin, std::int64_t end) {
                                kernels::ScreenArgs<Value> args = chunk;
                                args.first_tile = begin;
                                args.last_tile = end;
                                if (columns) {
                                    const std::int64_t at = padded_columns_ * piece + first_column;
                                    args.column_best += at;
                                    args.column_second += at;
                                    args.column_index += at;
                                }
                                kernels.screen(args);
                            });
        });
    if (columns) merge_columns(task.b->num_rows(), pieces);
}

template <typename Value>
void Screen<Value>::allocate(const ScreenTask<Value>& task, bool columns, int pieces) {
    const kernels::ScreenKernels<Value>& kernels = *task.kernels;
    kept_ = kernels.kept;
    const std::int64_t padded_rows = task.a->num_rows() + kernels.tile_rows;
    const auto kept = static_cast<std::size_t>(padded_rows * kept_);
    Value* row_state = row_scratch_.get<Value>(kept * 2);
    state_ = {};
    state_.nearest = row_state;
    state_.nearest_index = reinterpret_cast<std::int32_t*>(row_state + kept);
    std::fill_n(state_.nearest, kept, unset<Value>());
    std::fill_n(state_.nearest_index, kept, -1);
    if (!columns) return;
    // A multiple of 16 values keeps every piece's arrays aligned.
    padded_columns_ = (task.b->num_rows() + kernels.panel_columns + 15) / 16 * 16;
    const auto count = static_cast<std::size_t>(padded_columns_ * pieces);
    Value* column_state = column_scratch_.get<Value>(count * 3);
    state_.column_best = column_state;
    state_.column_second = column_state + count;
    state_.column_index = reinterpret_cast<std::int32_t*>(column_state + count * 2);
    std::fill_n(state_.column_best, count * 2, unset<Value>());
    std::fill_n(state_.column_index, count, -1);
}

// Which of equal ones stays does not matter: then the second is as near, and nothing is decided.
template <typename Value>
void Screen<Value>::merge_columns(std::int64_t num_columns, int pieces) {
    for (int piece = 1; piece < pieces; ++piece) {
        for (std::int64_t j = 0; j < num_columns; ++j) {
            const std::int64_t at = padded_columns_ * piece + j;
            const Value best = state_.column_best[at];
            const Value rest = std::max(best, state_.column_best[j]);
            state_.column_second[j] =
                std::min({state_.column_second[j], state_.column_second[at], rest});
            if (best < state_.column_best[j]) {
                state_.column_best[j] = best;
                state_.column_index[j] = state_.column_index[at];
            }
        }
    }
}

template <typename Value>
void Screen<Value>::trim() {
    buffers_.trim();
    row_scratch_.trim();
    column_scratch_.trim();
}

template class Screen<float>;
template class Screen<std::int32_t>;

}  // namespace ssld
