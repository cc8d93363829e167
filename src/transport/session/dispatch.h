// SPDX-License-Identifier: Apache-2.0
// Whose message a number is, by role and state: the one table that every packet passes.
#pragma once

#include "outlet.h"

#include <cstdint>

namespace gss::inline v0::transport::detail {

/// What counts for where a packet goes.
struct Situation {
    Role role = Role::client;   ///< ours
    bool initial = true;        ///< the initial key exchange is not over
    bool exchanging = false;    ///< the peer has sent KEXINIT and not yet NEWKEYS
    bool strict = false;        ///< strict key exchange is in force
    bool after_newkeys = false; ///< the packet is the first one after the peer's first NEWKEYS
    bool service = false;       ///< the authentication service runs (servers: was accepted)
    bool authenticated = false;
};

/// Who takes a packet.
enum class Place : std::uint8_t {
    transport, ///< messages 1 to 4 and 7
    key_exchange,
    authentication,
    connection,
    unimplemented, ///< answered with SSH_MSG_UNIMPLEMENTED (RFC 4253 s11.4)
    fault,         ///< it must not come now: the session ends
};

[[nodiscard]] Place place_of(std::uint8_t number, const Situation& now) noexcept;

} // namespace gss::inline v0::transport::detail
