// Split a range over threads. The count is always explicit: no pool, no global state.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ssld {

/// The number of threads to use: `requested`, or what the hardware has if 0. Negative throws.
inline int resolve_threads(int requested) {
    if (requested < 0) {
        throw std::invalid_argument("num_threads must be >= 0, got " + std::to_string(requested));
    }
    if (requested > 0) return requested;
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// The number of pieces worth making of `num_items`, given the least that pays for a thread.
inline int num_pieces(std::int64_t num_items, std::int64_t least_items, int num_threads) {
    const std::int64_t worth = num_items / std::max<std::int64_t>(1, least_items);
    return static_cast<int>(std::clamp<std::int64_t>(worth, 1, num_threads));
}

/// Call body(piece, begin, end) for `pieces` consecutive parts of [0, num_items), one a thread;
/// the calling thread takes the first. Rethrows the first exception that a body throws.
template <typename Body>
void parallel_pieces(std::int64_t num_items, int pieces, const Body& body) {
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(pieces));
    const auto run = [&](int piece) {
        try {
            body(piece, num_items * piece / pieces, num_items * (piece + 1) / pieces);
        } catch (...) {
            errors[static_cast<std::size_t>(piece)] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        threads.reserve(static_cast<std::size_t>(pieces - 1));
        for (int piece = 1; piece < pieces; ++piece)
            threads.emplace_back(run, piece);
        run(0);
    }
    for (const auto& error : errors) {
        if (error) std::rethrow_exception(error);
    }
}

}  // namespace ssld
