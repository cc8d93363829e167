// SPDX-License-Identifier: Apache-2.0
// Every call into OpenSSL that can fail is made to fail in turn: none may be taken for success. The
// linker puts these functions between the library and OpenSSL (--wrap, see meson.build);
// wrapped_test.py looks whether one is missing.
#include "crypto_support.h"

#include <gtest/gtest.h>

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
#define GSSXX_WRAP_INT(name, parameters, arguments)                                                \
    extern "C" int __real_##name parameters;                                                       \
    extern "C" int __wrap_##name parameters;                                                       \
    int __wrap_##name parameters {                                                                 \
        return gss::test::fails(#name) ? gss::test::faults.returned : __real_##name arguments;     \
    }
#define GSSXX_WRAP_POINTER(type, name, parameters, arguments)                                      \
    extern "C" type* __real_##name parameters;                                                     \
    extern "C" type* __wrap_##name parameters;                                                     \
    type* __wrap_##name parameters {                                                               \
        return gss::test::fails(#name) ? nullptr : __real_##name arguments;                        \
    }

GSSXX_WRAP_POINTER(EVP_MD, EVP_MD_fetch, (OSSL_LIB_CTX * a, const char* b, const char* c),
                   (a, b, c))
GSSXX_WRAP_INT(EVP_MD_get_size, (const EVP_MD* a), (a))
GSSXX_WRAP_POINTER(EVP_MD_CTX, EVP_MD_CTX_new, (), ())
GSSXX_WRAP_INT(EVP_DigestInit_ex2, (EVP_MD_CTX * a, const EVP_MD* b, const OSSL_PARAM* c),
               (a, b, c))
GSSXX_WRAP_INT(EVP_DigestUpdate, (EVP_MD_CTX * a, const void* b, size_t c), (a, b, c))
GSSXX_WRAP_INT(EVP_DigestFinal_ex, (EVP_MD_CTX * a, unsigned char* b, unsigned* c), (a, b, c))
GSSXX_WRAP_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_new_from_pkey,
                   (OSSL_LIB_CTX * a, EVP_PKEY* b, const char* c), (a, b, c))
GSSXX_WRAP_POINTER(EVP_PKEY_CTX, EVP_PKEY_CTX_new_from_name,
                   (OSSL_LIB_CTX * a, const char* b, const char* c), (a, b, c))
GSSXX_WRAP_INT(EVP_PKEY_keygen_init, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_INT(EVP_PKEY_CTX_set_group_name, (EVP_PKEY_CTX * a, const char* b), (a, b))
GSSXX_WRAP_INT(EVP_PKEY_CTX_set_params, (EVP_PKEY_CTX * a, const OSSL_PARAM* b), (a, b))
GSSXX_WRAP_INT(EVP_PKEY_generate, (EVP_PKEY_CTX * a, EVP_PKEY** b), (a, b))
GSSXX_WRAP_INT(EVP_PKEY_get_raw_public_key, (const EVP_PKEY* a, unsigned char* b, size_t* c),
               (a, b, c))
GSSXX_WRAP_INT(EVP_PKEY_get_octet_string_param,
               (const EVP_PKEY* a, const char* b, unsigned char* c, size_t d, size_t* e),
               (a, b, c, d, e))
GSSXX_WRAP_INT(EVP_PKEY_get_bn_param, (const EVP_PKEY* a, const char* b, BIGNUM** c), (a, b, c))
GSSXX_WRAP_POINTER(EVP_PKEY, EVP_PKEY_new_raw_public_key_ex,
                   (OSSL_LIB_CTX * a, const char* b, const char* c, const unsigned char* d,
                    size_t e),
                   (a, b, c, d, e))
GSSXX_WRAP_INT(EVP_PKEY_fromdata_init, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_INT(EVP_PKEY_fromdata, (EVP_PKEY_CTX * a, EVP_PKEY** b, int c, OSSL_PARAM* d),
               (a, b, c, d))
GSSXX_WRAP_INT(EVP_PKEY_public_check_quick, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_INT(EVP_PKEY_derive_init, (EVP_PKEY_CTX * a), (a))
GSSXX_WRAP_INT(EVP_PKEY_derive_set_peer_ex, (EVP_PKEY_CTX * a, EVP_PKEY* b, int c), (a, b, c))
GSSXX_WRAP_INT(EVP_PKEY_derive, (EVP_PKEY_CTX * a, unsigned char* b, size_t* c), (a, b, c))
GSSXX_WRAP_POINTER(BIGNUM, BN_bin2bn, (const unsigned char* a, int b, BIGNUM* c), (a, b, c))
GSSXX_WRAP_INT(BN_bn2binpad, (const BIGNUM* a, unsigned char* b, int c), (a, b, c))
GSSXX_WRAP_POINTER(BIGNUM, BN_dup, (const BIGNUM* a), (a))
GSSXX_WRAP_INT(BN_add_word, (BIGNUM * a, BN_ULONG b), (a, b))
GSSXX_WRAP_POINTER(OSSL_PARAM_BLD, OSSL_PARAM_BLD_new, (), ())
GSSXX_WRAP_INT(OSSL_PARAM_BLD_push_BN, (OSSL_PARAM_BLD * a, const char* b, const BIGNUM* c),
               (a, b, c))
GSSXX_WRAP_POINTER(OSSL_PARAM, OSSL_PARAM_BLD_to_param, (OSSL_PARAM_BLD * a), (a))
// NOLINTEND(bugprone-reserved-identifier)

namespace gss::test {
namespace {

using namespace ssh;

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
        if (error) {
            EXPECT_NE(error->text().find(met.failed), std::string::npos)
                << met.failed << " is not named in: " << error->text();
        }
    }
}

/// Anything but 1 is a failure; some of OpenSSL's functions return less than 0 or more than 1.
constexpr int failures[]{0, -1, -2, 2};

TEST(Faults, sec_A2_12_no_failure_of_a_hash_is_taken_for_success) {
    for (const int returned : failures) {
        for (const HashAlgorithm algorithm : {HashAlgorithm::sha1, HashAlgorithm::sha256,
                                              HashAlgorithm::sha384, HashAlgorithm::sha512}) {
            const int calls = sweep(returned, [algorithm]() -> std::optional<Error> {
                const auto hash = openssl_crypto().hash(algorithm);
                if (!hash) {
                    return hash.error();
                }
                const Result<void> updated = (*hash)->update(as_bytes("abc"));
                if (!updated) {
                    // It must not go on as if the octets had been hashed.
                    EXPECT_FALSE((*hash)->finish());
                    EXPECT_FALSE((*hash)->update(as_bytes("abc")));
                    return updated.error();
                }
                const Result<SecretBytes> digest = (*hash)->finish();
                return digest ? std::nullopt : std::optional(digest.error());
            });
            EXPECT_EQ(calls, 6);
        }
    }
}

std::optional<Error> agree(const Result<std::unique_ptr<KeyAgreement>>& own, BytesView peer) {
    if (!own) {
        return own.error();
    }
    const Result<SecretBytes> secret = (*own)->shared_secret(peer);
    return secret ? std::nullopt : std::optional(secret.error());
}

TEST(Faults, sec_A2_12_no_failure_on_a_curve_is_taken_for_success) {
    for (const CurveFacts& curve : curve_facts()) {
        const auto peer = openssl_crypto().ecdh(curve.curve).value();
        for (const int returned : failures) {
            const int calls = sweep(returned, [&curve, &peer] {
                return agree(openssl_crypto().ecdh(curve.curve), peer->public_key());
            });
            EXPECT_GE(calls, 10) << curve.name;
        }
    }
}

TEST(Faults, sec_A2_12_no_failure_in_a_group_is_taken_for_success) {
    const std::vector<DhGroup> all = groups();
    for (const DhGroup& group : {all[0], all[1], all[2], all.back()}) {
        const auto peer = openssl_crypto().dh(group).value();
        for (const int returned : failures) {
            const int calls = sweep(returned, [&group, &peer] {
                return agree(openssl_crypto().dh(group), peer->public_key());
            });
            EXPECT_GE(calls, 30) << bits_of(group.p);
        }
    }
}

} // namespace
} // namespace gss::test
