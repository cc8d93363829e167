// SPDX-License-Identifier: Apache-2.0
// The parts of a wrap token of RFC 4121, found by the counts in its header, or of RFC 4757.
#pragma once

#include <gssxx/bytes.h>

#include "message_failure.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace gss::inline v0::rfc2744 {

/// What a library puts around a message.
struct TokenOverhead {
    std::size_t header = 0;
    std::size_t padding = 0;
    std::size_t trailer = 0;
};

/// After which text a message token is made: that of the newer encryption types or of the old ones.
enum class TokenMake : std::uint8_t { unknown, rfc4121, rfc1964 };

/// What a token says of itself by its first octets; unknown when it is neither.
[[nodiscard]] TokenMake make_of(TokenForm form, BytesView token) noexcept;

/// True for a token in a frame (RFC 2743 s3.1) that is none of RFC 1964, or that ends before its
/// checksum, and its confounder if it has one, by the algorithm that it claims.
[[nodiscard]] bool ends_early(TokenForm form, BytesView token) noexcept;

/// RFC 4121 s4.2.6.2, the 16 octets that every wrap token begins with.
struct WrapHeader {
    static constexpr std::size_t size = 16;
    bool sealed = false;
    std::size_t extra_count = 0;
    std::size_t rotation = 0;
};

/// Nothing when @p token does not begin like a wrap token of RFC 4121.
[[nodiscard]] std::optional<WrapHeader> read_wrap_header(BytesView token) noexcept;

/// A token cut into what gss_unwrap_iov takes.
struct TokenParts {
    static constexpr std::size_t most_header = 64;
    MutableBytes header; ///< in the token, or in `composed`
    MutableBytes data;
    MutableBytes padding; ///< of RFC 4757 only
    MutableBytes trailer; ///< of RFC 4121 only
    /// Where the header is put together when the trailer has been rotated into its midst.
    std::array<std::byte, most_header> composed{};
};

/// Cuts @p token with its rotation undone; @p overhead is that of the context for such a token.
/// Octets move only when the rotation is neither none nor the trailer's size. False when the
/// token is too short, or when its counts do not fit.
[[nodiscard]] bool cut_token(MutableBytes token, const WrapHeader& found,
                             const TokenOverhead& overhead, TokenParts& parts) noexcept;

/// What stands in a token of RFC 4757 before the message: the frame (RFC 2743 s3.1) with the
/// identifier of Kerberos, and 32 octets.
inline constexpr std::size_t least_framed_header = 13 + 32;

/// The same of a token of RFC 4757 (RC4).
[[nodiscard]] bool cut_framed_token(MutableBytes token, TokenParts& parts) noexcept;

} // namespace gss::inline v0::rfc2744
