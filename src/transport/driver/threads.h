// SPDX-License-Identifier: Apache-2.0
// Threads that do one piece of work after another.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

namespace gss::inline v0::transport::detail {

/// As many threads as there is work at once. Some wait for more when theirs is done: to start one,
/// and what libraries keep for each thread, random generators above all, costs a tenth of a login.
/// None takes work when it has reached its longest life. Its end waits for all work. One thread at
/// a time gives work.
class Threads {
public:
    /// Heimdal keeps what it has read of krb5.conf for each thread: a change must reach everybody.
    static constexpr std::chrono::minutes usual_life{1};

    explicit Threads(std::chrono::milliseconds longest_life = usual_life) noexcept
        : longest_life_(longest_life) {}
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads();

    /// Does @p work, which must not throw, in a thread that does nothing else meanwhile. Throws
    /// std::system_error when no thread can be had.
    void run(std::function<void()> work);

private:
    using Place = std::list<std::thread>::iterator;

    [[nodiscard]] bool give_to_waiting(std::function<void()>& work);
    void join_finished();
    void do_many(std::function<void()> work);

    std::chrono::milliseconds longest_life_;
    std::list<std::thread> threads_;
    std::mutex mutex_; ///< for what follows
    std::condition_variable more_;
    std::deque<std::function<void()>> queue_; ///< for threads that wait
    std::vector<Place> finished_;
    std::size_t waiting_ = 0;
    bool ending_ = false;
};

} // namespace gss::inline v0::transport::detail
