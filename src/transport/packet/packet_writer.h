// SPDX-License-Identifier: Apache-2.0
// From payloads to octets of the stream (RFC 4253 s6).
#pragma once

#include "packet_protection.h"

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// Owns what waits to be sent. A packet is built and sealed where it will be sent from.
class PacketWriter {
public:
    PacketWriter();

    /// "SSH-2.0-..." without CR LF; first.
    void identification(std::string_view text);
    void write(BytesView payload);
    /// The same for a payload of two parts: the second is copied once, to where it is sealed.
    void write(BytesView head, BytesView body);

    [[nodiscard]] BytesView output() const noexcept;
    void sent(std::size_t octets);
    [[nodiscard]] std::size_t queued() const noexcept { return output().size(); }

    /// From the next packet on.
    void use(std::unique_ptr<PacketProtection> protection);
    void restart_sequence() noexcept;

    [[nodiscard]] std::uint64_t octets() const noexcept;
    [[nodiscard]] std::uint64_t packets() const noexcept;

    // Data members are the implementer's.
};

} // namespace gss::inline v0::transport::detail
