// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

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

} // namespace

void run_on_worker(std::function<void()> work) {
    const SignalsBlocked blocked;
    std::thread(std::move(work)).detach();
}

} // namespace gss::inline v0
