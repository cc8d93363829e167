// SPDX-License-Identifier: Apache-2.0
// From octets of the stream to payloads (RFC 4253 s4.2, s6).
#pragma once

#include "fault.h" // what it throws
#include "packet_protection.h"
#include "stream_buffer.h"

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// Owns the octets that have come. They are decrypted where they lie: a payload is a view of them.
/// How the stream is cut into pieces changes nothing. Faults are thrown (SessionFault). Nothing is
/// allocated for octets that have not come, whatever a length field says.
class PacketReader {
public:
    /// @p most_packet: the longest packet that is taken, length field and tag not counted.
    explicit PacketReader(std::size_t most_packet);

    /// Room for octets of the stream. It grows with what comes, and holds until the next call of
    /// space() or rest(); next() leaves it alone.
    [[nodiscard]] MutableBytes space(std::size_t at_least);
    void added(std::size_t octets);
    /// How many octets have come and were not taken: for a bound on them while none may be read.
    [[nodiscard]] std::size_t waiting() const noexcept { return buffer_.size(); }
    /// Gives memory back that holds nothing. For who has not heard from the peer for a while.
    void rest() noexcept { buffer_.rest(); }

    /// The peer's identification string without CR LF, once it is there. @p server_lines: the peer
    /// is a server. Lines before it are passed over then (RFC 4253 s4.2), at most 1024 of at most
    /// 1024 octets each, line end included, and 64 KiB of them in all; "SSH-1.99-" is taken besides
    /// "SSH-2.0-". A line may end with LF alone. Refused are: more than 255 octets, line end
    /// included; control characters; octets that are not US-ASCII in the software's version; and
    /// NUL in the lines before.
    [[nodiscard]] std::optional<std::string> identification(bool server_lines);
    /// The next payload, not empty. Holds until the next call of any member. SessionFault has
    /// reason mac_error when the packet's integrity check fails, and for a length out of bounds
    /// once packets are encrypted.
    [[nodiscard]] std::optional<MutableBytes> next();
    /// The sequence number of the payload that next() gave last.
    [[nodiscard]] std::uint32_t sequence() const noexcept { return last_sequence_; }

    /// From the next packet on. Right after the payload that says so, and before next().
    void use(std::unique_ptr<PacketProtection> protection);
    /// The next packet has number 0 (strict key exchange).
    void restart_sequence() noexcept { next_sequence_ = 0; }

    /// Since use(), of whole packets: for the limits of keys.
    [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }
    /// True until a packet has been read since use(): a MAC failure then points at the keys.
    [[nodiscard]] bool fresh_keys() const noexcept { return packets() == 0; }

    [[nodiscard]] const StreamBuffer& buffer() const noexcept { return buffer_; }

private:
    [[nodiscard]] std::optional<std::string> take_line();
    void count_other_line(std::string_view line, bool server_lines);
    void open_length();
    [[nodiscard]] MutableBytes open_packet(std::size_t packet);
    [[noreturn]] void length_fault(std::size_t length, std::string_view what) const;

    StreamBuffer buffer_;
    std::unique_ptr<PacketProtection> protection_;
    std::size_t most_packet_;
    std::size_t full_room_ = 0;         ///< size of the room that was given out last
    std::size_t wanted_ = 0;            ///< memory that the stream's pace asks for
    std::size_t scanned_ = 0;           ///< so much of the waiting octets holds no LF
    std::size_t other_lines_ = 0;       ///< before the identification
    std::size_t other_octets_ = 0;      ///< in them
    std::optional<std::size_t> length_; ///< length field of the packet at the front, once read
    bool failed_ = false;               ///< a packet has not passed a check: there is no next one
    std::uint32_t next_sequence_ = 0;
    std::uint32_t last_sequence_ = 0;
    std::uint64_t octets_ = 0;
    std::uint64_t packets_ = 0;
};

} // namespace gss::inline v0::transport::detail
