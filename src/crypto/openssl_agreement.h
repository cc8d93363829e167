// SPDX-License-Identifier: Apache-2.0
// Key agreement of OpenSSL behind the interface of key exchange.
#pragma once

#include "openssl_handles.h"

#include <gssxx/ssh/crypto.h>

namespace gss::inline v0::ssh::detail {

/// What all kinds of key agreement share: a key pair that serves once.
class OpensslAgreement : public KeyAgreement {
public:
    [[nodiscard]] BytesView public_key() const noexcept final { return public_key_; }
    /// The private key is gone when it returns, whatever it returns.
    [[nodiscard]] Result<SecretBytes> shared_secret(BytesView peer) final;

protected:
    OpensslAgreement(PkeyPtr own, Bytes public_key, std::string_view operation) noexcept
        : own_(std::move(own)), public_key_(std::move(public_key)), operation_(operation) {}

    /// The peer's key as OpenSSL's object, after every check that can be made of it alone.
    [[nodiscard]] virtual Result<PkeyPtr> import_peer(BytesView peer) const = 0;
    /// A check of the secret that goes beyond "neither zero nor one".
    [[nodiscard]] virtual Result<void> check_secret(BytesView secret) const;

    [[nodiscard]] std::string_view operation() const noexcept { return operation_; }

private:
    PkeyPtr own_;
    Bytes public_key_;
    std::string_view operation_;
};

/// An ephemeral key pair on @p wanted.
[[nodiscard]] Result<std::unique_ptr<KeyAgreement>> openssl_ecdh(EcdhCurve wanted);
/// The same with a key pair that is there already.
[[nodiscard]] Result<std::unique_ptr<KeyAgreement>> ecdh_agreement(EcdhCurve wanted, PkeyPtr own);

/// An ephemeral key pair in @p group.
[[nodiscard]] Result<std::unique_ptr<KeyAgreement>> openssl_dh(const DhGroup& group);
/// The same with a key pair that is there already.
[[nodiscard]] Result<std::unique_ptr<KeyAgreement>> dh_agreement(const DhGroup& group, PkeyPtr own);

/// The size of a private exponent for a modulus of @p modulus_bits.
[[nodiscard]] int exponent_bits(int modulus_bits) noexcept;
/// A key pair in @p group.
[[nodiscard]] Result<PkeyPtr> make_dh_key(const DhGroup& group);

} // namespace gss::inline v0::ssh::detail
