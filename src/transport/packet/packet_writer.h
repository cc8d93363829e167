// SPDX-License-Identifier: Apache-2.0
// From payloads to octets of the stream (RFC 4253 s6).
#pragma once

#include "packet_protection.h"
#include "stream_buffer.h"

#include <gssxx/bytes.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// Random octets for padding. Asks the generator for some at a time, and wipes what it gave.
class PaddingPool {
public:
    PaddingPool() noexcept = default;
    PaddingPool(const PaddingPool&) = delete;
    PaddingPool& operator=(const PaddingPool&) = delete;
    ~PaddingPool() { secure_wipe(octets_); }
    /// At most 255 octets. Throws SessionFault when the generator fails.
    void fill(MutableBytes padding);

private:
    std::array<std::byte, 512> octets_{};
    std::size_t left_ = 0; ///< at the end of octets_
};

/// Owns what waits to be sent. A packet is built and sealed where it will be sent from. Throws
/// SessionFault (ssh::Fault::local) when sealing or the random generator fails.
class PacketWriter {
public:
    PacketWriter();

    /// "SSH-2.0-..." without CR LF; first.
    void identification(std::string_view text);
    /// @p payload: 1 octet to 2^24.
    void write(BytesView payload) { write(payload, {}); }
    /// The same for a payload of two parts: the second is copied once, to where it is sealed.
    void write(BytesView head, BytesView body);

    [[nodiscard]] BytesView output() const noexcept { return buffer_.content(); }
    void sent(std::size_t octets) noexcept { buffer_.taken(octets); }
    [[nodiscard]] std::size_t queued() const noexcept { return buffer_.size(); }
    /// Gives memory back that holds nothing. For who has sent nothing for a while.
    void rest() noexcept { buffer_.rest(); }

    /// From the next packet on.
    void use(std::unique_ptr<PacketProtection> protection);
    /// The next packet has number 0 (strict key exchange).
    void restart_sequence() noexcept { sequence_ = 0; }

    /// Since use(): for the limits of keys.
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }

    [[nodiscard]] const StreamBuffer& buffer() const noexcept { return buffer_; }

private:
    StreamBuffer buffer_;
    PaddingPool padding_;
    std::unique_ptr<PacketProtection> protection_;
    std::uint32_t sequence_ = 0;
    std::uint64_t octets_ = 0;
    std::uint64_t packets_ = 0;
};

} // namespace gss::inline v0::transport::detail
