// SPDX-License-Identifier: Apache-2.0
// chacha20-poly1305@openssh.com, and AES-GCM as OpenSSH has it (RFC 5647 with names of its own).
#include "checked_protection.h"

#include <openssl/crypto.h>

#include <utility>

namespace gss::inline v0::transport::detail {

using ssh::detail::openssl_failure;
using ssh::detail::OwnErrors;
using ssh::detail::succeeded;

namespace {

constexpr std::size_t aead_tag_size = 16;

/// RFC 5647 s7.1: the nonce is "a fixed field and an invocation counter"; the counter, the last 8
/// octets, "is treated as a 64-bit integer and is incremented after each invocation".
class GcmProtection final : public CheckedProtection {
public:
    GcmProtection(Direction direction, CipherContextPtr cipher, BytesView iv) noexcept
        : CheckedProtection(direction, 16, false, aead_tag_size, length_size),
          cipher_(std::move(cipher)) {
        std::copy(iv.begin(), iv.end(), iv_.begin());
    }

protected:
    Outcome do_seal(std::uint32_t /*sequence*/, MutableBytes body, MutableBytes tag) override {
        if (const Outcome failure = begin(body)) {
            return failure;
        }
        if (const Outcome failure = run_cipher(*cipher_, body.subspan(length_size))) {
            return failure;
        }
        if (const Outcome failure = finish()) {
            return failure;
        }
        if (!succeeded(EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_GET_TAG,
                                           static_cast<int>(tag.size()), tag.data()))) {
            return Failure{"EVP_CIPHER_CTX_ctrl"};
        }
        count();
        return std::nullopt;
    }

    Outcome do_open(std::uint32_t /*sequence*/, MutableBytes body, MutableBytes tag) override {
        if (const Outcome failure = begin(body)) {
            return failure;
        }
        if (!succeeded(EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_AEAD_SET_TAG,
                                           static_cast<int>(tag.size()), tag.data()))) {
            return Failure{"EVP_CIPHER_CTX_ctrl"};
        }
        if (const Outcome failure = run_cipher(*cipher_, body.subspan(length_size))) {
            return failure;
        }
        // This, and nothing before it, says whether the tag is right.
        if (finish()) {
            return wrong_tag;
        }
        count();
        return std::nullopt;
    }

private:
    /// RFC 5647 s7.3: the length is "additional authenticated data".
    Outcome begin(BytesView body) noexcept {
        if (!succeeded(EVP_CipherInit_ex2(cipher_.get(), nullptr, nullptr,
                                          octets_of(BytesView(iv_)), -1, nullptr))) {
            return Failure{"EVP_CipherInit_ex2"};
        }
        int written = 0;
        if (!succeeded(EVP_CipherUpdate(cipher_.get(), nullptr, &written, octets_of(body),
                                        static_cast<int>(length_size)))) {
            return Failure{"EVP_CipherUpdate"};
        }
        return std::nullopt;
    }

    Outcome finish() noexcept {
        std::array<unsigned char, 16> rest{};
        int written = 0;
        if (!succeeded(EVP_CipherFinal_ex(cipher_.get(), rest.data(), &written)) || written != 0) {
            return Failure{"EVP_CipherFinal_ex"};
        }
        return std::nullopt;
    }

    void count() noexcept {
        for (std::size_t i = iv_.size(); i > 4; --i) {
            iv_[i - 1] = static_cast<std::byte>(std::to_integer<unsigned>(iv_[i - 1]) + 1);
            if (iv_[i - 1] != std::byte{0}) {
                return;
            }
        }
    }

    CipherContextPtr cipher_;
    std::array<std::byte, 12> iv_{};
};

/// The cipher of OpenSSH's PROTOCOL.chacha20poly1305: one key for the length, another for the rest
/// and its tag; the nonce is the sequence number.
class ChachaProtection final : public CheckedProtection {
public:
    ChachaProtection(Direction direction, CipherContextPtr length, CipherContextPtr payload,
                     MacContextPtr mac) noexcept
        : CheckedProtection(direction, 8, false, aead_tag_size, length_size),
          length_(std::move(length)), payload_(std::move(payload)), mac_(std::move(mac)) {}

protected:
    Outcome do_seal(std::uint32_t sequence, MutableBytes body, MutableBytes tag) override {
        SecretArray key;
        if (const Outcome failure = begin(*length_, sequence)) {
            return failure;
        }
        if (const Outcome failure = run_cipher(*length_, body.first(length_size))) {
            return failure;
        }
        if (const Outcome failure = begin_payload(sequence, key)) {
            return failure;
        }
        if (const Outcome failure = run_cipher(*payload_, body.subspan(length_size))) {
            return failure;
        }
        return authenticate(key, body, tag);
    }

    Outcome do_open_length(std::uint32_t sequence, MutableBytes head,
                           std::uint32_t& length) override {
        // A copy: the tag is over the length as it came.
        std::array<std::byte, length_size> clear{};
        std::copy(head.begin(), head.end(), clear.begin());
        if (const Outcome failure = begin(*length_, sequence)) {
            return failure;
        }
        if (const Outcome failure = run_cipher(*length_, clear)) {
            return failure;
        }
        length = read_uint32(clear);
        return std::nullopt;
    }

    Outcome do_open(std::uint32_t sequence, MutableBytes body, MutableBytes tag) override {
        SecretArray key;
        if (const Outcome failure = begin_payload(sequence, key)) {
            return failure;
        }
        std::array<std::byte, aead_tag_size> expected{};
        if (const Outcome failure = authenticate(key, body, expected)) {
            return failure;
        }
        if (CRYPTO_memcmp(expected.data(), tag.data(), expected.size()) != 0) {
            return wrong_tag;
        }
        return run_cipher(*payload_, body.subspan(length_size));
    }

private:
    // A block of the key stream: its first half is the key of the tag.
    struct SecretArray {
        SecretArray() = default;
        SecretArray(const SecretArray&) = delete;
        SecretArray& operator=(const SecretArray&) = delete;
        ~SecretArray() { secure_wipe(octets); }
        std::array<std::byte, 64> octets{};
    };

    /// At block 0 of the packet's key stream.
    static Outcome begin(EVP_CIPHER_CTX& cipher, std::uint32_t sequence) noexcept {
        // OpenSSL's IV: the counter as 8 octets, least first, and the nonce.
        std::array<std::byte, 16> iv{};
        write_number(std::span(iv).subspan<8>(), std::uint64_t{sequence});
        if (!succeeded(EVP_CipherInit_ex2(&cipher, nullptr, nullptr, octets_of(BytesView(iv)), -1,
                                          nullptr))) {
            return Failure{"EVP_CipherInit_ex2"};
        }
        return std::nullopt;
    }

    /// Takes the tag's key from block 0; what follows starts at block 1.
    Outcome begin_payload(std::uint32_t sequence, SecretArray& key) noexcept {
        if (const Outcome failure = begin(*payload_, sequence)) {
            return failure;
        }
        return run_cipher(*payload_, key.octets);
    }

    Outcome authenticate(const SecretArray& key, BytesView body, MutableBytes tag) noexcept {
        if (!succeeded(EVP_MAC_init(mac_.get(), octets_of(BytesView(key.octets)), 32, nullptr))) {
            return Failure{"EVP_MAC_init"};
        }
        if (!succeeded(EVP_MAC_update(mac_.get(), octets_of(body), body.size()))) {
            return Failure{"EVP_MAC_update"};
        }
        std::size_t written = 0;
        if (!succeeded(EVP_MAC_final(mac_.get(), octets_of(tag), &written, tag.size())) ||
            written != tag.size()) {
            return Failure{"EVP_MAC_final"};
        }
        return std::nullopt;
    }

    CipherContextPtr length_;
    CipherContextPtr payload_;
    MacContextPtr mac_;
};

} // namespace

Result<std::unique_ptr<PacketProtection>>
make_gcm(const char* cipher, PacketProtection::Direction direction, const PacketKeys& keys) {
    const OwnErrors errors;
    Result<CipherContextPtr> keyed =
        keyed_cipher(cipher, keys.key.view(), keys.iv.view(), direction);
    if (!keyed) {
        return keyed.error();
    }
    return std::unique_ptr<PacketProtection>(
        std::make_unique<GcmProtection>(direction, *std::move(keyed), keys.iv.view()));
}

Result<std::unique_ptr<PacketProtection>>
make_chacha20_poly1305(PacketProtection::Direction direction, const PacketKeys& keys) {
    const OwnErrors errors;
    // "The first 256 bits constitute K_2 and the second 256 bits become K_1"; K_1 is the length's.
    const BytesView key = keys.key.view();
    Result<CipherContextPtr> payload = keyed_cipher("ChaCha20", key.first(32), {}, direction);
    if (!payload) {
        return payload.error();
    }
    Result<CipherContextPtr> length = keyed_cipher("ChaCha20", key.subspan(32), {}, direction);
    if (!length) {
        return length.error();
    }
    const MacPtr mac(EVP_MAC_fetch(nullptr, "POLY1305", nullptr));
    if (!mac) {
        return openssl_failure("POLY1305", "EVP_MAC_fetch");
    }
    MacContextPtr context(EVP_MAC_CTX_new(mac.get()));
    if (!context) {
        return openssl_failure("POLY1305", "EVP_MAC_CTX_new");
    }
    return std::unique_ptr<PacketProtection>(std::make_unique<ChachaProtection>(
        direction, *std::move(length), *std::move(payload), std::move(context)));
}

} // namespace gss::inline v0::transport::detail
