// SPDX-License-Identifier: Apache-2.0
#include "packet_reader.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::size_t length_field = 4;
/// RFC 4253 s6: "There MUST be at least four bytes of padding."
constexpr std::size_t least_padding = 4;
/// RFC 4253 s6: "The minimum size of a packet is 16 (or the cipher block size, whichever is larger)
/// bytes (plus 'mac')."
constexpr std::size_t least_packet = 16;
/// The memory for a stream that fills all room it is given; beyond, larger reads gain nothing.
constexpr std::size_t most_wanted = std::size_t{128} * 1024;

/// RFC 4253 s4.2: "The maximum length of the string is 255 characters, including the Carriage
/// Return and Line Feed."
constexpr std::size_t most_identification = 255;
constexpr std::size_t most_other_line = 1024;
constexpr std::size_t most_other_lines = 1024;
constexpr std::size_t most_other_octets = std::size_t{64} * 1024;
constexpr std::string_view identification_start = "SSH-";

bool is_control(char c) noexcept {
    const auto octet = static_cast<unsigned char>(c);
    return octet < 0x20 || octet == 0x7f;
}

bool is_graphic_ascii(char c) noexcept {
    const auto octet = static_cast<unsigned char>(c);
    return octet > 0x20 && octet < 0x7f;
}

std::string_view without_line_end(std::string_view line) noexcept {
    line.remove_suffix(1);
    // RFC 4253 s4.2: implementers "may want to process the identification string without expecting
    // the presence of the carriage return character"
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

/// @p text begins with "SSH-".
void check_identification(std::string_view text, bool of_server) {
    // RFC 4253 s4.2: "The null character MUST NOT be sent." No other control character has a place
    // in what people will read in a log.
    if (std::any_of(text.begin(), text.end(), is_control)) {
        protocol_fault("control characters in the peer's identification string");
    }
    std::string_view rest = text.substr(identification_start.size());
    const std::string_view version = rest.substr(0, rest.find('-'));
    // RFC 4253 s4.2: "Since the protocol being defined in this set of documents is version 2.0, the
    // 'protoversion' MUST be "2.0"."
    // RFC 4253 s5.1: "Clients using protocol 2.0 MUST be able to identify this as identical to
    // "2.0"."
    if (version != "2.0" && !(of_server && version == "1.99")) {
        throw SessionFault(reason::version_not_supported,
                           "the peer speaks another version of SSH: " + std::string(text));
    }
    rest.remove_prefix(std::min(rest.size(), version.size() + 1));
    const std::string_view software = rest.substr(0, rest.find(' '));
    // RFC 4253 s4.2: "Both the 'protoversion' and 'softwareversion' strings MUST consist of
    // printable US-ASCII characters". Its "exception of ... the minus sign" is not enforced: many
    // servers have one in the name of their software.
    if (software.empty() || !std::all_of(software.begin(), software.end(), is_graphic_ascii)) {
        protocol_fault("the peer's identification string lacks a proper software version");
    }
}

} // namespace

PacketReader::PacketReader(std::size_t most_packet)
    : protection_(no_protection()), most_packet_(most_packet) {}

MutableBytes PacketReader::space(std::size_t at_least) {
    const MutableBytes room = buffer_.room(std::max<std::size_t>(at_least, 1), wanted_);
    full_room_ = room.size();
    wanted_ = 0;
    return room;
}

void PacketReader::added(std::size_t octets) {
    assert(octets <= full_room_);
    buffer_.added(octets);
    // All room was used: there is more where that came from.
    if (octets != 0 && octets == full_room_) {
        wanted_ = std::min(2 * buffer_.capacity(), most_wanted);
    }
    full_room_ -= octets;
}

// Identification -----------------------------------------------------------------------------

/// The next whole line, line end included, taken from the buffer. Nothing when its end has not
/// come; then faults if it is too long already.
std::optional<std::string> PacketReader::take_line() {
    const std::string_view waiting = as_text(std::as_const(buffer_).content());
    const bool is_identification =
        identification_start.starts_with(waiting.substr(0, identification_start.size()));
    const std::size_t most = is_identification ? most_identification : most_other_line;
    const std::size_t end = waiting.find('\n', scanned_);
    const bool whole = end != std::string_view::npos;
    const std::size_t size = whole ? end + 1 : waiting.size();
    if (size > most) {
        protocol_fault("the peer's first line is longer than " + std::to_string(most) + " octets");
    }
    if (!whole) {
        scanned_ = waiting.size();
        return std::nullopt;
    }
    std::string line(waiting.substr(0, size));
    buffer_.taken(size);
    scanned_ = 0;
    return line;
}

void PacketReader::count_other_line(std::string_view line, bool server_lines) {
    // RFC 4253 s4.2: "The server MAY send other lines of data before sending the version string."
    if (!server_lines) {
        protocol_fault("the peer's first line is no identification string");
    }
    if (line.find('\0') != std::string_view::npos) {
        protocol_fault("NUL in a line before the peer's identification string");
    }
    other_octets_ += line.size();
    if (++other_lines_ > most_other_lines || other_octets_ > most_other_octets) {
        protocol_fault("too many lines before the peer's identification string");
    }
}

std::optional<std::string> PacketReader::identification(bool server_lines) {
    for (;;) {
        const std::string_view start =
            as_text(std::as_const(buffer_).content()).substr(0, identification_start.size());
        // A stranger that speaks something else to a server need not be waited for.
        if (!server_lines && !identification_start.starts_with(start)) {
            count_other_line(start, server_lines);
        }
        const std::optional<std::string> line = take_line();
        if (!line) {
            return std::nullopt;
        }
        if (line->starts_with(identification_start)) {
            const std::string_view text = without_line_end(*line);
            check_identification(text, server_lines);
            return std::string(text);
        }
        count_other_line(*line, server_lines);
    }
}

// Packets ------------------------------------------------------------------------------------

void PacketReader::length_fault(std::size_t length, std::string_view what) const {
    // Nobody has vouched for the length of an encrypted packet.
    const std::uint32_t why =
        protection_->tag_size() != 0 ? reason::mac_error : reason::protocol_error;
    throw SessionFault(why,
                       "a packet of length " + std::to_string(length) + ": " + std::string(what));
}

/// Reads and checks the length field of the packet at the front. Nothing is computed with a length
/// that is out of bounds (A2-17).
void PacketReader::open_length() {
    const Result<std::uint32_t> field =
        protection_->open_length(next_sequence_, buffer_.content().first(protection_->head_size()));
    if (!field) {
        throw SessionFault(reason::mac_error, "the length of a packet could not be decrypted");
    }
    const std::size_t length = *field;
    if (length > most_packet_) {
        length_fault(length, "longer than is taken");
    }
    const std::size_t block = protection_->block_size();
    const std::size_t padded = protection_->pads_length() ? length_field + length : length;
    // The minimum of 16 octets is of RFC 4253's own packets: OpenSSH sends shorter ones with
    // chacha20-poly1305@openssh.com, where a block of 8 suffices.
    const std::size_t least = protection_->pads_length() ? std::max(least_packet, block)
                                                         : std::max<std::size_t>(block, 8);
    if (padded < least) {
        length_fault(length, "shorter than any packet is");
    }
    // RFC 4253 s6: "the length of the concatenation of 'packet_length', 'padding_length',
    // 'payload', and 'random padding' MUST be a multiple of the cipher block size or 8, whichever
    // is larger. This constraint MUST be enforced"
    if (padded % block != 0) {
        length_fault(length, "no multiple of the block size");
    }
    length_ = length;
}

/// Verifies and decrypts the packet of that many octets at the front; its payload.
MutableBytes PacketReader::open_packet(std::size_t packet) {
    const MutableBytes octets = buffer_.content().first(packet);
    if (!protection_->open(next_sequence_, octets)) {
        throw SessionFault(reason::mac_error, "the integrity check of a packet failed");
    }
    const std::size_t length = *length_;
    const auto padding = std::to_integer<std::size_t>(octets[length_field]);
    if (padding < least_padding) {
        protocol_fault("a packet with less than 4 octets of padding");
    }
    // Something must be left beside the padding's length and the padding: a payload begins with the
    // number of its message.
    if (padding + 1 >= length) {
        protocol_fault("a packet without a payload");
    }
    return octets.subspan(length_field + 1, length - 1 - padding);
}

std::optional<MutableBytes> PacketReader::next() {
    if (failed_) {
        throw SessionFault(reason::mac_error, "a packet before this one was no packet");
    }
    if (!length_) {
        if (buffer_.size() < protection_->head_size()) {
            return std::nullopt;
        }
        failed_ = true; // unless all checks are passed
        open_length();
        failed_ = false;
    }
    const std::size_t packet = length_field + *length_ + protection_->tag_size();
    if (buffer_.size() < packet) {
        return std::nullopt;
    }
    failed_ = true;
    const MutableBytes payload = open_packet(packet);
    failed_ = false;
    // What is taken stays where it is until room is asked for.
    buffer_.taken(packet);
    length_.reset();
    last_sequence_ = next_sequence_++;
    ++packets_;
    octets_ += packet;
    return payload;
}

void PacketReader::use(std::unique_ptr<PacketProtection> protection) {
    assert(!length_ && "the next packet has been begun with the keys before");
    protection_ = std::move(protection);
    octets_ = 0;
    packets_ = 0;
}

} // namespace gss::inline v0::transport::detail
