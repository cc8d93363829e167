// SPDX-License-Identifier: Apache-2.0
#include "sample_protocol.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

namespace example {

namespace {

constexpr std::size_t header_size = 5;

[[noreturn]] void refuse(std::string why) {
    gss::throw_exception(
        gss::Error(gss::ErrorCode::invalid_token, "receive token", std::move(why)));
}

} // namespace

gss::Deadline TokenStream::token_deadline() const {
    const auto limit = gss::Deadline::Clock::now() + std::chrono::seconds(10);
    return std::min(limit, deadline_.when().value_or(limit));
}

void TokenStream::send(TokenFlags flags, gss::BytesView content) {
    if (content.size() > max_token_size) {
        gss::throw_exception(gss::Error(gss::ErrorCode::misuse, "send token",
                                        "a token of " + std::to_string(content.size()) +
                                            " octets is too large for this protocol"));
    }
    gss::Bytes octets{static_cast<std::byte>(flags.bits())};
    for (int shift = 24; shift >= 0; shift -= 8) {
        octets.push_back(static_cast<std::byte>(content.size() >> static_cast<unsigned>(shift)));
    }
    octets.insert(octets.end(), content.begin(), content.end());
    send_all(socket_, octets, token_deadline());
}

Token TokenStream::receive() {
    const auto deadline = token_deadline();
    std::array<std::byte, header_size> header{};
    receive_all(socket_, header, deadline);
    Token token;
    token.flags = TokenFlags::from_bits(std::to_integer<std::uint32_t>(header[0]));
    if (token.flags.empty()) {
        refuse("no flags: the peer speaks version 1 of the protocol, or another one");
    }
    std::size_t size = 0;
    for (std::size_t place = 1; place < header_size; ++place) {
        size = size << 8U | std::to_integer<std::size_t>(header[place]);
    }
    if (size > max_token_size) {
        refuse("the peer announces " + std::to_string(size) + " octets, more than " +
               std::to_string(max_token_size));
    }
    token.content.resize(size);
    receive_all(socket_, token.content, deadline);
    return token;
}

Token TokenStream::receive(TokenFlag expected) {
    Token token = receive();
    if (!token.flags.contains(expected)) {
        refuse("flags " + std::to_string(token.flags.bits()) + " where " +
               std::to_string(static_cast<unsigned>(expected)) + " was expected");
    }
    return token;
}

} // namespace example
