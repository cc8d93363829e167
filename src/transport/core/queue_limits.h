// SPDX-License-Identifier: Apache-2.0
// Sizes of the queue of output that depend on each other.
#pragma once

#include <cstddef>

namespace gss::inline v0::transport::detail {

/// RFC 4253 s6.1: a packet of this size must fit. SessionLimits::packet and queued_output are not
/// lower.
inline constexpr std::size_t least_packet = 35000;
/// Below this much room channel data waits: small packets cost more than they carry.
inline constexpr std::size_t least_room = 4096;
/// What surrounds channel data, so that it alone never fills the queue past its limit.
inline constexpr std::size_t around_data = 1024;
/// Nobody finds the queue full while less than this is in it, and nobody waits for it to go.
inline constexpr std::size_t may_be_waited_for = std::size_t{16} * 1024;
static_assert(may_be_waited_for + around_data + least_room < least_packet);

} // namespace gss::inline v0::transport::detail
