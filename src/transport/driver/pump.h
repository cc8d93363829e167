// SPDX-License-Identifier: Apache-2.0
// Joins a session, its stream and its GSS contexts in one thread.
#pragma once

#include <gssxx/ssh/driver.h>
#include <gssxx/transport/session.h>
#include <gssxx/transport/stream.h>

#include <poll.h>

#include <chrono>
#include <functional>
#include <optional>
#include <vector>

namespace gss::inline v0::transport::detail {

/// Moves octets between stream and session, and answers the questions that are about GSS contexts.
class Pump {
public:
    using Clock = std::chrono::steady_clock;
    using Weigh = std::function<ssh::AuthorizeAnswer(const ssh::Authorize&, ssh::AuthorizeAnswer)>;

    /// All must outlive the pump. @p gss is null where there is no GSS: its questions are refused.
    Pump(Session& session, Stream& stream, ssh::Driver* gss) noexcept;

    /// A peer that has been silent for so long is asked whether it is there; zero: never. After
    /// three questions without an octet the session ends.
    void keep_alive(std::chrono::milliseconds interval) noexcept { keepalive_ = interval; }
    /// Has the last word about an authorizer's answer.
    void weigh_with(Weigh weigh) { weigh_ = std::move(weigh); }

    /// The next event that is not dealt with here; nothing when there is none.
    [[nodiscard]] std::optional<Event> next();
    /// Writes what can be written without waiting. Returns how many octets went.
    std::size_t flush();
    /// Waits until the stream or one of @p others has something, or @p limit is over (negative: no
    /// limit), and moves octets. The others' revents are set.
    void wait(std::vector<pollfd>& others, std::chrono::milliseconds limit);
    /// Sends what is left, for at most @p limit: the last words.
    void finish(std::chrono::milliseconds limit);

private:
    [[nodiscard]] bool settle(Event& event);
    void authorize(const ssh::Authorize& question);
    void read(std::chrono::milliseconds limit);
    void heard() noexcept;
    [[nodiscard]] int look(std::vector<pollfd>& all, std::chrono::milliseconds limit);
    void wait_without_descriptor(std::vector<pollfd>& others, std::chrono::milliseconds limit);
    void tick();
    [[nodiscard]] std::chrono::milliseconds shortened(std::chrono::milliseconds limit) const;

    Session& session_;
    Stream& stream_;
    ssh::Driver* gss_;
    Weigh weigh_;
    std::size_t room_;             ///< for one read
    bool broken_ = false;          ///< nothing can be written any more
    bool over_ = false;            ///< nothing can be read any more
    bool hung_up_ = false;         ///< seen while nothing was to be read
    bool answers_quickly_ = false; ///< the peer, when it was waited for last
    unsigned waits_ = 0;
    std::chrono::milliseconds keepalive_{0};
    unsigned unanswered_ = 0;
    Clock::time_point last_tick_ = Clock::now();
    Clock::time_point last_heard_ = Clock::now();
};

} // namespace gss::inline v0::transport::detail
