// Gray images: read from PGM files, shrunk as cv2.INTER_AREA does, where and whether they have
// texture.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "ssld/features.hpp"

/// Rows of bytes without padding.
struct Gray {
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::vector<std::uint8_t> pixels;

    ssld::GrayImage view() const { return {pixels.data(), height, width}; }
};

/// The next number of a PGM header; comments run from # to the end of their line.
inline std::int64_t next_number(std::istream& file) {
    while ((file >> std::ws) && file.peek() == '#')
        file.ignore(1 << 20, '\n');
    std::int64_t number = 0;
    file >> number;
    return number;
}

/// Throws std::runtime_error if the file cannot be read or is no binary PGM of 8 bits.
inline Gray read_pgm(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot open " + path);
    char magic[2] = {};
    file.read(magic, 2);
    Gray gray;
    gray.width = next_number(file);
    gray.height = next_number(file);
    const std::int64_t maximum = next_number(file);
    constexpr std::int64_t kMaxSide = 1 << 15;
    if (!file || magic[0] != 'P' || magic[1] != '5' || maximum != 255 ||
        std::min(gray.width, gray.height) < 1 || std::max(gray.width, gray.height) > kMaxSide) {
        throw std::runtime_error(path + " is no binary PGM (P5) of 8 bits");
    }
    file.get();
    gray.pixels.resize(static_cast<std::size_t>(gray.width * gray.height));
    file.read(reinterpret_cast<char*>(gray.pixels.data()),
              static_cast<std::streamsize>(gray.pixels.size()));
    if (!file) throw std::runtime_error(path + " is cut off");
    return gray;
}

/// A source pixel and how much of it goes into a target pixel.
struct Tap {
    std::int64_t at;
    float weight;
};

/// The taps of each of `count` target pixels along one axis, as OpenCV computes them.
inline std::vector<std::vector<Tap>> area_taps(std::int64_t length, std::int64_t count) {
    const double scale = 1.0 / (static_cast<double>(count) / static_cast<double>(length));
    std::vector<std::vector<Tap>> all(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < all.size(); ++i) {
        const double from = static_cast<double>(i) * scale;
        const double to = from + scale;
        const double cell = std::min(scale, static_cast<double>(length) - from);
        const auto last = std::min(static_cast<std::int64_t>(std::floor(to)), length - 1);
        const auto first = std::min(static_cast<std::int64_t>(std::ceil(from)), last);
        const double before = static_cast<double>(first) - from;
        const double after = to - static_cast<double>(last);
        if (before > 1e-3) all[i].push_back({first - 1, static_cast<float>(before / cell)});
        for (std::int64_t at = first; at < last; ++at)
            all[i].push_back({at, static_cast<float>(1.0 / cell)});
        if (after > 1e-3) {
            all[i].push_back({last, static_cast<float>(std::min({after, 1.0, cell}) / cell)});
        }
    }
    return all;
}

/// Shrinks by averaging areas.
inline Gray shrink(const Gray& gray, std::int64_t height, std::int64_t width) {
    const auto across = area_taps(gray.width, width);
    const auto down = area_taps(gray.height, height);
    // OpenCV rounds a half up where both sides are halved, elsewhere to the even number.
    const bool halved = gray.width == 2 * width && gray.height == 2 * height;
    Gray small{height, width, {}};
    small.pixels.reserve(static_cast<std::size_t>(width * height));
    for (const auto& rows : down) {
        std::vector<float> sums(across.size(), 0.0F);
        for (const Tap& row : rows) {
            const std::uint8_t* source = gray.pixels.data() + row.at * gray.width;
            for (std::size_t x = 0; x < sums.size(); ++x) {
                float sum = 0;
                for (const Tap& column : across[x])
                    sum += column.weight * static_cast<float>(source[column.at]);
                sums[x] += row.weight * sum;
            }
        }
        for (const float sum : sums) {
            const float rounded = halved ? std::floor(sum + 0.5F) : std::nearbyint(sum);
            small.pixels.push_back(static_cast<std::uint8_t>(std::clamp(rounded, 0.0F, 255.0F)));
        }
    }
    return small;
}

/// 255 where the window of `radius` around a pixel holds more than one gray level, else 0: there
/// the peaks are rounding errors of the network.
inline std::vector<std::uint8_t> textured(const Gray& gray, std::int64_t radius) {
    std::vector<std::uint8_t> mask(gray.pixels.size(), 0);
    for (std::int64_t y = 0; y < gray.height; ++y) {
        const std::int64_t top = std::max<std::int64_t>(0, y - radius);
        const std::int64_t bottom = std::min(gray.height, y + radius + 1);
        for (std::int64_t x = 0; x < gray.width; ++x) {
            const std::int64_t left = std::max<std::int64_t>(0, x - radius);
            const std::int64_t right = std::min(gray.width, x + radius + 1);
            const std::uint8_t value = gray.pixels[y * gray.width + x];
            for (std::int64_t v = top; v < bottom && !mask[y * gray.width + x]; ++v) {
                const std::uint8_t* row = gray.pixels.data() + v * gray.width;
                const bool same = std::all_of(row + left, row + right, [value](std::uint8_t other) {
                    return other == value;
                });
                if (!same) mask[y * gray.width + x] = 255;
            }
        }
    }
    return mask;
}

/// Mean of the squared differences between pixels dx and dy apart.
inline double mean_contrast(const Gray& gray, std::int64_t dx, std::int64_t dy) {
    double sum = 0;
    for (std::int64_t y = 0; y + dy < gray.height; ++y) {
        const std::uint8_t* row = gray.pixels.data() + y * gray.width;
        const std::uint8_t* other = row + dy * gray.width + dx;
        for (std::int64_t x = 0; x + dx < gray.width; ++x)
            sum += (row[x] - other[x]) * (row[x] - other[x]);
    }
    return sum / static_cast<double>((gray.height - dy) * (gray.width - dx));
}

/// From 0, as sharp as a photograph is, to 1, blurred or enlarged; see sharpness.py.
inline double lack_of_detail(const Gray& gray) {
    constexpr double kRounding = 0.2;
    if (std::min(gray.height, gray.width) < 3) return 0;
    const double near = mean_contrast(gray, 1, 0) + mean_contrast(gray, 0, 1);
    const double far = mean_contrast(gray, 2, 0) + mean_contrast(gray, 0, 2);
    const double ratio = 0.5 * std::log2((near + kRounding) / (far + kRounding));
    return std::clamp((-0.78 - ratio) / (-0.78 + 0.84), 0.0, 1.0);
}
