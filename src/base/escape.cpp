// SPDX-License-Identifier: Apache-2.0
#include "escape.h"

#include <cstddef>
#include <cstdint>

namespace gss::inline v0 {

namespace {

struct CodePoint {
    std::uint32_t value = 0;
    std::size_t length = 0; // 0: not UTF-8
};

std::size_t sequence_length(unsigned char lead) noexcept {
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xc2 && lead < 0xe0) {
        return 2;
    }
    if (lead >= 0xe0 && lead < 0xf0) {
        return 3;
    }
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// RFC 3629 s4: overlong forms, surrogates and values past U+10FFFF are not UTF-8.
CodePoint decode(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = sequence_length(lead);
    if (length == 0 || text.size() < length) {
        return {};
    }
    std::uint32_t value = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t index = 1; index < length; ++index) {
        const auto next = static_cast<unsigned char>(text[index]);
        if ((next & 0xc0U) != 0x80U) {
            return {};
        }
        value = (value << 6) | (next & 0x3fU);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value < 0xe000;
    return overlong || surrogate || value > 0x10ffff ? CodePoint{} : CodePoint{value, length};
}

bool is_control(std::uint32_t value) noexcept {
    return value < 0x20 || (value >= 0x7f && value < 0xa0) || value == 0x200e || value == 0x200f ||
           (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069) ||
           value == 0x061c || value == 0xfeff;
}

void append_escaped(std::string& out, std::string_view octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const char octet : octets) {
        const auto value = static_cast<unsigned char>(octet);
        out += "\\x";
        out += digits[value >> 4U];
        out += digits[value & 0xfU];
    }
}

} // namespace

std::string escape_control_characters(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const CodePoint point = decode(text);
        const std::string_view octets = text.substr(0, point.length == 0 ? 1 : point.length);
        if (point.length == 0 || is_control(point.value)) {
            append_escaped(out, octets);
        } else {
            out += octets;
        }
        text.remove_prefix(octets.size());
    }
    return out;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t length = decode(text).length;
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

} // namespace gss::inline v0
