// SPDX-License-Identifier: Apache-2.0
// Threads for calls that may never end: used again, and never shared.
#include "worker.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace gss {
namespace {

/// Runs @p work on a worker and waits until it has; false when it has not in time.
bool finishes(const Workers& workers, std::function<void()> work) {
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> ended = done->get_future();
    workers.run([done, work = std::move(work)] {
        work();
        done->set_value();
    });
    return ended.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
}

TEST(Workers, is_used_again) {
    const Workers workers;
    std::set<pid_t> threads; // the system's numbers: the library's come again at once
    for (int i = 0; i < 50; ++i) {
        pid_t id = 0;
        ASSERT_TRUE(finishes(workers, [&id] { id = ::gettid(); }));
        threads.insert(id);
        std::this_thread::sleep_for(std::chrono::milliseconds(2)); // it goes to wait
    }
    EXPECT_LT(threads.size(), 25U);
}

TEST(Workers, is_not_used_again_when_it_is_old) {
    const Workers workers(std::chrono::milliseconds(1));
    const pid_t own = ::gettid();
    std::set<pid_t> threads{own};
    for (int i = 0; i < 20; ++i) {
        pid_t id = 0;
        ASSERT_TRUE(finishes(workers, [&id] { id = ::gettid(); }));
        EXPECT_TRUE(threads.insert(id).second) << "a thread that is over a millisecond old";
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

TEST(Workers, never_waits_for_other_work) {
    // Each waits for the next: with one thread for two of them nobody would end.
    const Workers workers;
    constexpr std::size_t all = 40;
    struct Chain {
        std::array<std::promise<void>, all + 1> begun;
        std::promise<void> ended;
    };
    const auto chain = std::make_shared<Chain>();
    for (std::size_t i = 0; i < all; ++i) {
        workers.run([chain, i] {
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

TEST(Workers, leave_work_to_its_end) {
    std::promise<void> gate;
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> ended = done->get_future();
    {
        const Workers workers;
        workers.run([done, open = gate.get_future().share()] {
            open.wait();
            done->set_value();
        });
    }
    EXPECT_EQ(ended.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
    gate.set_value();
    EXPECT_EQ(ended.wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(Workers, take_work_from_any_thread) {
    const Workers workers;
    std::vector<std::thread> givers;
    std::atomic<int> done{0};
    givers.reserve(8);
    for (int i = 0; i < 8; ++i) {
        givers.emplace_back([&workers, &done] {
            for (int j = 0; j < 50; ++j) {
                done += finishes(workers, [] {}) ? 1 : 0;
            }
        });
    }
    for (std::thread& giver : givers) {
        giver.join();
    }
    EXPECT_EQ(done, 400);
}

} // namespace
} // namespace gss
