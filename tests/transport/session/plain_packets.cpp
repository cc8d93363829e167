// SPDX-License-Identifier: Apache-2.0
#include "plain_packets.h"

#include "reader.h"
#include "writer.h"

#include <algorithm>

namespace gss::test {

Bytes plain_packet(BytesView payload) {
    const std::size_t padding = 8 - (payload.size() + 5) % 8 + 8;
    return ssh::wire::Writer()
        .uint32(static_cast<std::uint32_t>(1 + payload.size() + padding))
        .byte(static_cast<std::uint8_t>(padding))
        .raw(payload)
        .raw(Bytes(padding))
        .take();
}

std::size_t plain_packet_size(BytesView octets) {
    ssh::wire::Reader reader(octets);
    return std::min<std::size_t>(octets.size(), std::size_t{4} + reader.uint32());
}

BytesView plain_payload(BytesView packet) {
    const auto padding = std::to_integer<std::size_t>(packet[4]);
    return packet.subspan(5, packet.size() - 5 - padding);
}

} // namespace gss::test
