// SPDX-License-Identifier: Apache-2.0
// Packets without encryption (RFC 4253 s6), by hand.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>

namespace gss::test {

/// A payload as a packet.
[[nodiscard]] Bytes plain_packet(BytesView payload);
/// How long the packet is that begins there: of as many octets as are there, at most.
[[nodiscard]] std::size_t plain_packet_size(BytesView octets);
/// The payload of a packet.
[[nodiscard]] BytesView plain_payload(BytesView packet);

} // namespace gss::test
