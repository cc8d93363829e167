// SPDX-License-Identifier: Apache-2.0
// Key agreement by known answers: those of RFC 7748, and those of make_vectors.py, which computes
// them with Python's integers.
#include "crypto_support.h"
#include "writer.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

namespace gss::test {
namespace {

using namespace ssh;

/// The function of RFC 7748 s5, through the library: the secret with its leading zeros.
Bytes x_function(const CurveFacts& curve, BytesView scalar, BytesView u) {
    const Result<SecretBytes> secret = with_private_key(curve, scalar, {})->shared_secret(u);
    return padded(secret.value().view(), curve.secret_size);
}

std::string mpint_of(BytesView magnitude) {
    return to_hex(wire::Writer().mpint(magnitude).octets());
}

TEST(KnownAnswers, rfc_E05_x25519_is_that_of_rfc_7748_s5_2) {
    const CurveFacts& curve = facts_of("x25519");
    EXPECT_EQ(
        to_hex(x_function(
            curve, from_hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
            from_hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))),
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
    // With the highest bit of u set, which is masked.
    EXPECT_EQ(
        to_hex(x_function(
            curve, from_hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
            from_hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))),
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST(KnownAnswers, rfc_E05_x448_is_that_of_rfc_7748_s5_2) {
    const CurveFacts& curve = facts_of("x448");
    EXPECT_EQ(
        to_hex(x_function(
            curve,
            from_hex(
                "3d262fddf9ec8e88495266fea19a34d28882acef045104d0d1aae121700a779c984c24f8cdd78f"
                "bff44943eba368f54b29259a4f1c600ad3"),
            from_hex(
                "06fce640fa3487bfda5f6cf2d5263f8aad88334cbd07437f020f08f9814dc031ddbdc38c19c6da"
                "2583fa5429db94ada18aa7a7fb4ef8a086"))),
        "ce3e4ff95a60dc6697da1db1d85e6afbdf79b50a2412d7546d5f239fe14fbaadeb445fc66a01b0779d98223961"
        "111e21766282f73dd96b6f");
    EXPECT_EQ(
        to_hex(x_function(
            curve,
            from_hex(
                "203d494428b8399352665ddca42f9de8fef600908e0d461cb021f8c538345dd77c3e4806e25f46"
                "d3315c44e0a5b4371282dd2c8d5be3095f"),
            from_hex(
                "0fbcc2f993cd56d3305b0b7d9e55d4c1a8fb5dbb52f8e9a1e9b6201b165d015894e56c4d3570be"
                "e52fe205e28a78b91cdfbde71ce8d157db"))),
        "884a02576239ff7a2f2f63b2db6a9ff37047ac13568e1e30fe63c4a7ad1b3ee3a5700df34321d62077e63633c5"
        "75c1c954514e99da7c179d");
}

TEST(KnownAnswers, rfc_E05_a_thousand_iterations_of_rfc_7748_s5_2_come_out) {
    const std::map<std::string_view, std::pair<std::string, std::string>> answers{
        {"x25519",
         {"422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079",
          "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"}},
        {"x448",
         {"3f482c8a9f19b01e6c46ee9711d9dc14fd4bf67af30765c2ae2b846a4d23a8cd0db897086239492caf350b51"
          "f8"
          "33868b9bc2b3bca9cf4113",
          "aa3b4749d55b9daf1e5b00288826c467274ce3ebbdd5c17b975e09d4af6c67cf10d087202db88286e2b79fce"
          "ea"
          "3ec353ef54faa26e219f38"}}};
    for (const auto& [name, expected] : answers) {
        const CurveFacts& curve = facts_of(name);
        Bytes k(curve.secret_size);
        k[0] = name == "x25519" ? std::byte{9} : std::byte{5};
        Bytes u = k;
        for (int i = 1; i <= 1000; ++i) {
            u = std::exchange(k, x_function(curve, k, u));
            if (i == 1) {
                EXPECT_EQ(to_hex(k), expected.first) << name;
            }
        }
        EXPECT_EQ(to_hex(k), expected.second) << name;
    }
}

void expect_both_sides(const CurveFacts& curve, std::string_view alice,
                       std::string_view alice_public, std::string_view bob,
                       std::string_view bob_public, std::string_view secret) {
    const auto one = with_private_key(curve, from_hex(alice), {});
    const auto two = with_private_key(curve, from_hex(bob), {});
    EXPECT_EQ(to_hex(one->public_key()), alice_public);
    EXPECT_EQ(to_hex(two->public_key()), bob_public);
    EXPECT_EQ(to_hex(one->shared_secret(two->public_key()).value().view()), secret);
    EXPECT_EQ(to_hex(two->shared_secret(from_hex(alice_public)).value().view()), secret);
}

TEST(KnownAnswers, rfc_E05_both_sides_of_rfc_7748_s6_come_out) {
    expect_both_sides(facts_of("x25519"),
                      "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
                      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
                      "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
                      "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
                      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    expect_both_sides(
        facts_of("x448"),
        "9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28dd9c9baf574a9419744897391006382a6f1"
        "27ab1d9ac2d8c0a598726b",
        "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88"
        "120d53177f80e532c41fa0",
        "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b"
        "09d1b0366f10b65173992d",
        "3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b43027d8b972fc3e34fb4232a13ca706dcb57a"
        "ec3dae07bdc1c67bf33609",
        "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c244030"
        "85"
        "d59a449a5037514a879d");
}

// Each curve has a secret with leading zeros and one that needs a zero in front as an mpint.
TEST(KnownAnswers, rfc_E07_rfc_E08_secrets_of_every_shape_are_the_right_mpint) {
    std::map<std::string, std::set<char>> shapes;
    for (const std::vector<std::string>& line : vectors("ecdh")) {
        const CurveFacts& curve = facts_of(line[0]);
        const auto own = with_private_key(curve, from_hex(line[1]), from_hex(line[2]));
        EXPECT_EQ(to_hex(own->public_key()), line[2]) << line[0];
        const Result<SecretBytes> secret = own->shared_secret(from_hex(line[3]));
        ASSERT_TRUE(secret) << line[0] << ": " << secret.error().text();
        const BytesView k = secret->view();
        EXPECT_EQ(mpint_of(k), line[4]) << line[0];
        EXPECT_NE(k.front(), std::byte{0}) << line[0];
        EXPECT_LE(k.size(), curve.secret_size);
        const bool high = (k.front() & std::byte{0x80}) != std::byte{0};
        shapes[line[0]].insert(k.size() < curve.secret_size ? 'z' : high ? 'h' : 'l');
    }
    ASSERT_EQ(shapes.size(), 5U);
    for (const auto& [name, seen] : shapes) {
        EXPECT_TRUE(seen.contains('z')) << name << " without a leading zero";
        // The highest octet of nistp521 is 0 or 1.
        EXPECT_EQ(seen.contains('h'), name != "nistp521") << name;
        EXPECT_TRUE(seen.contains('l')) << name;
    }
}

TEST(KnownAnswers, rfc_K24_secrets_of_groups_of_every_shape_are_the_right_mpint) {
    std::set<char> shapes;
    for (const std::vector<std::string>& line : vectors("dh")) {
        const DhGroup group{from_hex(line[0]), from_hex(line[1])};
        const auto own = with_private_exponent(group, from_hex(line[2]), from_hex(line[3]));
        EXPECT_EQ(to_hex(own->public_key()), to_hex(from_hex(line[3])));
        const Result<SecretBytes> secret = own->shared_secret(from_hex(line[4]));
        ASSERT_TRUE(secret) << secret.error().text();
        const BytesView k = secret->view();
        EXPECT_EQ(mpint_of(k), line[5]);
        const bool high = (k.front() & std::byte{0x80}) != std::byte{0};
        shapes.insert(k.size() < group.p.size() ? 'z' : high ? 'h' : 'l');
    }
    EXPECT_EQ(shapes, (std::set<char>{'h', 'l', 'z'}));
}

TEST(KnownAnswers, both_sides_of_every_curve_and_group_agree) {
    const Crypto& crypto = openssl_crypto();
    for (const CurveFacts& curve : curve_facts()) {
        for (int i = 0; i < 20; ++i) {
            const auto one = crypto.ecdh(curve.curve).value();
            const auto two = crypto.ecdh(curve.curve).value();
            EXPECT_EQ(one->public_key().size(), curve.public_size);
            EXPECT_NE(to_hex(one->public_key()), to_hex(two->public_key()));
            EXPECT_EQ(to_hex(one->shared_secret(two->public_key()).value().view()),
                      to_hex(two->shared_secret(one->public_key()).value().view()));
        }
    }
    for (const DhGroup& group : groups()) {
        const auto one = crypto.dh(group).value();
        const auto two = crypto.dh(group).value();
        EXPECT_NE(to_hex(one->public_key()), to_hex(two->public_key()));
        EXPECT_EQ(to_hex(one->shared_secret(two->public_key()).value().view()),
                  to_hex(two->shared_secret(one->public_key()).value().view()));
    }
}

TEST(KnownAnswers, a_key_pair_serves_once) {
    const Crypto& crypto = openssl_crypto();
    const DhGroup group = groups().front();
    for (const bool good : {true, false}) {
        for (std::size_t i = 0; i <= curve_facts().size(); ++i) {
            const auto make = [&] {
                return (i < 5 ? crypto.ecdh(curve_facts()[i].curve) : crypto.dh(group)).value();
            };
            const auto own = make();
            const auto peer = make();
            const Bytes public_key(own->public_key().begin(), own->public_key().end());
            EXPECT_EQ(own->shared_secret(good ? peer->public_key() : BytesView()).has_value(),
                      good);
            const Result<SecretBytes> again = own->shared_secret(peer->public_key());
            ASSERT_FALSE(again);
            EXPECT_EQ(again.error().code(), ErrorCode::misuse);
            // It goes into the exchange hash afterwards.
            EXPECT_EQ(to_hex(own->public_key()), to_hex(public_key));
        }
    }
}

} // namespace
} // namespace gss::test
