// SPDX-License-Identifier: Apache-2.0
// The threads of a server: used again while they are young.
#include "threads.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <future>
#include <set>
#include <thread>

namespace gss::test {
namespace {

using std::chrono::milliseconds;
using transport::detail::Threads;

/// The system's numbers of the threads that do twenty pieces of work, one after another.
std::set<pid_t> numbers(Threads& threads) {
    std::set<pid_t> seen;
    for (int i = 0; i < 20; ++i) {
        std::promise<pid_t> done;
        threads.run([&done] { done.set_value(::gettid()); });
        seen.insert(done.get_future().get());
        std::this_thread::sleep_for(milliseconds(5)); // it goes to wait, and grows older
    }
    return seen;
}

TEST(Threads, are_used_again) {
    Threads threads;
    EXPECT_LT(numbers(threads).size(), 10U);
}

// A change of krb5.conf must reach everybody.
TEST(Threads, are_not_used_again_when_they_are_old) {
    Threads threads(milliseconds(1));
    EXPECT_EQ(numbers(threads).size(), 20U);
}

} // namespace
} // namespace gss::test
