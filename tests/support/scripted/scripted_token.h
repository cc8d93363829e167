// SPDX-License-Identifier: Apache-2.0
// The tokens of the scripted mechanism.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/flags.h>
#include <gssxx/oid.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace gss::test {

/// What a token says. Its checksum covers it and every token before it.
struct ScriptedToken {
    unsigned number = 1; ///< counted over both directions, from 1
    bool error = false;
    ContextFlags flags; ///< what the initiator asked for, in every token
    std::uint64_t nonce = 0;
    std::size_t padding = 0; ///< octets that mean nothing, to make it long
};

/// The octets. The first token is framed as RFC 2743 s3.1 wants it, with @p mechanism.
[[nodiscard]] Bytes build_token(const ScriptedToken& token, const Oid& mechanism,
                                BytesView transcript);
/// Nothing when the octets are no token, name another mechanism or do not continue @p transcript.
[[nodiscard]] std::optional<ScriptedToken> parse_token(BytesView octets, const Oid& mechanism,
                                                       BytesView transcript);

/// @p body behind the frame of a first token: 60, its DER length, the mechanism.
[[nodiscard]] Bytes frame_first_token(BytesView body, const Oid& mechanism);

} // namespace gss::test
