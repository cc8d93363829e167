// SPDX-License-Identifier: Apache-2.0
// Packets under each cipher and MAC: known answers, every size, and what is refused.
#include "protection_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

namespace gss::test {
namespace {

using Direction = PacketProtection::Direction;

SecretBytes secret(const std::string& hex) {
    return SecretBytes(BytesView(from_hex(hex == "-" ? "" : hex)));
}

std::unique_ptr<PacketProtection> protection(const std::vector<std::string>& words,
                                             Direction direction) {
    const CipherInfo* const cipher = find_cipher(words.at(1));
    const MacInfo* const mac = words.at(2) == "-" ? nullptr : find_mac(words.at(2));
    return make_protection(*cipher, mac, direction,
                           {secret(words.at(3)), secret(words.at(4)), secret(words.at(5))})
        .value();
}

// If it failed, no other implementation would understand us, or we it.
TEST(Protection, packets_are_those_that_others_make) {
    std::ifstream file(GSSXX_PACKETS);
    ASSERT_TRUE(file) << GSSXX_PACKETS;
    std::unique_ptr<PacketProtection> sealer;
    std::unique_ptr<PacketProtection> opener;
    std::set<std::string> seen;
    int packets = 0;
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::vector<std::string> words;
        for (std::string word; fields >> word;) {
            words.push_back(word);
        }
        if (words.at(0) == "suite") {
            sealer = protection(words, Direction::seal);
            opener = protection(words, Direction::open);
            seen.insert(words.at(1) + words.at(2));
        } else if (words.at(0) == "packet") {
            const auto sequence = static_cast<std::uint32_t>(std::stoul(words.at(1)));
            const Bytes clear = from_hex(words.at(2));
            Bytes packet = clear;
            packet.resize(clear.size() + sealer->tag_size());
            ASSERT_TRUE(sealer->seal(sequence, packet)) << line;
            EXPECT_EQ(to_hex(packet), words.at(3));
            ASSERT_TRUE(read(*opener, sequence, packet)) << line;
            packet.resize(clear.size());
            EXPECT_EQ(to_hex(packet), words.at(2));
            ++packets;
        }
    }
    EXPECT_EQ(seen.size(), suites().size());
    EXPECT_EQ(packets, 135);
}

TEST(Protection, packets_of_every_size_come_back) {
    for (const Suite& suite : suites()) {
        const auto sealer = make(suite, Direction::seal).value();
        const auto opener = make(suite, Direction::open).value();
        // Over the wrap of the sequence number.
        std::uint32_t sequence = 0xffffff80U;
        std::vector<std::size_t> sizes{32768, 262144 - 64};
        for (std::size_t size = 0; size <= 300; ++size) {
            sizes.push_back(size);
        }
        for (const std::size_t size : sizes) {
            const Bytes payload = pattern(size, sequence);
            const Bytes clear = packet_for(*sealer, payload);
            Bytes packet = clear;
            ASSERT_TRUE(sealer->seal(sequence, packet)) << suite.name() << " " << size;
            // The payload must not be there any more. Short ones may be by chance.
            if (size >= 16) {
                EXPECT_EQ(std::search(packet.begin(), packet.end(), payload.begin(), payload.end()),
                          packet.end());
            }
            const auto opened = read(*opener, sequence, packet);
            ASSERT_TRUE(opened) << suite.name() << " " << size << " " << opened.error().text();
            const auto body = static_cast<std::ptrdiff_t>(packet.size() - sealer->tag_size());
            EXPECT_TRUE(std::equal(packet.begin(), packet.begin() + body, clear.begin()));
            ++sequence;
        }
    }
}

// A packet replayed, left out or under another sequence number must not open.
TEST(Protection, every_packet_opens_only_in_its_place) {
    for (const Suite& suite : suites()) {
        const auto sealer = make(suite, Direction::seal).value();
        Bytes first = packet_for(*sealer, as_bytes("first"));
        Bytes second = packet_for(*sealer, as_bytes("second"));
        ASSERT_TRUE(sealer->seal(0, first));
        ASSERT_TRUE(sealer->seal(1, second));

        const auto replayed = make(suite, Direction::open).value();
        Bytes again = first;
        Bytes once = first;
        ASSERT_TRUE(read(*replayed, 0, once));
        EXPECT_FALSE(read(*replayed, 1, again)) << suite.name();

        const auto skipped = make(suite, Direction::open).value();
        Bytes late = second;
        EXPECT_FALSE(read(*skipped, 0, late)) << suite.name();

        // GCM counts by itself; all others have the sequence number in their tag.
        if (suite.cipher->name.find("gcm") == std::string_view::npos) {
            const auto shifted = make(suite, Direction::open).value();
            Bytes moved = first;
            EXPECT_FALSE(read(*shifted, 7, moved)) << suite.name();
        }
    }
}

TEST(Protection, keys_of_another_size_are_refused) {
    for (const Suite& suite : suites()) {
        for (const int field : {0, 1, 2}) {
            for (const int change : {-1, 1}) {
                PacketKeys keys = keys_for(suite);
                SecretBytes& changed = field == 0 ? keys.key : field == 1 ? keys.iv : keys.mac_key;
                if (changed.empty() && change < 0) {
                    continue;
                }
                changed = SecretBytes(
                    static_cast<std::size_t>(static_cast<std::ptrdiff_t>(changed.size()) + change));
                const auto made =
                    make_protection(*suite.cipher, suite.mac, Direction::seal, std::move(keys));
                ASSERT_FALSE(made) << suite.name() << field;
                EXPECT_EQ(made.error().code(), ErrorCode::misuse);
            }
        }
    }
}

TEST(Protection, ciphers_and_macs_must_fit) {
    const CipherInfo& ctr = *find_cipher("aes128-ctr");
    const CipherInfo& gcm = *find_cipher("aes128-gcm@openssh.com");
    const auto without =
        make_protection(ctr, nullptr, Direction::seal, {SecretBytes(16), SecretBytes(16), {}});
    ASSERT_FALSE(without);
    EXPECT_EQ(without.error().code(), ErrorCode::misuse);
    const auto both = make_protection(gcm, find_mac("hmac-sha2-256"), Direction::seal,
                                      {SecretBytes(16), SecretBytes(12), SecretBytes(32)});
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().code(), ErrorCode::misuse);
    const CipherInfo invented{"aes128-cbc", 16, 16, 16, false};
    EXPECT_FALSE(make_protection(invented, find_mac("hmac-sha2-256"), Direction::seal,
                                 {SecretBytes(16), SecretBytes(16), SecretBytes(32)}));
}

TEST(Protection, only_names_of_the_table_are_known) {
    EXPECT_EQ(ciphers().size(), 6U);
    EXPECT_EQ(macs().size(), 4U);
    EXPECT_EQ(suites().size(), 15U);
    for (const char* const name :
         {"", "none", "aes128-cbc", "3des-cbc", "aes128-ctr ", "AES128-CTR"}) {
        EXPECT_EQ(find_cipher(name), nullptr) << name;
    }
    for (const char* const name : {"", "none", "hmac-sha1", "hmac-md5", "hmac-sha2-256-96"}) {
        EXPECT_EQ(find_mac(name), nullptr) << name;
    }
}

/// Whether whatever is asked of @p used fails.
void expect_dead(PacketProtection& used, Direction direction, const std::string& name) {
    Bytes packet = packet_for(used, as_bytes("more"));
    if (direction == Direction::seal) {
        EXPECT_FALSE(used.seal(5, packet)) << name;
        return;
    }
    EXPECT_FALSE(used.open_length(5, std::span(packet).first(used.head_size()))) << name;
    EXPECT_FALSE(used.open(5, packet)) << name;
}

TEST(Protection, the_first_failure_is_for_good) {
    for (const Suite& suite : suites()) {
        const auto sealer = make(suite, Direction::seal).value();
        const auto opener = make(suite, Direction::open).value();
        Bytes good = packet_for(*sealer, as_bytes("good"));
        Bytes damaged = packet_for(*sealer, as_bytes("damaged"));
        ASSERT_TRUE(sealer->seal(0, damaged));
        ASSERT_TRUE(sealer->seal(1, good));
        damaged.back() ^= std::byte{1};
        const auto refused = read(*opener, 0, damaged);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::bad_mic) << suite.name();
        EXPECT_FALSE(opener->open_length(1, std::span(good).first(opener->head_size())));
        expect_dead(*opener, Direction::open, suite.name());
    }
}

TEST(Protection, calls_out_of_order_and_packets_out_of_shape_are_refused) {
    for (const Suite& suite : suites()) {
        const auto fresh = [&suite](Direction direction) { return make(suite, direction).value(); };
        const std::string name = suite.name();
        const Bytes clear = packet_for(*fresh(Direction::seal), as_bytes("payload"));

        // Each packet shorter than it says, down to nothing, and one octet longer.
        for (std::size_t size = 0; size <= clear.size() + 1; ++size) {
            if (size == clear.size()) {
                continue;
            }
            const auto sealer = fresh(Direction::seal);
            Bytes packet = clear;
            packet.resize(size);
            const auto sealed = sealer->seal(0, packet);
            ASSERT_FALSE(sealed) << name << " " << size;
            EXPECT_EQ(sealed.error().code(), ErrorCode::misuse);
            expect_dead(*sealer, Direction::seal, name);

            const auto writer = fresh(Direction::seal);
            const auto opener = fresh(Direction::open);
            Bytes whole = clear;
            ASSERT_TRUE(writer->seal(0, whole));
            Bytes head(whole.begin(),
                       whole.begin() + static_cast<std::ptrdiff_t>(opener->head_size()));
            ASSERT_TRUE(opener->open_length(0, head));
            std::copy(head.begin(), head.end(), whole.begin());
            whole.resize(size);
            EXPECT_FALSE(opener->open(0, whole)) << name << " " << size;
            expect_dead(*opener, Direction::open, name);
        }
        // Padding that fills no block.
        {
            const auto sealer = fresh(Direction::seal);
            Bytes odd(clear);
            odd.push_back(std::byte{0});
            odd[3] = static_cast<std::byte>(std::to_integer<unsigned>(odd[3]) + 1);
            EXPECT_FALSE(sealer->seal(0, odd)) << name;
        }
        // The other direction; no length; a length twice; another sequence number; a short head.
        Bytes packet = clear;
        EXPECT_FALSE(fresh(Direction::open)->seal(0, packet)) << name;
        EXPECT_FALSE(fresh(Direction::seal)->open(0, packet)) << name;
        EXPECT_FALSE(fresh(Direction::open)->open(0, packet)) << name;
        const auto opener = fresh(Direction::open);
        const MutableBytes head = std::span(packet).first(opener->head_size());
        EXPECT_FALSE(fresh(Direction::seal)->open_length(0, head)) << name;
        EXPECT_FALSE(fresh(Direction::open)->open_length(0, head.first(head.size() - 1))) << name;
        EXPECT_TRUE(opener->open_length(0, head));
        EXPECT_FALSE(opener->open_length(0, head)) << name;
        const auto other = fresh(Direction::open);
        EXPECT_TRUE(other->open_length(0, head));
        const auto opened = other->open(1, packet);
        ASSERT_FALSE(opened) << name;
        EXPECT_EQ(opened.error().code(), ErrorCode::misuse);
    }
}

TEST(Protection, before_the_first_keys_packets_are_in_clear) {
    const auto none = no_protection();
    EXPECT_EQ(none->block_size(), 8U);
    EXPECT_TRUE(none->pads_length());
    EXPECT_EQ(none->tag_size(), 0U);
    EXPECT_EQ(none->head_size(), 4U);
    const Bytes clear = packet_for(*none, as_bytes("payload"));
    Bytes packet = clear;
    ASSERT_TRUE(none->seal(0, packet));
    EXPECT_EQ(packet, clear);
    ASSERT_TRUE(read(*none, 0, packet));
    EXPECT_EQ(packet, clear);
    // A packet that is cut is refused, and then every packet is.
    packet.pop_back();
    EXPECT_FALSE(none->open(1, packet));
    packet = clear;
    EXPECT_FALSE(none->open(1, packet));
    EXPECT_FALSE(none->open_length(1, std::span(packet).first(4)));
    EXPECT_FALSE(none->seal(1, packet));
}

TEST(Protection, random_octets_differ) {
    Bytes first(32);
    Bytes second(32);
    ASSERT_TRUE(random_octets(first));
    ASSERT_TRUE(random_octets(second));
    EXPECT_NE(first, second);
    EXPECT_NE(first, Bytes(32));
    EXPECT_TRUE(random_octets({}));
}

} // namespace
} // namespace gss::test
