// SPDX-License-Identifier: Apache-2.0
// Diffie-Hellman in groups: what may be sent and taken, and private exponents.
#include "crypto_support.h"

#include <gtest/gtest.h>

#include <openssl/core_names.h>

#include <set>

namespace gss::test {
namespace {

using namespace ssh;

/// @p magnitude with @p difference added to it; no carry past the front.
Bytes plus(Bytes magnitude, int difference) {
    for (std::size_t i = magnitude.size(); i-- > 0 && difference != 0;) {
        const int sum = std::to_integer<int>(magnitude[i]) + difference;
        magnitude[i] = static_cast<std::byte>(sum & 0xff);
        difference = sum < 0 ? -1 : sum > 0xff ? 1 : 0;
    }
    return magnitude;
}

Bytes number(int value) {
    return {static_cast<std::byte>(value)};
}

/// With zeros in front, which do not change a number.
Bytes longer(BytesView magnitude, std::size_t zeros) {
    return padded(magnitude, magnitude.size() + zeros);
}

TEST(Groups, rfc_K24_sec_A1_23_public_values_outside_2_to_p_minus_2_are_refused) {
    for (const DhGroup& group : groups()) {
        const std::size_t bits = bits_of(group.p);
        Bytes twice_p = group.p;
        twice_p.insert(twice_p.begin(), std::byte{1});
        Bytes huge(2048); // 2^16383
        huge[0] = std::byte{0x80};
        const std::vector<Bytes> bad{{},
                                     number(0),
                                     Bytes(300),
                                     number(1),
                                     padded(number(1), group.p.size()),
                                     plus(group.p, -1),
                                     group.p,
                                     plus(group.p, 1),
                                     plus(group.p, 2),
                                     twice_p,
                                     huge,
                                     Bytes(group.p.size(), std::byte{0xff}),
                                     Bytes(std::size_t{1} << 20U, std::byte{1})};
        for (const Bytes& peer : bad) {
            const Result<SecretBytes> secret = secret_with(group, peer);
            ASSERT_FALSE(secret) << bits << " bits took a value of " << peer.size() << " octets";
            EXPECT_EQ(secret.error().code(), ErrorCode::malformed_parameter)
                << secret.error().text();
        }
        // The two at the ends that are allowed.
        EXPECT_TRUE(secret_with(group, number(2))) << bits;
        EXPECT_TRUE(secret_with(group, plus(group.p, -2))) << bits;
        EXPECT_TRUE(secret_with(group, padded(number(2), group.p.size()))) << bits;
    }
}

TEST(Groups, rfc_K24_what_is_sent_is_in_range_and_without_leading_zeros) {
    for (const DhGroup& group : groups()) {
        for (int i = 0; i < 8; ++i) {
            const auto agreement = openssl_crypto().dh(group).value();
            const BytesView sent = agreement->public_key();
            EXPECT_NE(sent.front(), std::byte{0});
            EXPECT_GT(bits_of(sent), bits_of(group.p) - 64);
            EXPECT_LT(to_hex(padded(sent, group.p.size())), to_hex(plus(group.p, -1)));
        }
    }
}

// In this group w has order 4, so that w^x is 1 or p-1 for every other x: RFC 4419 s3 asks for a
// check of K besides that of the public value.
TEST(Groups, rfc_K24_secrets_outside_2_to_p_minus_2_are_refused) {
    const std::vector<std::string> line = vectors("order4").front();
    // Not 2: where 2 is a generator of the whole group, OpenSSL takes even exponents only.
    const DhGroup group{from_hex(line[0]), number(3)};
    const Bytes w = from_hex(line[1]);
    std::size_t refused = 0;
    std::set<std::string> secrets;
    for (int i = 0; i < 64; ++i) {
        const Result<SecretBytes> secret = secret_with(group, w);
        if (secret) {
            secrets.insert(to_hex(secret->view()));
        } else {
            ++refused;
        }
    }
    EXPECT_GT(refused, 8U);
    EXPECT_EQ(secrets.size(), 2U); // w and p-w
    EXPECT_TRUE(secrets.contains(to_hex(w)));
    EXPECT_FALSE(secrets.contains("01"));
    EXPECT_FALSE(secrets.contains(to_hex(plus(group.p, -1))));
}

/// The private exponent of a key that the library made.
Bytes exponent_of(EVP_PKEY& key) {
    BIGNUM* read = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(&key, OSSL_PKEY_PARAM_PRIV_KEY, &read), 1);
    const detail::NumberPtr exponent(read);
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(read)));
    BN_bn2bin(read, reinterpret_cast<unsigned char*>(octets.data()));
    return octets;
}

TEST(Groups, rfc_K22_private_exponents_are_of_full_size_and_below_q) {
    for (const DhGroup& group : groups()) {
        const std::size_t modulus = bits_of(group.p);
        const auto wanted =
            static_cast<std::size_t>(detail::exponent_bits(static_cast<int>(modulus)));
        // At least twice 256 bits of strength; RFC 3526 s8 for the larger groups.
        EXPECT_GE(wanted, modulus >= 8192 ? 620U : modulus >= 6144 ? 540U : 512U);
        EXPECT_LT(wanted, modulus - 1) << "q = (p-1)/2 has one bit less than p";
        std::set<std::string> seen;
        for (int i = 0; i < 12; ++i) {
            const detail::PkeyPtr key = detail::make_dh_key(group).value();
            const Bytes exponent = exponent_of(*key);
            EXPECT_LE(bits_of(exponent), wanted);
            EXPECT_GT(bits_of(exponent), wanted - 64) << "the chance of this is 2^-64";
            EXPECT_TRUE(seen.insert(to_hex(exponent)).second);
        }
    }
    // Small moduli are never asked for, and must not lead to exponents of q and more.
    for (int bits = 8; bits < 600; ++bits) {
        EXPECT_LT(detail::exponent_bits(bits), bits - 1);
    }
}

TEST(Groups, groups_that_make_no_sense_are_refused) {
    const DhGroup good = groups()[1];
    const Bytes p = good.p;
    Bytes short_prime = good.p;
    short_prime.resize(127);
    short_prime.back() |= std::byte{1};
    Bytes long_prime(1025, std::byte{0xff});
    const std::vector<DhGroup> bad{{{}, {}},
                                   {p, {}},
                                   {{}, good.g},
                                   {p, number(0)},
                                   {p, number(1)},
                                   {p, plus(p, -1)},
                                   {p, p},
                                   {p, plus(p, 1)},
                                   {p, longer(number(1), 30)},
                                   {p, Bytes(2000, std::byte{1})},
                                   {plus(p, -1), good.g},
                                   {plus(p, 1), good.g},
                                   {Bytes(256), good.g},
                                   {number(23), number(5)},
                                   {short_prime, good.g},
                                   {long_prime, good.g},
                                   {Bytes(std::size_t{1} << 20U, std::byte{0xff}), good.g}};
    for (const DhGroup& group : bad) {
        const auto made = openssl_crypto().dh(group);
        ASSERT_FALSE(made) << group.p.size() << ' ' << group.g.size();
        EXPECT_EQ(made.error().code(), ErrorCode::malformed_parameter) << made.error().text();
    }
    EXPECT_TRUE(openssl_crypto().dh({longer(p, 3), longer(good.g, 3)}));
    EXPECT_TRUE(openssl_crypto().dh({p, plus(p, -2)}));
}

} // namespace
} // namespace gss::test
