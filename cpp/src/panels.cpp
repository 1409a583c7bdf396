#include "panels.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "parallel.hpp"

namespace ssld {

namespace {

// Integers of one row. After adding 1.5 x 2^23, the last bits of a float are the rounded value:
// this becomes a few vector instructions.
template <typename Integer>
void quantise(const float* in, std::int64_t dim, float offset, double scale, int shift,
              Integer* out) {
    if (scale > std::numeric_limits<float>::max()) {  // cosine of a row shorter than 1e-34
        for (std::int64_t k = 0; k < dim; ++k) {
            const auto value = static_cast<std::int32_t>(std::nearbyint((in[k] - offset) * scale));
            out[k] = static_cast<Integer>(value - shift);
        }
        return;
    }
    const auto factor = static_cast<float>(scale);
    for (std::int64_t k = 0; k < dim; ++k) {
        const auto bits = std::bit_cast<std::uint32_t>((in[k] - offset) * factor + 0x1.8p23F);
        out[k] = static_cast<Integer>(bits - static_cast<std::uint32_t>(shift));
    }
}

template <typename Integer>
std::int64_t sum_squares(const Integer* values, std::int64_t dim) {
    std::int32_t sum = 0;  // below kUnset / 4, by choice of the encoding
    for (std::int64_t k = 0; k < dim; ++k)
        sum += values[k] * values[k];
    return sum;
}

// The kernels multiply queries by x - 128: ab = a(b - 128) + 128 sum(a). The query's norm takes the
// last term.
template <typename Integer>
std::int32_t byte_norm(const Integer* values, std::int64_t dim, Role role, Norm norm) {
    const int shift = role == Role::kQuery ? 0 : 128;
    std::int32_t squares = 0;
    std::int32_t sum = 0;
    for (std::int64_t k = 0; k < dim; ++k) {
        const int value = values[k] + shift;
        squares += value * value;
        sum += value;
    }
    const std::int32_t own = norm == Norm::kInnerProduct ? 0 : squares;
    return role == Role::kQuery ? own - 256 * sum : own;
}

// Queries are uint8, train rows int8.
template <typename Integer>
std::int32_t encode_bytes(const RowSet& rows, const float* in, Role role, const Encoding& encoding,
                          Integer* out) {
    const int shift = role == Role::kQuery ? 0 : 128;
    quantise(in, rows.dim(), encoding.offset, encoding.scale, shift, out);
    return byte_norm(out, rows.dim(), role, rows.norm_type());
}

// Row i, whose values are `in`, into `words`, [num_steps] of 32 bits, zeros behind its end; returns
// its norm.
std::int32_t encode(const RowSet& rows, std::int64_t i, const float* in, Role role,
                    const Encoding& encoding, std::int32_t* words) {
    if (encoding.form == Form::kBytes) {
        if (role == Role::kTrain) {
            return encode_bytes(rows, in, role, encoding, reinterpret_cast<std::int8_t*>(words));
        }
        return encode_bytes(rows, in, role, encoding, reinterpret_cast<std::uint8_t*>(words));
    }
    auto* halves = reinterpret_cast<std::int16_t*>(words);
    const std::int64_t dim = rows.dim();
    quantise(in, dim, 0, encoding.scale * rows.scale(i), 0, halves);
    if (rows.norm_type() == Norm::kInnerProduct) return 0;
    return static_cast<std::int32_t>(sum_squares(halves, dim));
}

float encode(const RowSet& rows, std::int64_t i, const float* in, Role, const Encoding&,
             float* out) {
    if (rows.norm_type() != Norm::kCosine) {
        std::copy_n(in, rows.dim(), out);
        return rows.norm_type() == Norm::kInnerProduct ? 0.0F : static_cast<float>(rows.norm(i));
    }
    for (std::int64_t k = 0; k < rows.dim(); ++k)
        out[k] = static_cast<float>(in[k] * rows.scale(i));
    return 1.0F;
}

template <typename Value>
Value far_norm() {
    if constexpr (std::is_same_v<Value, float>) return std::numeric_limits<float>::infinity();
    return static_cast<Value>(kernels::kFarNorm);
}

}  // namespace

template <typename Value>
void Panels<Value>::pack(const RowSet& rows, std::int64_t first, std::int64_t last, int lanes,
                         Role role, const Encoding& encoding, int num_threads) {
    const std::int64_t steps = encoding.num_steps(rows.dim());
    num_groups_ = (last - first + lanes - 1) / lanes;
    const auto padded = static_cast<std::size_t>(num_groups_ * lanes);
    values_ = value_scratch_.get<Value>(padded * static_cast<std::size_t>(steps));
    norms_ = norm_scratch_.get<Value>(padded);
    constexpr std::int64_t kLeastValues = 1 << 18;  // about 0.1 ms, some threads' start
    const std::int64_t least_groups = kLeastValues / std::max<std::int64_t>(1, rows.dim() * lanes);
    parallel_pieces(num_groups_, num_pieces(num_groups_, least_groups, num_threads),
                    [&](int, std::int64_t begin, std::int64_t end) {
                        for (std::int64_t group = begin; group < end; ++group)
                            pack_group(rows, first, last, lanes, role, encoding, group);
                    });
}

template <typename Value>
void Panels<Value>::pack_group(const RowSet& rows, std::int64_t first, std::int64_t last, int lanes,
                               Role role, const Encoding& encoding, std::int64_t group) {
    const std::int64_t steps = encoding.num_steps(rows.dim());
    Value* out = values_ + group * lanes * steps;
    thread_local Scratch scratch;
    thread_local Scratch buffer;
    Value* row = scratch.get<Value>(static_cast<std::size_t>(steps));
    std::fill_n(row, steps, Value{});  // the last word may have room behind the row's end
    for (int lane = 0; lane < lanes; ++lane) {
        const std::int64_t i = first + group * lanes + lane;
        const bool screened = i < last && rows.is_screened(i);  // false for NaN
        if (screened) {
            norms_[group * lanes + lane] =
                encode(rows, i, rows.read(i, buffer), role, encoding, row);
        } else {
            std::fill_n(row, steps, Value{});
            norms_[group * lanes + lane] = far_norm<Value>();
        }
        for (std::int64_t k = 0; k < steps; ++k)
            out[k * lanes + lane] = row[k];
    }
}

template <typename Value>
void Panels<Value>::trim() {
    value_scratch_.trim();
    norm_scratch_.trim();
}

template class Panels<float>;
template class Panels<std::int32_t>;

}  // namespace ssld
