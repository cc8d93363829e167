// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321). RFC 4462 s2.3 names key exchange methods with it, whatever libraries are at hand.
#include "md5.h"

#include <bit>
#include <cstdint>
#include <span>

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::size_t block_size = 64;

/// RFC 1321 s3.4: the integer part of 2^32 times abs(sin(i + 1)).
constexpr std::array<std::uint32_t, 64> sine{
    0xd76aa478U, 0xe8c7b756U, 0x242070dbU, 0xc1bdceeeU, 0xf57c0fafU, 0x4787c62aU, 0xa8304613U,
    0xfd469501U, 0x698098d8U, 0x8b44f7afU, 0xffff5bb1U, 0x895cd7beU, 0x6b901122U, 0xfd987193U,
    0xa679438eU, 0x49b40821U, 0xf61e2562U, 0xc040b340U, 0x265e5a51U, 0xe9b6c7aaU, 0xd62f105dU,
    0x02441453U, 0xd8a1e681U, 0xe7d3fbc8U, 0x21e1cde6U, 0xc33707d6U, 0xf4d50d87U, 0x455a14edU,
    0xa9e3e905U, 0xfcefa3f8U, 0x676f02d9U, 0x8d2a4c8aU, 0xfffa3942U, 0x8771f681U, 0x6d9d6122U,
    0xfde5380cU, 0xa4beea44U, 0x4bdecfa9U, 0xf6bb4b60U, 0xbebfbc70U, 0x289b7ec6U, 0xeaa127faU,
    0xd4ef3085U, 0x04881d05U, 0xd9d4d039U, 0xe6db99e5U, 0x1fa27cf8U, 0xc4ac5665U, 0xf4292244U,
    0x432aff97U, 0xab9423a7U, 0xfc93a039U, 0x655b59c3U, 0x8f0ccc92U, 0xffeff47dU, 0x85845dd1U,
    0x6fa87e4fU, 0xfe2ce6e0U, 0xa3014314U, 0x4e0811a1U, 0xf7537e82U, 0xbd3af235U, 0x2ad7d2bbU,
    0xeb86d391U,
};

/// How far each of the four steps that take turns in a round rotates.
constexpr std::array<std::array<int, 4>, 4> rotations{
    {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};

using State = std::array<std::uint32_t, 4>;
using Block = std::span<const std::byte, block_size>;

/// RFC 1321 s3.4: the functions F, G, H and I of the four rounds.
std::uint32_t mix(std::size_t round, std::uint32_t b, std::uint32_t c, std::uint32_t d) noexcept {
    switch (round) {
    case 0:
        return (b & c) | (~b & d);
    case 1:
        return (b & d) | (c & ~d);
    case 2:
        return b ^ c ^ d;
    default:
        return c ^ (b | ~d);
    }
}

/// Which word of the block step @p i of a round takes.
std::size_t word_of(std::size_t round, std::size_t i) noexcept {
    constexpr std::array<std::size_t, 4> factor{1, 5, 3, 7};
    constexpr std::array<std::size_t, 4> offset{0, 1, 5, 0};
    return (factor[round] * i + offset[round]) % 16;
}

std::uint32_t little_endian(Block block, std::size_t word) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) {
        value = (value << 8U) | std::to_integer<std::uint32_t>(block[word * 4 + i]);
    }
    return value;
}

void absorb(State& state, Block block) noexcept {
    auto [a, b, c, d] = state;
    for (std::size_t step = 0; step < sine.size(); ++step) {
        const std::size_t round = step / 16;
        const std::uint32_t sum =
            a + mix(round, b, c, d) + sine[step] + little_endian(block, word_of(round, step % 16));
        a = d;
        d = c;
        c = b;
        b += std::rotl(sum, rotations[round][step % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

/// RFC 1321 s3.1, s3.2: one bit, zeros up to 8 octets short of a block, the length in bits.
Bytes padded(BytesView message) {
    const auto bits = static_cast<std::uint64_t>(message.size()) * 8;
    Bytes octets(message.begin(), message.end());
    octets.push_back(std::byte{0x80});
    while (octets.size() % block_size != block_size - 8) {
        octets.push_back(std::byte{0});
    }
    for (unsigned shift = 0; shift < 64; shift += 8) {
        octets.push_back(static_cast<std::byte>(bits >> shift));
    }
    return octets;
}

} // namespace

std::array<std::byte, 16> md5(BytesView message) {
    State state{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U};
    const Bytes octets = padded(message);
    for (std::size_t at = 0; at < octets.size(); at += block_size) {
        absorb(state, BytesView(octets).subspan(at).first<block_size>());
    }
    std::array<std::byte, 16> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i) {
        digest[i] = static_cast<std::byte>(state[i / 4] >> (8 * (i % 4)));
    }
    return digest;
}

} // namespace gss::inline v0::ssh::detail
