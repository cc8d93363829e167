// SPDX-License-Identifier: Apache-2.0
// Threads for calls that may never end are there after fork(2), too. Not for the thread sanitizer,
// which wants no threads in a process that was forked.
#include "deadline_call.h"

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace gss {
namespace {

bool works(const Workers& workers) {
    return call_until(workers, Deadline::after(std::chrono::seconds(20)), [] { return true; })
        .has_value();
}

TEST(Workers, are_there_in_a_forked_process) {
    const Workers workers;
    ASSERT_TRUE(works(workers));
    std::this_thread::sleep_for(std::chrono::milliseconds(50)); // one waits now, in this process
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(works(workers) ? 0 : 1);
    }
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

} // namespace
} // namespace gss
