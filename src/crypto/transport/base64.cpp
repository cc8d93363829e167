// SPDX-License-Identifier: Apache-2.0
// Base64 (RFC 4648 s4), strictly.
#include "base64.h"

#include <cstdint>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t no_digit = 64;

std::uint32_t digit(char character) noexcept {
    const auto found = alphabet.find(character);
    return found == std::string_view::npos ? no_digit : static_cast<std::uint32_t>(found);
}

} // namespace

std::optional<SecretBytes> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    SecretBytes octets(text.size() * 6 / 8);
    std::uint32_t bits = 0;
    std::size_t count = 0;
    std::size_t written = 0;
    for (const char character : text) {
        const std::uint32_t value = digit(character);
        if (value == no_digit) {
            return std::nullopt;
        }
        bits = (bits << 6) | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            octets.data()[written++] = static_cast<std::byte>(bits >> count);
        }
    }
    // RFC 4648 s3.5: "pad bits MUST be set to zero by conforming encoders"; with others, one key
    // would have several texts. 6 left over bits are a digit too many.
    if (count == 6 || (bits & ((1U << count) - 1)) != 0 || (count == 0) != (padding == 0)) {
        return std::nullopt;
    }
    return octets;
}

SecretBytes base64_encode(BytesView octets) {
    SecretBytes text((octets.size() + 2) / 3 * 4);
    std::byte* out = text.data();
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const std::size_t there = octets.size() - at < 3 ? octets.size() - at : 3;
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits <<= 8;
            bits |= i < there ? std::to_integer<std::uint32_t>(octets[at + i]) : 0U;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            const char character = i <= there ? alphabet[(bits >> (18 - 6 * i)) & 63] : '=';
            *out++ = static_cast<std::byte>(character);
        }
    }
    return text;
}

} // namespace gss::inline v0::transport::detail
