// SPDX-License-Identifier: Apache-2.0
#include "fuzz_input.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace gss::test::fuzz {

void broken(const char* promise) {
    std::fprintf(stderr, "a promise was broken: %s\n", promise);
    std::abort();
}

void hold_shown(std::string_view text, std::string_view allowed) {
    for (const char letter : text) {
        const auto octet = static_cast<unsigned char>(letter);
        hold((octet >= 0x20 && octet != 0x7f) || allowed.find(letter) != std::string_view::npos,
             "texts for people have no control characters");
    }
}

std::uint8_t Cursor::byte() noexcept {
    if (rest_.empty()) {
        return 0;
    }
    const auto value = std::to_integer<std::uint8_t>(rest_[0]);
    rest_ = rest_.subspan(1);
    return value;
}

std::uint32_t Cursor::uint16() noexcept {
    const std::uint32_t high = byte();
    return high << 8U | byte();
}

std::uint32_t Cursor::uint32() noexcept {
    const std::uint32_t high = uint16();
    return high << 16U | uint16();
}

BytesView Cursor::string() noexcept {
    const std::size_t wanted = uint16();
    const std::size_t size = std::min(wanted, rest_.size());
    const BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
}

std::uint32_t Cursor::amount() noexcept {
    const std::uint32_t first = byte();
    if (first < 0xc0) {
        return first;
    }
    if (first < 0xf0) {
        return (first - 0xc0) << 8U | byte();
    }
    return first == 0xff ? 0xffffffffU - byte() : uint32();
}

} // namespace gss::test::fuzz
