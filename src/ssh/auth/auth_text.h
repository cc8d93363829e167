// SPDX-License-Identifier: Apache-2.0
// Texts and octets that both sides of user authentication need.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/flags.h>
#include <gssxx/result.h>
#include <gssxx/ssh/user_auth.h>

#include <string>
#include <string_view>

namespace gss::inline v0::ssh::detail {

/// The octets a MIC covers (RFC 4462 s3.5, s4), in memory that is wiped: "H SHOULD be kept secret"
/// (s2.1), and the session id is the first H.
[[nodiscard]] SecretBytes secret_mic_data(const MicInput& input);

/// True for UTF-8 without NUL, short enough to be sent. The empty name is one (RFC 4462 s3.2).
[[nodiscard]] bool is_user_name(std::string_view user) noexcept;

/// @p text as UTF-8 without control characters, at most wire::max_text_size octets.
[[nodiscard]] std::string shown(std::string_view text);

/// Why the options make no sense; empty when they do.
[[nodiscard]] std::string_view fault_of(const ClientAuthOptions& options) noexcept;
/// True for the context of an initial key exchange that may authenticate somebody.
[[nodiscard]] bool is_initial(const ContextName& context) noexcept;

/// The Error of an engine that cannot be made.
[[nodiscard]] Error cannot_make(std::string_view engine, std::string_view why);

} // namespace gss::inline v0::ssh::detail
