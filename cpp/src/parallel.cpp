#include "parallel.hpp"

#include <pthread.h>

#include <atomic>

namespace ssld {

namespace {

// Threads that the core started and that still run, over all calls.
std::atomic<int> num_workers{0};

// A child of fork() has the counter, but none of the threads.
[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { num_workers.store(0); });

}  // namespace

int resolve_threads(int requested) {
    if (requested < 0) {
        throw std::invalid_argument("num_threads must be >= 0, got " + std::to_string(requested));
    }
    if (requested > 0) return requested;
    const int processors = static_cast<int>(std::thread::hardware_concurrency());
    return std::max(1, processors - num_workers.load());
}

WorkerCount::WorkerCount(int count) : count_(count) {
    num_workers += count_;
}

WorkerCount::~WorkerCount() {
    num_workers -= count_;
}

}  // namespace ssld
