// SPDX-License-Identifier: Apache-2.0
// Cryptography for tests of the engines: right in shape, the same every time, and worth nothing.
#pragma once

#include <gssxx/ssh/crypto.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace gss::test {

/// Hashes depend on every octet, whatever the pieces they come in. Public keys have the form that
/// their curve or group wants; both sides get the same secret from each other's keys. A peer's key
/// of the wrong form is refused.
class ToyCrypto final : public ssh::Crypto {
public:
    /// @p seed makes the key pairs.
    explicit ToyCrypto(std::uint64_t seed = 1);
    ~ToyCrypto() override;

    [[nodiscard]] Result<std::unique_ptr<ssh::Hash>>
    hash(ssh::HashAlgorithm algorithm) const override;
    [[nodiscard]] Result<std::unique_ptr<ssh::KeyAgreement>>
    ecdh(ssh::EcdhCurve curve) const override;
    [[nodiscard]] Result<std::unique_ptr<ssh::KeyAgreement>>
    dh(const ssh::DhGroup& group) const override;

    /// The call of that number from now fails: each hash, update, finish, key pair and agreement is
    /// one. 0: none does.
    void fail_at(std::size_t call) const noexcept;
    /// Calls so far.
    [[nodiscard]] std::size_t calls() const noexcept;

    struct State;

private:
    std::shared_ptr<State> state_;
};

/// The digest that a ToyCrypto makes of @p octets.
[[nodiscard]] Bytes toy_digest(ssh::HashAlgorithm algorithm, BytesView octets);
/// Octets of a digest.
[[nodiscard]] std::size_t digest_size(ssh::HashAlgorithm algorithm) noexcept;
/// Octets of a public key.
[[nodiscard]] std::size_t point_size(ssh::EcdhCurve curve) noexcept;

} // namespace gss::test
