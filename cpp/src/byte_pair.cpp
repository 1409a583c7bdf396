#include "byte_pair.hpp"

#include <algorithm>
#include <cstring>

namespace ssld {

namespace {

std::uint64_t word_at(const std::uint8_t* row, std::int64_t bytes, std::int64_t word) {
    std::uint64_t value = 0;
    const std::int64_t count = std::min<std::int64_t>(8, bytes - word * 8);
    std::memcpy(&value, row + word * 8, static_cast<std::size_t>(count));
    return value;
}

}  // namespace

const std::uint64_t* WordRows::plain(const MatrixView<std::uint8_t>& rows) {
    const std::int64_t words = num_words(rows.cols);
    auto* out = scratch_.get<std::uint64_t>(static_cast<std::size_t>(rows.rows * words));
    for (std::int64_t i = 0; i < rows.rows; ++i) {
        for (std::int64_t w = 0; w < words; ++w)
            out[i * words + w] = word_at(rows.row(i), rows.cols, w);
    }
    return out;
}

const std::uint64_t* WordRows::panels(const std::vector<MatrixView<std::uint8_t>>& images,
                                      int lanes) {
    std::int64_t count = 0;
    std::int64_t words = 0;
    for (const auto& image : images) {
        count += image.rows;
        if (image.rows > 0) words = num_words(image.cols);
    }
    const std::int64_t padded = (count + lanes - 1) / lanes * lanes;
    auto* out = scratch_.get<std::uint64_t>(static_cast<std::size_t>(padded * words));
    std::int64_t j = 0;
    const auto put = [&](const auto& value_of) {
        std::uint64_t* panel = out + j / lanes * lanes * words + j % lanes;
        for (std::int64_t w = 0; w < words; ++w)
            panel[w * lanes] = value_of(w);
        ++j;
    };
    for (const auto& image : images) {
        for (std::int64_t i = 0; i < image.rows; ++i)
            put([&](std::int64_t w) { return word_at(image.row(i), image.cols, w); });
    }
    while (j < padded)
        put([](std::int64_t) { return std::uint64_t{0}; });
    return out;
}

void PackedBytes::pack(const std::vector<MatrixView<std::uint8_t>>& images) {
    kernels = active_kernels().hamming;
    num_rows = 0;
    num_bytes = 0;
    for (const auto& image : images) {
        num_rows += image.rows;
        if (image.rows > 0) num_bytes = image.cols;
    }
    panels = words.panels(images, kernels->columns);
}

void BytePair::assign(MatrixView<std::uint8_t> a, MatrixView<std::uint8_t> b, int num_threads) {
    own_b_.pack({b});
    assign(a, own_b_, num_threads);
}

void BytePair::assign(MatrixView<std::uint8_t> a, const PackedBytes& b, int num_threads) {
    b_ = &b;
    queries_ = words_.plain(a);
    num_queries_ = a.rows;
    num_threads_ = num_threads;
}

void BytePair::trim() {
    words_.trim();
    own_b_.words.trim();
}

}  // namespace ssld
