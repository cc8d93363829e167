// SPDX-License-Identifier: Apache-2.0
// What is known of one channel (RFC 4254 s5).
#pragma once

#include "channel_types.h"
#include "reply_queue.h"

#include <gssxx/transport/events.h>

#include <cstdint>
#include <list>
#include <string>

namespace gss::inline v0::transport::detail {

/// Exists from the first message about it until both sides have closed it.
struct Channel {
    enum class Stage : std::uint8_t {
        asked,   ///< the peer wants it; the host has not decided
        opening, ///< we want it; the peer has not answered
        open,    ///< confirmed
    };

    Stage stage = Stage::opening;
    const ChannelType* type = nullptr; ///< null: one of our host's own, which no table knows
    RequestId question = 0;            ///< with asked

    // Towards the peer.
    std::uint32_t peer_number = 0;
    std::uint32_t peer_window = 0; ///< octets that we may still send
    std::uint32_t peer_packet = 0; ///< octets that one message may carry
    bool eof_sent = false;
    bool close_sent = false;
    bool cut_short = false; ///< the host wanted to send more: it is owed ChannelWritable

    // From the peer. What the host gave as window is window + unread + owed, until EOF.
    std::uint32_t first_window = 0;
    std::uint32_t window = 0; ///< octets that the peer may still send
    std::uint32_t unread = 0; ///< octets that the host has got and not dealt with
    std::uint32_t owed = 0;   ///< octets that the host has dealt with and the peer has not got back
    bool eof_received = false;

    ReplyQueue requests;              ///< the peer's
    std::list<std::string> own_types; ///< of requests of ours that the peer has yet to answer
};

} // namespace gss::inline v0::transport::detail
