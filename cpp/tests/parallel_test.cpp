#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "parallel.hpp"

namespace {

using namespace ssld;

TEST_CASE("every item is visited once, whatever the number of pieces") {
    for (const int pieces : {1, 2, 5, 9}) {
        std::vector<int> visits(7, 0);
        parallel_pieces(7, pieces, [&](int, std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                ++visits[static_cast<std::size_t>(i)];
        });
        CHECK(visits == std::vector<int>(7, 1));
    }
}

TEST_CASE("an exception of any piece reaches the caller") {
    const auto fail = [](int piece, std::int64_t, std::int64_t) {
        if (piece == 2) throw std::runtime_error("piece 2");
    };
    CHECK_THROWS_WITH(parallel_pieces(8, 4, fail), "piece 2");
}

TEST_CASE("in grains too every item is visited once, in increasing order within a piece") {
    for (const std::int64_t count : {0, 1, 7, 64}) {
        std::vector<std::atomic<int>> visits(64);
        std::vector<std::int64_t> last(3, -1);
        std::atomic<bool> ordered{true};
        parallel_grains(count, 5, 3, [&](int piece, std::int64_t begin, std::int64_t end) {
            std::int64_t& before = last[static_cast<std::size_t>(piece)];
            if (begin <= before || end - begin > 5) ordered = false;
            before = begin;
            for (std::int64_t i = begin; i < end; ++i)
                ++visits[static_cast<std::size_t>(i)];
        });
        CHECK(ordered);
        for (std::int64_t i = 0; i < 64; ++i)
            CHECK(visits[static_cast<std::size_t>(i)] == (i < count ? 1 : 0));
    }
}

TEST_CASE("a team's threads serve call after call, more and fewer at once") {
    const Team team;
    CHECK(Team::idle() == &team);
    std::set<std::thread::id> threads;
    for (int round = 0; round < 300; ++round) {
        const int pieces = 1 + round % 4;
        std::vector<std::thread::id> ids(4);
        parallel_pieces(pieces, pieces, [&](int piece, std::int64_t, std::int64_t) {
            ids[static_cast<std::size_t>(piece)] = std::this_thread::get_id();
        });
        CHECK(ids[0] == std::this_thread::get_id());
        for (int piece = 0; piece < 4; ++piece)
            CHECK((ids[static_cast<std::size_t>(piece)] == std::thread::id{}) == (piece >= pieces));
        threads.insert(ids.begin(), ids.begin() + pieces);
    }
    CHECK(threads.size() == 4);
}

TEST_CASE("a team goes on after an exception") {
    const Team team;
    for (int round = 0; round < 50; ++round) {
        std::atomic<int> calls{0};
        const auto fail = [&](int piece, std::int64_t, std::int64_t) {
            ++calls;
            if (piece == round % 3) throw std::runtime_error("piece");
        };
        CHECK_THROWS_WITH(parallel_pieces(3, 3, fail), "piece");
        CHECK(calls == 3);
    }
}

TEST_CASE("a body may itself use threads, and teams nest") {
    const Team outer;
    std::atomic<int> calls{0};
    std::atomic<bool> any_idle{false};
    parallel_pieces(3, 3, [&](int, std::int64_t, std::int64_t) {
        if (Team::idle() != nullptr) any_idle = true;
        parallel_pieces(2, 2, [&](int, std::int64_t, std::int64_t) { ++calls; });
    });
    CHECK(calls == 6);
    CHECK(!any_idle);
    {
        const Team inner;
        CHECK(Team::idle() == &inner);
    }
    CHECK(Team::idle() == &outer);
}

TEST_CASE("calls that leave the count open share the processors") {
    const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    CHECK(resolve_threads(0) == processors);
    {
        const WorkerCount others(processors + 1);
        CHECK(resolve_threads(0) == 1);
        CHECK(resolve_threads(5) == 5);
        const pid_t child = fork();  // where those threads do not exist
        if (child == 0) _exit(resolve_threads(0) == processors ? 0 : 1);
        int status = -1;
        REQUIRE(waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    CHECK(resolve_threads(0) == processors);
}

TEST_CASE("thread counts") {
    CHECK(resolve_threads(3) == 3);
    CHECK(resolve_threads(0) >= 1);
    CHECK_THROWS_AS(resolve_threads(-1), std::invalid_argument);
    CHECK(num_pieces(100, 10, 4) == 4);
    CHECK(num_pieces(100, 60, 4) == 1);
    CHECK(num_pieces(0, 10, 4) == 1);
}

}  // namespace
