// SPDX-License-Identifier: Apache-2.0
#include "cheap_crypto.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace gss::test::fuzz {

namespace {

class CheapHash : public ssh::Hash {
public:
    explicit CheapHash(std::size_t size) : size_(size) {}
    Result<void> update(BytesView octets) override {
        for (const std::byte octet : octets) {
            state_ = (state_ ^ std::to_integer<std::uint64_t>(octet)) * 0x100000001b3U;
        }
        return {};
    }
    Result<SecretBytes> finish() override {
        SecretBytes digest(size_);
        for (std::byte& octet : digest.mutable_view()) {
            state_ = state_ * 6364136223846793005U + 1442695040888963407U;
            octet = static_cast<std::byte>(state_ >> 56);
        }
        return digest;
    }

private:
    std::size_t size_;
    std::uint64_t state_ = 0xcbf29ce484222325U;
};

class CheapKeys : public ssh::KeyAgreement {
public:
    CheapKeys(Bytes key, bool exact) : key_(std::move(key)), exact_(exact) {}
    BytesView public_key() const noexcept override { return key_; }
    Result<SecretBytes> shared_secret(BytesView peer) override {
        if (exact_ ? peer.size() != key_.size() : peer.empty() || peer.size() > key_.size()) {
            return Error(ErrorCode::malformed_parameter, "shared secret",
                         "a key of another length");
        }
        return SecretBytes(peer);
    }

private:
    Bytes key_;
    bool exact_;
};

class CheapCrypto : public ssh::Crypto {
public:
    Result<std::unique_ptr<ssh::Hash>> hash(ssh::HashAlgorithm algorithm) const override {
        constexpr std::size_t sizes[]{20, 32, 48, 64};
        return std::unique_ptr<ssh::Hash>(
            std::make_unique<CheapHash>(sizes[static_cast<std::size_t>(algorithm)]));
    }
    Result<std::unique_ptr<ssh::KeyAgreement>> ecdh(ssh::EcdhCurve curve) const override {
        constexpr std::size_t sizes[]{32, 56, 65, 97, 133};
        Bytes key(sizes[static_cast<std::size_t>(curve)], std::byte{9});
        if (curve >= ssh::EcdhCurve::nistp256) {
            key[0] = std::byte{4};
        }
        return std::unique_ptr<ssh::KeyAgreement>(
            std::make_unique<CheapKeys>(std::move(key), true));
    }
    Result<std::unique_ptr<ssh::KeyAgreement>> dh(const ssh::DhGroup& group) const override {
        Bytes key = group.p;
        key[0] &= std::byte{0x3f};
        return std::unique_ptr<ssh::KeyAgreement>(
            std::make_unique<CheapKeys>(std::move(key), false));
    }
};

} // namespace

const ssh::Crypto& cheap_crypto() {
    static const CheapCrypto crypto;
    return crypto;
}

} // namespace gss::test::fuzz
