// SPDX-License-Identifier: Apache-2.0
#include "scripted_token.h"

#include "keyed_sum.h"

#include <algorithm>

namespace gss::test {

namespace {

constexpr std::size_t body_size = 4 + 1 + 1 + 4 + 8 + 8;
constexpr SumKey public_key{0x1122334455667788U, 0x99aabbccddeeff00U};

std::uint64_t number_at(BytesView octets, std::size_t from, std::size_t count) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i) {
        number |= std::to_integer<std::uint64_t>(octets[from + i]) << (8 * i);
    }
    return number;
}

Bytes body_of(const ScriptedToken& token, BytesView transcript) {
    Bytes body;
    body.reserve(body_size + token.padding);
    for (const char letter : {'S', 'G', 'S', 'S'}) {
        body.push_back(static_cast<std::byte>(letter));
    }
    append_number(body, token.number, 1);
    append_number(body, token.error ? 1 : 0, 1);
    append_number(body, token.flags.bits(), 4);
    append_number(body, token.nonce, 8);
    body.insert(body.end(), token.padding, std::byte{0x50});
    Bytes covered(transcript.begin(), transcript.end());
    covered.insert(covered.end(), body.begin(), body.end());
    append_number(body, keyed_sum(public_key, covered));
    return body;
}

} // namespace

Bytes frame_first_token(BytesView body, const Oid& mechanism) {
    const Bytes oid = mechanism.to_der();
    const std::size_t size = oid.size() + body.size();
    Bytes framed{std::byte{0x60}};
    if (size < 0x80) {
        append_number(framed, size, 1);
    } else {
        const unsigned octets = size < 0x100 ? 1 : size < 0x10000 ? 2 : 3;
        append_number(framed, 0x80 + octets, 1);
        for (unsigned left = octets; left > 0; --left) {
            append_number(framed, size >> (8 * (left - 1)), 1);
        }
    }
    framed.insert(framed.end(), oid.begin(), oid.end());
    framed.insert(framed.end(), body.begin(), body.end());
    return framed;
}

Bytes build_token(const ScriptedToken& token, const Oid& mechanism, BytesView transcript) {
    const Bytes body = body_of(token, transcript);
    return token.number == 1 ? frame_first_token(body, mechanism) : body;
}

std::optional<ScriptedToken> parse_token(BytesView octets, const Oid& mechanism,
                                         BytesView transcript) {
    // Without a parser of its own: read the fields from the end that is fixed, build, compare.
    const bool first = transcript.empty();
    const std::size_t frame = first ? frame_first_token({}, mechanism).size() : 0;
    if (octets.size() < frame + body_size) {
        return std::nullopt;
    }
    for (std::size_t longer = 0; longer <= (first ? 3U : 0U); ++longer) {
        if (octets.size() < frame + longer + body_size) {
            break;
        }
        const BytesView body = octets.subspan(frame + longer);
        ScriptedToken token;
        token.number = static_cast<unsigned>(number_at(body, 4, 1));
        token.error = number_at(body, 5, 1) != 0;
        token.flags = ContextFlags::from_bits(static_cast<std::uint32_t>(number_at(body, 6, 4)));
        token.nonce = number_at(body, 10, 8);
        token.padding = body.size() - body_size;
        if ((token.number == 1) == first &&
            std::ranges::equal(build_token(token, mechanism, transcript), octets)) {
            return token;
        }
    }
    return std::nullopt;
}

} // namespace gss::test
