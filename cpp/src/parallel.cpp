#include "parallel.hpp"

#include <pthread.h>

#include <system_error>

namespace ssld {

namespace {

// Threads that the core started and that still run, over all calls.
std::atomic<int> num_workers{0};

// A child of fork() has the counter, but none of the threads.
[[maybe_unused]] const int registered =
    pthread_atfork(nullptr, nullptr, [] { num_workers.store(0); });

thread_local Team* current_team = nullptr;

// Looks this often, some 50 us, before it sleeps: to wake a thread up takes as long.
constexpr int kLooks = 200;

std::uint32_t wait_while(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
    for (int look = 0; look < kLooks; ++look) {
        const std::uint32_t now = value.load(std::memory_order_acquire);
        if (now != old) return now;
        std::this_thread::yield();
    }
    value.wait(old, std::memory_order_acquire);
    return value.load(std::memory_order_acquire);
}

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

Team::Team() : outer_(current_team) {
    current_team = this;
}

Team::~Team() {
    body_ = nullptr;
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    threads_.clear();  // joins them
    current_team = outer_;
}

Team* Team::idle() {
    return current_team != nullptr && current_team->body_ == nullptr ? current_team : nullptr;
}

void Team::start(int count) {
    const std::uint32_t round = round_.load(std::memory_order_relaxed);
    try {
        while (static_cast<int>(threads_.size()) < count) {
            const int piece = static_cast<int>(threads_.size()) + 1;
            threads_.emplace_back([this, piece, round] { help(piece, round); });
        }
    } catch (const std::system_error&) {
        // Out of threads, or of memory for their stacks: run() does without.
    }
}

void Team::run(int pieces, const std::function<void(int)>& body) {
    start(pieces - 1);
    errors_.assign(static_cast<std::size_t>(pieces), nullptr);
    body_ = &body;
    pieces_ = pieces;
    helping_.store(static_cast<std::uint32_t>(threads_.size()), std::memory_order_relaxed);
    round_.fetch_add(1, std::memory_order_release);
    round_.notify_all();
    call(0);
    for (int piece = static_cast<int>(threads_.size()) + 1; piece < pieces; ++piece)
        call(piece);
    std::uint32_t helping = helping_.load(std::memory_order_acquire);
    while (helping != 0)
        helping = wait_while(helping_, helping);
    body_ = nullptr;
    for (const auto& error : errors_) {
        if (error) std::rethrow_exception(error);
    }
}

void Team::help(int piece, std::uint32_t round) {
    const WorkerCount running(1);
    while (true) {
        round = wait_while(round_, round);
        if (body_ == nullptr) return;
        if (piece < pieces_) call(piece);
        helping_.fetch_sub(1, std::memory_order_release);
        helping_.notify_one();
    }
}

void Team::call(int piece) {
    try {
        (*body_)(piece);
    } catch (...) {
        errors_[static_cast<std::size_t>(piece)] = std::current_exception();
    }
}

}  // namespace ssld
