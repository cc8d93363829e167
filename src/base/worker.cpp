// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#if !defined(_WIN32)
#include <csignal>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
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

#if defined(_WIN32)
/// Processes do not fork there.
class ForkMark {
public:
    [[nodiscard]] bool is_of_this_process() const noexcept { return true; }
};
#else
/// Tells whether the process that made it is the one that asks, or a fork of it. Process numbers
/// do not: they come again, in another namespace or after some time.
class ForkMark {
public:
    ForkMark() {
        constexpr std::size_t size = sizeof(unsigned char);
        void* const page =
            ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            throw std::bad_alloc();
        }
        mark_ = static_cast<unsigned char*>(page);
        *mark_ = 1;
        zero_in_forks_ = ::madvise(page, size, MADV_WIPEONFORK) == 0;
    }
    ForkMark(const ForkMark&) = delete;
    ForkMark& operator=(const ForkMark&) = delete;
    ~ForkMark() { ::munmap(mark_, sizeof(unsigned char)); }

    /// On systems that do not wipe, the number must do.
    [[nodiscard]] bool is_of_this_process() const noexcept {
        return zero_in_forks_ ? *mark_ != 0 : process_ == ::getpid();
    }

private:
    unsigned char* mark_ = nullptr;
    bool zero_in_forks_ = false;
    pid_t process_ = ::getpid();
};
#endif

} // namespace

/// The threads of one process. Each of them holds it, and so does its Workers until the end.
class Workers::Crew {
public:
    /// @p before is the crew of the process that forked this one: its threads are not here, and its
    /// mutex may be locked for ever. It is kept, so that its memory is not lost, and not touched.
    Crew(Crew* before, std::chrono::milliseconds longest_life)
        : longest_life_(longest_life), before_(before) {}

    /// Holds itself until its end.
    void begin(std::shared_ptr<Crew> self) noexcept { self_ = std::move(self); }
    /// Lets the threads go that wait for more work.
    void end() noexcept {
        const std::shared_ptr<Crew> last = std::move(self_);
        const std::lock_guard<std::mutex> lock(mutex_);
        ending_ = true;
        more_.notify_all();
    }

    [[nodiscard]] bool is_of_this_process() const noexcept { return mark_.is_of_this_process(); }

    void run(std::function<void()> work) {
        if (give_to_waiting(work)) {
            more_.notify_one(); // who wakes finds the lock free
            return;
        }
        const SignalsBlocked blocked;
        std::thread([crew = self_, first = std::move(work)]() mutable {
            crew->serve(std::move(first));
        }).detach();
    }

private:
    static constexpr std::chrono::seconds patience{2};
    static constexpr std::size_t most_waiting = 16;

    [[nodiscard]] bool give_to_waiting(std::function<void()>& work) {
        const std::lock_guard<std::mutex> lock(mutex_);
        // Each piece of work in the queue has a waiting thread of its own.
        if (waiting_ == queue_.size()) {
            return false;
        }
        queue_.push_back(std::move(work));
        return true;
    }

    void serve(std::function<void()> work) {
        const auto end = std::chrono::steady_clock::now() + longest_life_;
        while (work) {
            work();
            work = nullptr; // what it holds goes now, not after the wait
            if (std::chrono::steady_clock::now() >= end) {
                return;
            }
            std::unique_lock<std::mutex> lock(mutex_);
            if (waiting_ == most_waiting) {
                return;
            }
            ++waiting_;
            more_.wait_until(lock, std::min(end, std::chrono::steady_clock::now() + patience),
                             [this] { return ending_ || !queue_.empty(); });
            --waiting_;
            if (!queue_.empty()) {
                work = std::move(queue_.front());
                queue_.pop_front();
            }
        }
    }

    ForkMark mark_;
    std::chrono::milliseconds longest_life_;
    [[maybe_unused]] Crew* before_;
    std::shared_ptr<Crew> self_;
    std::mutex mutex_; ///< for what follows
    std::condition_variable more_;
    std::deque<std::function<void()>> queue_;
    std::size_t waiting_ = 0;
    bool ending_ = false;
};

Workers::~Workers() {
    Crew* const last = crew_.load();
    if (last != nullptr && last->is_of_this_process()) {
        last->end();
    }
}

Workers::Crew& Workers::crew() const {
    Crew* known = crew_.load();
    while (known == nullptr || !known->is_of_this_process()) {
        const auto made = std::make_shared<Crew>(known, longest_life_);
        made->begin(made);
        if (crew_.compare_exchange_strong(known, made.get())) {
            known = made.get();
        } else {
            made->end();
        }
    }
    return *known;
}

void Workers::run(std::function<void()> work) const {
    crew().run(std::move(work));
}

} // namespace gss::inline v0
