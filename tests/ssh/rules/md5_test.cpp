// SPDX-License-Identifier: Apache-2.0
// MD5 by known answers.
#include "md5.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>

namespace gss::test {
namespace {

std::string hex(BytesView digest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte octet : digest) {
        text += digits[std::to_integer<std::size_t>(octet) >> 4U];
        text += digits[std::to_integer<std::size_t>(octet) & 15U];
    }
    return text;
}

TEST(Md5, the_test_suite_of_rfc_1321_comes_out) {
    const std::array<std::pair<std::string_view, std::string_view>, 7> suite{{
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "57edf4a22be3c955ac49da2e2107b67a"},
    }};
    for (const auto& [message, digest] : suite) {
        EXPECT_EQ(hex(ssh::detail::md5(as_bytes(message))), digest) << message;
    }
}

// The padding differs for every length modulo 64. The digest of all digests is Python's hashlib's.
TEST(Md5, every_length_around_the_blocks_comes_out) {
    Bytes digests;
    for (std::size_t size = 0; size < 200; ++size) {
        Bytes message;
        for (std::size_t i = 0; i < size; ++i) {
            message.push_back(static_cast<std::byte>(i * 7 + size));
        }
        const std::array<std::byte, 16> digest = ssh::detail::md5(message);
        digests.insert(digests.end(), digest.begin(), digest.end());
    }
    EXPECT_EQ(hex(ssh::detail::md5(digests)), "0e31983fb09e7f80b96e5ec823d6bb1a");
}

TEST(Md5, a_long_message_comes_out) {
    const std::string million(1000000, 'a');
    EXPECT_EQ(hex(ssh::detail::md5(as_bytes(million))), "7707d6ae4e027c70eea2a935c2296f21");
}

} // namespace
} // namespace gss::test
