// SPDX-License-Identifier: Apache-2.0
// What the parts of the connection share in reading messages and in saying what is wrong.
#pragma once

#include "channel.h"
#include "fault.h"
#include "messages.h"
#include "reader.h"
#include "writer.h"

#include <gssxx/bytes.h>
#include <gssxx/error.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// RFC 4254 s5.1.
namespace open_failure {
inline constexpr std::uint32_t prohibited = 1;
inline constexpr std::uint32_t unknown_type = 3;
inline constexpr std::uint32_t resource_shortage = 4;
} // namespace open_failure

/// RFC 4251 s6: "MUST NOT be longer than 64 characters".
inline constexpr std::size_t longest_name = 64;
/// The longest description and language tag that are taken.
inline constexpr std::size_t longest_text = 4096;

/// "SSH_MSG_CHANNEL_DATA"; a number for what has no name here.
[[nodiscard]] std::string message_name(std::uint8_t message);
/// The peer broke the protocol with that message.
[[noreturn]] void message_fault(std::uint8_t message, std::string_view why);
/// The same with the channel that the message is about.
[[noreturn]] void channel_fault(std::uint8_t message, ChannelId channel, std::string_view why);
/// The caller broke the rules.
[[nodiscard]] Error channel_misuse(std::string_view what, ChannelId channel, std::string_view why);

/// RFC 4251 s6: "MUST be printable US-ASCII, non-empty strings no longer than 64 characters".
[[nodiscard]] bool is_name(std::string_view text) noexcept;

/// Reads a message; whatever does not fit is a fault.
class MessageReader {
public:
    explicit MessageReader(BytesView payload);

    [[nodiscard]] std::uint8_t message() const noexcept { return message_; }
    [[nodiscard]] std::uint32_t uint32() noexcept { return reader_.uint32(); }
    [[nodiscard]] bool boolean() noexcept { return reader_.boolean(); }
    [[nodiscard]] BytesView string() noexcept { return reader_.string(payload_.size()); }
    [[nodiscard]] std::string_view text() noexcept { return reader_.text(longest_text); }
    /// The name of a type; a fault when it is none.
    [[nodiscard]] std::string_view name();
    /// What is left, unread; the last.
    [[nodiscard]] BytesView rest();
    /// Everything has been read, and nothing is left over.
    void end() const;

private:
    BytesView payload_;
    ssh::wire::Reader reader_;
    std::uint8_t message_;
};

} // namespace gss::inline v0::transport::detail
