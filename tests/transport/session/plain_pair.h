// SPDX-License-Identifier: Apache-2.0
// Two sessions whose packets a test can read, hold, leave out and invent at any moment: the keys
// that they agree on are replaced by none as soon as they are there.
#pragma once

#include "plain_packets.h"
#include "session_pair.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace gss::test {

/// The other one.
[[nodiscard]] constexpr End other(End which) noexcept {
    return which == End::client ? End::server : End::client;
}

/// Sends that payload with the session's own keys, whatever it is.
void send_raw(transport::Session& session, BytesView payload);
/// How many octets have come and were not read.
[[nodiscard]] std::size_t waiting_octets(transport::Session& session);

/// What one end has sent: the identification, or one payload.
struct Sent {
    Bytes octets; ///< as on the wire
    Bytes payload;
    [[nodiscard]] unsigned number() const noexcept {
        return payload.empty() ? 0 : std::to_integer<unsigned>(payload[0]);
    }
};

class PlainPair {
public:
    PlainPair(const transport::ClientOptions& client, const transport::ServerOptions& server)
        : pair_(client, server) {}

    [[nodiscard]] SessionPair& pair() noexcept { return pair_; }
    [[nodiscard]] SessionEnd& at(End which) noexcept { return pair_.at(which); }
    /// What waits for that end.
    [[nodiscard]] std::deque<Sent>& queue(End to) noexcept { return queues_[index(to)]; }
    /// All payloads that end has sent, delivered or not.
    [[nodiscard]] const std::vector<Bytes>& sent(End from) const noexcept {
        return sent_[index(from)];
    }

    /// Takes events and octets of both.
    void collect();
    /// Gives that end the first of what waits for it. False when nothing does.
    bool deliver(End to);
    void deliver_all(End to) {
        while (deliver(to)) {
        }
    }
    /// Until nothing moves.
    void run();
    /// A packet from nowhere.
    void inject(End to, BytesView payload);

private:
    [[nodiscard]] static std::size_t index(End end) noexcept { return end == End::client ? 0 : 1; }
    void feed(End to, BytesView octets);
    void settle(End which);

    SessionPair pair_;
    std::deque<Sent> queues_[2];
    std::vector<Bytes> sent_[2];
    bool greeted_[2] = {false, false};
};

} // namespace gss::test
