// SPDX-License-Identifier: Apache-2.0
// A host for the engines that never blocks: GSS steps, which may wait for a KDC, run on a thread of
// their own with a time limit, and everything else in the thread of the event loop.
#pragma once

#include <gssxx/ssh/driver.h>
#include <gssxx/ssh/engine.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace example {

/// The event loop of a program that has only this to do. A real one waits for sockets, too, and is
/// woken by a pipe or an eventfd.
class EventLoop {
public:
    /// From any thread: has @p task run in the loop's.
    void post(std::function<void()> task);
    /// Runs tasks until @p done.
    void run_until(const std::function<bool()>& done);

private:
    std::mutex mutex_;
    std::condition_variable posted_;
    std::deque<std::function<void()>> tasks_;
};

/// One end of an SSH session. Everything but the steps happens in the loop's thread.
class SessionHost {
public:
    /// Sends a payload to the peer.
    using Send = std::function<void(gss::Bytes payload)>;
    /// Gets what an engine has to say to its host: KexDone, AuthDone, AttemptFailed, Fail, ...
    using Tell = std::function<void(const gss::ssh::Action& action)>;

    SessionHost(EventLoop& loop, gss::ssh::Driver driver, Send send, Tell tell);
    SessionHost(const SessionHost&) = delete;
    SessionHost& operator=(const SessionHost&) = delete;
    /// In the loop's thread. Waits for a step that is under way, whose answer nobody gets; the
    /// driver's time limit bounds that.
    ~SessionHost() = default;

    /// From now on that engine gets the messages, until leave(). After a partial success: first
    /// those that the engine before it had not looked at.
    void serve(gss::ssh::Engine& engine);
    /// The engine may go. Not while a step is under way.
    void leave() noexcept { engine_ = nullptr; }
    /// A payload from the peer.
    void receive(gss::BytesView payload);
    /// The user closed the window, or the login took too long.
    void give_up();
    /// True while a step runs elsewhere: then the driver is not to be touched.
    [[nodiscard]] bool step_under_way() const noexcept { return step_under_way_; }
    /// For what comes after the engines: the peer, the contexts.
    [[nodiscard]] gss::ssh::Driver& driver() noexcept { return driver_; }

private:
    void work();
    void step_elsewhere(gss::ssh::GssStep question);

    EventLoop& loop_;
    gss::ssh::Driver driver_;
    Send send_;
    Tell tell_;
    gss::ssh::Engine* engine_ = nullptr;
    std::vector<gss::Bytes> early_; ///< sent behind a request that has succeeded in part
    bool step_under_way_ = false;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true); // for what was posted
    std::jthread worker_; // the last member: it ends before what it uses
};

} // namespace example
