// Two sets of rows of numbers, ready to be searched. Private to the core.
#pragma once

#include "encoding.hpp"
#include "panels.hpp"
#include "row_set.hpp"
#include "screen.hpp"

namespace ssld {

/// Train rows that were packed once.
struct PackedFloats {
    RowSet rows;
    KernelSet kernels{};
    Encoding encoding;
    Panels<float> floats;           // one of the two
    Panels<std::int32_t> integers;  // is filled
    Encoding coarse;                // also in eight bits, where they are enough; else floats
    Panels<std::int32_t> bytes;

    void pack(int num_threads);
};

class FloatPair {
  public:
    /// `coarse`: eight bits a value may do.
    void assign(NumberRows a, NumberRows b, Norm norm, int num_threads, bool coarse);
    void assign(NumberRows a, const PackedFloats& b, int num_threads, bool coarse);
    /// Some queries of another pair.
    void assign_queries(const FloatPair& other, const std::vector<std::int32_t>& queries);
    /// Some train rows of another pair as queries, its queries as train rows.
    void assign_swapped(const FloatPair& other, const std::vector<std::int32_t>& train_rows);

    const RowSet& a() const { return a_; }
    const RowSet& b() const { return *b_; }
    Norm norm() const { return a_.norm_type(); }
    const ScreenBound& bound() const { return bound_; }
    int num_threads() const { return num_threads_; }
    bool uses_integers() const { return encoding_.form != Form::kFloats; }
    /// Whether rows are held in eight bits, which only a ratio test may make of them.
    bool is_coarse() const { return encoding_.is_coarse(); }
    /// From now on hold rows finely.
    void refine();
    /// From now on screen floats: what integers left undecided needs more bits.
    void use_floats();

    template <typename Value>
    ScreenTask<Value> task() const;

    float reported(double exact) const { return reported_distance(exact, norm()); }
    double exact(std::int64_t i, std::int64_t j) const { return a_.exact(i, *b_, j); }
    /// The same, given the screened distance: where nothing was rounded, that tells it.
    double exact(std::int64_t i, std::int64_t j, double screened) const {
        if (!encoding_.exact) return exact(i, j);
        return norm() == Norm::kInnerProduct ? screened / 2 : screened;
    }

    void trim();

  private:
    void choose(bool coarse);
    void use(const Encoding& encoding);
    const Panels<std::int32_t>* packed_integers() const;

    RowSet a_;
    RowSet own_b_;
    const RowSet* b_ = nullptr;
    const PackedFloats* packed_ = nullptr;  // null: b is not packed, or not as needed
    KernelSet kernels_{};
    Encoding encoding_;
    ScreenBound bound_;
    int num_threads_ = 1;
};

}  // namespace ssld
