// SPDX-License-Identifier: Apache-2.0
// AES in counter mode (RFC 4344 s4) with HMAC-SHA2 (RFC 6668), over plaintext or, with OpenSSH's
// "-etm" names, over ciphertext.
#include "checked_protection.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>

#include <string>
#include <utility>

namespace gss::inline v0::transport::detail {

using ssh::detail::openssl_failure;
using ssh::detail::OwnErrors;
using ssh::detail::succeeded;

namespace {

constexpr std::size_t aes_block = 16;
constexpr std::size_t max_tag = 64;

/// The cipher's counter goes on from packet to packet: its context is never started anew.
class CtrProtection final : public CheckedProtection {
public:
    CtrProtection(Direction direction, bool etm, std::size_t tag, CipherContextPtr cipher,
                  MacContextPtr mac) noexcept
        : CheckedProtection(direction, aes_block, !etm, tag, etm ? length_size : aes_block),
          cipher_(std::move(cipher)), mac_(std::move(mac)), etm_(etm) {}

protected:
    Outcome do_seal(std::uint32_t sequence, MutableBytes body, MutableBytes tag) override {
        if (etm_) {
            const Outcome failure = run_cipher(*cipher_, body.subspan(length_size));
            return failure ? failure : authenticate(sequence, body, tag);
        }
        // RFC 4253 s6.4: "mac = MAC(key, sequence_number || unencrypted_packet)"
        if (const Outcome failure = authenticate(sequence, body, tag)) {
            return failure;
        }
        return run_cipher(*cipher_, body);
    }

    Outcome do_open_length(std::uint32_t /*sequence*/, MutableBytes head,
                           std::uint32_t& length) override {
        if (!etm_) {
            if (const Outcome failure = run_cipher(*cipher_, head)) {
                return failure;
            }
        }
        length = read_uint32(head);
        return std::nullopt;
    }

    Outcome do_open(std::uint32_t sequence, MutableBytes body, MutableBytes tag) override {
        if (etm_) {
            const Outcome failure = check(sequence, body, tag);
            return failure ? failure : run_cipher(*cipher_, body.subspan(length_size));
        }
        // The first block is in clear since its length was read; whoever altered anything gets
        // no answer that depends on the plaintext, and the caller of open() wipes it.
        if (const Outcome failure = run_cipher(*cipher_, body.subspan(aes_block))) {
            return failure;
        }
        return check(sequence, body, tag);
    }

private:
    Outcome check(std::uint32_t sequence, BytesView body, BytesView tag) noexcept {
        std::array<std::byte, max_tag> made{};
        const MutableBytes expected = std::span(made).first(tag.size());
        if (const Outcome failure = authenticate(sequence, body, expected)) {
            return failure;
        }
        if (CRYPTO_memcmp(expected.data(), tag.data(), tag.size()) != 0) {
            return wrong_tag;
        }
        return std::nullopt;
    }

    Outcome authenticate(std::uint32_t sequence, BytesView body, MutableBytes tag) noexcept {
        std::array<std::byte, 4> number{};
        write_number(MutableBytes(number), sequence);
        // Without a key: the one that it has.
        if (!succeeded(EVP_MAC_init(mac_.get(), nullptr, 0, nullptr))) {
            return Failure{"EVP_MAC_init"};
        }
        if (!succeeded(EVP_MAC_update(mac_.get(), octets_of(BytesView(number)), number.size())) ||
            !succeeded(EVP_MAC_update(mac_.get(), octets_of(body), body.size()))) {
            return Failure{"EVP_MAC_update"};
        }
        std::size_t written = 0;
        if (!succeeded(EVP_MAC_final(mac_.get(), octets_of(tag), &written, tag.size())) ||
            written != tag.size()) {
            return Failure{"EVP_MAC_final"};
        }
        return std::nullopt;
    }

    CipherContextPtr cipher_;
    MacContextPtr mac_;
    bool etm_;
};

Result<MacContextPtr> keyed_hmac(const char* digest, BytesView key) {
    const MacPtr mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    if (!mac) {
        return openssl_failure("HMAC", "EVP_MAC_fetch");
    }
    MacContextPtr context(EVP_MAC_CTX_new(mac.get()));
    if (!context) {
        return openssl_failure("HMAC", "EVP_MAC_CTX_new");
    }
    std::string name = digest;
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), name.size()),
        OSSL_PARAM_construct_end()};
    if (!succeeded(EVP_MAC_init(context.get(), octets_of(key), key.size(), parameters.data()))) {
        return openssl_failure("HMAC", "EVP_MAC_init");
    }
    // RFC 6668 s2: the whole digest is the MAC, as long as its key.
    if (EVP_MAC_CTX_get_mac_size(context.get()) != key.size() || key.size() > max_tag) {
        return openssl_failure("HMAC", "EVP_MAC_CTX_get_mac_size");
    }
    return context;
}

} // namespace

Result<std::unique_ptr<PacketProtection>> make_ctr(const char* cipher, const char* digest,
                                                   const MacInfo& mac,
                                                   PacketProtection::Direction direction,
                                                   const PacketKeys& keys) {
    const OwnErrors errors;
    Result<CipherContextPtr> keyed =
        keyed_cipher(cipher, keys.key.view(), keys.iv.view(), direction);
    if (!keyed) {
        return keyed.error();
    }
    Result<MacContextPtr> hmac = keyed_hmac(digest, keys.mac_key.view());
    if (!hmac) {
        return hmac.error();
    }
    return std::unique_ptr<PacketProtection>(std::make_unique<CtrProtection>(
        direction, mac.etm, mac.key_size, *std::move(keyed), *std::move(hmac)));
}

} // namespace gss::inline v0::transport::detail
