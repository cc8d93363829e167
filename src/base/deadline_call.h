// SPDX-License-Identifier: Apache-2.0
// Runs a blocking call that cannot be interrupted, and stops waiting for it at a deadline.
#pragma once

#include <gssxx/time.h>

#include "worker.h"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace gss::inline v0 {

/// Calls @p task and yields what it returns, or nothing when the deadline passed first. Without a
/// deadline the call happens in this thread. With one it happens on one of @p workers that owns the
/// task: past the deadline the task runs on there, and its late result is destroyed there.
template <typename Task>
[[nodiscard]] auto call_until(const Workers& workers, const Deadline& deadline, Task task)
    -> std::optional<decltype(task())> {
    using Value = decltype(task());
    if (!deadline.when()) {
        return task();
    }
    if (Deadline::Clock::now() >= *deadline.when()) {
        return std::nullopt;
    }
    struct Shared {
        explicit Shared(Task&& owned) : task(std::move(owned)) {}
        std::mutex mutex;
        std::condition_variable finished;
        std::optional<Task> task;   // destroyed by the worker
        std::optional<Value> value; // set by the worker unless abandoned
        std::exception_ptr thrown;  // likewise: memory may run out there
        bool abandoned = false;
    };
    auto shared = std::make_shared<Shared>(std::move(task));
    workers.run([shared]() mutable {
        std::optional<Value> value;
        std::exception_ptr thrown;
        try {
            value.emplace((*shared->task)());
        } catch (...) {
            thrown = std::current_exception();
        }
        shared->task.reset();
        {
            const std::lock_guard lock(shared->mutex);
            if (!shared->abandoned) {
                shared->value = std::exchange(value, std::nullopt);
                shared->thrown = thrown;
            }
        }
        shared->finished.notify_one(); // who wakes finds the lock free
        shared.reset();                // an abandoned value is released here, outside the lock
    });
    std::unique_lock lock(shared->mutex);
    shared->finished.wait_until(lock, *deadline.when(),
                                [&shared] { return shared->value || shared->thrown; });
    if (shared->thrown) {
        std::rethrow_exception(shared->thrown);
    }
    shared->abandoned = !shared->value.has_value();
    return std::move(shared->value);
}

} // namespace gss::inline v0
