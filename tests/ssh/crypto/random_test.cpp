// SPDX-License-Identifier: Apache-2.0
// Where keys come from: OpenSSL's random numbers and nothing else. Here they are replaced, which
// OpenSSL 3 still allows.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto_support.h"

#include <gtest/gtest.h>

#include <openssl/rand.h>

#include <thread>

namespace gss::test {
namespace {

using namespace ssh;

/// What every call for random octets does while ReplacedRandom lives.
struct Behaviour {
    int returned = 1;
    unsigned char first = 0;
    unsigned char step = 0;
    int calls = 0;
};
Behaviour behaviour;

int replaced_bytes(unsigned char* octets, int count) {
    ++behaviour.calls;
    if (behaviour.returned != 1) {
        return behaviour.returned;
    }
    for (int i = 0; i < count; ++i) {
        octets[i] = static_cast<unsigned char>(behaviour.first + i * behaviour.step);
    }
    return 1;
}

int replaced_status() {
    return 1;
}

class ReplacedRandom {
public:
    explicit ReplacedRandom(Behaviour wanted) {
        behaviour = wanted;
        EXPECT_EQ(RAND_set_rand_method(&method_), 1);
    }
    ReplacedRandom(const ReplacedRandom&) = delete;
    ReplacedRandom& operator=(const ReplacedRandom&) = delete;
    ~ReplacedRandom() { RAND_set_rand_method(nullptr); }

private:
    RAND_METHOD method_{nullptr, &replaced_bytes, nullptr,
                        nullptr, &replaced_bytes, &replaced_status};
};

TEST(Random, sec_A2_33_no_key_is_made_when_random_numbers_fail) {
    for (const int returned : {0, -1}) {
        const ReplacedRandom random({returned});
        for (const CurveFacts& curve : curve_facts()) {
            const int before = behaviour.calls;
            const auto made = openssl_crypto().ecdh(curve.curve);
            EXPECT_GT(behaviour.calls, before) << curve.name << " asked for no random octets";
            ASSERT_FALSE(made) << curve.name;
            EXPECT_EQ(made.error().code(), ErrorCode::failure);
            EXPECT_NE(made.error().text().find("EVP_PKEY_generate"), std::string::npos)
                << made.error().text();
        }
        for (const DhGroup& group : groups()) {
            const int before = behaviour.calls;
            const auto made = openssl_crypto().dh(group);
            EXPECT_GT(behaviour.calls, before);
            ASSERT_FALSE(made) << bits_of(group.p);
            EXPECT_NE(made.error().text().find("EVP_PKEY_generate"), std::string::npos);
        }
    }
    // And they are made again afterwards.
    EXPECT_TRUE(openssl_crypto().ecdh(EcdhCurve::x25519));
}

// The same octets make the same key, and others another one: there is no second source.
TEST(Random, sec_A2_33_keys_are_made_of_the_random_numbers_alone) {
    const std::vector<DhGroup> all = groups();
    const auto key = [&all](std::size_t i, unsigned char first) {
        const ReplacedRandom random({1, first, 3});
        const auto made =
            i < 5 ? openssl_crypto().ecdh(curve_facts()[i].curve) : openssl_crypto().dh(all[i - 5]);
        return to_hex(made.value()->public_key());
    };
    for (std::size_t i = 0; i < 5 + all.size(); ++i) {
        EXPECT_EQ(key(i, 0x11), key(i, 0x11)) << i;
        EXPECT_NE(key(i, 0x11), key(i, 0x21)) << i;
    }
}

// RFC 4462 s2.1: 1 < x. Only a broken source gets there.
TEST(Random, rfc_K22_an_exponent_of_one_is_not_used) {
    const ReplacedRandom zeros({});
    bool met = false;
    for (const DhGroup& group : groups()) {
        const auto made = openssl_crypto().dh(group);
        if (made) {
            EXPECT_NE(to_hex((*made)->public_key()), to_hex(group.g)) << bits_of(group.p);
        } else {
            met = true;
            EXPECT_NE(made.error().text().find("exponent is 1"), std::string::npos)
                << made.error().text();
        }
    }
    EXPECT_TRUE(met) << "no group got that far";
}

TEST(Random, any_number_of_threads_may_make_keys) {
    std::vector<std::thread> threads;
    std::vector<int> agreed(4, 0);
    const DhGroup group = groups()[1];
    for (int& count : agreed) {
        threads.emplace_back([&count, &group] {
            for (std::size_t i = 0; i < 24; ++i) {
                const auto make = [&] {
                    return (i % 6 < 5 ? openssl_crypto().ecdh(curve_facts()[i % 6].curve)
                                      : openssl_crypto().dh(group))
                        .value();
                };
                const auto one = make();
                const auto two = make();
                count += to_hex(one->shared_secret(two->public_key()).value().view()) ==
                         to_hex(two->shared_secret(one->public_key()).value().view());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(agreed, std::vector<int>(4, 24));
}

// Applications that use OpenSSL themselves look at the thread's error queue.
TEST(Random, the_callers_error_queue_stays_as_it_was) {
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 77);
    const unsigned long before = ERR_peek_last_error();
    const ReplacedRandom random({0});
    EXPECT_FALSE(openssl_crypto().ecdh(EcdhCurve::nistp256));
    EXPECT_FALSE(openssl_crypto().dh(groups()[1]));
    EXPECT_FALSE(openssl_crypto().hash(static_cast<HashAlgorithm>(99)));
    for (const std::vector<std::string>& line : vectors("ecdh")) {
        const auto own = with_private_key(facts_of(line[0]), from_hex(line[1]), from_hex(line[2]));
        EXPECT_FALSE(own->shared_secret(Bytes(own->public_key().size(), std::byte{0x04})) &&
                     line[0].starts_with("nist"));
    }
    EXPECT_EQ(ERR_peek_last_error(), before);
    EXPECT_EQ(ERR_get_error(), before);
    EXPECT_EQ(ERR_get_error(), 0U);
}

} // namespace
} // namespace gss::test
