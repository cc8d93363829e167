// SPDX-License-Identifier: Apache-2.0
#include "token_parts.h"

#include "der.h"

#include <algorithm>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::size_t rotation_at = 6; // RFC 4121 s4.2.6.2: octets 6 and 7

std::size_t count_at(BytesView token, std::size_t at) noexcept {
    return std::to_integer<std::size_t>(token[at]) << 8U |
           std::to_integer<std::size_t>(token[at + 1]);
}

/// Where the octets inside a frame of RFC 2743 s3.1 begin, whatever its length says: the rest of
/// it may be in another piece. 0 when there is no frame.
std::size_t inside_frame(BytesView token) noexcept {
    constexpr std::byte identifier{0x06};
    constexpr std::size_t long_form = 0x80;
    if (token.size() < 2 || token[0] != der::application(0)) {
        return 0;
    }
    const auto length = std::to_integer<std::size_t>(token[1]);
    const std::size_t at = 2 + (length < long_form ? 0 : length - long_form);
    if (at + 1 >= token.size() || token[at] != identifier) {
        return 0;
    }
    return at + 2 + std::to_integer<std::size_t>(token[at + 1]);
}

bool has_id(BytesView token, std::size_t at, std::byte first, std::byte second) noexcept {
    return at + 1 < token.size() && token[at] == first && token[at + 1] == second;
}

} // namespace

TokenMake make_of(TokenForm form, BytesView token) noexcept {
    const bool mic = form == TokenForm::mic;
    // RFC 4121 s4.2.6: 04 04 and 05 04.
    if (has_id(token, 0, mic ? std::byte{0x04} : std::byte{0x05}, std::byte{0x04})) {
        return TokenMake::rfc4121;
    }
    // RFC 1964 s1.2: 01 01 and 02 01.
    const std::size_t inside = inside_frame(token);
    return inside != 0 &&
                   has_id(token, inside, mic ? std::byte{0x01} : std::byte{0x02}, std::byte{0x01})
               ? TokenMake::rfc1964
               : TokenMake::unknown;
}

bool ends_early(TokenForm form, BytesView token) noexcept {
    if (token.empty() || token[0] != der::application(0)) {
        return false;
    }
    if (make_of(form, token) != TokenMake::rfc1964) {
        return true;
    }
    // RFC 1964 s1.2.1.1: TOK_ID, SGN_ALG, four octets, SND_SEQ of 8, and SGN_CKSUM: of 20 octets
    // for 04 00 (HMAC SHA1 DES3-KD), of 8 for all others. A wrapped message begins with a
    // confounder of 8 octets and ends with one octet of padding at least (s1.2.2.3).
    constexpr std::size_t before_checksum = 16;
    constexpr std::size_t around_message = 9;
    const BytesView inner = token.subspan(inside_frame(token));
    const bool is_triple_des = has_id(inner, 2, std::byte{0x04}, std::byte{0x00});
    return inner.size() < before_checksum + (is_triple_des ? 20 : 8) +
                              (form == TokenForm::wrap ? around_message : 0);
}

std::optional<WrapHeader> read_wrap_header(BytesView token) noexcept {
    constexpr std::byte sealed{0x02};
    constexpr std::size_t extra_count_at = 4;
    if (token.size() < WrapHeader::size || token[0] != std::byte{0x05} ||
        token[1] != std::byte{0x04}) {
        return std::nullopt;
    }
    return WrapHeader{(token[2] & sealed) != std::byte{0}, count_at(token, extra_count_at),
                      count_at(token, rotation_at)};
}

bool cut_token(MutableBytes token, const WrapHeader& found, const TokenOverhead& overhead,
               TokenParts& parts) noexcept {
    const MutableBytes body = token.subspan(WrapHeader::size);
    const std::size_t confounder = overhead.header - std::min(overhead.header, WrapHeader::size);
    // RFC 4121 s4.2.3: with confidentiality the extra count is that of the filler, without it
    // "the number of bytes in the checksum".
    const bool counts_fit = found.extra_count == (found.sealed ? 0 : overhead.trailer);
    if (!counts_fit || overhead.header < WrapHeader::size ||
        overhead.header > parts.composed.size() || body.size() < confounder + overhead.trailer) {
        return false;
    }
    const std::size_t data = body.size() - confounder - overhead.trailer;
    // RFC 4121 s4.2.5: the octets after the header are rotated to the right by that count.
    const std::size_t rotation = body.empty() ? 0 : found.rotation % body.size();
    token[rotation_at] = std::byte{0};
    token[rotation_at + 1] = std::byte{0};
    if (rotation != 0 && rotation == overhead.trailer) {
        parts.trailer = body.first(overhead.trailer);
        parts.data = body.last(data);
        parts.header = MutableBytes(parts.composed).first(overhead.header);
        const auto behind = std::copy_n(token.begin(), WrapHeader::size, parts.composed.begin());
        std::copy_n(body.begin() + static_cast<std::ptrdiff_t>(overhead.trailer), confounder,
                    behind);
        return true;
    }
    std::rotate(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(rotation), body.end());
    parts.header = token.first(overhead.header);
    parts.data = body.subspan(confounder, data);
    parts.trailer = body.last(overhead.trailer);
    return true;
}

bool cut_framed_token(MutableBytes token, TokenParts& parts) noexcept {
    // RFC 4757 s7.3: token id, algorithms, filler, sequence number, checksum and confounder before
    // the message; "the padding is always one byte".
    constexpr std::size_t inner_header = 32;
    constexpr std::size_t padding = 1;
    constexpr std::byte identifier{0x06};
    der::Reader outside(token);
    der::Reader inside(outside.inside(der::application(0)));
    const std::optional<der::Element> mechanism = inside.next();
    const BytesView inner = inside.rest();
    // RFC 4757 s7.3: "SGN_ALG: 11 00 for HMAC" tells it from the other tokens of RFC 1964.
    constexpr std::byte hmac{0x11};
    if (!outside.rest().empty() || !mechanism || mechanism->tag != identifier ||
        inner.size() < inner_header + padding || inner[2] != hmac || inner[3] != std::byte{0}) {
        return false;
    }
    const std::size_t header = token.size() - inner.size() + inner_header;
    parts.header = token.first(header);
    parts.data = token.subspan(header, inner.size() - inner_header - padding);
    parts.padding = token.last(padding);
    return true;
}

} // namespace gss::inline v0::rfc2744
