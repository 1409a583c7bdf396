// Split a range over threads. They are started for a call and end with it: nothing to keep, so
// that a child of fork() can go on.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace ssld {

/// The number of threads to use: `requested`, or if 0 the processors that no other call has a
/// thread on, one at least; many callers at once then start about as many threads as there are
/// processors. Negative throws.
int resolve_threads(int requested);

/// Counts threads as running for its life, for resolve_threads().
class WorkerCount {
  public:
    explicit WorkerCount(int count);
    ~WorkerCount();
    WorkerCount(const WorkerCount&) = delete;
    WorkerCount& operator=(const WorkerCount&) = delete;

  private:
    int count_;
};

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
        const WorkerCount running(pieces - 1);
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
