// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_KEXINIT as octets: what is taken, what is refused, and what it may cost.
#include "allocation_counter.h"
#include "kexinit.h"
#include "writer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gss::test {

namespace {

using namespace transport;
using namespace transport::detail;

constexpr std::size_t list_count = 10;

/// A KEXINIT of lists as they are, right or wrong.
struct RawKexInit {
    std::array<std::string, list_count> lists{
        "curve25519-sha256", "ssh-ed25519", "aes256-ctr", "aes256-ctr", "hmac-sha2-256",
        "hmac-sha2-256",     "none",        "none",       "",           ""};
    std::uint8_t guess = 0;
    std::uint32_t reserved = 0;

    [[nodiscard]] Bytes octets() const {
        ssh::wire::Writer writer(20);
        writer.raw(Bytes(16, std::byte{7}));
        for (const std::string& list : lists) {
            writer.text(list);
        }
        return writer.byte(guess).uint32(reserved).take();
    }
    [[nodiscard]] static RawKexInit with(std::size_t list, std::string names) {
        RawKexInit raw;
        raw.lists.at(list) = std::move(names);
        return raw;
    }
};

/// The text of the fault; empty when the octets are taken.
std::string fault_of(BytesView octets) {
    try {
        static_cast<void>(parse_kexinit(octets));
    } catch (const SessionFault& fault) {
        EXPECT_EQ(fault.disconnect_reason(), reason::protocol_error);
        EXPECT_EQ(fault.fault(), ssh::Fault::peer);
        return fault.text();
    }
    return "";
}

std::string names(std::size_t count, std::size_t size = 6) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        std::string name = std::to_string(i);
        name.insert(0, size - name.size(), 'a');
        text += (i == 0 ? "" : ",") + name;
    }
    return text;
}

} // namespace

TEST(KexInit, what_is_built_is_parsed) {
    KexInit init;
    for (std::size_t i = 0; i < init.cookie.size(); ++i) {
        init.cookie.at(i) = static_cast<std::byte>(i * 3);
    }
    init.key_exchange = {"gss-curve25519-sha256-toWM5Slw5Ew8Mqkay+al2g==", "ecdh-sha2-nistp256"};
    init.host_keys = {"ssh-ed25519", "null"};
    init.ciphers_to_server = {"aes128-ctr"};
    init.ciphers_to_client = {"aes256-ctr", "chacha20-poly1305@openssh.com"};
    init.macs_to_server = {"hmac-sha2-256"};
    init.macs_to_client = {"hmac-sha2-512"};
    init.compression_to_server = {"none"};
    init.compression_to_client = {"none", "zlib"};
    init.languages_to_server = {"en"};
    init.guess_follows = true;
    const KexInit parsed = parse_kexinit(build(init));
    EXPECT_EQ(parsed.cookie, init.cookie);
    EXPECT_EQ(parsed.key_exchange, init.key_exchange);
    EXPECT_EQ(parsed.host_keys, init.host_keys);
    EXPECT_EQ(parsed.ciphers_to_server, init.ciphers_to_server);
    EXPECT_EQ(parsed.ciphers_to_client, init.ciphers_to_client);
    EXPECT_EQ(parsed.macs_to_server, init.macs_to_server);
    EXPECT_EQ(parsed.macs_to_client, init.macs_to_client);
    EXPECT_EQ(parsed.compression_to_server, init.compression_to_server);
    EXPECT_EQ(parsed.compression_to_client, init.compression_to_client);
    EXPECT_EQ(parsed.languages_to_server, init.languages_to_server);
    EXPECT_EQ(parsed.languages_to_client, init.languages_to_client);
    EXPECT_TRUE(parsed.guess_follows);
    EXPECT_EQ(fault_of(RawKexInit().octets()), "");
}

// RFC 4253 s7.1: the layout, written down octet by octet.
TEST(KexInit, is_what_the_rfc_says) {
    RawKexInit raw;
    KexInit init;
    init.cookie.fill(std::byte{7});
    init.key_exchange = {"curve25519-sha256"};
    init.host_keys = {"ssh-ed25519"};
    init.ciphers_to_server = init.ciphers_to_client = {"aes256-ctr"};
    init.macs_to_server = init.macs_to_client = {"hmac-sha2-256"};
    init.compression_to_server = init.compression_to_client = {"none"};
    EXPECT_EQ(build(init), raw.octets());
    init.key_exchange.emplace_back("b");
    raw.lists[0] += ",b";
    EXPECT_EQ(build(init), raw.octets());
}

TEST(KexInit, sec_A2_28_the_reserved_field_is_zero) {
    RawKexInit raw;
    for (const std::uint32_t value : {1U, 0x80000000U, 0xffffffffU}) {
        raw.reserved = value;
        EXPECT_NE(fault_of(raw.octets()).find("reserved"), std::string::npos);
    }
}

TEST(KexInit, sec_A2_28_nothing_is_left_over_and_nothing_is_missing) {
    const Bytes whole = RawKexInit().octets();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        EXPECT_NE(fault_of(BytesView(whole).first(size)), "") << size;
    }
    Bytes longer = whole;
    longer.push_back(std::byte{0});
    EXPECT_NE(fault_of(longer), "");
    Bytes other = whole;
    other[0] = std::byte{21};
    EXPECT_NE(fault_of(other), "");
}

TEST(KexInit, sec_A2_28_names_are_those_of_rfc_4251) {
    for (std::size_t list = 0; list < list_count; ++list) {
        const std::string longest(64, 'n');
        EXPECT_EQ(fault_of(RawKexInit::with(list, longest).octets()), "");
        EXPECT_EQ(fault_of(RawKexInit::with(list, "a@b.c,!~").octets()), "");
        const bool language = list >= 8;
        EXPECT_EQ(fault_of(RawKexInit::with(list, "").octets()).empty(), language) << list;
        for (const std::string& bad :
             {"n" + longest, "a," + longest + "n", std::string(","), std::string("a,"),
              std::string(",a"), std::string("a,,b"), std::string("a@b@c")}) {
            EXPECT_NE(fault_of(RawKexInit::with(list, bad).octets()), "") << list << " " << bad;
        }
        for (unsigned octet = 0; octet < 256; ++octet) {
            const bool good = octet > 0x20 && octet < 0x7f && octet != ',';
            const std::string name = std::string("a") + static_cast<char>(octet) + "b";
            const bool refused = fault_of(RawKexInit::with(list, name).octets()) != "";
            EXPECT_EQ(refused, !good && octet != ',') << list << " octet " << octet;
        }
    }
}

// Decided: a name that stands twice says nothing new, and harms nobody.
TEST(KexInit, sec_A2_28_a_name_counts_once) {
    const KexInit init = parse_kexinit(RawKexInit::with(0, "b,a,b,a,c,c").octets());
    EXPECT_EQ(init.key_exchange, (NameList{"b", "a", "c"}));
}

TEST(KexInit, sec_A2_29_the_number_of_names_is_bounded) {
    for (std::size_t list = 0; list < list_count; ++list) {
        EXPECT_EQ(fault_of(RawKexInit::with(list, names(256, 64)).octets()), "");
        EXPECT_NE(fault_of(RawKexInit::with(list, names(257, 3)).octets()), "");
    }
}

// CVE-2025-30211: huge lists made a server take memory many times their size.
TEST(KexInit, sec_A2_29_huge_lists_cost_nothing) {
    for (const std::string& huge :
         {names(10000), std::string(262144 - 300, 'a'), std::string(262144 - 300, ','),
          names(3000, 64), names(40000, 5)}) {
        const Bytes octets = RawKexInit::with(0, huge).octets();
        const std::size_t before = allocated_bytes();
        EXPECT_NE(fault_of(octets), "");
        EXPECT_LE(allocated_bytes() - before, 4096U);
    }
    // The worst that is taken: all lists full of names that differ in their last octets.
    RawKexInit worst;
    worst.lists.fill(names(256, 64));
    const Bytes octets = worst.octets();
    const std::size_t before = allocated_bytes();
    static_cast<void>(parse_kexinit(octets));
    EXPECT_LE(allocated_bytes() - before, 3 * octets.size());
}

// A length that promises more than the message has.
TEST(KexInit, sec_A2_29_lengths_of_lists_are_not_trusted) {
    Bytes octets = RawKexInit().octets();
    for (const unsigned value : {0x7fU, 0x80U, 0xffU}) {
        octets[17] = static_cast<std::byte>(value);
        const std::size_t before = allocated_bytes();
        EXPECT_NE(fault_of(octets), "");
        EXPECT_LE(allocated_bytes() - before, 4096U);
    }
}

} // namespace gss::test
