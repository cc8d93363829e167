// SPDX-License-Identifier: Apache-2.0
// Keys come from OpenSSL's random numbers and nothing else. Here they are replaced, which OpenSSL 3
// still allows.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "packet_protection.h"

#include <gssxx/transport/keys.h>

#include <gtest/gtest.h>

#include <openssl/rand.h>

namespace gss::test {
namespace {

using namespace transport;

int answer = 0;
int asked = 0;

int failing_bytes(unsigned char* /*octets*/, int /*count*/) {
    ++asked;
    return answer;
}

int ready() {
    return 1;
}

class FailingRandom {
public:
    explicit FailingRandom(int returned) {
        answer = returned;
        EXPECT_EQ(RAND_set_rand_method(&method_), 1);
    }
    FailingRandom(const FailingRandom&) = delete;
    FailingRandom& operator=(const FailingRandom&) = delete;
    ~FailingRandom() { RAND_set_rand_method(nullptr); }

private:
    RAND_METHOD method_{nullptr, &failing_bytes, nullptr, nullptr, &failing_bytes, &ready};
};

constexpr KeyType types[]{KeyType::ed25519, KeyType::ecdsa_nistp256, KeyType::ecdsa_nistp384,
                          KeyType::ecdsa_nistp521, KeyType::rsa};

TEST(Random, sec_A2_33_no_key_and_no_octets_are_made_when_random_numbers_fail) {
    for (const int returned : {0, -1}) {
        const FailingRandom random(returned);
        for (const KeyType type : types) {
            const int before = asked;
            const auto key = PrivateKey::generate(type);
            EXPECT_GT(asked, before) << "it asked for no random octets";
            ASSERT_FALSE(key);
            EXPECT_EQ(key.error().code(), ErrorCode::failure);
            EXPECT_NE(key.error().text().find("EVP_PKEY_generate"), std::string::npos);
        }
        Bytes octets(16, std::byte{7});
        EXPECT_FALSE(detail::random_octets(octets));
        EXPECT_EQ(octets, Bytes(16));
    }
    for (const KeyType type : types) {
        EXPECT_TRUE(PrivateKey::generate(type));
    }
    Bytes octets(16);
    EXPECT_TRUE(detail::random_octets(octets));
    EXPECT_NE(octets, Bytes(16));
}

// ECDSA with a nonce that is no secret gives the key away.
TEST(Random, sec_A2_33_no_ecdsa_signature_is_made_when_random_numbers_fail) {
    for (const KeyType type :
         {KeyType::ecdsa_nistp256, KeyType::ecdsa_nistp384, KeyType::ecdsa_nistp521}) {
        const PrivateKey key = PrivateKey::generate(type).value();
        const std::string_view algorithm = key.public_key().algorithms().front();
        const FailingRandom random(0);
        const int before = asked;
        EXPECT_FALSE(key.sign(algorithm, as_bytes("data")));
        EXPECT_GT(asked, before);
    }
}

} // namespace
} // namespace gss::test
