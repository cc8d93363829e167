// SPDX-License-Identifier: Apache-2.0
// What the tests of messages in pieces share: layouts, and tokens put together from them.
#pragma once

#include "conformance.h"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

using Pieces = std::vector<IovBuffer>;

/// The octets of @p text, to be written to.
[[nodiscard]] Bytes octets_of(std::string_view text);

/// header | data | padding | trailer, with what the library allocates around @p data.
[[nodiscard]] Pieces standard_pieces(MutableBytes data);
/// stream | sign_only | data; the data in the stream, or allocated.
[[nodiscard]] Pieces stream_pieces(MutableBytes token, BytesView associated = {},
                                   bool allocate = false);
/// @p signed_only and the place of a MIC, which is allocated when @p mic is empty.
[[nodiscard]] Pieces mic_pieces(std::span<const Bytes> message, MutableBytes mic = {});

/// What a peer gets: all pieces but those of sign_only, one after another.
[[nodiscard]] Bytes joined(std::span<const IovBuffer> pieces);

/// The piece of that type.
[[nodiscard]] IovBuffer& piece(std::span<IovBuffer> pieces, IovType type);

/// header | sign_only | data | padding | trailer in one memory that begins with the header and is
/// a token but for the associated octets, which lie elsewhere.
class TokenInPlace {
public:
    TokenInPlace(SecurityContext& from, BytesView message, BytesView associated, Seal seal);
    [[nodiscard]] Pieces& pieces() noexcept { return pieces_; }
    /// A copy without gaps.
    [[nodiscard]] Bytes token() const { return joined(pieces_); }
    [[nodiscard]] MutableBytes data();

private:
    Bytes memory_;
    Pieces pieces_;
};

/// Runs @p test from the initiator to the acceptor and back.
void in_both_directions(ContextPair& pair,
                        const std::function<void(SecurityContext&, SecurityContext&)>& test);

inline constexpr std::array both_seals{Seal::required, Seal::integrity_only};

} // namespace gss::test
