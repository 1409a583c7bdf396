// Nearest and second nearest float rows, the one text that every instruction set compiles.
//
// The including .cpp provides, in its anonymous namespace: VecF and VecI (kLanes floats / int32),
// kRows (queries in a register tile), multiply_add(a, b, c) = a * b + c and lanes_below(a, b), the
// bit mask of a < b. Nothing here may include a standard template: an inline function compiled
// with wide instructions could be the copy that the linker keeps for everybody.

namespace {

using Index = std::int64_t;

constexpr int kVectors = 3;
constexpr int kColumns = kVectors * kLanes;
constexpr Index kBlockTiles = 256 / kRows;  // queries that stay in the second-level cache

#define SSLD_INLINE inline __attribute__((always_inline))
#define SSLD_UNROLL _Pragma("GCC unroll 8")

SSLD_INLINE VecF load(const float* p) {
    return *reinterpret_cast<const VecF*>(p);
}

SSLD_INLINE void store(float* p, VecF v) {
    *reinterpret_cast<VecF*>(p) = v;
}

SSLD_INLINE VecF smaller(VecF a, VecF b) {
    return a < b ? a : b;
}

SSLD_INLINE VecF larger(VecF a, VecF b) {
    return a < b ? b : a;
}

// d = |a|^2 + |b|^2 - 2ab for kRows x kColumns pairs, held in registers. Every product is summed
// over k in order, in its own lane: equal rows give equal bits wherever they lie in the tile.
SSLD_INLINE void tile_distances(const float* a, const float* a_norm, const float* b,
                                const float* b_norm, Index dim, VecF (&d)[kRows][kVectors]) {
    SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
        SSLD_UNROLL for (int v = 0; v < kVectors; ++v) d[r][v] = VecF{};
    }
    for (Index k = 0; k < dim; ++k) {
        VecF column[kVectors];
        SSLD_UNROLL for (int v = 0; v < kVectors; ++v) column[v] = load(b + v * kLanes);
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            const VecF value = a[r] - VecF{};
            SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
                d[r][v] = multiply_add(value, column[v], d[r][v]);
            }
        }
        a += kRows;
        b += kColumns;
    }
    SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
        const VecF norm = load(b_norm + v * kLanes);
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            d[r][v] = multiply_add(d[r][v], -2.0f - VecF{}, a_norm[r] + norm);
        }
    }
}

// Insert the lanes below the third best into the query's three best, in column order. Out of line:
// it is rare, and its spills would slow the tile down.
__attribute__((noinline)) void insert_row(const ScreenArgs& g, Index row, const VecF* d,
                                          Index first_column) {
    for (int v = 0; v < kVectors; ++v) {
        float value[kLanes] __attribute__((aligned(64)));
        store(value, d[v]);
        unsigned lanes = lanes_below(d[v], g.third[row] - VecF{});
        for (; lanes != 0; lanes &= lanes - 1) {
            const int lane = __builtin_ctz(lanes);
            const float x = value[lane];
            const auto column = static_cast<std::int32_t>(first_column + v * kLanes + lane);
            if (x < g.best[row]) {
                g.third[row] = g.second[row];
                g.second[row] = g.best[row];
                g.second_index[row] = g.best_index[row];
                g.best[row] = x;
                g.best_index[row] = column;
            } else if (x < g.second[row]) {
                g.third[row] = g.second[row];
                g.second[row] = x;
                g.second_index[row] = column;
            } else if (x < g.third[row]) {
                g.third[row] = x;
            }
        }
    }
}

SSLD_INLINE void update_rows(const ScreenArgs& g, const VecF (&d)[kRows][kVectors], Index row,
                             Index column) {
    SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
        const VecF low = smaller(smaller(d[r][0], d[r][1]), d[r][2]);
        if (__builtin_expect(lanes_below(low, g.third[row + r] - VecF{}) != 0, 0)) {
            const VecF spilled[kVectors] = {d[r][0], d[r][1], d[r][2]};
            insert_row(g, row + r, spilled, column);
        }
    }
}

SSLD_INLINE void update_columns(const ScreenArgs& g, const VecF (&d)[kRows][kVectors], Index row,
                                Index column) {
    SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
        const Index at = column + v * kLanes;
        VecF best = load(g.column_best + at);
        VecF second = load(g.column_second + at);
        VecI index = *reinterpret_cast<const VecI*>(g.column_index + at);
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            const VecI query = static_cast<std::int32_t>(row + r) - VecI{};
            index = d[r][v] < best ? query : index;
            second = smaller(second, larger(best, d[r][v]));
            best = smaller(best, d[r][v]);
        }
        store(g.column_best + at, best);
        store(g.column_second + at, second);
        *reinterpret_cast<VecI*>(g.column_index + at) = index;
    }
}

// A panel of train rows stays in the first-level cache while a block of queries passes by. Rows
// and columns are both met in increasing order, so that a strict comparison keeps the lowest.
void screen(const ScreenArgs& g) {
    for (Index block = g.first_tile; block < g.last_tile; block += kBlockTiles) {
        const Index end = block + kBlockTiles < g.last_tile ? block + kBlockTiles : g.last_tile;
        for (Index panel = 0; panel < g.num_panels; ++panel) {
            const Index column = panel * kColumns;
            for (Index tile = block; tile < end; ++tile) {
                const Index row = tile * kRows;
                VecF d[kRows][kVectors];
                tile_distances(g.a + row * g.dim, g.a_norm + row, g.b + column * g.dim,
                               g.b_norm + column, g.dim, d);
                update_rows(g, d, row, column);
                if (g.column_best != nullptr) update_columns(g, d, row, column);
            }
        }
    }
}

void distances(const DistanceArgs& g) {
    const Index row = g.tile * kRows;
    const Index stride = (g.last_panel - g.first_panel) * kColumns;
    for (Index panel = g.first_panel; panel < g.last_panel; ++panel) {
        const Index column = panel * kColumns;
        VecF d[kRows][kVectors];
        tile_distances(g.a + row * g.dim, g.a_norm + row, g.b + column * g.dim, g.b_norm + column,
                       g.dim, d);
        float* out = g.out + (panel - g.first_panel) * kColumns;
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
                store(out + r * stride + v * kLanes, d[r][v]);
            }
        }
    }
}

}  // namespace
