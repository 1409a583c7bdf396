// The contract between the kernels and the rest: plain pointers in and out, one table per level.
//
// Packed layouts. A matrix is cut into groups of `lanes` rows (tile_rows for the queries,
// panel_columns for the train rows); a group is stored as [steps][lanes], the last one padded; a
// step is a float, or a 32-bit word of integers. Rows that cannot be screened (padding, NaN,
// overflow) are zeros with an infinite norm (integers: kFarNorm), so that no query takes them and
// no kernel ever sees a NaN. Byte matrices: the same with 64-bit words.
#pragma once

#include <cstdint>

namespace ssld::kernels {

inline constexpr int kMaxTileRows = 8;
inline constexpr int kMaxPanelColumns = 48;
inline constexpr int kMaxKept = 6;

/// Integers: the norm of a row that is not screened, and where a search begins. Distances of
/// screened rows < kUnset <= distances of others, and no sum leaves the int32.
inline constexpr std::int32_t kFarNorm = (1 << 30) - 1;
inline constexpr std::int32_t kUnset = 3 << 28;

/// State and input of the fused screen of the query tiles [first_tile, last_tile) against all
/// panels. Value is float, or std::int32_t for words of several integers.
template <typename Value>
struct ScreenArgs {
    const Value* a = nullptr;  // packed queries
    const Value* a_norm = nullptr;
    const Value* b = nullptr;  // packed train rows
    const Value* b_norm = nullptr;
    std::int64_t steps = 0;  // packed values of a row
    std::int64_t first_tile = 0;
    std::int64_t last_tile = 0;
    std::int64_t num_panels = 0;
    std::int32_t first_row = 0;     // the number of query 0 of tile 0
    std::int32_t first_column = 0;  // the number of train row 0 of panel 0
    // Per query, [tile_rows * tiles][kept]: the smallest screened squared distances, sorted.
    Value* nearest = nullptr;
    std::int32_t* nearest_index = nullptr;
    // Per train row, or null: the two smallest and the query of the first.
    Value* column_best = nullptr;
    Value* column_second = nullptr;
    std::int32_t* column_index = nullptr;
};

/// Screened squared distances of one tile of queries to panels [first_panel, last_panel).
template <typename Value>
struct DistanceArgs {
    const Value* a = nullptr;
    const Value* a_norm = nullptr;
    const Value* b = nullptr;
    const Value* b_norm = nullptr;
    std::int64_t steps = 0;
    std::int64_t tile = 0;
    std::int64_t first_panel = 0;
    std::int64_t last_panel = 0;
    Value* out = nullptr;  // [tile_rows][(last_panel - first_panel) * panel_columns]
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

template <typename Value>
struct ScreenKernels {
    int tile_rows;
    int panel_columns;
    int kept;  // screened distances kept for each query
    void (*screen)(const ScreenArgs<Value>&);
    void (*distances)(const DistanceArgs<Value>&);
};

/// Sums over whole rows in double, in one order on every level.
struct ExactKernels {
    double (*squared_distance)(const float* a, const float* b, std::int64_t dim);
    /// Of a * scale_a and b * scale_b.
    double (*scaled_squared_distance)(const float* a, double scale_a, const float* b,
                                      double scale_b, std::int64_t dim);
    double (*dot)(const float* a, const float* b, std::int64_t dim);
};

struct FloatKernels {
    ScreenKernels<float> screen;
    ExactKernels exact;
};

/// A word holds two int16 (queries and train rows alike), or four bytes: uint8 of the queries,
/// int8 of the train rows.
struct IntegerKernels {
    ScreenKernels<std::int32_t> screen;
    int values_per_word;
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
extern const IntegerKernels kIntegerBaseline;
extern const IntegerKernels kIntegerAvx2;
extern const IntegerKernels kIntegerAvx512Vnni;
extern const IntegerKernels kByteAvx512Vnni;
extern const HammingKernels kHammingBaseline;
extern const HammingKernels kHammingAvx2;
extern const HammingKernels kHammingAvx512;
extern const HammingKernels kHammingAvx512Popcnt;
extern const HammingKernels kHammingNeon;

}  // namespace ssld::kernels
