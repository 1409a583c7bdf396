// The contract between the kernels and the rest: plain pointers in and out, one table per level.
//
// Packed layouts. A float matrix is cut into groups of `lanes` rows (tile_rows for the queries,
// panel_columns for the train rows); a group is stored as [dim][lanes], the last one padded. Rows
// that cannot be screened (padding, NaN, overflow) are zeros with an infinite norm, so that their
// distance is +inf and no kernel ever sees a NaN. Byte matrices: the same with 64-bit words.
#pragma once

#include <cstdint>

namespace ssld::kernels {

inline constexpr int kMaxTileRows = 8;
inline constexpr int kMaxPanelColumns = 48;

/// State and input of the fused screen over float rows [first_tile, last_tile) x all panels.
struct ScreenArgs {
    const float* a = nullptr;  // packed queries
    const float* a_norm = nullptr;
    const float* b = nullptr;  // packed train rows
    const float* b_norm = nullptr;
    std::int64_t dim = 0;
    std::int64_t first_tile = 0;
    std::int64_t last_tile = 0;
    std::int64_t num_panels = 0;
    // Per query: the three smallest screened squared distances, the rows of the first two.
    float* best = nullptr;
    float* second = nullptr;
    float* third = nullptr;
    std::int32_t* best_index = nullptr;
    std::int32_t* second_index = nullptr;
    // Per train row, or null: the two smallest and the query of the first.
    float* column_best = nullptr;
    float* column_second = nullptr;
    std::int32_t* column_index = nullptr;
};

/// Screened squared distances of one tile of queries to panels [first_panel, last_panel).
struct DistanceArgs {
    const float* a = nullptr;
    const float* a_norm = nullptr;
    const float* b = nullptr;
    const float* b_norm = nullptr;
    std::int64_t dim = 0;
    std::int64_t tile = 0;
    std::int64_t first_panel = 0;
    std::int64_t last_panel = 0;
    float* out = nullptr;  // [tile_rows][(last_panel - first_panel) * panel_columns]
};

/// The fused Hamming search of rows [first_row, last_row); distances are exact. Columns from
/// num_columns on are padding: no query takes them, their column state means nothing.
struct HammingArgs {
    const std::uint64_t* a = nullptr;  // plain rows of `words` words, not packed
    const std::uint64_t* b = nullptr;  // packed panels
    std::int64_t words = 0;
    std::int64_t first_row = 0;
    std::int64_t last_row = 0;
    std::int64_t num_columns = 0;
    std::int64_t num_panels = 0;
    std::int64_t* best = nullptr;
    std::int64_t* second = nullptr;
    std::int32_t* best_index = nullptr;
    std::int32_t* second_index = nullptr;
    std::int64_t* column_best = nullptr;  // or null; num_panels * hamming_columns
    std::int64_t* column_index = nullptr;
};

/// Hamming distances of one query to panels [first_panel, last_panel), for the general search.
struct HammingRowArgs {
    const std::uint64_t* a = nullptr;
    const std::uint64_t* b = nullptr;
    std::int64_t words = 0;
    std::int64_t first_panel = 0;
    std::int64_t last_panel = 0;
    std::int64_t* out = nullptr;
};

struct FloatKernels {
    int tile_rows;
    int panel_columns;
    void (*screen)(const ScreenArgs&);
    void (*distances)(const DistanceArgs&);
    /// Exact squared distance in double, summed in one order on every level.
    double (*squared_distance)(const float* a, const float* b, std::int64_t dim);
    /// Squared norm of a row, in double.
    double (*squared_norm)(const float* a, std::int64_t dim);
};

struct HammingKernels {
    int columns;
    void (*nearest2)(const HammingArgs&);
    void (*distances)(const HammingRowArgs&);
};

// One table per instruction set; a build links those of its architecture.
extern const FloatKernels kFloatBaseline;
extern const FloatKernels kFloatAvx2;
extern const FloatKernels kFloatAvx512;
extern const FloatKernels kFloatNeon;
extern const HammingKernels kHammingBaseline;
extern const HammingKernels kHammingAvx2;
extern const HammingKernels kHammingAvx512;
extern const HammingKernels kHammingAvx512Popcnt;
extern const HammingKernels kHammingNeon;

}  // namespace ssld::kernels
