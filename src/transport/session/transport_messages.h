// SPDX-License-Identifier: Apache-2.0
// The transport's own small messages (RFC 4253 s11).
#pragma once

#include <gssxx/bytes.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// The longest text of a message that is read, in octets.
inline constexpr std::size_t most_text = 4096;

struct DisconnectMessage {
    std::uint32_t reason = 0;
    std::string text; ///< control characters are escaped
};
[[nodiscard]] Bytes build_disconnect(std::uint32_t reason, std::string_view text);
[[nodiscard]] Bytes build_ignore(BytesView content);
[[nodiscard]] Bytes build_unimplemented(std::uint32_t sequence);

// These throw SessionFault when the message is damaged.
[[nodiscard]] DisconnectMessage parse_disconnect(BytesView payload);
void parse_ignore(BytesView payload);
void parse_unimplemented(BytesView payload);
/// The text, control characters escaped; empty when it is not meant to be shown.
[[nodiscard]] std::string parse_debug(BytesView payload);

} // namespace gss::inline v0::transport::detail
