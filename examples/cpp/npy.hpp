// Read rows that numpy.save wrote, and write rows that numpy.load reads.
#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

/// A two-dimensional array of float32 or uint8.
struct NpyRows {
    std::string type;  // "<f4" or "|u1"
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<char> bytes;
};

/// What stands behind 'key': in the header, which is a Python dictionary.
inline std::string npy_field(const std::string& header, const std::string& key) {
    const std::size_t at = header.find("'" + key + "':");
    if (at == std::string::npos) throw std::runtime_error("no '" + key + "' in the header");
    return header.substr(at + key.size() + 4);
}

/// Throws std::runtime_error if the file cannot be read or holds something else.
inline NpyRows read_npy(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot open " + path);
    const std::string all((std::istreambuf_iterator<char>(file)), {});
    if (all.size() < 10 || all.compare(0, 6, "\x93NUMPY") != 0 || all[6] != 1) {
        throw std::runtime_error(path + " is no .npy file of version 1");
    }
    const std::size_t length =
        static_cast<unsigned char>(all[8]) + 256U * static_cast<unsigned char>(all[9]);
    if (10 + length > all.size()) throw std::runtime_error(path + " is cut off");
    const std::string header = all.substr(10, length);
    NpyRows rows;
    rows.type = npy_field(header, "descr").substr(1, 3);
    const std::string shape = npy_field(header, "shape");
    std::size_t used = 0;
    rows.rows = std::stoll(shape.substr(1), &used);
    const std::string rest = shape.substr(used + 2);
    const std::size_t size = rows.type == "<f4" ? 4 : 1;
    if (rest.find_first_of("0123456789") > rest.find(')') || rest.find(',') < rest.find(')') ||
        (rows.type != "<f4" && rows.type != "|u1") ||
        npy_field(header, "fortran_order").compare(0, 5, "False") != 0) {
        throw std::runtime_error(path + " is " + header + "; (N, D) float32 or uint8 is wanted");
    }
    rows.cols = std::stoll(rest);
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 4;
    if (rows.rows < 0 || rows.cols < 0 || (rows.cols > 0 && rows.rows > kMost / rows.cols)) {
        throw std::runtime_error(path + " has an impossible shape: " + header);
    }
    rows.bytes.assign(all.begin() + 10 + static_cast<std::ptrdiff_t>(length), all.end());
    if (rows.bytes.size() != size * static_cast<std::size_t>(rows.rows * rows.cols)) {
        throw std::runtime_error(path + " is cut off");
    }
    return rows;
}

/// Writes rows of `cols` float32. Throws std::runtime_error if the file cannot be written.
inline void write_npy(const std::string& path, const std::vector<float>& values,
                      std::int64_t cols) {
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" +
                         std::to_string(static_cast<std::int64_t>(values.size()) / cols) + ", " +
                         std::to_string(cols) + "), }";
    // The header, 10 bytes before it and a line feed behind it fill a multiple of 64 bytes.
    header.append(64 - (header.size() + 11) % 64, ' ');
    header += '\n';
    std::ofstream file(path, std::ios::binary);
    file.write("\x93NUMPY\x01\x00", 8);
    file.put(static_cast<char>(header.size() % 256)).put(static_cast<char>(header.size() / 256));
    file << header;
    file.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(float)));
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
}
