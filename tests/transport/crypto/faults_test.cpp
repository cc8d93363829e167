// SPDX-License-Identifier: Apache-2.0
// Every call into OpenSSL that can fail is made to fail in turn: none may be taken for success. The
// linker puts these functions between the library and OpenSSL (--wrap, see meson.build);
// wrapped_test.py looks whether one is missing.
#include "key_support.h"
#include "protection_support.h"

#include <gtest/gtest.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <functional>
#include <optional>

namespace gss::test {
namespace {

/// Which call fails, counted from 1, and how. 0: none.
struct Faults {
    int fail_at = 0;
    int returned = 0;
    int calls = 0;
    const char* failed = nullptr;
};
Faults faults;

/// True when this call is the one to fail.
bool fails(const char* name) {
    if (++faults.calls != faults.fail_at) {
        return false;
    }
    faults.failed = name;
    return true;
}

} // namespace
} // namespace gss::test

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
#define GSSXX_WRAP(type, failure, name, parameters, arguments)                                     \
    extern "C" type __real_##name parameters;                                                      \
    extern "C" type __wrap_##name parameters;                                                      \
    type __wrap_##name parameters {                                                                \
        return gss::test::fails(#name) ? failure : __real_##name arguments;                        \
    }
#define GSSXX_WRAP_INT(name, parameters, arguments)                                                \
    GSSXX_WRAP(int, gss::test::faults.returned, name, parameters, arguments)
#define GSSXX_WRAP_POINTER(type, name, parameters, arguments)                                      \
    GSSXX_WRAP(type*, nullptr, name, parameters, arguments)

GSSXX_WRAP_POINTER(BN_CTX, BN_CTX_new, (), ())
GSSXX_WRAP_POINTER(BIGNUM, BN_bin2bn, (const unsigned char* a, int b, BIGNUM* c), (a, b, c))
GSSXX_WRAP_INT(BN_bn2binpad, (const BIGNUM* a, unsigned char* b, int c), (a, b, c))
GSSXX_WRAP_INT(BN_div, (BIGNUM * a, BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e),
               (a, b, c, d, e))
GSSXX_WRAP_POINTER(BIGNUM, BN_dup, (const BIGNUM* a), (a))
GSSXX_WRAP_INT(BN_mod_mul,
               (BIGNUM * a, const BIGNUM* b, const BIGNUM* c, const BIGNUM* d, BN_CTX* e),
               (a, b, c, d, e))
GSSXX_WRAP_INT(BN_mul, (BIGNUM * a, const BIGNUM* b, const BIGNUM* c, BN_CTX* d), (a, b, c, d))
GSSXX_WRAP_POINTER(BIGNUM, BN_new, (), ())
GSSXX_WRAP_INT(BN_sub_word, (BIGNUM * a, BN_ULONG b), (a, b))
GSSXX_WRAP_POINTER(ECDSA_SIG, ECDSA_SIG_new, (), ())
GSSXX_WRAP_INT(ECDSA_SIG_set0, (ECDSA_SIG * a, BIGNUM* b, BIGNUM* c), (a, b, c))
GSSXX_WRAP_POINTER(ECDSA_SIG, d2i_ECDSA_SIG, (ECDSA_SIG * *a, const unsigned char** b, long c),
                   (a, b, c))
GSSXX_WRAP_INT(i2d_ECDSA_SIG, (const ECDSA_SIG* a, unsigned char** b), (a, b))
GSSXX_WRAP_INT(EVP_CIPHER_CTX_ctrl, (EVP_CIPHER_CTX * a, int b, int c, void* d), (a, b, c, d))
GSSXX_WRAP_POINTER(EVP_CIPHER_CTX, EVP_CIPHER_CTX_new, (), ())
GSSXX_WRAP_POINTER(EVP_CIPHER, EVP_CIPHER_fetch, (OSSL_LIB_CTX * a, const char* b, const char* c),
                   (a, b, c))
GSSXX_WRAP_INT(EVP_CIPHER_get_iv_length, (const EVP_CIPHER* a), (a))
GSSXX_WRAP_INT(EVP_CIPHER_get_key_length, (const EVP_CIPHER* a), (a))
GSSXX_WRAP_INT(EVP_CipherFinal_ex, (EVP_CIPHER_CTX * a, unsigned char* b, int* c), (a, b, c))
GSSXX_WRAP_INT(EVP_CipherInit_ex2,
               (EVP_CIPHER_CTX * a, const EVP_CIPHER* b, const unsigned char* c,
                const unsigned char* d, int e, const OSSL_PARAM* f),
               (a, b, c, d, e, f))
GSSXX_WRAP_INT(EVP_CipherUpdate,
               (EVP_CIPHER_CTX * a, unsigned char* b, int* c, const unsigned char* d, int e),
               (a, b, c, d, e))
GSSXX_WRAP_INT(EVP_Digest,
               (const void* a, size_t b, unsigned char* c, unsigned* d, const EVP_MD* e, ENGINE* f),
               (a, b, c, d, e, f))
GSSXX_WRAP_INT(EVP_DigestSign,
               (EVP_MD_CTX * a, unsigned char* b, size_t* c, const unsigned char* d, size_t e),
               (a, b, c, d, e))
GSSXX_WRAP_INT(EVP_DigestSignInit_ex,
               (EVP_MD_CTX * a, EVP_PKEY_CTX** b, const char* c, OSSL_LIB_CTX* d, const char* e,
                EVP_PKEY* f, const OSSL_PARAM* g),
               (a, b, c, d, e, f, g))
GSSXX_WRAP_INT(EVP_DigestVerify,
               (EVP_MD_CTX * a, const unsigned char* b, size_t c, const unsigned char* d, size_t e),
               (a, b, c, d, e))
GSSXX_WRAP_INT(EVP_DigestVerifyInit_ex,
               (EVP_MD_CTX * a, EVP_PKEY_CTX** b, const char* c, OSSL_LIB_CTX* d, const char* e,
                EVP_PKEY* f, const OSSL_PARAM* g),
               (a, b, c, d, e, f, g))
GSSXX_WRAP(size_t, static_cast<size_t>(gss::test::faults.returned), EVP_MAC_CTX_get_mac_size,
           (EVP_MAC_CTX * a), (a))
GSSXX_WRAP_POINTER(EVP_MAC_CTX, EVP_MAC_CTX_new, (EVP_MAC * a), (a))
GSSXX_WRAP_POINTER(EVP_MAC, EVP_MAC_fetch, (OSSL_LIB_CTX * a, const char* b, const char* c),
                   (a, b, c))
GSSXX_WRAP_INT(EVP_MAC_final, (EVP_MAC_CTX * a, unsigned char* b, size_t* c, size_t d),
               (a, b, c, d))
GSSXX_WRAP_INT(EVP_MAC_init,
               (EVP_MAC_CTX * a, const unsigned char* b, size_t c, const OSSL_PARAM* d),
               (a, b, c, d))
GSSXX_WRAP_INT(EVP_MAC_update, (EVP_MAC_CTX * a, const unsigned char* b, size_t c), (a, b, c))
GSSXX_WRAP_POINTER(EVP_MD_CTX, EVP_MD_CTX_new, (), ())
GSSXX_WRAP_POINTER(EVP_MD, EVP_MD_fetch, (OSSL_LIB_CTX * a, const char* b, const char* c),
                   (a, b, c))
GSSXX_WRAP_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_new_from_name,
                   (OSSL_LIB_CTX * a, const char* b, const char* c), (a, b, c))
GSSXX_WRAP_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_new_from_pkey,
                   (OSSL_LIB_CTX * a, EVP_PKEY* b, const char* c), (a, b, c))
GSSXX_WRAP_INT(EVP_PKEY_CTX_set_params, (EVP_PKEY_CTX * a, const OSSL_PARAM* b), (a, b))
GSSXX_WRAP_INT(EVP_PKEY_fromdata, (EVP_PKEY_CTX * a, EVP_PKEY** b, int c, OSSL_PARAM* d),
               (a, b, c, d))
GSSXX_WRAP_INT(EVP_PKEY_fromdata_init, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_INT(EVP_PKEY_generate, (EVP_PKEY_CTX * a, EVP_PKEY** b), (a, b))
GSSXX_WRAP_INT(EVP_PKEY_get_bn_param, (const EVP_PKEY* a, const char* b, BIGNUM** c), (a, b, c))
GSSXX_WRAP_INT(EVP_PKEY_get_octet_string_param,
               (const EVP_PKEY* a, const char* b, unsigned char* c, size_t d, size_t* e),
               (a, b, c, d, e))
GSSXX_WRAP_INT(EVP_PKEY_get_raw_private_key, (const EVP_PKEY* a, unsigned char* b, size_t* c),
               (a, b, c))
GSSXX_WRAP_INT(EVP_PKEY_get_raw_public_key, (const EVP_PKEY* a, unsigned char* b, size_t* c),
               (a, b, c))
GSSXX_WRAP_INT(EVP_PKEY_get_size, (const EVP_PKEY* a), (a))
GSSXX_WRAP_INT(EVP_PKEY_keygen_init, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_POINTER(EVP_PKEY, EVP_PKEY_new_raw_private_key_ex,
                   (OSSL_LIB_CTX * a, const char* b, const char* c, const unsigned char* d,
                    size_t e),
                   (a, b, c, d, e))
GSSXX_WRAP_POINTER(EVP_PKEY, EVP_PKEY_new_raw_public_key_ex,
                   (OSSL_LIB_CTX * a, const char* b, const char* c, const unsigned char* d,
                    size_t e),
                   (a, b, c, d, e))
GSSXX_WRAP_INT(EVP_PKEY_private_check, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_INT(EVP_PKEY_public_check_quick, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_INT(RAND_bytes, (unsigned char* a, int b), (a, b))
// NOLINTEND(bugprone-reserved-identifier)

namespace gss::test {
namespace {

using namespace transport;
using Direction = PacketProtection::Direction;

/// Anything but 1 is a failure; some of OpenSSL's functions return less than 0 or more than 1.
constexpr int failures[]{0, -1, -2, 2};

/// Runs @p scenario, which returns the error that came of it, once for each call into OpenSSL, with
/// that call failing. Returns how many there were.
int sweep(int returned, const std::function<std::optional<Error>()>& scenario) {
    for (int at = 1;; ++at) {
        faults = {at, returned, 0, nullptr};
        const std::optional<Error> error = scenario();
        const Faults met = faults;
        faults = {};
        if (met.failed == nullptr) {
            EXPECT_FALSE(error) << "failed by itself: " << error->text();
            return at - 1;
        }
        EXPECT_TRUE(error) << "call " << at << ", " << met.failed << ", returned " << returned
                           << " and nobody saw it";
    }
}

template <typename Value>
std::optional<Error> error_of(const Result<Value>& result) {
    return result ? std::nullopt : std::optional(result.error());
}

bool all_zero(BytesView octets) {
    return std::all_of(octets.begin(), octets.end(),
                       [](std::byte octet) { return octet == std::byte{0}; });
}

bool contains(BytesView octets, BytesView part) {
    return std::search(octets.begin(), octets.end(), part.begin(), part.end()) != octets.end();
}

TEST(Faults, sec_A2_12_no_packet_is_sealed_when_openssl_fails) {
    for (const Suite& suite : suites()) {
        for (const int returned : failures) {
            const int calls = sweep(returned, [&suite]() -> std::optional<Error> {
                const auto sealer = make(suite, Direction::seal);
                if (!sealer) {
                    return sealer.error();
                }
                for (std::uint32_t sequence = 0; sequence < 2; ++sequence) {
                    Bytes packet = packet_for(**sealer, pattern(60, 1));
                    const auto sealed = (*sealer)->seal(sequence, packet);
                    if (!sealed) {
                        // Nothing of it may go out, and nothing after it.
                        EXPECT_TRUE(all_zero(packet)) << suite.name();
                        Bytes next = packet_for(**sealer, pattern(60, 1));
                        EXPECT_FALSE((*sealer)->seal(sequence + 1, next)) << suite.name();
                        return sealed.error();
                    }
                }
                return std::nullopt;
            });
            EXPECT_GE(calls, 14) << suite.name();
        }
    }
}

TEST(Faults, sec_A2_12_no_packet_is_opened_when_openssl_fails) {
    for (const Suite& suite : suites()) {
        const auto sealer = make(suite, Direction::seal).value();
        const Bytes octets = pattern(60, 1);
        const BytesView payload = octets;
        Bytes sealed = packet_for(*sealer, payload);
        ASSERT_TRUE(contains(sealed, payload.last(8)));
        ASSERT_TRUE(sealer->seal(0, sealed));
        // A packet that is altered must stay refused whatever fails besides.
        for (const bool altered : {false, true}) {
            for (const int returned : failures) {
                for (int at = 0;; ++at) {
                    Bytes packet = sealed;
                    if (altered) {
                        packet.back() ^= std::byte{1};
                    }
                    faults = {at, returned, 0, nullptr};
                    const auto opener = make(suite, Direction::open);
                    const auto opened =
                        opener ? read(**opener, 0, packet) : Result<void>(opener.error());
                    const Faults met = faults;
                    faults = {};
                    const bool good = !altered && met.failed == nullptr;
                    EXPECT_EQ(opened.has_value(), good)
                        << suite.name() << " call " << at << " returned " << returned;
                    if (opener && !opened) {
                        EXPECT_FALSE(contains(packet, payload.first(8)) ||
                                     contains(packet, payload.last(8)))
                            << suite.name() << " call " << at << ": plaintext is left";
                        EXPECT_FALSE((*opener)->open(0, packet));
                    }
                    if (at > 0 && met.failed == nullptr) {
                        break;
                    }
                }
            }
        }
    }
}

TEST(Faults, sec_A2_12_and_sec_A2_33_no_octets_are_random_when_openssl_fails) {
    for (const int returned : failures) {
        EXPECT_EQ(sweep(returned,
                        [] {
                            Bytes octets(16, std::byte{7});
                            const auto made = random_octets(octets);
                            if (!made) {
                                EXPECT_TRUE(all_zero(octets));
                            }
                            return error_of(made);
                        }),
                  1);
    }
}

constexpr KeyType cheap_types[]{KeyType::ed25519, KeyType::ecdsa_nistp256, KeyType::ecdsa_nistp521,
                                KeyType::rsa};

TEST(Faults, sec_A2_12_no_signature_is_good_when_openssl_fails) {
    for (const KeyType type : cheap_types) {
        const PrivateKey key = PrivateKey::generate(type).value();
        const std::string_view algorithm = key.public_key().algorithms().front();
        const Bytes data = pattern(40, 1);
        const Bytes signature = key.sign(algorithm, data).value();
        for (const int returned : failures) {
            const int calls = sweep(returned, [&] {
                return error_of(key.public_key().verify(algorithm, data, signature));
            });
            EXPECT_GE(calls, 3);
            EXPECT_GE(sweep(returned, [&] { return error_of(key.sign(algorithm, data)); }), 4);
            // A bad one is bad whatever fails.
            Bytes bad = signature;
            bad.back() ^= std::byte{1};
            for (int at = 1; at <= calls; ++at) {
                faults = {at, returned, 0, nullptr};
                const auto verified = key.public_key().verify(algorithm, data, bad);
                faults = {};
                ASSERT_FALSE(verified);
                EXPECT_EQ(verified.error().code(), ErrorCode::bad_mic);
            }
        }
    }
}

TEST(Faults, sec_A2_12_no_key_is_read_or_written_when_openssl_fails) {
    for (const KeyType type : cheap_types) {
        const PrivateKey key = PrivateKey::generate(type).value();
        const SecretBytes text = key.to_file_text(comment).value();
        for (const int returned : failures) {
            EXPECT_GE(sweep(returned,
                            [&] { return error_of(PublicKey::parse(key.public_key().blob())); }),
                      3);
            EXPECT_GE(
                sweep(returned, [&] { return error_of(PrivateKey::parse(text.view(), "key")); }),
                10);
            EXPECT_GE(sweep(returned, [&] { return error_of(key.to_file_text(comment)); }), 3);
        }
    }
}

TEST(Faults, sec_A2_12_no_key_is_made_when_openssl_fails) {
    for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_nistp384}) {
        for (const int returned : failures) {
            EXPECT_GE(sweep(returned, [&] { return error_of(PrivateKey::generate(type)); }), 10);
        }
    }
}

} // namespace
} // namespace gss::test
