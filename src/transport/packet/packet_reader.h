// SPDX-License-Identifier: Apache-2.0
// From octets of the stream to payloads (RFC 4253 s4.2, s6).
#pragma once

#include "packet_protection.h"

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace gss::inline v0::transport::detail {

/// Owns the octets that have come. They are decrypted where they lie: a payload is a view of them.
/// How the stream is cut into pieces changes nothing. Faults are thrown (SessionFault).
class PacketReader {
public:
    /// @p most_packet: the longest packet that is taken, length field and tag not counted.
    explicit PacketReader(std::size_t most_packet);

    [[nodiscard]] MutableBytes space(std::size_t at_least);
    void added(std::size_t octets);

    /// The peer's identification string without CR LF, once it is there. @p server_lines: lines
    /// before it are passed over (RFC 4253 s4.2: servers may send them), bounded in number and
    /// size.
    [[nodiscard]] std::optional<std::string> identification(bool server_lines);
    /// The next payload, not empty. Holds until the next call of any member.
    [[nodiscard]] std::optional<MutableBytes> next();
    /// The sequence number of the payload that next() gave last.
    [[nodiscard]] std::uint32_t sequence() const noexcept;

    /// From the next packet on.
    void use(std::unique_ptr<PacketProtection> protection);
    void restart_sequence() noexcept; ///< the next packet has number 0 (strict key exchange)

    /// Since use(): for the limits of keys.
    [[nodiscard]] std::uint64_t octets() const noexcept;
    [[nodiscard]] std::uint64_t packets() const noexcept;
    /// True until a packet has been read since use(): a MAC failure then points at the keys.
    [[nodiscard]] bool fresh_keys() const noexcept { return packets() == 0; }

    // Data members are the implementer's.
};

} // namespace gss::inline v0::transport::detail
