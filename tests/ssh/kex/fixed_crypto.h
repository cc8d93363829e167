// SPDX-License-Identifier: Apache-2.0
// Key pairs that a test has chosen, with the hashes of another implementation.
#pragma once

#include <gssxx/ssh/crypto.h>

#include <optional>

namespace gss::test {

/// Every key pair has the same public key and leads to the same secret.
class FixedCrypto final : public ssh::Crypto {
public:
    /// @p secret is a magnitude. With @p peer, any other public key is refused.
    FixedCrypto(const ssh::Crypto& hashes, Bytes public_key, Bytes secret,
                std::optional<Bytes> peer = std::nullopt);
    ~FixedCrypto() override;

    [[nodiscard]] Result<std::unique_ptr<ssh::Hash>>
    hash(ssh::HashAlgorithm algorithm) const override;
    [[nodiscard]] Result<std::unique_ptr<ssh::KeyAgreement>>
    ecdh(ssh::EcdhCurve curve) const override;
    [[nodiscard]] Result<std::unique_ptr<ssh::KeyAgreement>>
    dh(const ssh::DhGroup& group) const override;

private:
    class Agreement;

    const ssh::Crypto& hashes_;
    Bytes public_key_;
    Bytes secret_;
    std::optional<Bytes> peer_;
};

} // namespace gss::test
