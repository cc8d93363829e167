// SPDX-License-Identifier: Apache-2.0
// The kinds of keys, and how OpenSSL's objects are made of numbers and points.
#include "key_types.h"

#include <openssl/core_names.h>

#include <algorithm>
#include <array>
#include <bit>

namespace gss::inline v0::transport::detail {

using ssh::detail::NumberPtr;
using ssh::detail::openssl_failure;
using ssh::detail::PkeyContextPtr;
using ssh::detail::succeeded;

namespace {

constexpr std::array<SignatureAlgorithm, 1> ed25519_algorithms{{{"ssh-ed25519", nullptr}}};
constexpr std::array<SignatureAlgorithm, 1> nistp256_algorithms{
    {{"ecdsa-sha2-nistp256", "SHA256"}}};
constexpr std::array<SignatureAlgorithm, 1> nistp384_algorithms{
    {{"ecdsa-sha2-nistp384", "SHA384"}}};
constexpr std::array<SignatureAlgorithm, 1> nistp521_algorithms{
    {{"ecdsa-sha2-nistp521", "SHA512"}}};
// RFC 8332 s3; never "ssh-rsa", whose hash is SHA-1.
constexpr std::array<SignatureAlgorithm, 2> rsa_algorithms{
    {{"rsa-sha2-512", "SHA512"}, {"rsa-sha2-256", "SHA256"}}};

constexpr std::array<std::string_view, 1> ed25519_names{"ssh-ed25519"};
constexpr std::array<std::string_view, 1> nistp256_names{"ecdsa-sha2-nistp256"};
constexpr std::array<std::string_view, 1> nistp384_names{"ecdsa-sha2-nistp384"};
constexpr std::array<std::string_view, 1> nistp521_names{"ecdsa-sha2-nistp521"};
constexpr std::array<std::string_view, 2> rsa_names{"rsa-sha2-512", "rsa-sha2-256"};

// In the order of KeyType.
constexpr std::array<KeyFacts, 5> all_facts{{
    {KeyType::ed25519, "ssh-ed25519", {}, "ED25519", nullptr, 0, ed25519_names, ed25519_algorithms},
    {KeyType::ecdsa_nistp256, "ecdsa-sha2-nistp256", "nistp256", "EC", "P-256", 32, nistp256_names,
     nistp256_algorithms},
    {KeyType::ecdsa_nistp384, "ecdsa-sha2-nistp384", "nistp384", "EC", "P-384", 48, nistp384_names,
     nistp384_algorithms},
    {KeyType::ecdsa_nistp521, "ecdsa-sha2-nistp521", "nistp521", "EC", "P-521", 66, nistp521_names,
     nistp521_algorithms},
    {KeyType::rsa, "ssh-rsa", {}, "RSA", nullptr, 0, rsa_names, rsa_algorithms},
}};

} // namespace

const KeyFacts& facts_of(KeyType type) noexcept {
    return all_facts[static_cast<std::size_t>(type) % all_facts.size()];
}

const KeyFacts* find_facts(std::string_view name) noexcept {
    const auto found = std::find_if(all_facts.begin(), all_facts.end(),
                                    [name](const KeyFacts& facts) { return facts.name == name; });
    return found == all_facts.end() ? nullptr : &*found;
}

const SignatureAlgorithm* find_algorithm(const KeyFacts& facts, std::string_view name) noexcept {
    const auto found =
        std::find_if(facts.algorithms.begin(), facts.algorithms.end(),
                     [name](const SignatureAlgorithm& entry) { return entry.name == name; });
    return found == facts.algorithms.end() ? nullptr : &*found;
}

Error key_error(std::string_view operation, std::string what, ErrorCode code) {
    return {code, std::string(operation), std::move(what)};
}

KeyParameters& KeyParameters::number(const char* name, BytesView magnitude) {
    // OpenSSL's parameters have the machine's order of octets.
    SecretBytes& value = values_.emplace_back(magnitude);
    if constexpr (std::endian::native == std::endian::little) {
        std::reverse(value.data(), value.data() + value.size());
    }
    parameters_.push_back(OSSL_PARAM_construct_BN(
        name, reinterpret_cast<unsigned char*>(value.data()), value.size()));
    return *this;
}

KeyParameters& KeyParameters::octets(const char* name, BytesView octets) {
    SecretBytes& value = values_.emplace_back(octets);
    parameters_.push_back(OSSL_PARAM_construct_octet_string(name, value.data(), value.size()));
    return *this;
}

KeyParameters& KeyParameters::text(const char* name, std::string_view text) {
    // OpenSSL reads up to a NUL, which it does not count.
    SecretBytes& value = values_.emplace_back(text.size() + 1);
    const BytesView characters = as_bytes(text);
    std::copy(characters.begin(), characters.end(), value.data());
    parameters_.push_back(
        OSSL_PARAM_construct_utf8_string(name, reinterpret_cast<char*>(value.data()), text.size()));
    return *this;
}

Result<PkeyPtr> KeyParameters::make(const char* type, int selection, std::string_view operation) {
    const PkeyContextPtr maker(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    if (!maker) {
        return openssl_failure(operation, "EVP_PKEY_CTX_new_from_name");
    }
    if (!succeeded(EVP_PKEY_fromdata_init(maker.get()))) {
        return openssl_failure(operation, "EVP_PKEY_fromdata_init");
    }
    parameters_.push_back(OSSL_PARAM_construct_end());
    EVP_PKEY* made = nullptr;
    const int returned = EVP_PKEY_fromdata(maker.get(), &made, selection, parameters_.data());
    PkeyPtr key(made);
    if (!succeeded(returned) || !key) {
        return openssl_failure(operation, "EVP_PKEY_fromdata", ErrorCode::invalid_token);
    }
    return key;
}

Result<SecretBytes> number_of(const EVP_PKEY& key, const char* name, std::string_view operation) {
    BIGNUM* made = nullptr;
    const int returned = EVP_PKEY_get_bn_param(&key, name, &made);
    const NumberPtr number(made);
    if (!succeeded(returned) || !number) {
        return openssl_failure(operation, "EVP_PKEY_get_bn_param");
    }
    const int size = BN_num_bytes(number.get());
    SecretBytes magnitude(static_cast<std::size_t>(size));
    if (BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(magnitude.data()), size) !=
        size) {
        return openssl_failure(operation, "BN_bn2binpad");
    }
    return magnitude;
}

} // namespace gss::inline v0::transport::detail
