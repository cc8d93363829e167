// SPDX-License-Identifier: Apache-2.0
// What the signature of "publickey" covers (RFC 4252 s7).
#pragma once

#include <gssxx/bytes.h>

#include <string_view>

namespace gss::inline v0::transport::detail {

inline constexpr std::string_view public_key_method = "publickey";

/// A request, as far as it is signed.
struct PublicKeyInput {
    BytesView session_id;
    std::string_view user;
    std::string_view service;
    std::string_view algorithm;
    BytesView key; ///< its blob
};

/// string session identifier, then the request up to the signature.
[[nodiscard]] SecretBytes public_key_data(const PublicKeyInput& input);
/// The same without the session identifier: how the request begins.
[[nodiscard]] Bytes public_key_request(const PublicKeyInput& input);

} // namespace gss::inline v0::transport::detail
