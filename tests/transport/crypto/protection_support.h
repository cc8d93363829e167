// SPDX-License-Identifier: Apache-2.0
// Every cipher with every MAC, their keys, and packets for them.
#pragma once

#include "packet_protection.h"

#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

using namespace transport::detail;

[[nodiscard]] Bytes from_hex(std::string_view hex);
[[nodiscard]] std::string to_hex(BytesView octets);

/// A cipher and, unless it needs none, a MAC.
struct Suite {
    const CipherInfo* cipher;
    const MacInfo* mac;

    [[nodiscard]] std::string name() const;
};
/// All that can be negotiated: 15.
[[nodiscard]] std::vector<Suite> suites();

/// Octets that differ from place to place and from @p seed to seed.
[[nodiscard]] Bytes pattern(std::size_t size, unsigned seed);
[[nodiscard]] PacketKeys keys_for(const Suite& suite);
[[nodiscard]] Result<std::unique_ptr<PacketProtection>> make(const Suite& suite,
                                                             PacketProtection::Direction direction);

/// A packet in clear with room for its tag, as RFC 4253 s6 wants it for @p protection.
[[nodiscard]] Bytes packet_for(const PacketProtection& protection, BytesView payload);

/// What a reader does: the length, then the whole packet, which must be as long as it says.
[[nodiscard]] Result<void> read(PacketProtection& opener, std::uint32_t sequence,
                                MutableBytes packet);

} // namespace gss::test
