// SPDX-License-Identifier: Apache-2.0
// The framing of an initiator's first token: nothing else reaches a native library.
#include "octets.h"

#include <gssxx/mechanism.h>
#include <gssxx/ssh/mechanism_policy.h>

#include <gtest/gtest.h>

#include <string>

namespace gss::test {
namespace {

using namespace ssh;

/// RFC 2743 s3.1, with the shortest length.
Bytes framed(BytesView content) {
    const std::size_t size = content.size();
    Bytes token = octets({0x60});
    if (size < 0x80) {
        token.push_back(static_cast<std::byte>(size));
    } else {
        Bytes length;
        for (std::size_t rest = size; rest != 0; rest >>= 8U) {
            length.insert(length.begin(), static_cast<std::byte>(rest));
        }
        token.push_back(static_cast<std::byte>(0x80U | length.size()));
        token.insert(token.end(), length.begin(), length.end());
    }
    return joined({token, content});
}

/// A token for @p mechanism whose frame holds @p size octets behind the mechanism.
Bytes token_for(const Oid& mechanism, std::size_t size) {
    return framed(joined({mechanism.to_der(), Bytes(size, std::byte{0x6e})}));
}

/// What is wrong with @p token as one for Kerberos; nothing when it is good.
std::optional<ErrorCode> fault(BytesView token) {
    // A copy of its own size, so that reading on is seen.
    const Bytes copy = exact(token);
    const Result<void> checked = check_first_token(copy, mechanism::krb5());
    return checked ? std::nullopt : std::optional(checked.error().code());
}

TEST(FirstToken, good_frames_of_all_lengths_are_taken) {
    for (std::size_t size = 1; size < 600; ++size) {
        EXPECT_FALSE(fault(token_for(mechanism::krb5(), size))) << size;
    }
    for (const std::size_t size : {65523U, 65524U, 65525U, 65526U, 70000U, 0xfffff4U, 0xfffff5U}) {
        EXPECT_FALSE(fault(token_for(mechanism::krb5(), size))) << size;
    }
    const Oid longest = Oid::from_content(Bytes(Oid::max_size, std::byte{1})).value();
    EXPECT_TRUE(check_first_token(token_for(longest, 5), longest));
}

TEST(FirstToken, sec_A1_15_another_mechanism_is_refused) {
    for (const char* dotted : {"1.3.6.1.5.5.2", "1.3.6.1.5.2.5", "1.3.6.1.4.1.311.2.2.10",
                               "1.3.6.1.4.1.311.2.2.30", "1.2.840.48018.1.2.2", "1.3.5.1.5.2",
                               "1.2.840.113554.1.2.2.3", "1.2.840.113554.1.2", "0.0"}) {
        const Bytes token = token_for(oid(dotted), 300);
        EXPECT_EQ(fault(token), ErrorCode::bad_mechanism) << dotted;
        EXPECT_TRUE(check_first_token(token, oid(dotted))) << dotted;
    }
    const Result<void> checked =
        check_first_token(token_for(mechanism::spnego(), 9), mechanism::krb5());
    EXPECT_NE(checked.error().text().find("1.3.6.1.5.5.2"), std::string::npos)
        << checked.error().text();
}

TEST(FirstToken, sec_A1_15_what_is_not_framed_is_refused) {
    for (const Bytes& token :
         {Bytes(), exact(as_bytes(std::string_view("NTLMSSP\0\1\0\0\0", 12))), octets({0x60}),
          octets({0x60, 0x00}), octets({0x60, 0x80}), octets({0x60, 0x80, 0x00, 0x00}),
          octets({0x60, 0x84, 0xff, 0xff, 0xff, 0xff}), octets({0x60, 0xff}),
          octets({0xa1, 0x03, 0x30, 0x01, 0x00}), Bytes(100, std::byte{0}),
          Bytes(100, std::byte{0x60}), Bytes(100, std::byte{0xff}), octets({0x60, 0x01, 0x06}),
          octets({0x60, 0x02, 0x06, 0x00}), octets({0x60, 0x03, 0x06, 0x00, 0x01}),
          octets({0x60, 0x03, 0x06, 0x01, 0x80}), octets({0x60, 0x03, 0x06, 0x7f, 0x2a})}) {
        EXPECT_EQ(fault(token), ErrorCode::invalid_token) << token.size() << " octets";
    }
    // The inner part of a Kerberos token alone, as MIT 1.2 and Globus sent.
    EXPECT_EQ(fault(octets({0x01, 0x00, 0x6e, 0x82})), ErrorCode::invalid_token);
}

TEST(FirstToken, sec_A1_15_a_token_cut_at_any_place_is_refused) {
    for (const std::size_t size : {1U, 50U, 300U, 70000U}) {
        const Bytes token = token_for(mechanism::krb5(), size);
        const std::size_t step = size > 1000 ? 997 : 1;
        for (std::size_t left = 0; left < token.size(); left += step) {
            EXPECT_EQ(fault(BytesView(token).first(left)), ErrorCode::invalid_token) << left;
        }
        EXPECT_EQ(fault(BytesView(token).first(token.size() - 1)), ErrorCode::invalid_token);
    }
}

TEST(FirstToken, sec_A1_15_octets_behind_the_frame_are_refused) {
    for (const std::size_t size : {1U, 50U, 300U, 70000U}) {
        const Bytes token = token_for(mechanism::krb5(), size);
        EXPECT_EQ(fault(joined({token, octets({0})})), ErrorCode::invalid_token) << size;
        EXPECT_EQ(fault(joined({token, token})), ErrorCode::invalid_token) << size;
        EXPECT_EQ(fault(joined({octets({0}), token})), ErrorCode::invalid_token) << size;
    }
}

TEST(FirstToken, sec_A1_15_lengths_that_are_not_the_shortest_are_refused) {
    const Bytes small = joined({mechanism::krb5().to_der(), Bytes(20, std::byte{1})});
    const int size = static_cast<int>(small.size());
    for (const Bytes& header :
         {octets({0x60, 0x81, size}), octets({0x60, 0x82, 0, size}),
          octets({0x60, 0x84, 0, 0, 0, size}), octets({0x60, 0x88, 0, 0, 0, 0, 0, 0, 0, size}),
          octets({0x60, 0x80})}) {
        EXPECT_EQ(fault(joined({header, small})), ErrorCode::invalid_token) << header.size();
    }
    const Bytes large = joined({mechanism::krb5().to_der(), Bytes(0x123 - 11, std::byte{1})});
    EXPECT_FALSE(fault(joined({octets({0x60, 0x82, 0x01, 0x23}), large})));
    for (const Bytes& header :
         {octets({0x60, 0x83, 0, 0x01, 0x23}), octets({0x60, 0x84, 0, 0, 0x01, 0x23}),
          octets({0x60, 0x85, 0, 0, 0, 0x01, 0x23}), octets({0x60, 0x81, 0x23}),
          // A length that overflows to the right one.
          octets({0x60, 0x89, 1, 0, 0, 0, 0, 0, 0, 0x01, 0x23}),
          octets({0x60, 0x85, 1, 0, 0, 0x01, 0x23})}) {
        EXPECT_EQ(fault(joined({header, large})), ErrorCode::invalid_token) << header.size();
    }
    // The indefinite form with its end, inside and outside.
    EXPECT_EQ(fault(joined({octets({0x60, 0x80}), small, octets({0, 0})})),
              ErrorCode::invalid_token);
    const BytesView krb5 = mechanism::krb5().content();
    EXPECT_EQ(fault(framed(joined({octets({0x06, 0x80}), krb5, octets({0, 0, 1})}))),
              ErrorCode::invalid_token);
    EXPECT_EQ(fault(framed(joined({octets({0x06, 0x81, 0x09}), krb5, octets({1})}))),
              ErrorCode::invalid_token);
    EXPECT_EQ(fault(framed(joined({octets({0x06, 0x82, 0x00, 0x09}), krb5, octets({1})}))),
              ErrorCode::invalid_token);
}

TEST(FirstToken, sec_A1_15_mechanisms_that_cannot_be_are_refused) {
    const Bytes inner = octets({1, 0});
    EXPECT_EQ(fault(framed(joined({octets({0x06, 0x01, 0x80}), inner}))), ErrorCode::invalid_token);
    EXPECT_EQ(fault(framed(joined({octets({0x06, 0x00}), inner}))), ErrorCode::invalid_token);
    EXPECT_EQ(fault(framed(joined({octets({0x06, 0x81, 0x81}), Bytes(129, std::byte{1}), inner}))),
              ErrorCode::invalid_token);
    EXPECT_EQ(fault(framed(joined({octets({0x05, 0x09}), mechanism::krb5().content(), inner}))),
              ErrorCode::invalid_token);
    // A mechanism, and nothing for it.
    EXPECT_EQ(fault(framed(mechanism::krb5().to_der())), ErrorCode::invalid_token);
}

// Whatever bit of the frame is another one, the token does not pass.
TEST(FirstToken, sec_A1_15_every_bit_of_the_frame_counts) {
    for (const std::size_t size : {20U, 200U, 3000U}) {
        const Bytes token = token_for(mechanism::krb5(), size);
        const std::size_t frame = token.size() - size;
        for (std::size_t bit = 0; bit < frame * 8; ++bit) {
            Bytes other = token;
            other[bit / 8] ^= std::byte{1} << (bit % 8);
            EXPECT_TRUE(fault(other)) << "bit " << bit << " of a frame for " << size;
        }
        // Behind the frame nothing does: that is the mechanism's.
        Bytes other = token;
        other[frame] ^= std::byte{1};
        EXPECT_FALSE(fault(other));
    }
}

} // namespace
} // namespace gss::test
