// SPDX-License-Identifier: Apache-2.0
// Packets that somebody altered on their way.
#include "suites.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gss::test {

namespace {

namespace reason = transport::detail::reason;

struct Stream {
    Bytes octets;
    std::vector<std::size_t> ends; ///< of each packet
};

Stream three_packets(const Suite& suite) {
    PacketWriter writer;
    writer.use(suite.seals());
    Stream stream;
    for (const unsigned seed : {1U, 2U, 3U}) {
        writer.write(pattern(40, seed));
        stream.ends.push_back(writer.queued());
    }
    const BytesView output = writer.output();
    stream.octets.assign(output.begin(), output.end());
    return stream;
}

/// Reads packets until there are no more, and then more octets if the reader still waits for some.
struct Read {
    std::size_t packets = 0;
    std::optional<std::uint32_t> fault;
    bool plaintext_left = false; ///< of the second packet, within the reader
};

Read read_all(const Suite& suite, BytesView octets) {
    PacketReader reader(most_packet);
    reader.use(suite.opens());
    Read read;
    read.fault = fault_of([&] {
        feed(reader, octets);
        while (reader.next()) {
            ++read.packets;
        }
        feed(reader, Bytes(most_packet + 64));
        while (reader.next()) {
            ++read.packets;
        }
    });
    const BytesView left = reader.buffer().content();
    const Bytes secret = pattern(40, 2);
    read.plaintext_left = std::search(left.begin(), left.end(), secret.begin() + 12,
                                      secret.begin() + 28) != left.end();
    return read;
}

} // namespace

// CVE-2026-59847: a tag that is computed and not enforced.
TEST(Altered, sec_A2_13_every_bit_of_a_packet_is_protected) {
    for (const Suite& suite : suites()) {
        if (suite.cipher.empty()) {
            continue;
        }
        const Stream stream = three_packets(suite);
        for (std::size_t at = stream.ends[0]; at < stream.ends[1]; ++at) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                Bytes altered = stream.octets;
                altered[at] ^= static_cast<std::byte>(1U << bit);
                const Read read = read_all(suite, altered);
                ASSERT_EQ(read.packets, 1U) << suite.name() << " octet " << at - stream.ends[0];
                ASSERT_EQ(read.fault, reason::mac_error)
                    << suite.name() << " octet " << at - stream.ends[0] << " bit " << bit;
                ASSERT_FALSE(read.plaintext_left)
                    << suite.name() << " octet " << at - stream.ends[0] << " bit " << bit;
            }
        }
    }
}

TEST(Altered, sec_A2_13_packets_left_out_repeated_and_exchanged_are_refused) {
    for (const Suite& suite : suites()) {
        if (suite.cipher.empty()) {
            continue;
        }
        const Stream stream = three_packets(suite);
        const BytesView all(stream.octets);
        const std::vector<BytesView> packets{all.first(stream.ends[0]),
                                             all.subspan(stream.ends[0], stream.ends[0]),
                                             all.subspan(stream.ends[1])};
        using Order = std::vector<std::size_t>;
        for (const Order& order : {Order{0, 0}, Order{0, 2}, Order{1}, Order{0, 2, 1}}) {
            Bytes octets;
            for (const std::size_t which : order) {
                octets.insert(octets.end(), packets.at(which).begin(), packets.at(which).end());
            }
            const Read read = read_all(suite, octets);
            EXPECT_EQ(read.packets, order.front() == 0 ? 1U : 0U) << suite.name();
            EXPECT_EQ(read.fault, reason::mac_error) << suite.name();
        }
    }
}

TEST(Altered, the_same_packets_unaltered_are_read) {
    for (const Suite& suite : suites()) {
        PacketReader reader(most_packet);
        reader.use(suite.opens());
        feed(reader, three_packets(suite).octets);
        for (const unsigned seed : {1U, 2U, 3U}) {
            const auto payload = reader.next();
            ASSERT_TRUE(payload) << suite.name();
            EXPECT_TRUE(std::ranges::equal(*payload, pattern(40, seed))) << suite.name();
        }
    }
}

} // namespace gss::test
