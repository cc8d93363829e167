// SPDX-License-Identifier: Apache-2.0
#include "reader.h"

namespace gss::inline v0::ssh::wire {

BytesView Reader::take(std::size_t count) noexcept {
    if (count > rest_.size()) {
        reject();
        return {};
    }
    const BytesView taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
}

void Reader::reject() noexcept {
    failed_ = true;
    rest_ = {};
}

std::uint8_t Reader::byte() noexcept {
    const BytesView octets = take(1);
    return octets.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(octets[0]);
}

std::uint32_t Reader::uint32() noexcept {
    std::uint32_t value = 0;
    for (const std::byte octet : take(4)) {
        value = (value << 8) | std::to_integer<std::uint32_t>(octet);
    }
    return value;
}

BytesView Reader::string(std::size_t most) noexcept {
    const std::size_t size = uint32();
    if (size > most) {
        reject();
    }
    return failed_ ? BytesView() : take(size);
}

BytesView Reader::mpint(std::size_t most) noexcept {
    // One octet more than the magnitude, for the sign.
    BytesView octets = string(most + 1);
    if (octets.empty()) {
        return {};
    }
    constexpr std::byte sign{0x80};
    const bool leading_zero = octets[0] == std::byte{0};
    const bool zero_is_needed = octets.size() > 1 && (octets[1] & sign) != std::byte{0};
    if ((octets[0] & sign) != std::byte{0} || (leading_zero && !zero_is_needed)) {
        reject();
        return {};
    }
    if (leading_zero) {
        octets = octets.subspan(1);
    }
    if (octets.size() > most) {
        reject();
        return {};
    }
    return octets;
}

} // namespace gss::inline v0::ssh::wire
