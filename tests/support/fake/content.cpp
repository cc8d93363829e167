// SPDX-License-Identifier: Apache-2.0
#include "content.h"

namespace gss::test {

std::uint64_t digest(std::uint64_t key, BytesView octets) noexcept {
    std::uint64_t state = key ^ 0x9e3779b97f4a7c15U;
    // Each round is a bijection of the state: two states that differ stay different.
    for (const std::byte octet : octets) {
        state = (state ^ std::to_integer<std::uint64_t>(octet)) * 0xff51afd7ed558ccdU;
        state ^= state >> 32U;
    }
    state = (state ^ octets.size()) * 0xc4ceb9fe1a85ec53U;
    return state ^ (state >> 29U);
}

void apply_key_stream(MutableBytes octets, std::uint64_t key, std::uint64_t nonce) noexcept {
    Writer block;
    block.number(nonce, 8);
    std::uint64_t stream = digest(key, block.bytes());
    for (std::byte& octet : octets) {
        octet ^= static_cast<std::byte>(stream >> 56U);
        stream = stream * 0xd1342543de82ef95U + 1;
    }
}

void Writer::number(std::uint64_t value, std::size_t size) {
    for (std::size_t place = size; place-- > 0;) {
        out_.push_back(static_cast<std::byte>((value >> (8 * place)) & 0xffU));
    }
}

void Writer::counted(BytesView octets) {
    number(octets.size(), 2);
    this->octets(octets);
}

std::uint64_t Reader::number(std::size_t size) noexcept {
    std::uint64_t value = 0;
    for (const std::byte octet : octets(size)) {
        value = (value << 8U) | std::to_integer<std::uint64_t>(octet);
    }
    return value;
}

BytesView Reader::octets(std::size_t size) noexcept {
    if (!good_ || size > rest_.size()) {
        good_ = false;
        return {};
    }
    const BytesView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
}

} // namespace gss::test
