// SPDX-License-Identifier: Apache-2.0
#include "packet_writer.h"

#include "fault.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::size_t length_field = 4;
/// RFC 4253 s6: "There MUST be at least four bytes of padding."
constexpr std::size_t least_padding = 4;
/// RFC 4253 s6: "The minimum size of a packet is 16 (or the cipher block size, whichever is larger)
/// bytes (plus 'mac')."
constexpr std::size_t least_packet = 16;
constexpr std::size_t most_payload = std::size_t{1} << 24U;

[[noreturn]] void local_fault(std::string text) {
    throw SessionFault(reason::by_application, std::move(text), ssh::Fault::local);
}

/// RFC 4253 s6: "Arbitrary-length padding, such that the total length of (packet_length ||
/// padding_length || payload || random padding) is a multiple of the cipher block size or 8,
/// whichever is larger"; without packet_length where that goes in clear.
std::size_t padding_for(std::size_t payload, const PacketProtection& protection) noexcept {
    const std::size_t block = protection.block_size();
    const std::size_t whole = length_field + 1 + payload;
    const std::size_t padded = protection.pads_length() ? whole : whole - length_field;
    std::size_t padding = block - padded % block;
    while (padding < least_padding || whole + padding < least_packet) {
        padding += block;
    }
    return padding;
}

void copy(BytesView from, std::byte* to) noexcept {
    if (!from.empty()) {
        std::memcpy(to, from.data(), from.size());
    }
}

} // namespace

void PaddingPool::fill(MutableBytes padding) {
    assert(padding.size() <= octets_.size());
    if (left_ < padding.size()) {
        left_ = 0;
        if (!random_octets(octets_)) {
            local_fault("the random generator failed");
        }
        left_ = octets_.size();
    }
    const MutableBytes used = std::span(octets_).last(left_).first(padding.size());
    copy(used, padding.data());
    std::fill(used.begin(), used.end(), std::byte{0});
    left_ -= padding.size();
}

PacketWriter::PacketWriter() : protection_(no_protection()) {}

void PacketWriter::identification(std::string_view text) {
    constexpr std::string_view line_end = "\r\n";
    const MutableBytes room = buffer_.room(text.size() + line_end.size());
    copy(as_bytes(text), room.data());
    copy(as_bytes(line_end), room.data() + text.size());
    buffer_.added(text.size() + line_end.size());
}

void PacketWriter::write(BytesView head, BytesView body) {
    const std::size_t payload = head.size() + body.size();
    if (payload == 0 || head.size() > most_payload || body.size() > most_payload - head.size()) {
        local_fault("a packet of " + std::to_string(payload) + " octets was to be sent");
    }
    // RFC 4344 s3.1: numbers of packets, which some ciphers take for nonces, must not come twice
    // under one key. Sessions exchange keys long before.
    if (protection_->tag_size() != 0 && packets_ > UINT32_MAX) {
        local_fault("more packets were to be sent than one key may protect");
    }
    const std::size_t padding = padding_for(payload, *protection_);
    const std::size_t length = 1 + payload + padding;
    const std::size_t whole = length_field + length + protection_->tag_size();

    const MutableBytes packet = buffer_.room(whole).first(whole);
    for (std::size_t i = 0; i < length_field; ++i) {
        packet[i] = static_cast<std::byte>(length >> (8 * (length_field - 1 - i)));
    }
    packet[length_field] = static_cast<std::byte>(padding);
    std::byte* const content = packet.data() + length_field + 1;
    copy(head, content);
    copy(body, content + head.size());
    padding_.fill(packet.subspan(length_field + 1 + payload, padding));

    // Nothing is in the queue before it is sealed.
    if (!protection_->seal(sequence_, packet)) {
        secure_wipe(packet);
        local_fault("a packet could not be encrypted");
    }
    buffer_.added(whole);
    // RFC 4253 s6.4: "It is never reset, even if keys/algorithms are renegotiated later. It wraps
    // around to zero after every 2^32 packets."
    ++sequence_;
    ++packets_;
    octets_ += whole;
}

void PacketWriter::use(std::unique_ptr<PacketProtection> protection) {
    protection_ = std::move(protection);
    octets_ = 0;
    packets_ = 0;
}

} // namespace gss::inline v0::transport::detail
