// SPDX-License-Identifier: Apache-2.0
#include <gssxx/token.h>

#include <string>
#include <string_view>

namespace gss::inline v0 {

namespace {

constexpr std::string_view read_operation = "gss_decapsulate_token";
constexpr std::byte frame_tag{0x60};
constexpr std::byte oid_tag{0x06};
constexpr std::size_t long_form = 0x80;
constexpr std::size_t max_length = 0xffffffff;

Error refused(std::string message) {
    return {ErrorCode::invalid_token, std::string(read_operation), std::move(message)};
}

/// RFC 2743 s3.1: "The minimum number of octets shall be used to encode the length".
void append_length(Bytes& out, std::size_t length) {
    if (length < long_form) {
        out.push_back(static_cast<std::byte>(length));
        return;
    }
    unsigned octets = 1;
    while (octets < sizeof(std::size_t) && (length >> (8 * octets)) != 0) {
        ++octets;
    }
    out.push_back(static_cast<std::byte>(long_form + octets));
    while (octets-- != 0) {
        out.push_back(static_cast<std::byte>(length >> (8 * octets)));
    }
}

/// Takes tag and length off the front; yields the length.
Result<std::size_t> take_header(BytesView& rest, std::byte tag, std::string_view what) {
    if (rest.empty() || rest[0] != tag) {
        return refused(std::string(what) + " does not begin with its tag");
    }
    if (rest.size() < 2) {
        return refused(std::string(what) + " ends before its length");
    }
    const auto first = std::to_integer<std::size_t>(rest[1]);
    rest = rest.subspan(2);
    if (first < long_form) {
        return first;
    }
    const std::size_t octets = first - long_form;
    if (octets == 0 || octets > 4) {
        return refused("the length of " + std::string(what) + " is indefinite or over 32 bits");
    }
    if (rest.size() < octets) {
        return refused(std::string(what) + " ends within its length");
    }
    std::size_t length = 0;
    for (const std::byte octet : rest.first(octets)) {
        length = (length << 8U) | std::to_integer<std::size_t>(octet);
    }
    // RFC 2743 s3.1: "no octets representing leading zeros shall be included within the length
    // encoding", and below 128 "it shall be represented in a single octet".
    if (rest[0] == std::byte{0} || length < long_form) {
        return refused("the length of " + std::string(what) + " is not in the fewest octets");
    }
    rest = rest.subspan(octets);
    return length;
}

} // namespace

Result<Bytes> encapsulate_token(const Oid& mechanism, BytesView inner) {
    const Bytes oid = mechanism.to_der();
    if (inner.size() > max_length - oid.size()) {
        return Error(ErrorCode::malformed_parameter, "gss_encapsulate_token",
                     "the inner token has more octets than 32 bits can count");
    }
    Bytes token;
    token.reserve(oid.size() + inner.size() + 6);
    token.push_back(frame_tag);
    append_length(token, oid.size() + inner.size());
    token.insert(token.end(), oid.begin(), oid.end());
    token.insert(token.end(), inner.begin(), inner.end());
    return token;
}

Result<FramedToken> parse_token(BytesView token) {
    BytesView rest = token;
    const Result<std::size_t> length = take_header(rest, frame_tag, "the token");
    if (!length) {
        return length.error();
    }
    // RFC 2743 s3.1: the length is "of subsequent data".
    if (*length != rest.size()) {
        return refused("the token's length says " + std::to_string(*length) + " octets, " +
                       std::to_string(rest.size()) + " follow");
    }
    const Result<std::size_t> oid_length = take_header(rest, oid_tag, "the mechanism");
    if (!oid_length) {
        return oid_length.error();
    }
    if (*oid_length > rest.size()) {
        return refused("the mechanism goes on past the end of the token");
    }
    Result<Oid> mechanism = Oid::from_content(rest.first(*oid_length));
    if (!mechanism) {
        return refused("the mechanism is " + mechanism.error().messages().front());
    }
    return FramedToken{*std::move(mechanism), rest.subspan(*oid_length)};
}

Result<BytesView> decapsulate_token(const Oid& mechanism, BytesView token) {
    const Result<FramedToken> framed = parse_token(token);
    if (!framed) {
        return framed.error();
    }
    if (framed->mechanism != mechanism) {
        return Error(ErrorCode::bad_mechanism, std::string(read_operation),
                     "the token is of mechanism " + framed->mechanism.to_string());
    }
    return framed->inner;
}

} // namespace gss::inline v0
