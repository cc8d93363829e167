// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#if !defined(_WIN32)
#include <csignal>
#include <pthread.h>
#endif

namespace gss::inline v0 {

namespace {

/// Blocks all signals in this thread for its lifetime; a thread started meanwhile inherits that.
class SignalsBlocked {
public:
#if defined(_WIN32)
    SignalsBlocked() noexcept = default;
    ~SignalsBlocked() = default;
#else
    SignalsBlocked() noexcept {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() {
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
#endif
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
#if !defined(_WIN32)
    sigset_t before_{};
#endif
};

/// Threads that are done wait a while for more work: to start and end one costs as much as many a
/// call. Lives as long as the process, since its threads do not say when they end.
class Workers {
public:
    explicit Workers(Workers* before) noexcept : before_(before) {}
    [[nodiscard]] Workers* before() const noexcept { return before_; }

    void run(std::function<void()> work) {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            // Each piece of work in the queue has a waiting thread of its own.
            if (waiting_ > queue_.size()) {
                queue_.push_back(std::move(work));
                more_.notify_one();
                return;
            }
        }
        const SignalsBlocked blocked;
        std::thread([this, first = std::move(work)]() mutable {
            serve(std::move(first));
        }).detach();
    }

private:
    static constexpr std::chrono::seconds patience{2};
    static constexpr std::size_t most_waiting = 16;

    void serve(std::function<void()> work) {
        while (work) {
            work();
            work = nullptr; // what it holds goes now, not after the wait
            std::unique_lock<std::mutex> lock(mutex_);
            if (waiting_ == most_waiting) {
                return;
            }
            ++waiting_;
            more_.wait_for(lock, patience, [this] { return !queue_.empty(); });
            --waiting_;
            if (!queue_.empty()) {
                work = std::move(queue_.front());
                queue_.pop_front();
            }
        }
    }

    [[maybe_unused]] Workers* before_; ///< of the process that forked this one: not lost
    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<std::function<void()>> queue_;
    std::size_t waiting_ = 0;
};

std::atomic<Workers*> current{nullptr};
std::atomic<Workers*> parents{nullptr}; // before the last fork

/// A process that was forked has the threads of its parent no more, and perhaps a locked mutex: it
/// begins anew.
[[maybe_unused]] void after_fork() noexcept {
    if (Workers* const before = current.exchange(nullptr)) {
        parents = before;
    }
}

Workers& workers() {
#if !defined(_WIN32)
    [[maybe_unused]] static const int registered = pthread_atfork(nullptr, nullptr, after_fork);
#endif
    Workers* known = current.load();
    while (known == nullptr) {
        auto made = std::make_unique<Workers>(parents.load());
        if (current.compare_exchange_strong(known, made.get())) {
            known = made.release();
        }
    }
    return *known;
}

} // namespace

void run_on_worker(std::function<void()> work) {
    workers().run(std::move(work));
}

} // namespace gss::inline v0
