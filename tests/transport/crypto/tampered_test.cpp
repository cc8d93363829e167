// SPDX-License-Identifier: Apache-2.0
// Packets that somebody has altered on their way.
#include "protection_support.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gss::test {
namespace {

using Direction = PacketProtection::Direction;

/// What a reader sees of @p packet: true when it is taken. Where it is not, nothing of the payload
/// may be left in it.
bool taken(const Suite& suite, Bytes packet, BytesView payload, std::size_t bit) {
    const auto opener = make(suite, Direction::open).value();
    const auto length = opener->open_length(9, std::span(packet).first(opener->head_size()));
    EXPECT_TRUE(length) << suite.name();
    if (!length) {
        return false;
    }
    // A reader that believed an altered length would go on with fewer octets, or wait for more;
    // here open() gets what the packet really has, and must see the difference.
    const auto opened = opener->open(9, packet);
    if (opened) {
        return true;
    }
    EXPECT_EQ(opened.error().code(), ErrorCode::bad_mic) << suite.name() << " bit " << bit;
    EXPECT_TRUE(std::all_of(packet.begin(), packet.end(),
                            [](std::byte octet) { return octet == std::byte{0}; }))
        << suite.name() << " bit " << bit << ": something is left of a packet that was refused";
    EXPECT_EQ(std::search(packet.begin(), packet.end(), payload.begin(), payload.end()),
              packet.end());
    return false;
}

// Length, ciphertext and tag: an attacker may alter none of them.
TEST(Tampered, sec_A2_13_no_altered_bit_of_a_packet_is_taken) {
    for (const Suite& suite : suites()) {
        const auto sealer = make(suite, Direction::seal).value();
        const Bytes payload = pattern(45, 4);
        Bytes sealed = packet_for(*sealer, payload);
        ASSERT_TRUE(sealer->seal(9, sealed));
        ASSERT_TRUE(taken(suite, sealed, payload, 0)) << suite.name();
        for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
            Bytes altered = sealed;
            altered[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
            EXPECT_FALSE(taken(suite, altered, payload, bit)) << suite.name() << " bit " << bit;
        }
    }
}

// The same packet with other lengths that fit what is there: the tag must cover the length itself.
TEST(Tampered, sec_A2_13_a_length_that_fits_a_shorter_packet_is_not_taken) {
    for (const Suite& suite : suites()) {
        const auto sealer = make(suite, Direction::seal).value();
        const Bytes payload = pattern(100, 5);
        Bytes sealed = packet_for(*sealer, payload);
        const std::size_t whole = sealed.size() - 4 - sealer->tag_size();
        ASSERT_TRUE(sealer->seal(9, sealed));
        for (std::size_t length = whole % sealer->block_size(); length < whole;
             length += sealer->block_size()) {
            Bytes cut = sealed;
            // Stream ciphers: the difference of the lengths goes through.
            for (std::size_t i = 0; i < 4; ++i) {
                cut[i] ^= static_cast<std::byte>((whole ^ length) >> (24 - 8 * i));
            }
            const auto opener = make(suite, Direction::open).value();
            cut.resize(std::max<std::size_t>(4 + length + sealer->tag_size(), opener->head_size()));
            const auto read_length =
                opener->open_length(9, std::span(cut).first(opener->head_size()));
            ASSERT_TRUE(read_length);
            EXPECT_EQ(*read_length, length) << suite.name();
            EXPECT_FALSE(opener->open(9, cut)) << suite.name() << " " << length;
        }
    }
}

// A tag of zeros or of another packet is no tag.
TEST(Tampered, sec_A2_13_no_other_tag_is_taken) {
    for (const Suite& suite : suites()) {
        const auto sealer = make(suite, Direction::seal).value();
        const Bytes payload = pattern(45, 6);
        Bytes sealed = packet_for(*sealer, payload);
        Bytes next = packet_for(*sealer, payload);
        ASSERT_TRUE(sealer->seal(9, sealed));
        ASSERT_TRUE(sealer->seal(10, next));
        const auto tag = static_cast<std::ptrdiff_t>(sealer->tag_size());
        Bytes zeros = sealed;
        std::fill(zeros.end() - tag, zeros.end(), std::byte{0});
        EXPECT_FALSE(taken(suite, zeros, payload, 0));
        Bytes swapped = sealed;
        std::copy(next.end() - tag, next.end(), swapped.end() - tag);
        EXPECT_FALSE(taken(suite, swapped, payload, 0));
    }
}

} // namespace
} // namespace gss::test
