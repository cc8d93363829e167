// SPDX-License-Identifier: Apache-2.0
#include "crypto_support.h"

#include <gtest/gtest.h>

#include <openssl/core_names.h>

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <sstream>

namespace gss::test {

using namespace ssh;

namespace {

unsigned char* chars(std::byte* octets) {
    return reinterpret_cast<unsigned char*>(octets);
}

/// OpenSSL's object of those parameters; the test fails when there is none.
detail::PkeyPtr key_of(const char* type, OSSL_PARAM_BLD* parameters) {
    const detail::ParamsPtr made(OSSL_PARAM_BLD_to_param(parameters));
    const detail::PkeyContextPtr maker(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* key = nullptr;
    EXPECT_EQ(EVP_PKEY_fromdata_init(maker.get()), 1);
    EXPECT_EQ(EVP_PKEY_fromdata(maker.get(), &key, EVP_PKEY_KEYPAIR, made.get()), 1);
    return detail::PkeyPtr(key);
}

detail::NumberPtr number(BytesView magnitude) {
    return detail::NumberPtr(BN_bin2bn(reinterpret_cast<const unsigned char*>(magnitude.data()),
                                       static_cast<int>(magnitude.size()), nullptr));
}

} // namespace

Bytes from_hex(std::string_view hex) {
    constexpr std::string_view digits = "0123456789abcdef";
    Bytes octets;
    std::string even(hex.size() % 2, '0');
    even += hex;
    for (std::size_t i = 0; i < even.size(); i += 2) {
        octets.push_back(
            static_cast<std::byte>(digits.find(even[i]) * 16 + digits.find(even[i + 1])));
    }
    return octets;
}

std::string to_hex(BytesView octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::byte octet : octets) {
        hex += digits[std::to_integer<std::size_t>(octet) >> 4U];
        hex += digits[std::to_integer<std::size_t>(octet) & 15U];
    }
    return hex;
}

Bytes padded(BytesView magnitude, std::size_t size) {
    Bytes octets(size - std::min(size, magnitude.size()));
    octets.insert(octets.end(), magnitude.begin(), magnitude.end());
    return octets;
}

std::vector<std::vector<std::string>> vectors(std::string_view kind) {
    std::ifstream file(GSSXX_VECTORS);
    std::vector<std::vector<std::string>> found;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string word;
        words >> word;
        if (word == kind) {
            found.emplace_back();
            while (words >> word) {
                found.back().push_back(word);
            }
        }
    }
    EXPECT_FALSE(found.empty()) << kind;
    return found;
}

const std::vector<CurveFacts>& curve_facts() {
    static const std::vector<CurveFacts> facts{
        {EcdhCurve::x25519, "x25519", 32, 32},      {EcdhCurve::x448, "x448", 56, 56},
        {EcdhCurve::nistp256, "nistp256", 65, 32},  {EcdhCurve::nistp384, "nistp384", 97, 48},
        {EcdhCurve::nistp521, "nistp521", 133, 66},
    };
    return facts;
}

const CurveFacts& facts_of(std::string_view name) {
    return *std::find_if(curve_facts().begin(), curve_facts().end(),
                         [name](const CurveFacts& facts) { return facts.name == name; });
}

std::unique_ptr<KeyAgreement> with_private_key(const CurveFacts& curve, BytesView private_key,
                                               BytesView public_key) {
    detail::PkeyPtr key;
    if (curve.name.starts_with("x")) {
        key.reset(EVP_PKEY_new_raw_private_key_ex(
            nullptr, curve.name == "x448" ? "X448" : "X25519", nullptr,
            reinterpret_cast<const unsigned char*>(private_key.data()), private_key.size()));
    } else {
        const detail::ParamsBuilderPtr builder(OSSL_PARAM_BLD_new());
        const std::string group = "P-" + std::string(curve.name.substr(5));
        const detail::NumberPtr scalar = number(private_key);
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group.c_str(),
                                        0);
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, scalar.get());
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(),
                                         public_key.size());
        key = key_of("EC", builder.get());
    }
    return detail::ecdh_agreement(curve.curve, std::move(key)).value();
}

std::unique_ptr<KeyAgreement> with_private_exponent(const DhGroup& group, BytesView exponent,
                                                    BytesView public_key) {
    const detail::ParamsBuilderPtr builder(OSSL_PARAM_BLD_new());
    const std::array<detail::NumberPtr, 4> numbers{number(group.p), number(group.g),
                                                   number(exponent), number(public_key)};
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_P, numbers[0].get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_G, numbers[1].get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, numbers[2].get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, numbers[3].get());
    return detail::dh_agreement(group, key_of("DH", builder.get())).value();
}

std::vector<DhGroup> groups() {
    std::vector<DhGroup> made;
    for (BIGNUM* const prime :
         {BN_get_rfc2409_prime_1024(nullptr), BN_get_rfc3526_prime_2048(nullptr),
          BN_get_rfc3526_prime_3072(nullptr), BN_get_rfc3526_prime_4096(nullptr),
          BN_get_rfc3526_prime_6144(nullptr), BN_get_rfc3526_prime_8192(nullptr)}) {
        const detail::NumberPtr owner(prime);
        DhGroup group{Bytes(static_cast<std::size_t>(BN_num_bytes(prime))), {std::byte{2}}};
        BN_bn2bin(prime, chars(group.p.data()));
        made.push_back(std::move(group));
    }
    made.push_back({from_hex(vectors("dh").front().front()), {std::byte{2}}});
    return made;
}

std::size_t bits_of(BytesView magnitude) {
    return magnitude.empty()
               ? 0
               : magnitude.size() * 8 - static_cast<std::size_t>(std::countl_zero(
                                            std::to_integer<unsigned char>(magnitude.front())));
}

Result<SecretBytes> secret_with(EcdhCurve curve, BytesView peer) {
    // A copy of its own size, so that a sanitizer sees reading past it.
    const Bytes exact(peer.begin(), peer.end());
    return openssl_crypto().ecdh(curve).value()->shared_secret(exact);
}

Result<SecretBytes> secret_with(const DhGroup& group, BytesView peer) {
    const Bytes exact(peer.begin(), peer.end());
    return openssl_crypto().dh(group).value()->shared_secret(exact);
}

} // namespace gss::test
