// SPDX-License-Identifier: Apache-2.0
// The protocol of MIT's programs gss-client and gss-server (krb5-gss-samples): each token is one
// octet of flags, four octets of length (big-endian) and the content.
#pragma once

#include "descriptor.h"

#include <gssxx/gssxx.h>

#include <cstddef>
#include <cstdint>

namespace example {

enum class TokenFlag : std::uint32_t {
    noop = 1,          ///< begins and ends a conversation, and answers where no MIC is wanted
    context = 2,       ///< a token of context establishment
    data = 4,          ///< a message
    mic = 8,           ///< the MIC of a message, its receiver's answer
    context_next = 16, ///< with noop: context tokens follow
    wrapped = 32,      ///< with data: the message is wrapped
    encrypted = 64,    ///< with wrapped: and sealed
    send_mic = 128,    ///< with data: answer with a MIC
};
using TokenFlags = gss::FlagSet<TokenFlag>;

/// Larger tokens are refused before any memory is taken for them.
inline constexpr std::size_t max_token_size = std::size_t{1} << 20;

struct Token {
    TokenFlags flags;
    gss::Bytes content;
};

/// A connection that speaks in tokens. Each token must have passed within ten seconds, however
/// slowly the peer drips its octets, and all of them before @p deadline.
class TokenStream {
public:
    explicit TokenStream(Descriptor socket, gss::Deadline deadline = {}) noexcept
        : socket_(std::move(socket)), deadline_(deadline) {}

    void send(TokenFlags flags, gss::BytesView content = {});
    [[nodiscard]] Token receive();
    /// Receives a token that must bear @p expected.
    [[nodiscard]] Token receive(TokenFlag expected);

private:
    [[nodiscard]] gss::Deadline token_deadline() const;

    Descriptor socket_;
    gss::Deadline deadline_;
};

} // namespace example
