// Split a range over threads. They are started for a call and end with it: nothing to keep, so
// that a child of fork() can go on.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
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

/// Threads that help the one that made it, for its life: all parallel_pieces() of that thread use
/// them, where each would start its own. None is started before it is needed.
class Team {
  public:
    Team();
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    /// Call body(piece) for each of the pieces, one a thread; the calling thread takes the first,
    /// and those for which the system starts none. Rethrows the first exception that a body throws.
    void run(int pieces, const std::function<void(int)>& body);

    /// The calling thread's team, null if it has none or it is at work.
    static Team* idle();

  private:
    void start(int count);
    void help(int piece, std::uint32_t round);
    void call(int piece);

    std::vector<std::jthread> threads_;
    std::vector<std::exception_ptr> errors_;
    const std::function<void(int)>* body_ = nullptr;  // null: the threads are to end
    int pieces_ = 0;
    std::atomic<std::uint32_t> round_{0};
    std::atomic<std::uint32_t> helping_{0};  // threads that have not finished the round
    Team* outer_;
};

/// The number of pieces worth making of `num_items`, given the least that pays for a thread.
inline int num_pieces(std::int64_t num_items, std::int64_t least_items, int num_threads) {
    const std::int64_t worth = num_items / std::max<std::int64_t>(1, least_items);
    return static_cast<int>(std::clamp<std::int64_t>(worth, 1, num_threads));
}

/// Call body(piece, begin, end) for `pieces` consecutive parts of [0, num_items), one a thread, as
/// Team::run() does.
template <typename Body>
void parallel_pieces(std::int64_t num_items, int pieces, const Body& body) {
    const auto run = [&](int piece) {
        body(piece, num_items * piece / pieces, num_items * (piece + 1) / pieces);
    };
    if (pieces == 1) {
        run(0);
    } else if (Team* team = Team::idle()) {
        team->run(pieces, run);
    } else {
        Team().run(pieces, run);
    }
}

/// The same in parts of `grain` items: a thread that is done takes the next, so that a slow one
/// holds up nobody. body(piece, begin, end) is called several times for a piece, in increasing
/// order.
template <typename Body>
void parallel_grains(std::int64_t num_items, std::int64_t grain, int pieces, const Body& body) {
    std::atomic<std::int64_t> next{0};
    parallel_pieces(pieces, pieces, [&](int piece, std::int64_t, std::int64_t) {
        for (std::int64_t begin = next.fetch_add(grain); begin < num_items;
             begin = next.fetch_add(grain)) {
            body(piece, begin, std::min(begin + grain, num_items));
        }
    });
}

}  // namespace ssld
