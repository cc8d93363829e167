// SPDX-License-Identifier: Apache-2.0
// Octets from a descriptor, or from memory, on their way into a channel.
#pragma once

#include "quiet_write.h"

#include <gssxx/transport/session.h>

#include <cstddef>

namespace gss::inline v0::transport::detail {

/// Reads when there is nothing left of what was read before, so that a channel that takes nothing
/// stops the one who writes.
class Incoming {
public:
    Incoming() noexcept = default;
    explicit Incoming(int fd) noexcept : Incoming(fd, kind_of(fd)) {}
    Incoming(int fd, Kind kind) noexcept : fd_(fd), kind_(kind) {}
    /// Octets that outlive this, and then the end.
    explicit Incoming(BytesView octets) noexcept : rest_(octets), ended_(true) {}

    /// True when poll(2) should be asked about the descriptor.
    [[nodiscard]] bool wants_read() const noexcept { return !ended_ && rest_.empty(); }
    [[nodiscard]] int descriptor() const noexcept { return fd_; }
    /// Reads without waiting.
    void read();
    /// Hands the channel what it takes. False when the session refused.
    [[nodiscard]] bool send(Session& session, ChannelId channel, std::uint32_t stream);
    /// Nothing is left and nothing more comes.
    [[nodiscard]] bool finished() const noexcept { return ended_ && rest_.empty(); }
    /// Nothing more shall come.
    void stop() noexcept {
        ended_ = true;
        rest_ = {};
    }

private:
    /// Adds to that many octets of the room what comes at once; how many there are then.
    [[nodiscard]] std::size_t gather(std::size_t octets);

    int fd_ = -1;
    Kind kind_ = Kind::other;
    Bytes room_;
    BytesView rest_;
    bool ended_ = false;
};

} // namespace gss::inline v0::transport::detail
