// SPDX-License-Identifier: Apache-2.0
#include "threads.h"

#include <chrono>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::size_t most_waiting = 16;

} // namespace

Threads::~Threads() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ending_ = true;
    }
    more_.notify_all();
    for (std::thread& one : threads_) {
        one.join();
    }
}

void Threads::run(std::function<void()> work) {
    join_finished();
    if (give_to_waiting(work)) {
        more_.notify_one(); // who wakes finds the lock free
        return;
    }
    const auto place = threads_.emplace(threads_.end());
    try {
        *place = std::thread([this, place, first = std::move(work)]() mutable {
            do_many(std::move(first));
            const std::lock_guard<std::mutex> lock(mutex_);
            finished_.push_back(place);
        });
    } catch (...) {
        threads_.erase(place);
        throw;
    }
}

bool Threads::give_to_waiting(std::function<void()>& work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Each piece of work in the queue has a waiting thread of its own.
    if (waiting_ == queue_.size()) {
        return false;
    }
    queue_.push_back(std::move(work));
    return true;
}

void Threads::join_finished() {
    std::vector<Place> gone;
    gone.reserve(threads_.size() + 1); // a thread that ends needs no memory
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        gone.swap(finished_);
    }
    for (const Place one : gone) {
        one->join();
        threads_.erase(one);
    }
}

void Threads::do_many(std::function<void()> work) {
    const auto end = std::chrono::steady_clock::now() + longest_life_;
    while (work) {
        work();
        work = nullptr;
        std::unique_lock<std::mutex> lock(mutex_);
        if (ending_ || waiting_ == most_waiting || std::chrono::steady_clock::now() >= end) {
            return;
        }
        ++waiting_;
        more_.wait_until(lock, end, [this] { return ending_ || !queue_.empty(); });
        --waiting_;
        if (!queue_.empty()) {
            work = std::move(queue_.front());
            queue_.pop_front();
        }
    }
}

} // namespace gss::inline v0::transport::detail
