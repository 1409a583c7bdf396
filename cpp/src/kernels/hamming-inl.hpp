// Nearest and second nearest byte rows under the Hamming distance, the one text of every
// instruction set.
//
// The including .cpp provides, in its anonymous namespace: VecW (kLanes 64-bit signed words),
// count_bits(v), partial counts of a word (per byte, or already summed), kFlushWords, how many of
// them may be added before a byte overflows, sum_counts(v), their sum per word, and
// words_below(a, b), the bit mask of a < b. No standard templates, as in nearest2-inl.hpp.

namespace {

using Index = std::int64_t;

constexpr int kVectors = 2;
constexpr int kRows = 4;
constexpr int kColumns = kVectors * kLanes;
constexpr Index kBlockRows = 512;

// Partial counts: their upper byte may take the sign bit.
typedef std::uint64_t Counts __attribute__((vector_size(8 * kLanes), may_alias));

#define SSLD_INLINE inline __attribute__((always_inline))
#define SSLD_UNROLL _Pragma("GCC unroll 8")

SSLD_INLINE VecW load(const void* p) {
    return *static_cast<const VecW*>(p);
}

SSLD_INLINE void store(void* p, VecW v) {
    *static_cast<VecW*>(p) = v;
}

// Distances of `Rows` consecutive queries to the columns of one panel.
template <int Rows>
SSLD_INLINE void tile_distances(const std::uint64_t* a, const std::uint64_t* b, Index words,
                                VecW (&d)[Rows][kVectors]) {
    SSLD_UNROLL for (int r = 0; r < Rows; ++r) {
        SSLD_UNROLL for (int v = 0; v < kVectors; ++v) d[r][v] = VecW{};
    }
    for (Index first = 0; first < words; first += kFlushWords) {
        const Index last = first + kFlushWords < words ? first + kFlushWords : words;
        Counts counts[Rows][kVectors] = {};
        for (Index w = first; w < last; ++w) {
            SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
                const VecW column = load(b + w * kColumns + v * kLanes);
                SSLD_UNROLL for (int r = 0; r < Rows; ++r) {
                    const auto word = static_cast<std::int64_t>(a[r * words + w]);
                    counts[r][v] += reinterpret_cast<Counts>(count_bits((word - VecW{}) ^ column));
                }
            }
        }
        SSLD_UNROLL for (int r = 0; r < Rows; ++r) {
            SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
                d[r][v] += sum_counts(reinterpret_cast<VecW>(counts[r][v]));
            }
        }
    }
}

__attribute__((noinline)) void insert_row(const HammingArgs& g, Index row, const VecW* d,
                                          Index first_column) {
    for (int v = 0; v < kVectors; ++v) {
        unsigned lanes = words_below(d[v], g.second[row] - VecW{});
        for (; lanes != 0; lanes &= lanes - 1) {
            const int lane = __builtin_ctz(lanes);
            const Index column = first_column + v * kLanes + lane;
            const std::int64_t x = d[v][lane];
            if (column >= g.num_columns) return;  // padding lies behind the last column
            if (x < g.best[row]) {
                g.second[row] = g.best[row];
                g.second_index[row] = g.best_index[row];
                g.best[row] = x;
                g.best_index[row] = static_cast<std::int32_t>(column);
            } else if (x < g.second[row]) {
                g.second[row] = x;
                g.second_index[row] = static_cast<std::int32_t>(column);
            }
        }
    }
}

template <int Rows>
SSLD_INLINE void visit_tile(const HammingArgs& g, Index row, Index panel) {
    const Index column = panel * kColumns;
    VecW d[Rows][kVectors];
    tile_distances<Rows>(g.a + row * g.words, g.b + column * g.words, g.words, d);
    SSLD_UNROLL for (int r = 0; r < Rows; ++r) {
        const VecW limit = g.second[row + r] - VecW{};
        if ((words_below(d[r][0], limit) | words_below(d[r][1], limit)) != 0) {
            const VecW spilled[kVectors] = {d[r][0], d[r][1]};
            insert_row(g, row + r, spilled, column);
        }
    }
    if (g.column_best == nullptr) return;
    SSLD_UNROLL for (int v = 0; v < kVectors; ++v) {
        VecW best = load(g.column_best + column + v * kLanes);
        VecW index = load(g.column_index + column + v * kLanes);
        SSLD_UNROLL for (int r = 0; r < Rows; ++r) {
            const VecW nearer = d[r][v] < best;
            index = nearer ? (row + r) - VecW{} : index;
            best = nearer ? d[r][v] : best;
        }
        store(g.column_best + column + v * kLanes, best);
        store(g.column_index + column + v * kLanes, index);
    }
}

void nearest2(const HammingArgs& g) {
    for (Index block = g.first_row; block < g.last_row; block += kBlockRows) {
        const Index end = block + kBlockRows < g.last_row ? block + kBlockRows : g.last_row;
        for (Index panel = 0; panel < g.num_panels; ++panel) {
            Index row = block;
            for (; row + kRows <= end; row += kRows)
                visit_tile<kRows>(g, row, panel);
            for (; row < end; ++row)
                visit_tile<1>(g, row, panel);
        }
    }
}

void row_distances(const HammingRowArgs& g) {
    for (Index panel = g.first_panel; panel < g.last_panel; ++panel) {
        VecW d[1][kVectors];
        tile_distances<1>(g.a, g.b + panel * kColumns * g.words, g.words, d);
        std::int64_t* out = g.out + (panel - g.first_panel) * kColumns;
        SSLD_UNROLL for (int v = 0; v < kVectors; ++v) store(out + v * kLanes, d[0][v]);
    }
}

}  // namespace
