// SPDX-License-Identifier: Apache-2.0
// Keys of hosts and users: ed25519 (RFC 8709), ECDSA (RFC 5656), RSA with SHA-2 (RFC 8332).
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gss::inline v0::transport {

/// What a key may be. RSA has 2048 to 16384 bits.
enum class KeyType : std::uint8_t { ed25519, ecdsa_nistp256, ecdsa_nistp384, ecdsa_nistp521, rsa };

/// A public key. A value: copies share what they hold. Any number of threads may use one.
class GSSXX_EXPORT PublicKey {
public:
    /// The key in @p blob (RFC 4253 s6.6). Fails with invalid_token when it is damaged, of another
    /// type than those of KeyType, of a size that is not taken, or when octets are left over.
    [[nodiscard]] static Result<PublicKey> parse(BytesView blob);
    /// A line of a ".pub" file: type, Base64, comment. The type must be that of the blob.
    [[nodiscard]] static Result<PublicKey> parse_line(std::string_view line);

    [[nodiscard]] KeyType type() const noexcept;
    /// "ssh-ed25519", "ecdsa-sha2-nistp256", ..., "ssh-rsa": the type that the blob begins with.
    [[nodiscard]] std::string_view type_name() const noexcept;
    [[nodiscard]] BytesView blob() const noexcept;
    /// The names of the signature algorithms for it, best first. Never "ssh-rsa", which is SHA-1.
    [[nodiscard]] std::span<const std::string_view> algorithms() const noexcept;
    /// "SHA256:" and the Base64 of the blob's hash without padding, as OpenSSH shows it.
    [[nodiscard]] std::string fingerprint() const;
    /// Type and Base64, as in ".pub" and known_hosts files.
    [[nodiscard]] std::string to_line() const;
    /// Fails with bad_mic unless @p signature (RFC 4253 s6.6: name and blob) is by this key, with
    /// @p algorithm, over @p data. Every failure, also one within the cryptographic library, is a
    /// failure to verify.
    [[nodiscard]] Result<void> verify(std::string_view algorithm, BytesView data,
                                      BytesView signature) const;

    /// The same blob.
    friend GSSXX_EXPORT bool operator==(const PublicKey& left, const PublicKey& right) noexcept;

private:
    friend class PrivateKey;
    struct State;
    explicit PublicKey(std::shared_ptr<const State> state) noexcept;
    std::shared_ptr<const State> state_;
};

/// A private key with its public one. Copies share what they hold; the last one wipes it. Any
/// number of threads may use one.
class GSSXX_EXPORT PrivateKey {
public:
    /// The key in the text of an OpenSSH key file ("-----BEGIN OPENSSH PRIVATE KEY-----"). @p name
    /// stands for the file in errors. Fails with invalid_token when it is damaged, with unavailable
    /// when it is encrypted or of a type that KeyType lacks.
    [[nodiscard]] static Result<PrivateKey> parse(BytesView text, std::string_view name);
    /// A new key; RSA with 3072 bits.
    [[nodiscard]] static Result<PrivateKey> generate(KeyType type);

    [[nodiscard]] const PublicKey& public_key() const noexcept;
    /// A signature (RFC 4253 s6.6: name and blob) over @p data. @p algorithm is one of
    /// public_key().algorithms(); misuse otherwise.
    [[nodiscard]] Result<Bytes> sign(std::string_view algorithm, BytesView data) const;
    /// The text of an OpenSSH key file, not encrypted. Wiped when it goes.
    [[nodiscard]] Result<SecretBytes> to_file_text(std::string_view comment) const;

private:
    struct State;
    explicit PrivateKey(std::shared_ptr<const State> state) noexcept;
    std::shared_ptr<const State> state_;
};

/// Reads a private key from an OpenSSH key file; errors name it. Refuses files that others than
/// their owner may read.
[[nodiscard]] GSSXX_EXPORT Result<PrivateKey> read_private_key(const std::string& path);

} // namespace gss::inline v0::transport
