// SPDX-License-Identifier: Apache-2.0
// The octets that user authentication signs (RFC 4462 s3.5 and s4).
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <string_view>

namespace gss::inline v0 {
class MessageProtection;
} // namespace gss::inline v0

namespace gss::inline v0::ssh {

inline constexpr std::string_view with_mic_method = "gssapi-with-mic";
inline constexpr std::string_view keyex_method = "gssapi-keyex";
inline constexpr std::string_view connection_service = "ssh-connection";

/// What the MIC of user authentication covers.
struct MicInput {
    BytesView session_id; ///< the exchange hash of the first key exchange
    std::string_view user;
    std::string_view service = connection_service;
    std::string_view method = with_mic_method; ///< or keyex_method
};

/// string session_id, byte 50, string user, string service, string method (RFC 4462 s3.5, s4).
[[nodiscard]] GSSXX_EXPORT Bytes mic_data(const MicInput& input);

/// The MIC over mic_data, with any context. For stacks that parse SSH messages themselves.
[[nodiscard]] GSSXX_EXPORT Result<Buffer> make_mic(MessageProtection& context,
                                                   const MicInput& input);
/// Checks a peer's MIC over mic_data. Anything but GSS_S_COMPLETE is an Error.
[[nodiscard]] GSSXX_EXPORT Result<void> check_mic(MessageProtection& context, const MicInput& input,
                                                  BytesView mic);

} // namespace gss::inline v0::ssh
