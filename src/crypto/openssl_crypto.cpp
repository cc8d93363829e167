// SPDX-License-Identifier: Apache-2.0
// The crypto interface of key exchange on OpenSSL.
#include "openssl_agreement.h"
#include "openssl_hash.h"

namespace gss::inline v0::ssh {

namespace {

class OpensslCrypto final : public Crypto {
public:
    [[nodiscard]] Result<std::unique_ptr<Hash>> hash(HashAlgorithm algorithm) const override {
        return detail::openssl_hash(algorithm);
    }
    [[nodiscard]] Result<std::unique_ptr<KeyAgreement>> ecdh(EcdhCurve curve) const override {
        return detail::openssl_ecdh(curve);
    }
    [[nodiscard]] Result<std::unique_ptr<KeyAgreement>> dh(const DhGroup& group) const override {
        return detail::openssl_dh(group);
    }
};

} // namespace

const Crypto& openssl_crypto() noexcept {
    static const OpensslCrypto crypto;
    return crypto;
}

} // namespace gss::inline v0::ssh
