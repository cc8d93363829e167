// SPDX-License-Identifier: Apache-2.0
// One code for one fault of a message token, on libraries that look at its parts in another order.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/error.h>

namespace gss::inline v0::rfc2744 {

/// What a token should have been.
enum class TokenForm : bool { mic, wrap };

/// What @p code, with which a library refused @p token, comes to. For tokens of RFC 4121 that is
/// invalid_token when the header is malformed, else bad_mic; statuses about the order stay.
[[nodiscard]] ErrorCode incoming_code(ErrorCode code, TokenForm form, BytesView token) noexcept;

} // namespace gss::inline v0::rfc2744
