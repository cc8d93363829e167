// SPDX-License-Identifier: Apache-2.0
// Threads for calls that may never end: used again, never shared, and there after fork(2).
#include "worker.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace gss {
namespace {

/// Runs @p work on a worker and waits until it has; false when it has not in time.
bool finishes(std::function<void()> work) {
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> ended = done->get_future();
    run_on_worker([done, work = std::move(work)] {
        work();
        done->set_value();
    });
    return ended.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
}

TEST(Worker, is_used_again) {
    std::set<std::thread::id> threads;
    for (int i = 0; i < 50; ++i) {
        std::thread::id id;
        ASSERT_TRUE(finishes([&id] { id = std::this_thread::get_id(); }));
        threads.insert(id);
        std::this_thread::sleep_for(std::chrono::milliseconds(2)); // it goes to wait
    }
    EXPECT_LT(threads.size(), 25U);
}

TEST(Worker, never_waits_for_other_work) {
    // Each waits for the next: with one thread for two of them nobody would end.
    constexpr std::size_t all = 40;
    struct Chain {
        std::array<std::promise<void>, all + 1> begun;
        std::promise<void> ended;
    };
    const auto chain = std::make_shared<Chain>();
    for (std::size_t i = 0; i < all; ++i) {
        run_on_worker([chain, i] {
            chain->begun.at(i).set_value();
            chain->begun.at(i + 1).get_future().wait();
            if (i == 0) {
                chain->ended.set_value();
            }
        });
    }
    chain->begun.back().set_value();
    EXPECT_EQ(chain->ended.get_future().wait_for(std::chrono::seconds(20)),
              std::future_status::ready);
}

TEST(Worker, is_there_in_a_forked_process) {
    ASSERT_TRUE(finishes([] {}));
    std::this_thread::sleep_for(std::chrono::milliseconds(50)); // it waits now, in this process
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(finishes([] {}) ? 0 : 1);
    }
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace gss
