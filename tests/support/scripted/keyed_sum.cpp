// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 as its paper defines it.
#include "keyed_sum.h"

#include <bit>
#include <cstddef>

namespace gss::test {

namespace {

struct State {
    std::uint64_t v0;
    std::uint64_t v1;
    std::uint64_t v2;
    std::uint64_t v3;

    void round() noexcept {
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void take(std::uint64_t word) noexcept {
        v3 ^= word;
        round();
        round();
        v0 ^= word;
    }
};

std::uint64_t word_of(BytesView octets) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < octets.size(); ++i) {
        word |= std::to_integer<std::uint64_t>(octets[i]) << (8 * i);
    }
    return word;
}

} // namespace

std::uint64_t keyed_sum(const SumKey& key, BytesView octets) noexcept {
    State state{key[0] ^ 0x736f6d6570736575U, key[1] ^ 0x646f72616e646f6dU,
                key[0] ^ 0x6c7967656e657261U, key[1] ^ 0x7465646279746573U};
    const std::uint64_t size = octets.size();
    while (octets.size() >= 8) {
        state.take(word_of(octets.first(8)));
        octets = octets.subspan(8);
    }
    state.take(word_of(octets) | (size << 56));
    state.v2 ^= 0xff;
    for (int i = 0; i < 4; ++i) {
        state.round();
    }
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

void append_number(Bytes& to, std::uint64_t number, unsigned octets) {
    for (unsigned i = 0; i < octets; ++i) {
        to.push_back(static_cast<std::byte>(number >> (8 * i)));
    }
}

} // namespace gss::test
