// SPDX-License-Identifier: Apache-2.0
// The frame of initial tokens (RFC 2743 s3.1), made and read without a native library.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

namespace gss::inline v0 {

/// A framed token taken apart.
struct FramedToken {
    Oid mechanism;
    BytesView inner; ///< a view into the token; may be empty
};

/// 60 LENGTH 06 LENGTH MECHANISM INNER, what gss_encapsulate_token yields. Fails with
/// malformed_parameter for an inner token of more octets than 32 bits can count.
[[nodiscard]] GSSXX_EXPORT Result<Bytes> encapsulate_token(const Oid& mechanism, BytesView inner);

/// Takes any framed token apart. Fails with invalid_token, saying where, unless the frame is
/// exactly as RFC 2743 s3.1 writes it: lengths in the fewest octets, nothing missing, nothing
/// behind it. The inner token is not looked at.
[[nodiscard]] GSSXX_EXPORT Result<FramedToken> parse_token(BytesView token);

/// The inner token of a framed token of that mechanism, as a view into it (gss_decapsulate_token).
/// Fails as parse_token() does, and with bad_mechanism for another mechanism's.
[[nodiscard]] GSSXX_EXPORT Result<BytesView> decapsulate_token(const Oid& mechanism,
                                                               BytesView token);

} // namespace gss::inline v0
