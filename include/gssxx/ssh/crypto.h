// SPDX-License-Identifier: Apache-2.0
// The cryptography that a key exchange needs, as an interface. gssxx-crypto implements it with
// OpenSSL; another stack may put its own behind it, and known-answer tests fix the key pairs.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace gss::inline v0::ssh {

enum class HashAlgorithm : std::uint8_t { sha1, sha256, sha384, sha512 };
enum class EcdhCurve : std::uint8_t { x25519, x448, nistp256, nistp384, nistp521 };

/// A group for Diffie-Hellman: big-endian magnitudes without leading zeros.
struct DhGroup {
    Bytes p;
    Bytes g;
};

/// A hash under way. One thread at a time.
class Hash {
public:
    virtual ~Hash() = default;
    /// Takes the next octets.
    [[nodiscard]] virtual Result<void> update(BytesView octets) = 0;
    /// The digest; the object is of no use afterwards.
    [[nodiscard]] virtual Result<SecretBytes> finish() = 0;

protected:
    Hash() = default;
    Hash(const Hash&) = default;
    Hash& operator=(const Hash&) = default;
};

/// One side's ephemeral key pair. Used for one exchange.
class KeyAgreement {
public:
    virtual ~KeyAgreement() = default;
    /// What is sent to the peer. ECDH: the octets of Q (RFC 5656 s4, RFC 8731 s3). Groups: e or f
    /// as a big-endian magnitude without leading zeros.
    [[nodiscard]] virtual BytesView public_key() const noexcept = 0;
    /// The shared secret K as a big-endian magnitude without leading zeros (RFC 4253 s8, RFC 5656
    /// s4, RFC 8731 s3.1: octets of X25519 and X448 are read as big-endian). Fails when @p peer is
    /// no valid public key: wrong length, a point outside the curve, not the uncompressed form, a
    /// magnitude outside [2, p-2], or when the secret is zero or one.
    [[nodiscard]] virtual Result<SecretBytes> shared_secret(BytesView peer) = 0;

protected:
    KeyAgreement() = default;
    KeyAgreement(const KeyAgreement&) = default;
    KeyAgreement& operator=(const KeyAgreement&) = default;
};

/// Makes hashes and key pairs. Any number of threads may use one.
class Crypto {
public:
    virtual ~Crypto() = default;
    /// A hash that has seen nothing yet.
    [[nodiscard]] virtual Result<std::unique_ptr<Hash>> hash(HashAlgorithm algorithm) const = 0;
    /// A fresh key pair on @p curve.
    [[nodiscard]] virtual Result<std::unique_ptr<KeyAgreement>> ecdh(EcdhCurve curve) const = 0;
    /// A key pair in @p group; the private exponent is in [1, q-1] (RFC 4253 s8).
    [[nodiscard]] virtual Result<std::unique_ptr<KeyAgreement>> dh(const DhGroup& group) const = 0;

protected:
    Crypto() = default;
    Crypto(const Crypto&) = default;
    Crypto& operator=(const Crypto&) = default;
};

/// The implementation of the library gssxx-crypto. Lives as long as the process.
[[nodiscard]] GSSXX_EXPORT const Crypto& openssl_crypto() noexcept;

} // namespace gss::inline v0::ssh
