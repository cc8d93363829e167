// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648 s4) of keys: what is decoded or encoded may be a secret.
#pragma once

#include <gssxx/bytes.h>

#include <optional>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// The octets of @p text, nothing when a character or the padding is wrong, or bits are left over.
[[nodiscard]] std::optional<SecretBytes> base64_decode(std::string_view text);
/// With padding.
[[nodiscard]] SecretBytes base64_encode(BytesView octets);

} // namespace gss::inline v0::transport::detail
