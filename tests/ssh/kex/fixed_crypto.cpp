// SPDX-License-Identifier: Apache-2.0
#include "fixed_crypto.h"

#include <algorithm>
#include <utility>

namespace gss::test {

class FixedCrypto::Agreement final : public ssh::KeyAgreement {
public:
    explicit Agreement(const FixedCrypto& crypto) : crypto_(crypto) {}

    BytesView public_key() const noexcept override { return crypto_.public_key_; }
    Result<SecretBytes> shared_secret(BytesView peer) override {
        if (crypto_.peer_ && !std::ranges::equal(*crypto_.peer_, peer)) {
            return Error(ErrorCode::malformed_parameter, "shared_secret", "not the peer's key");
        }
        return SecretBytes(crypto_.secret_);
    }

private:
    const FixedCrypto& crypto_;
};

FixedCrypto::FixedCrypto(const ssh::Crypto& hashes, Bytes public_key, Bytes secret,
                         std::optional<Bytes> peer)
    : hashes_(hashes), public_key_(std::move(public_key)), secret_(std::move(secret)),
      peer_(std::move(peer)) {}
FixedCrypto::~FixedCrypto() = default;

Result<std::unique_ptr<ssh::Hash>> FixedCrypto::hash(ssh::HashAlgorithm algorithm) const {
    return hashes_.hash(algorithm);
}

Result<std::unique_ptr<ssh::KeyAgreement>> FixedCrypto::ecdh(ssh::EcdhCurve /*curve*/) const {
    return std::unique_ptr<ssh::KeyAgreement>(std::make_unique<Agreement>(*this));
}

Result<std::unique_ptr<ssh::KeyAgreement>> FixedCrypto::dh(const ssh::DhGroup& /*group*/) const {
    return std::unique_ptr<ssh::KeyAgreement>(std::make_unique<Agreement>(*this));
}

} // namespace gss::test
