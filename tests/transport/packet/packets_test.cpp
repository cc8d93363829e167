// SPDX-License-Identifier: Apache-2.0
// Payloads in, the same payloads out, however the stream is cut; what packets look like.
#include "suites.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gss::test {

namespace {

namespace reason = transport::detail::reason;

/// What a reader makes of a stream.
struct Seen {
    std::string identification;
    std::vector<Bytes> payloads;
    std::vector<std::uint32_t> sequences;
    std::uint64_t octets = 0;
    std::uint64_t packets = 0;

    friend bool operator==(const Seen&, const Seen&) = default;
};

const Bytes new_keys{std::byte{21}};

/// Reads all that is there; keys change after NEWKEYS.
class Peer {
public:
    explicit Peer(const Suite& suite) : suite_(suite) {}

    void take(BytesView octets) {
        feed(reader_, octets);
        if (!identified_) {
            const auto line = reader_.identification(true);
            if (!line) {
                return;
            }
            identified_ = true;
            seen_.identification = *line;
        }
        while (const auto payload = reader_.next()) {
            seen_.payloads.emplace_back(payload->begin(), payload->end());
            seen_.sequences.push_back(reader_.sequence());
            if (seen_.payloads.back() == new_keys) {
                reader_.use(suite_.opens());
                reader_.restart_sequence();
            }
        }
        seen_.octets = reader_.octets();
        seen_.packets = reader_.packets();
    }
    [[nodiscard]] const Seen& seen() const noexcept { return seen_; }

private:
    const Suite& suite_;
    PacketReader reader_{most_packet};
    bool identified_ = false;
    Seen seen_;
};

/// A line, an identification, packets in clear, NEWKEYS, packets under keys.
Bytes stream_of(const Suite& suite) {
    PacketWriter writer;
    writer.identification("hello");
    writer.identification("SSH-2.0-test");
    writer.write(pattern(40));
    writer.write(new_keys);
    writer.use(suite.seals());
    writer.restart_sequence();
    writer.write(pattern(1));
    writer.write(pattern(3), pattern(70, 5));
    writer.write(pattern(17));
    const BytesView output = writer.output();
    return {output.begin(), output.end()};
}

} // namespace

// A server behind a slow line, and one that sends everything at once, must be the same to us.
TEST(Packets, no_split_of_the_stream_changes_what_is_read) {
    for (const Suite& suite : suites()) {
        const Bytes stream = stream_of(suite);
        Peer whole(suite);
        whole.take(stream);
        ASSERT_EQ(whole.seen().identification, "SSH-2.0-test");
        Bytes joined = pattern(3);
        const Bytes second = pattern(70, 5);
        joined.insert(joined.end(), second.begin(), second.end());
        const std::vector<Bytes> expected{pattern(40), new_keys, pattern(1), joined, pattern(17)};
        ASSERT_EQ(whole.seen().payloads, expected) << suite.name();
        ASSERT_EQ(whole.seen().sequences, (std::vector<std::uint32_t>{0, 1, 0, 1, 2}));
        ASSERT_EQ(whole.seen().packets, 3U);
        for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
            Peer peer(suite);
            peer.take(BytesView(stream).first(cut));
            peer.take(BytesView(stream).subspan(cut));
            ASSERT_EQ(peer.seen(), whole.seen()) << suite.name() << " cut at " << cut;
        }
        for (const std::size_t piece : {1U, 2U, 3U, 7U, 16U}) {
            Peer peer(suite);
            for (std::size_t at = 0; at < stream.size(); at += piece) {
                peer.take(BytesView(stream).subspan(at, std::min(piece, stream.size() - at)));
            }
            ASSERT_EQ(peer.seen(), whole.seen()) << suite.name() << " in pieces of " << piece;
        }
    }
}

// RFC 4253 s6: other implementations check block, minimum and padding of what we send.
TEST(Packets, every_size_of_payload_is_padded_as_the_rfc_wants) {
    for (const Suite& suite : suites()) {
        const auto protection = suite.seals();
        PacketWriter writer;
        writer.use(suite.seals());
        PacketReader reader(most_packet);
        reader.use(suite.opens());
        std::uint64_t octets = 0;
        for (std::size_t size = 1; size <= 300; ++size) {
            writer.write(pattern(size));
            const std::size_t whole = writer.queued();
            octets += whole;
            const std::size_t plain = whole - protection->tag_size();
            const std::size_t padded = protection->pads_length() ? plain : plain - 4;
            ASSERT_EQ(padded % protection->block_size(), 0U) << suite.name() << " " << size;
            ASSERT_GE(plain, 16U) << suite.name() << " " << size;
            const std::size_t padding = plain - 5 - size;
            ASSERT_GE(padding, 4U) << suite.name() << " " << size;
            ASSERT_LE(padding, 4 + 2 * protection->block_size()) << suite.name() << " " << size;
            feed(reader, writer.output());
            writer.sent(whole);
            const auto payload = reader.next();
            ASSERT_TRUE(payload) << suite.name() << " " << size;
            ASSERT_TRUE(std::ranges::equal(*payload, pattern(size))) << suite.name();
            ASSERT_FALSE(reader.next());
        }
        EXPECT_EQ(writer.octets(), octets);
        EXPECT_EQ(reader.octets(), octets);
        EXPECT_EQ(writer.packets(), 300U);
        EXPECT_EQ(reader.packets(), 300U);
    }
}

// RFC 4253 s6: "The padding SHOULD consist of random bytes."
TEST(Packets, padding_is_never_the_same_twice) {
    PacketWriter writer;
    std::set<Bytes> paddings;
    for (int i = 0; i < 1000; ++i) {
        writer.write(pattern(3)); // 8 octets of padding
        const BytesView padding = writer.output().subspan(8);
        ASSERT_EQ(padding.size(), 8U);
        paddings.emplace(padding.begin(), padding.end());
        writer.sent(writer.queued());
    }
    EXPECT_EQ(paddings.size(), 1000U);
}

// RFC 4253 s6.1: "a total packet size of 35000 bytes or less" must be taken; and our own bound.
TEST(Packets, the_longest_packets_are_taken_and_one_block_more_is_not) {
    for (const Suite& suite : suites()) {
        const auto protection = suite.seals();
        // The longest payload whose packet has exactly most_packet or the whole blocks below.
        const std::size_t clear = protection->pads_length() ? 4 : 0;
        const std::size_t longest =
            (most_packet + clear) / protection->block_size() * protection->block_size() - clear;
        for (const bool too_long : {false, true}) {
            PacketWriter writer;
            writer.use(suite.seals());
            PacketReader reader(most_packet);
            reader.use(suite.opens());
            writer.write(pattern(longest - 5 + (too_long ? 1 : 0)));
            const auto fault = fault_of([&] {
                feed(reader, writer.output());
                const auto payload = reader.next();
                ASSERT_TRUE(payload);
                EXPECT_EQ(payload->size(), longest - 5) << suite.name();
            });
            EXPECT_EQ(fault.has_value(), too_long) << suite.name();
        }
    }
}

// Right after NEWKEYS a MAC failure points at the keys; later it does not.
TEST(Packets, keys_are_fresh_until_a_packet_was_read_with_them) {
    const Suite& suite = suites().back();
    PacketWriter writer;
    PacketReader reader(most_packet);
    writer.write(new_keys);
    writer.use(suite.seals());
    EXPECT_EQ(writer.packets(), 0U);
    writer.write(pattern(5));
    feed(reader, writer.output());
    ASSERT_TRUE(reader.next());
    EXPECT_FALSE(reader.fresh_keys());
    reader.use(suite.opens());
    EXPECT_TRUE(reader.fresh_keys());
    EXPECT_EQ(reader.octets(), 0U);
    ASSERT_TRUE(reader.next());
    EXPECT_FALSE(reader.fresh_keys());
    // RFC 4253 s6.4: "It is never reset, even if keys/algorithms are renegotiated later."
    EXPECT_EQ(reader.sequence(), 1U);
}

// Keys that restart the numbers on one side only (as one server does) must be seen, not guessed at.
TEST(Packets, sec_A2_01_b_numbers_that_differ_are_a_mac_error) {
    for (const Suite& suite : suites()) {
        // AES-GCM counts packets by itself and so does not see it.
        if (suite.cipher.empty() || suite.cipher.find("gcm") != std::string::npos) {
            continue;
        }
        PacketWriter writer;
        writer.write(new_keys);
        writer.use(suite.seals());
        writer.restart_sequence();
        writer.write(pattern(5));
        PacketReader reader(most_packet);
        feed(reader, writer.output());
        ASSERT_TRUE(reader.next());
        reader.use(suite.opens());
        // Garbage for a length may ask for more octets before it is known to be garbage.
        feed(reader, Bytes(most_packet + 64));
        EXPECT_EQ(fault_of([&] { static_cast<void>(reader.next()); }), reason::mac_error)
            << suite.name();
        EXPECT_EQ(fault_of([&] { static_cast<void>(reader.next()); }), reason::mac_error)
            << "a failed check is for good";
    }
}

TEST(Packets, nothing_to_send_is_a_fault_of_ours) {
    PacketWriter writer;
    try {
        writer.write(BytesView());
        FAIL();
    } catch (const SessionFault& fault) {
        EXPECT_EQ(fault.fault(), ssh::Fault::local);
    }
    EXPECT_EQ(writer.queued(), 0U);
}

} // namespace gss::test
