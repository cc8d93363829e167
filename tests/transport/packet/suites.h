// SPDX-License-Identifier: Apache-2.0
// Every protection that a packet may have, with keys known to the test.
#pragma once

#include "packet_reader.h"
#include "packet_writer.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

using transport::detail::PacketProtection;
using transport::detail::PacketReader;
using transport::detail::PacketWriter;
using transport::detail::SessionFault;

inline constexpr std::size_t most_packet = std::size_t{256} * 1024;

/// A cipher and a MAC by their names; both empty: before the first keys.
struct Suite {
    std::string cipher;
    std::string mac;

    [[nodiscard]] std::string name() const { return cipher + "/" + mac; }
    /// The same keys each time; others for each @p epoch, and then for each suite, too.
    [[nodiscard]] std::unique_ptr<PacketProtection> make(PacketProtection::Direction way,
                                                         unsigned epoch = 0) const;
    [[nodiscard]] std::unique_ptr<PacketProtection> seals() const {
        return make(PacketProtection::Direction::seal);
    }
    [[nodiscard]] std::unique_ptr<PacketProtection> opens() const {
        return make(PacketProtection::Direction::open);
    }
};

/// No protection, each AEAD cipher, and each other cipher with each MAC.
[[nodiscard]] const std::vector<Suite>& suites();

/// Puts octets into the reader in one piece.
void feed(PacketReader& reader, BytesView octets);
[[nodiscard]] Bytes to_bytes(std::string_view text);
/// Different octets at each place.
[[nodiscard]] Bytes pattern(std::size_t size, unsigned seed = 0);
/// The reason of the SessionFault that @p task ends with; nothing without one.
[[nodiscard]] std::optional<std::uint32_t> fault_of(const std::function<void()>& task);

} // namespace gss::test
