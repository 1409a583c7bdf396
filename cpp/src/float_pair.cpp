#include "float_pair.hpp"

namespace ssld {

namespace {

const kernels::IntegerKernels& integer_kernels(const KernelSet& kernels, Form form) {
    return form == Form::kBytes ? *kernels.bytes : *kernels.halves;
}

}  // namespace

void PackedFloats::pack(int num_threads) {
    encoding = choose_encoding(rows, kernels);
    const std::int64_t count = rows.num_rows();
    if (encoding.form == Form::kFloats) {
        floats.pack(rows, 0, count, kernels.floats->screen.panel_columns, Role::kTrain, encoding,
                    num_threads);
    } else {
        integers.pack(rows, 0, count, integer_kernels(kernels, encoding.form).screen.panel_columns,
                      Role::kTrain, encoding, num_threads);
    }
    coarse = choose_coarse(rows, kernels);
    if (coarse.is_coarse()) {
        bytes.pack(rows, 0, count, kernels.bytes->screen.panel_columns, Role::kTrain, coarse,
                   num_threads);
    }
}

void FloatPair::assign(NumberRows a, NumberRows b, Norm norm, int num_threads, bool coarse) {
    kernels_ = active_kernels();
    num_threads_ = num_threads;
    a_.assign(a, norm, kernels_.floats->exact, num_threads);
    own_b_.assign(b, norm, kernels_.floats->exact, num_threads);
    b_ = &own_b_;
    packed_ = nullptr;
    choose(coarse);
}

void FloatPair::assign(NumberRows a, const PackedFloats& b, int num_threads, bool coarse) {
    kernels_ = b.kernels;  // the level it was packed for
    num_threads_ = num_threads;
    a_.assign(a, b.rows.norm_type(), kernels_.floats->exact, num_threads);
    b_ = &b.rows;
    packed_ = &b;
    if (coarse && b.coarse.is_coarse() && b.coarse.fits(a_)) {
        use(b.coarse);
    } else {
        refine();
    }
}

void FloatPair::assign_queries(const FloatPair& other, const std::vector<std::int32_t>& queries) {
    kernels_ = other.kernels_;
    num_threads_ = other.num_threads_;
    a_.assign(other.a_, queries);
    b_ = other.b_;
    packed_ = other.packed_;
    encoding_ = other.encoding_;
    bound_ = other.bound_;
}

void FloatPair::assign_swapped(const FloatPair& other,
                               const std::vector<std::int32_t>& train_rows) {
    kernels_ = other.kernels_;
    num_threads_ = other.num_threads_;
    a_.assign(*other.b_, train_rows);
    b_ = &other.a_;
    packed_ = nullptr;
    encoding_ = other.encoding_;
    bound_ = other.bound_;
}

void FloatPair::refine() {
    if (packed_ != nullptr && packed_->encoding.fits(a_)) {
        use(packed_->encoding);
    } else {
        packed_ = nullptr;
        choose(false);
    }
}

void FloatPair::use_floats() {
    packed_ = nullptr;
    use({});
}

void FloatPair::choose(bool coarse) {
    use(choose_encoding(a_, *b_, kernels_, coarse));
}

void FloatPair::use(const Encoding& encoding) {
    encoding_ = encoding;
    bound_ = ScreenBound(encoding_, a_, *b_);
}

const Panels<std::int32_t>* FloatPair::packed_integers() const {
    if (packed_ == nullptr) return nullptr;
    return is_coarse() ? &packed_->bytes : &packed_->integers;
}

template <>
ScreenTask<float> FloatPair::task<float>() const {
    return {&a_,
            b_,
            packed_ != nullptr ? &packed_->floats : nullptr,
            encoding_,
            &kernels_.floats->screen,
            num_threads_};
}

template <>
ScreenTask<std::int32_t> FloatPair::task<std::int32_t>() const {
    return {&a_,
            b_,
            packed_integers(),
            encoding_,
            &integer_kernels(kernels_, encoding_.form).screen,
            num_threads_};
}

void FloatPair::trim() {
    a_.trim();
    own_b_.trim();
}

}  // namespace ssld
