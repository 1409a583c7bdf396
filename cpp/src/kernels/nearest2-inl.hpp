// Nearest rows by squared distance, the one text that every instruction set compiles, for floats
// and for words of integers.
//
// The including .cpp provides, in its anonymous namespace: Value, Vec and VecI (kLanes values /
// int32), kRows and kVectors (queries and vectors of train rows in a register tile), kKept
// (distances kept for a query), accumulate(a, b, sum) = sum + a * b and lanes_below(a, b), the bit
// mask of a < b. Nothing here may include a standard template: an inline function compiled with
// wide instructions could be the copy that the linker keeps for everybody.

namespace {

using Index = std::int64_t;
using Args = ScreenArgs<Value>;

constexpr int kColumns = kVectors * kLanes;
constexpr Index kBlockTiles = 256 / kRows;  // queries that stay in the second-level cache

#define SSLD_INLINE inline __attribute__((always_inline))
#define SSLD_UNROLL _Pragma("GCC unroll 8")

SSLD_INLINE Vec load(const Value* p) {
    return *reinterpret_cast<const Vec*>(p);
}

SSLD_INLINE void store(Value* p, Vec v) {
    *reinterpret_cast<Vec*>(p) = v;
}

SSLD_INLINE Vec smaller(Vec a, Vec b) {
    return a < b ? a : b;
}

SSLD_INLINE Vec larger(Vec a, Vec b) {
    return a < b ? b : a;
}

// d = |a|^2 + |b|^2 - 2ab for kRows x kColumns pairs, held in registers. Every product is summed
// over k in order, in its own lane: equal rows give equal bits wherever they lie in the tile.
SSLD_INLINE void tile_distances(const Value* a, const Value* a_norm, const Value* b,
                                const Value* b_norm, Index steps, Vec (&d)[kRows][kVectors]) {
    SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
        SSLD_UNROLL for (int v = 0; v < kVectors; ++v) d[r][v] = Vec{};
    }
    for (Index k = 0; k < steps; ++k) {
        Vec column[kVectors];
        SSLD_UNROLL for (int v = 0; v < kVectors; ++v) column[v] = load(b + v * kLanes);
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            const Vec value = a[r] - Vec{};
            SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
                d[r][v] = accumulate(value, column[v], d[r][v]);
            }
        }
        a += kRows;
        b += kColumns;
    }
    SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
        const Vec norm = load(b_norm + v * kLanes);
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            d[r][v] = (a_norm[r] + norm) - (d[r][v] + d[r][v]);
        }
    }
}

// Insert the lanes below the last of a query's nearest, in column order. Out of line: it is rare,
// and its spills would slow the tile down.
__attribute__((noinline)) void insert_row(const Args& g, Index row, const Vec* d, Index column) {
    Value* nearest = g.nearest + row * kKept;
    std::int32_t* index = g.nearest_index + row * kKept;
    const auto* value = reinterpret_cast<const Value*>(d);
    std::uint64_t lanes = 0;
    SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
        const std::uint64_t below = lanes_below(d[v], nearest[kKept - 1] - Vec{});
        lanes |= below << (v * kLanes);
    }
    for (; lanes != 0; lanes &= lanes - 1) {
        const int lane = __builtin_ctzll(lanes);
        int at = kKept - 1;
        if (!(value[lane] < nearest[at])) continue;
        for (; at > 0 && value[lane] < nearest[at - 1]; --at) {
            nearest[at] = nearest[at - 1];
            index[at] = index[at - 1];
        }
        nearest[at] = value[lane];
        index[at] = static_cast<std::int32_t>(g.first_column + column + lane);
    }
}

SSLD_INLINE void update_rows(const Args& g, const Vec (&d)[kRows][kVectors], Index row,
                             Index column) {
    SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
        Vec low = d[r][0];
        SSLD_UNROLL for (int v = 1; v < kVectors; ++v) low = smaller(low, d[r][v]);
        const Value limit = g.nearest[(row + r) * kKept + kKept - 1];
        if (__builtin_expect(lanes_below(low, limit - Vec{}) != 0, 0)) {
            Vec spilled[kVectors];
            SSLD_UNROLL for (int v = 0; v < kVectors; ++v) spilled[v] = d[r][v];
            insert_row(g, row + r, spilled, column);
        }
    }
}

SSLD_INLINE void update_columns(const Args& g, const Vec (&d)[kRows][kVectors], Index row,
                                Index column) {
    SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
        const Index at = column + v * kLanes;
        Vec best = load(g.column_best + at);
        Vec second = load(g.column_second + at);
        VecI index = *reinterpret_cast<const VecI*>(g.column_index + at);
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            const VecI query = (g.first_row + static_cast<std::int32_t>(row + r)) - VecI{};
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
void screen(const Args& g) {
    for (Index block = g.first_tile; block < g.last_tile; block += kBlockTiles) {
        const Index end = block + kBlockTiles < g.last_tile ? block + kBlockTiles : g.last_tile;
        for (Index panel = 0; panel < g.num_panels; ++panel) {
            const Index column = panel * kColumns;
            for (Index tile = block; tile < end; ++tile) {
                const Index row = tile * kRows;
                Vec d[kRows][kVectors];
                tile_distances(g.a + row * g.steps, g.a_norm + row, g.b + column * g.steps,
                               g.b_norm + column, g.steps, d);
                update_rows(g, d, row, column);
                if (g.column_best != nullptr) update_columns(g, d, row, column);
            }
        }
    }
}

void distances(const DistanceArgs<Value>& g) {
    const Index row = g.tile * kRows;
    const Index stride = (g.last_panel - g.first_panel) * kColumns;
    for (Index panel = g.first_panel; panel < g.last_panel; ++panel) {
        const Index column = panel * kColumns;
        Vec d[kRows][kVectors];
        tile_distances(g.a + row * g.steps, g.a_norm + row, g.b + column * g.steps,
                       g.b_norm + column, g.steps, d);
        Value* out = g.out + (panel - g.first_panel) * kColumns;
        SSLD_UNROLL for (int r = 0; r < kRows; ++r) {
            SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
                store(out + r * stride + v * kLanes, d[r][v]);
            }
        }
    }
}

}  // namespace
