// SPDX-License-Identifier: Apache-2.0
// Threads for calls that may never end.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>

namespace gss::inline v0 {

/// Threads that nobody joins, each with one piece of work at a time. They take no signals, so that
/// the host's handlers run where the host expects them. One whose work is done waits a while for
/// more: to start and end a thread costs as much as many a call. Any number of threads may give
/// work, and a forked process begins anew. Its end waits for nobody: work goes on to its end.
class Workers {
public:
    /// Heimdal keeps what it has read of krb5.conf for each thread: a change must reach everybody,
    /// and no thread takes work when it is older than this.
    static constexpr std::chrono::minutes usual_life{1};

    explicit Workers(std::chrono::milliseconds longest_life = usual_life) noexcept
        : longest_life_(longest_life) {}
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;
    ~Workers();

    /// Runs @p work, which must not throw, on a thread that does nothing else meanwhile. Throws
    /// std::system_error when no thread can be had, std::bad_alloc when there is no memory.
    void run(std::function<void()> work) const;

private:
    class Crew;

    [[nodiscard]] Crew& crew() const;

    std::chrono::milliseconds longest_life_;
    mutable std::atomic<Crew*> crew_{nullptr};
};

} // namespace gss::inline v0
