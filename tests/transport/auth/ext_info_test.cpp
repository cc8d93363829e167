// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_EXT_INFO: what is read of it and what is damaged.
#include "ext_info.h"
#include "messages.h"
#include "writer.h"

#include <gtest/gtest.h>

#include <string>

namespace gss::test {
namespace {

using namespace transport::detail;
using ssh::wire::Writer;

using Names = std::vector<std::string>;

Writer ext_info(std::uint32_t count) {
    Writer writer(message::ext_info);
    writer.uint32(count);
    return writer;
}

std::string fault_of(BytesView payload) {
    try {
        static_cast<void>(parse_ext_info(payload));
    } catch (const SessionFault& fault) {
        EXPECT_EQ(fault.disconnect_reason(), reason::protocol_error);
        return fault.text();
    }
    return {};
}

TEST(ExtInfo, what_is_built_is_read) {
    const Bytes built = build_ext_info(user_signature_algorithms());
    const ExtInfo info = parse_ext_info(built);
    ASSERT_TRUE(info.signature_algorithms);
    const auto all = user_signature_algorithms();
    EXPECT_EQ(*info.signature_algorithms, Names(all.begin(), all.end()));
    EXPECT_EQ(std::find(all.begin(), all.end(), "ssh-rsa"), all.end());
}

TEST(ExtInfo, the_octets) {
    const std::vector<std::string_view> names{"rsa-sha2-256", "x"};
    EXPECT_EQ(build_ext_info(names),
              ext_info(1).text("server-sig-algs").text("rsa-sha2-256,x").take());
}

TEST(ExtInfo, names_that_we_do_not_know_are_passed_over) {
    const ExtInfo info = parse_ext_info(
        ext_info(1)
            .text("server-sig-algs")
            .text("sk-ssh-ed25519@openssh.com,rsa-sha2-256,ssh-rsa,rsa-sha2-256,ssh-ed25519")
            .take());
    EXPECT_EQ(*info.signature_algorithms, (Names{"rsa-sha2-256", "ssh-ed25519"}));
}

TEST(ExtInfo, an_empty_list_says_that_nothing_is_taken) {
    const ExtInfo info = parse_ext_info(ext_info(1).text("server-sig-algs").text("").take());
    ASSERT_TRUE(info.signature_algorithms);
    EXPECT_TRUE(info.signature_algorithms->empty());
}

// RFC 8308 s2.5: any octets in what we do not know.
TEST(ExtInfo, other_extensions_are_ignored_whatever_they_hold) {
    const ExtInfo info = parse_ext_info(ext_info(4)
                                            .text("no-flow-control")
                                            .text("p")
                                            .text("delay-compression")
                                            .text(std::string_view("\0\0\xff,,", 5))
                                            .text("publickey-hostbound@openssh.com")
                                            .text("")
                                            .text("x@y")
                                            .text(std::string(100000, '\0'))
                                            .take());
    EXPECT_FALSE(info.signature_algorithms);
    EXPECT_FALSE(parse_ext_info(ext_info(0).take()).signature_algorithms);
}

TEST(ExtInfo, sec_A2_18_a_count_of_2_to_the_32_is_bounded_by_what_is_there) {
    for (const std::uint32_t count : {0xffffffffU, 0x80000000U, 0x20000000U, 2U}) {
        EXPECT_EQ(fault_of(ext_info(count).take()), "EXT_INFO with fewer extensions than it says");
        EXPECT_EQ(fault_of(ext_info(count).text("server-sig-algs").text("").take()).empty(), false);
    }
    // Much of nothing, as many times as it fits: one pass.
    Bytes many = ext_info(0xffffffffU).take();
    many.resize(256U * 1024U);
    EXPECT_NE(fault_of(many), "");
}

TEST(ExtInfo, damaged_ones) {
    EXPECT_NE(fault_of({}), "");
    EXPECT_NE(fault_of(Writer(message::ext_info).take()), "");
    EXPECT_NE(fault_of(Writer(message::debug).uint32(0).take()), "");
    EXPECT_NE(fault_of(ext_info(0).byte(0).take()), "") << "trailing octets";
    EXPECT_NE(fault_of(ext_info(1).text("a").text("b").byte(0).take()), "") << "trailing octets";
    EXPECT_NE(fault_of(ext_info(1).text("a").text("b").text("c").text("d").take()), "")
        << "more than it says";
    EXPECT_NE(fault_of(ext_info(1).text("").text("no name at all").take()), "");
    Bytes cut = ext_info(1).text("server-sig-algs").text("rsa-sha2-256").take();
    while (cut.size() > 1) {
        cut.pop_back();
        EXPECT_NE(fault_of(cut), "") << cut.size();
    }
}

TEST(ExtInfo, an_extension_twice_is_a_fault) {
    EXPECT_EQ(
        fault_of(ext_info(3).text("a").text("1").text("b").text("2").text("a").text("3").take()),
        "EXT_INFO with an extension twice");
    EXPECT_NE(fault_of(ext_info(2)
                           .text("server-sig-algs")
                           .text("rsa-sha2-512")
                           .text("server-sig-algs")
                           .text("rsa-sha2-256")
                           .take()),
              "");
}

TEST(ExtInfo, a_damaged_list_is_a_fault) {
    for (const char* list : {",", "a,", ",a", "a,,b", "a b", "a\x01", "\xc3\xa9"}) {
        EXPECT_NE(fault_of(ext_info(1).text("server-sig-algs").text(list).take()), "") << list;
    }
}

} // namespace
} // namespace gss::test
