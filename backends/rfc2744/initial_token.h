// SPDX-License-Identifier: Apache-2.0
// What tokens say in the clear, for texts of failures. Nothing of it is verified.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/oid.h>

#include <cstdint>
#include <optional>

namespace gss::inline v0::rfc2744 {

/// The mechanism in the frame of RFC 2743 s3.1, or NTLM for a message of NTLM, which has none and
/// begins with its name ([MS-NLMP] s2.2.1); nothing for any other token.
[[nodiscard]] std::optional<Oid> framed_mechanism(BytesView token);

/// The error code (RFC 4120 s7.5.9) of a framed KRB-ERROR; nothing for any other token.
[[nodiscard]] std::optional<std::uint32_t> error_token_code(BytesView token);

/// True for an AP-REP of Kerberos that is framed whole (RFC 4121 s4.1).
[[nodiscard]] bool is_kerberos_reply(BytesView token);

/// True for an acceptor's answer of Kerberos that is framed whole (RFC 4121 s4.1): AP-REP or
/// KRB-ERROR and nothing after it.
[[nodiscard]] bool is_kerberos_answer(BytesView token);

/// True for a NegTokenResp (RFC 4178 s4.2.2) in which every response token, if there is one, is an
/// answer of Kerberos.
[[nodiscard]] bool is_spnego_answer(BytesView token);

} // namespace gss::inline v0::rfc2744
