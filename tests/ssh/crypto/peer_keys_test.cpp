// SPDX-License-Identifier: Apache-2.0
// What a peer's public key on a curve may be, and what not.
#include "crypto_support.h"

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using namespace ssh;

void expect_refused(const CurveFacts& curve, BytesView peer, std::string_view what) {
    const Result<SecretBytes> secret = secret_with(curve.curve, peer);
    ASSERT_FALSE(secret) << curve.name << ' ' << what << " was taken";
    EXPECT_TRUE(secret.error().code() == ErrorCode::malformed_parameter ||
                secret.error().operation().ends_with("key agreement"))
        << curve.name << ' ' << what << ": " << secret.error().text();
    EXPECT_FALSE(secret.error().messages().front().empty());
}

/// A public key that is good for one exchange after another.
Bytes good_key(const CurveFacts& curve) {
    const auto agreement = openssl_crypto().ecdh(curve.curve).value();
    return {agreement->public_key().begin(), agreement->public_key().end()};
}

TEST(PeerKeys, rfc_E06_sec_A1_03_sec_A1_04_every_length_but_the_right_one_is_refused) {
    for (const CurveFacts& curve : curve_facts()) {
        // All of a good key and more of it, so that only the length is wrong.
        Bytes octets = good_key(curve);
        const Bytes more = octets;
        octets.insert(octets.end(), more.begin(), more.end());
        for (std::size_t size = 0; size <= octets.size(); ++size) {
            const Result<SecretBytes> secret =
                secret_with(curve.curve, BytesView(octets).first(size));
            EXPECT_EQ(secret.has_value(), size == curve.public_size) << curve.name << ' ' << size;
            if (!secret) {
                EXPECT_EQ(secret.error().code(), ErrorCode::malformed_parameter);
                EXPECT_NE(secret.error().text().find(std::to_string(size) + " octets instead of " +
                                                     std::to_string(curve.public_size)),
                          std::string::npos)
                    << secret.error().text();
            }
        }
    }
}

TEST(PeerKeys, rfc_E06_sec_A1_03_sec_A1_04_keys_of_other_curves_and_huge_ones_are_refused) {
    for (const CurveFacts& curve : curve_facts()) {
        for (const CurveFacts& other : curve_facts()) {
            EXPECT_EQ(secret_with(curve.curve, good_key(other)).has_value(), &curve == &other)
                << curve.name << " took a key of " << other.name;
        }
        for (const std::size_t size : {std::size_t{1000}, std::size_t{1} << 20U}) {
            expect_refused(curve, Bytes(size, std::byte{4}), "huge");
            expect_refused(curve, Bytes(size), "huge and zero");
        }
    }
}

TEST(PeerKeys, rfc_E05_sec_A2_19_points_of_low_order_are_refused) {
    std::size_t seen = 0;
    for (const std::vector<std::string>& line : vectors("low")) {
        expect_refused(facts_of(line[0]), from_hex(line[2]), "u = " + line[1]);
        ++seen;
    }
    // Seven on Curve25519, each with and without the bit that is masked; five on Curve448.
    EXPECT_EQ(seen, 19U);
}

TEST(PeerKeys, rfc_E03_rfc_E04_sec_A2_19_points_that_are_none_are_refused) {
    for (const std::vector<std::string>& line : vectors("bad")) {
        expect_refused(facts_of(line[0]), from_hex(line[2]), line[1]);
    }
    // And those beside them are good: it is the flaw that is refused.
    for (const std::vector<std::string>& line : vectors("good")) {
        const Result<SecretBytes> secret = secret_with(facts_of(line[0]).curve, from_hex(line[2]));
        EXPECT_TRUE(secret) << line[0] << ' ' << line[1] << ": " << secret.error().text();
    }
}

TEST(PeerKeys, rfc_E03_sec_A2_19_a_point_with_one_bit_altered_is_refused) {
    for (const CurveFacts& curve : curve_facts()) {
        if (curve.public_size == curve.secret_size) {
            continue; // Any octets are a public key of X25519 and X448.
        }
        const Bytes good = good_key(curve);
        const std::size_t step = curve.public_size / 32;
        for (std::size_t bit = 0; bit < good.size() * 8; bit += bit < 8 ? 1 : step) {
            Bytes other = good;
            other[bit / 8] ^= std::byte{1} << (bit % 8);
            expect_refused(curve, other, "bit " + std::to_string(bit));
        }
    }
}

// RFC 8732 s5.1: what we send is in the same form that we ask for.
TEST(PeerKeys, rfc_E04_own_points_are_uncompressed) {
    for (const CurveFacts& curve : curve_facts()) {
        const Bytes own = good_key(curve);
        EXPECT_EQ(own.size(), curve.public_size) << curve.name;
        if (curve.public_size != curve.secret_size) {
            EXPECT_EQ(own.front(), std::byte{4}) << curve.name;
        }
    }
}

// RFC 7748 s5: "implementations of X25519 (but not X448) MUST mask the most significant bit in the
// final byte" and "MUST accept non-canonical values".
TEST(PeerKeys, rfc_E05_other_encodings_of_good_values_are_taken) {
    Bytes masked = good_key(facts_of("x25519"));
    masked.back() |= std::byte{0x80};
    EXPECT_TRUE(secret_with(EcdhCurve::x25519, masked));
    // 2^255 - 1 is 18 modulo p; 2^448 - 1 is 2^224 modulo p.
    Bytes largest(32, std::byte{0xff});
    EXPECT_TRUE(secret_with(EcdhCurve::x25519, largest));
    EXPECT_TRUE(secret_with(EcdhCurve::x448, Bytes(56, std::byte{0xff})));
}

TEST(PeerKeys, an_unknown_curve_is_unavailable) {
    const auto made = openssl_crypto().ecdh(static_cast<EcdhCurve>(99));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace gss::test
