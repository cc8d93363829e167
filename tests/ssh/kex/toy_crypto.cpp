// SPDX-License-Identifier: Apache-2.0
#include "toy_crypto.h"

#include "keyed_sum.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace gss::test {

struct ToyCrypto::State {
    std::uint64_t seed = 1;
    std::uint64_t keys = 0;
    std::size_t calls = 0;
    std::size_t failing = 0;

    /// False when this call is the one that fails.
    bool call() { return ++calls != failing; }
};

namespace {

Error failed(const char* operation) {
    return Error(ErrorCode::failure, operation, "as the test says");
}

class ToyHash final : public ssh::Hash {
public:
    ToyHash(ssh::HashAlgorithm algorithm, std::shared_ptr<ToyCrypto::State> state)
        : size_(digest_size(algorithm)), state_(std::move(state)) {
        lanes_[0] += size_;
    }

    Result<void> update(BytesView octets) override {
        if (state_ && !state_->call()) {
            return failed("update");
        }
        for (const std::byte octet : octets) {
            for (std::uint64_t& lane : lanes_) {
                lane = (std::rotl(lane, 5) ^ std::to_integer<std::uint64_t>(octet)) *
                       0x9e3779b97f4a7c15U;
            }
        }
        return {};
    }
    Result<SecretBytes> finish() override {
        if (state_ && !state_->call()) {
            return failed("finish");
        }
        Bytes seed;
        for (const std::uint64_t lane : lanes_) {
            append_number(seed, lane);
        }
        Bytes digest;
        for (std::uint64_t block = 0; digest.size() < size_; ++block) {
            append_number(digest, keyed_sum({block, size_}, seed));
        }
        return SecretBytes(BytesView(digest).first(size_));
    }

private:
    std::array<std::uint64_t, 4> lanes_{1, 0x1111, 0x222222, 0x33333333};
    std::size_t size_;
    std::shared_ptr<ToyCrypto::State> state_;
};

/// @p size octets that depend on @p from.
Bytes stretched(BytesView from, std::size_t size) {
    Bytes octets;
    octets.reserve(size + 8);
    for (std::uint64_t block = 0; octets.size() < size; ++block) {
        append_number(octets, keyed_sum({block, 99}, from));
    }
    octets.resize(size);
    return octets;
}

class ToyAgreement final : public ssh::KeyAgreement {
public:
    ToyAgreement(Bytes public_key, std::size_t secret_size, std::shared_ptr<ToyCrypto::State> state)
        : public_key_(std::move(public_key)), secret_size_(secret_size), state_(std::move(state)) {}

    BytesView public_key() const noexcept override { return public_key_; }
    Result<SecretBytes> shared_secret(BytesView peer) override {
        if (!state_->call()) {
            return failed("shared_secret");
        }
        if (peer.size() > public_key_.size()) {
            return Error(ErrorCode::malformed_parameter, "shared_secret", "no public key");
        }
        // The same from both sides: the smaller key first.
        Bytes both(public_key_);
        both.insert(both.end(), peer.begin(), peer.end());
        if (std::ranges::lexicographical_compare(peer, public_key_)) {
            std::rotate(both.begin(),
                        both.begin() + static_cast<std::ptrdiff_t>(public_key_.size()), both.end());
        }
        Bytes secret = stretched(both, secret_size_);
        // Inside every group, and without leading zeros.
        secret[0] = (secret[0] & std::byte{0x3f}) | std::byte{0x20};
        return SecretBytes(secret);
    }

private:
    Bytes public_key_;
    std::size_t secret_size_;
    std::shared_ptr<ToyCrypto::State> state_;
};

Bytes fresh_octets(ToyCrypto::State& state, std::size_t size) {
    Bytes from;
    append_number(from, state.seed);
    append_number(from, ++state.keys);
    return stretched(from, size);
}

} // namespace

std::size_t digest_size(ssh::HashAlgorithm algorithm) noexcept {
    switch (algorithm) {
    case ssh::HashAlgorithm::sha1:
        return 20;
    case ssh::HashAlgorithm::sha256:
        return 32;
    case ssh::HashAlgorithm::sha384:
        return 48;
    case ssh::HashAlgorithm::sha512:
        return 64;
    }
    return 0;
}

std::size_t point_size(ssh::EcdhCurve curve) noexcept {
    switch (curve) {
    case ssh::EcdhCurve::x25519:
        return 32;
    case ssh::EcdhCurve::x448:
        return 56;
    case ssh::EcdhCurve::nistp256:
        return 65;
    case ssh::EcdhCurve::nistp384:
        return 97;
    case ssh::EcdhCurve::nistp521:
        return 133;
    }
    return 0;
}

Bytes toy_digest(ssh::HashAlgorithm algorithm, BytesView octets) {
    ToyHash hash(algorithm, nullptr);
    hash.update(octets).value();
    const SecretBytes digest = hash.finish().value();
    return {digest.data(), digest.data() + digest.size()};
}

ToyCrypto::ToyCrypto(std::uint64_t seed) : state_(std::make_shared<State>()) {
    state_->seed = seed;
}
ToyCrypto::~ToyCrypto() = default;

void ToyCrypto::fail_at(std::size_t call) const noexcept {
    state_->failing = call == 0 ? 0 : state_->calls + call;
}

std::size_t ToyCrypto::calls() const noexcept {
    return state_->calls;
}

Result<std::unique_ptr<ssh::Hash>> ToyCrypto::hash(ssh::HashAlgorithm algorithm) const {
    if (!state_->call()) {
        return failed("hash");
    }
    return std::unique_ptr<ssh::Hash>(std::make_unique<ToyHash>(algorithm, state_));
}

Result<std::unique_ptr<ssh::KeyAgreement>> ToyCrypto::ecdh(ssh::EcdhCurve curve) const {
    if (!state_->call()) {
        return failed("ecdh");
    }
    Bytes key = fresh_octets(*state_, point_size(curve));
    if (curve != ssh::EcdhCurve::x25519 && curve != ssh::EcdhCurve::x448) {
        key[0] = std::byte{4};
    }
    const std::size_t secret_size = std::min<std::size_t>(key.size(), 66);
    return std::unique_ptr<ssh::KeyAgreement>(
        std::make_unique<ToyAgreement>(std::move(key), secret_size, state_));
}

Result<std::unique_ptr<ssh::KeyAgreement>> ToyCrypto::dh(const ssh::DhGroup& group) const {
    if (!state_->call()) {
        return failed("dh");
    }
    Bytes key = fresh_octets(*state_, group.p.size());
    // Inside the group, and without leading zeros.
    key[0] = (key[0] & std::byte{0x3f}) | std::byte{0x20};
    return std::unique_ptr<ssh::KeyAgreement>(
        std::make_unique<ToyAgreement>(std::move(key), group.p.size(), state_));
}

} // namespace gss::test
