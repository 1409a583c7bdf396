// Splits a range of work over threads. Internal to cpp/src; kernels never see it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace ssld {

/// Threads worth starting: `num_threads` (0: all processors), but no more than there are blocks.
inline std::ptrdiff_t useful_threads(int num_threads, std::ptrdiff_t num_blocks) {
    const auto asked = num_threads > 0
                           ? static_cast<std::ptrdiff_t>(num_threads)
                           : static_cast<std::ptrdiff_t>(std::thread::hardware_concurrency());
    return std::clamp<std::ptrdiff_t>(asked, 1, std::max<std::ptrdiff_t>(num_blocks, 1));
}

/// Calls work(begin, end) for consecutive blocks of [0, count), in any order and on up to
/// `num_threads` threads, the caller's among them. Returns when all are done; the first exception
/// of a block stops the rest and is thrown here.
template <typename Work>
void parallel_blocks(std::ptrdiff_t count, std::ptrdiff_t block, int num_threads, const Work& work) {
    const std::ptrdiff_t num_blocks = (count + block - 1) / block;
    const std::ptrdiff_t num_helpers = useful_threads(num_threads, num_blocks) - 1;
    std::atomic<std::ptrdiff_t> next{0};
    std::exception_ptr failure;
    std::mutex failure_guard;
    const auto run = [&] {
        try {
            for (std::ptrdiff_t at = next++; at < num_blocks; at = next++) {
                work(at * block, std::min((at + 1) * block, count));
            }
        } catch (...) {
            next = num_blocks;
            const std::lock_guard lock(failure_guard);
            if (!failure) failure = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> helpers;
        helpers.reserve(static_cast<std::size_t>(num_helpers));
        try {
            for (std::ptrdiff_t i = 0; i < num_helpers; ++i) helpers.emplace_back(run);
        } catch (const std::system_error&) {
            // The system gives no more threads: those that run do the work.
        }
        run();
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace ssld
