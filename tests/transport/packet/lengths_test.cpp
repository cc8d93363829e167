// SPDX-License-Identifier: Apache-2.0
// Lengths that a stranger makes up: refused before anything is computed or allocated with them.
#include "allocation_counter.h"
#include "suites.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gss::test {

namespace {

namespace reason = transport::detail::reason;

/// The lengths of the security lesson, and our own bound with its neighbours.
std::vector<std::uint32_t> lengths() {
    std::vector<std::uint32_t> all;
    for (std::uint32_t length = 0; length < 16; ++length) {
        all.push_back(length);
    }
    all.insert(all.end(), {35000, 35001, 0x7fffffff, 0x80000000, 0x80000001});
    for (std::uint32_t length = most_packet - 8; length <= most_packet + 20; ++length) {
        all.push_back(length);
    }
    for (std::uint32_t length = 0xffffffff; length > 0xffffffff - 20; --length) {
        all.push_back(length);
    }
    return all;
}

Bytes plain_packet(std::uint32_t length, std::size_t padding, std::size_t tag) {
    Bytes packet = pattern(4 + std::max<std::size_t>(length, 1) + tag);
    for (std::size_t i = 0; i < 4; ++i) {
        packet[i] = static_cast<std::byte>(length >> (24 - 8 * i));
    }
    packet[4] = static_cast<std::byte>(padding);
    return packet;
}

/// Whether RFC 4253 s6 and our bound allow a packet of that length.
bool is_length(std::uint32_t length, const PacketProtection& protection) {
    const std::uint64_t padded = std::uint64_t{length} + (protection.pads_length() ? 4 : 0);
    return length <= most_packet && padded % protection.block_size() == 0 &&
           padded >= (protection.pads_length() ? 16 : 8);
}

/// The first octets of a packet as they go over the wire. All ciphers are stream ciphers, so one
/// packet tells the key stream of every other of the same number.
Bytes wire_head(const Suite& suite, std::uint32_t length, std::size_t padding) {
    const auto protection = suite.seals();
    const std::uint32_t sealed_length = protection->pads_length() ? 28 : 32;
    const Bytes plain = plain_packet(sealed_length, 4, protection->tag_size());
    Bytes sealed = plain;
    EXPECT_TRUE(protection->seal(0, sealed));
    const Bytes wanted = plain_packet(sealed_length, padding, 0);
    Bytes head(protection->head_size());
    for (std::size_t i = 0; i < head.size(); ++i) {
        const std::byte octet = i < 4 ? static_cast<std::byte>(length >> (24 - 8 * i)) : wanted[i];
        head[i] = octet ^ plain[i] ^ sealed[i];
    }
    return head;
}

struct Tried {
    std::optional<std::uint32_t> fault;
    bool payload = false;
    std::size_t allocated = 0; ///< octets, whole time
    std::size_t held = 0;      ///< octets, at the end
};

Tried try_octets(const Suite& suite, BytesView octets) {
    PacketReader reader(most_packet);
    reader.use(suite.opens());
    const std::size_t allocated = allocated_bytes();
    const std::size_t held = held_bytes();
    Tried tried;
    tried.fault = fault_of([&] {
        while (!octets.empty() && !tried.payload) {
            const BytesView piece = octets.first(std::min<std::size_t>(octets.size(), 32768));
            feed(reader, piece);
            octets = octets.subspan(piece.size());
            tried.payload = reader.next().has_value();
        }
    });
    tried.allocated = allocated_bytes() - allocated;
    tried.held = held_bytes() - held;
    return tried;
}

} // namespace

TEST(Lengths, sec_A2_17_a_length_out_of_bounds_is_refused_with_its_first_octets) {
    for (const Suite& suite : suites()) {
        const auto protection = suite.seals();
        for (const std::uint32_t length : lengths()) {
            if (is_length(length, *protection)) {
                continue;
            }
            for (std::size_t padding = 0; padding < 256; ++padding) {
                const Bytes head = wire_head(suite, length, padding);
                const Tried tried = try_octets(suite, head);
                ASSERT_EQ(tried.fault,
                          suite.cipher.empty() ? reason::protocol_error : reason::mac_error)
                    << suite.name() << " length " << length << " padding " << padding;
                ASSERT_LE(tried.allocated, 4096U) << suite.name() << " length " << length;
            }
        }
    }
}

TEST(Lengths, sec_A2_17_padding_is_bounded_by_its_packet) {
    for (const Suite& suite : suites()) {
        const auto protection = suite.seals();
        std::size_t good = 0;
        std::vector<std::uint32_t> tried_lengths = lengths();
        tried_lengths.insert(tried_lengths.end(), {28, 32, 60, 64, 252, 256, 260, 272});
        for (const std::uint32_t length : tried_lengths) {
            if (!is_length(length, *protection)) {
                continue;
            }
            ++good;
            for (std::size_t padding = 0; padding < 256; ++padding) {
                const auto sealing = suite.seals();
                Bytes packet = plain_packet(length, padding, protection->tag_size());
                ASSERT_TRUE(sealing->seal(0, packet));
                const Tried tried = try_octets(suite, packet);
                // At least 4 octets of it, and at least 1 of payload.
                const bool fits = padding >= 4 && padding + 2 <= length;
                ASSERT_EQ(tried.payload, fits)
                    << suite.name() << " length " << length << " padding " << padding;
                ASSERT_EQ(tried.fault, fits ? std::nullopt : std::optional(reason::protocol_error));
                ASSERT_LE(tried.held, 2 * most_packet);
                ASSERT_LE(tried.allocated, 4 * most_packet);
            }
        }
        EXPECT_GE(good, 4U) << suite.name();
    }
}

// A length within bounds costs nothing either, until the octets are there.
TEST(Lengths, sec_A2_17_a_promise_of_octets_allocates_nothing) {
    for (const Suite& suite : suites()) {
        const std::uint32_t length = suite.seals()->pads_length() ? 262140 : 262144;
        const Tried tried = try_octets(suite, wire_head(suite, length, 4));
        EXPECT_FALSE(tried.payload) << suite.name();
        EXPECT_FALSE(tried.fault) << suite.name();
        EXPECT_LE(tried.allocated, 4096U) << suite.name();
    }
}

} // namespace gss::test
