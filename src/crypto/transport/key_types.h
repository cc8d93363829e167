// SPDX-License-Identifier: Apache-2.0
// The kinds of keys, and how OpenSSL's objects are made of numbers and points.
#pragma once

#include "openssl_handles.h"

#include <gssxx/transport/keys.h>

#include <openssl/core.h>

#include <cstddef>
#include <vector>

namespace gss::inline v0::transport::detail {

using ssh::detail::PkeyPtr;

struct SignatureAlgorithm {
    std::string_view name;
    const char* digest; ///< OpenSSL's name; null: the algorithm has its own
};

/// What is fixed for one KeyType.
struct KeyFacts {
    KeyType type;
    std::string_view name;  ///< in blobs
    std::string_view curve; ///< in blobs of ECDSA
    const char* openssl_type;
    const char* openssl_group;   ///< null unless ECDSA
    std::size_t coordinate_size; ///< of ECDSA, in octets
    std::span<const std::string_view> algorithm_names;
    std::span<const SignatureAlgorithm> algorithms;
};
[[nodiscard]] const KeyFacts& facts_of(KeyType type) noexcept;
/// Null for a name that KeyType lacks.
[[nodiscard]] const KeyFacts* find_facts(std::string_view name) noexcept;
[[nodiscard]] const SignatureAlgorithm* find_algorithm(const KeyFacts& facts,
                                                       std::string_view name) noexcept;

// RSA, in octets.
inline constexpr std::size_t max_modulus_size = 16384 / 8;
inline constexpr std::size_t max_exponent_size = 8;
inline constexpr std::size_t ed25519_key_size = 32;
inline constexpr std::size_t ed25519_signature_size = 64;
inline constexpr std::size_t max_type_name = 64;

[[nodiscard]] inline std::size_t point_size(const KeyFacts& facts) noexcept {
    return 1 + 2 * facts.coordinate_size;
}

[[nodiscard]] Error key_error(std::string_view operation, std::string what,
                              ErrorCode code = ErrorCode::invalid_token);

/// Parameters for OpenSSL, with copies of what they point to, wiped when they go.
class KeyParameters {
public:
    /// @p magnitude is big-endian.
    KeyParameters& number(const char* name, BytesView magnitude);
    KeyParameters& octets(const char* name, BytesView octets);
    KeyParameters& text(const char* name, std::string_view text);
    /// An EVP_PKEY of these. @p selection is EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR.
    [[nodiscard]] Result<PkeyPtr> make(const char* type, int selection, std::string_view operation);

private:
    std::vector<SecretBytes> values_;
    std::vector<OSSL_PARAM> parameters_;
};

/// A number of @p key, big-endian.
[[nodiscard]] Result<SecretBytes> number_of(const EVP_PKEY& key, const char* name,
                                            std::string_view operation);

/// A signature as OpenSSL makes it, and whether one is good.
[[nodiscard]] Result<Bytes> sign_with(EVP_PKEY& key, const char* digest, BytesView data);
[[nodiscard]] Result<void> verify_with(EVP_PKEY& key, const char* digest, BytesView data,
                                       BytesView signature);

/// ECDSA signatures: mpint r and s (RFC 5656 s3.1.2) to DER as OpenSSL has it, and back.
[[nodiscard]] Result<Bytes> ecdsa_to_der(const KeyFacts& facts, BytesView blob);
[[nodiscard]] Result<Bytes> ecdsa_from_der(BytesView der);

} // namespace gss::inline v0::transport::detail
