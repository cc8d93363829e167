// SPDX-License-Identifier: Apache-2.0
#include "ssh_session_host.h"

#include <optional>
#include <utility>
#include <variant>

namespace example {

namespace ssh = gss::ssh;

void EventLoop::post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    posted_.notify_one();
}

void EventLoop::run_until(const std::function<bool()>& done) {
    while (!done()) {
        std::unique_lock lock(mutex_);
        posted_.wait(lock, [this] { return !tasks_.empty(); });
        const std::function<void()> task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
    }
}

SessionHost::SessionHost(EventLoop& loop, ssh::Driver driver, Send send, Tell tell)
    : loop_(loop), driver_(std::move(driver)), send_(std::move(send)), tell_(std::move(tell)) {}

void SessionHost::serve(ssh::Engine& engine) {
    engine_ = &engine;
    for (const gss::Bytes& payload : std::exchange(early_, {})) {
        engine.receive(payload);
    }
    work();
}

void SessionHost::receive(gss::BytesView payload) {
    // Also while a step runs: the engine holds what is early and refuses what is too much.
    if (engine_ != nullptr) {
        engine_->receive(payload);
        work();
    }
}

void SessionHost::give_up() {
    if (engine_ != nullptr) {
        engine_->cancel();
        work();
    }
}

void SessionHost::work() {
    // While a step runs the driver is lent to its thread, and actions wait: among them may be the
    // Release of the very context that the step works on.
    while (!step_under_way_) {
        std::optional<ssh::Action> action = engine_->poll();
        if (!action) {
            return;
        }
        if (auto* step = std::get_if<ssh::GssStep>(&*action)) {
            step_elsewhere(std::move(*step));
        } else if (driver_.handle(*engine_, *action)) {
            continue; // a MIC, an authorisation, a release: nothing of it waits for the network
        } else if (auto* message = std::get_if<ssh::SendMessage>(&*action)) {
            send_(std::move(message->payload));
        } else {
            if (auto* done = std::get_if<ssh::AuthDone>(&*action);
                done != nullptr && done->partial) {
                early_ = done->unread; // their sender waits for answers
            }
            tell_(*action);
        }
    }
}

void SessionHost::step_elsewhere(ssh::GssStep question) {
    step_under_way_ = true;
    worker_ = std::jthread([this, alive = std::weak_ptr(alive_), question = std::move(question)] {
        // At its time limit the driver answers that the step has failed, whatever the library does.
        ssh::StepAnswer answer = driver_.step(question);
        loop_.post([this, alive, id = question.id, answer = std::move(answer)] {
            if (alive.expired()) {
                return; // the session went while the step ran
            }
            step_under_way_ = false;
            // Stale when the peer has begun something else meanwhile, or the host gave up.
            engine_->answer(id, answer);
            work();
        });
    });
}

} // namespace example
