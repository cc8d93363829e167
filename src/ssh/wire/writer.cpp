// SPDX-License-Identifier: Apache-2.0
#include "writer.h"

namespace gss::inline v0::ssh::wire {

Writer::Writer(std::uint8_t message, std::size_t expected) {
    octets_.reserve(expected + 1);
    byte(message);
}

Writer& Writer::byte(std::uint8_t value) {
    octets_.push_back(std::byte{value});
    return *this;
}

Writer& Writer::uint32(std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        byte(static_cast<std::uint8_t>(value >> shift));
    }
    return *this;
}

Writer& Writer::string(BytesView octets) {
    return uint32(static_cast<std::uint32_t>(octets.size())).raw(octets);
}

Writer& Writer::mpint(BytesView magnitude) {
    magnitude = without_leading_zeros(magnitude);
    const bool needs_zero = !magnitude.empty() && (magnitude[0] & std::byte{0x80}) != std::byte{0};
    uint32(static_cast<std::uint32_t>(magnitude.size() + (needs_zero ? 1 : 0)));
    if (needs_zero) {
        byte(0);
    }
    return raw(magnitude);
}

Writer& Writer::raw(BytesView octets) {
    octets_.insert(octets_.end(), octets.begin(), octets.end());
    return *this;
}

BytesView without_leading_zeros(BytesView magnitude) noexcept {
    while (!magnitude.empty() && magnitude[0] == std::byte{0}) {
        magnitude = magnitude.subspan(1);
    }
    return magnitude;
}

} // namespace gss::inline v0::ssh::wire
