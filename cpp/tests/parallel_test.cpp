#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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
