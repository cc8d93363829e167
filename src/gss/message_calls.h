// SPDX-License-Identifier: Apache-2.0
// What a backend may do with messages beyond RFC 2744: pieces, associated data, pseudo-random
// octets. A backend overrides what it has; the rest yields unavailable.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/iov.h>
#include <gssxx/message.h>
#include <gssxx/result.h>

#include <cstddef>
#include <span>
#include <string_view>

namespace gss::inline v0::detail {

/// Part of a context. The public classes have checked that pieces are complete, ordered and apart.
class MessageCalls {
public:
    MessageCalls() = default;
    MessageCalls(const MessageCalls&) = delete;
    MessageCalls& operator=(const MessageCalls&) = delete;
    virtual ~MessageCalls() = default;

    /// Whether messages have the layout of DCE RPC.
    [[nodiscard]] virtual bool is_dce_style() const noexcept { return false; }

    /// Yields whether the data was encrypted.
    [[nodiscard]] virtual Result<bool> wrap_pieces(std::span<IovBuffer> pieces, bool seal, Qop qop);
    [[nodiscard]] virtual Result<bool> wrap_pieces_length(std::span<IovBuffer> pieces, bool seal,
                                                          Qop qop) const;
    /// Wipes data and stream on failure.
    [[nodiscard]] virtual Result<UnwrappedIov> unwrap_pieces(std::span<IovBuffer> pieces,
                                                             bool out_of_order);
    /// The size of a token in pieces for a message of that size.
    [[nodiscard]] virtual Result<std::size_t> token_size(std::size_t message_size, bool seal,
                                                         Qop qop) const;

    [[nodiscard]] virtual Result<void> get_mic_pieces(std::span<IovBuffer> pieces, Qop qop);
    /// Yields the size of the MIC.
    [[nodiscard]] virtual Result<std::size_t> mic_pieces_length(std::span<const IovBuffer> pieces,
                                                                Qop qop) const;
    [[nodiscard]] virtual Result<VerifiedMic> verify_mic_pieces(std::span<const IovBuffer> pieces,
                                                                bool out_of_order);

    [[nodiscard]] virtual Result<Wrapped> wrap_aead(BytesView message, BytesView associated,
                                                    bool seal, Qop qop);
    /// May write into @p token.
    [[nodiscard]] virtual Result<Unwrapped> unwrap_aead(MutableBytes token, BytesView associated,
                                                        bool out_of_order);

    [[nodiscard]] virtual Result<SecretBytes> pseudo_random(PrfKey key, BytesView input,
                                                            std::size_t octets);

protected:
    /// The Error of a call that this backend lacks, or that always fails; @p why says which.
    [[nodiscard, gnu::cold]] Error absent(std::string_view operation, std::string_view why) const;
};

} // namespace gss::inline v0::detail
