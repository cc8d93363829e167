// SPDX-License-Identifier: Apache-2.0
// Which ciphers and MACs there are, and which class does their work.
#include "checked_protection.h"

#include <openssl/rand.h>

#include <algorithm>
#include <limits>

namespace gss::inline v0::transport::detail {

using ssh::detail::openssl_failure;
using ssh::detail::OwnErrors;
using ssh::detail::succeeded;

namespace {

constexpr std::array<CipherInfo, 6> known_ciphers{{
    {"chacha20-poly1305@openssh.com", 64, 0, 8, true},
    {"aes256-gcm@openssh.com", 32, 12, 16, true},
    {"aes128-gcm@openssh.com", 16, 12, 16, true},
    {"aes256-ctr", 32, 16, 16, false},
    {"aes192-ctr", 24, 16, 16, false},
    {"aes128-ctr", 16, 16, 16, false},
}};
// OpenSSL's names; null: more than one of its algorithms.
constexpr std::array<const char*, known_ciphers.size()> cipher_names{
    nullptr, "AES-256-GCM", "AES-128-GCM", "AES-256-CTR", "AES-192-CTR", "AES-128-CTR"};

constexpr std::array<MacInfo, 4> known_macs{{
    {"hmac-sha2-256-etm@openssh.com", 32, true},
    {"hmac-sha2-512-etm@openssh.com", 64, true},
    {"hmac-sha2-256", 32, false},
    {"hmac-sha2-512", 64, false},
}};
constexpr std::array<const char*, known_macs.size()> digest_names{"SHA256", "SHA512", "SHA256",
                                                                  "SHA512"};

template <typename Infos>
auto find(const Infos& infos, std::string_view name) noexcept -> decltype(infos.data()) {
    const auto found = std::find_if(infos.begin(), infos.end(),
                                    [name](const auto& info) { return info.name == name; });
    return found == infos.end() ? nullptr : &*found;
}

Error misused(std::string_view name, const char* what) {
    return {ErrorCode::misuse, std::string(name), what};
}

/// RFC 4253 s6: before the first keys "the cipher is 'none'": blocks of 8, no MAC.
class NoProtection final : public PacketProtection {
public:
    NoProtection() noexcept : PacketProtection(8, true, 0, length_size) {}

    Result<void> seal(std::uint32_t /*sequence*/, MutableBytes packet) override {
        return check(packet, ErrorCode::misuse);
    }
    Result<std::uint32_t> open_length(std::uint32_t /*sequence*/, MutableBytes head) override {
        if (failed_ || head.size() != length_size) {
            failed_ = true;
            return misused("none", "wrong head size, or it has failed before");
        }
        return read_uint32(head);
    }
    Result<void> open(std::uint32_t /*sequence*/, MutableBytes packet) override {
        return check(packet, ErrorCode::bad_mic);
    }

private:
    Result<void> check(BytesView packet, ErrorCode code) {
        if (failed_ || packet.size() < length_size + 1 || packet.size() % block_size() != 0 ||
            packet.size() - length_size != read_uint32(packet)) {
            failed_ = true;
            return Error(code, "none", "the packet's length or padding is wrong");
        }
        return {};
    }

    bool failed_ = false;
};

} // namespace

std::span<const CipherInfo> ciphers() noexcept {
    return known_ciphers;
}

std::span<const MacInfo> macs() noexcept {
    return known_macs;
}

const CipherInfo* find_cipher(std::string_view name) noexcept {
    return find(known_ciphers, name);
}

const MacInfo* find_mac(std::string_view name) noexcept {
    return find(known_macs, name);
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): the keys end here, wiped
Result<std::unique_ptr<PacketProtection>> make_protection(const CipherInfo& cipher,
                                                          const MacInfo* mac,
                                                          PacketProtection::Direction direction,
                                                          PacketKeys keys) {
    const CipherInfo* const known = find_cipher(cipher.name);
    const MacInfo* const known_mac = mac == nullptr ? nullptr : find_mac(mac->name);
    if (known == nullptr || (mac != nullptr && known_mac == nullptr)) {
        return misused(cipher.name, "the cipher or MAC is unknown");
    }
    if (known->aead != (mac == nullptr)) {
        return misused(known->name, known->aead ? "it takes no MAC" : "it needs a MAC");
    }
    if (keys.key.size() != known->key_size || keys.iv.size() != known->iv_size ||
        keys.mac_key.size() != (known_mac == nullptr ? 0 : known_mac->key_size)) {
        return misused(known->name, "key, IV or MAC key have the wrong size");
    }
    const char* const name =
        cipher_names.at(static_cast<std::size_t>(known - known_ciphers.data()));
    if (name == nullptr) {
        return make_chacha20_poly1305(direction, keys);
    }
    if (known_mac == nullptr) {
        return make_gcm(name, direction, keys);
    }
    const char* const digest =
        digest_names.at(static_cast<std::size_t>(known_mac - known_macs.data()));
    return make_ctr(name, digest, *known_mac, direction, keys);
}

std::unique_ptr<PacketProtection> no_protection() {
    return std::make_unique<NoProtection>();
}

Result<void> random_octets(MutableBytes out) {
    const OwnErrors errors;
    if (out.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        return misused("random octets", "more than OpenSSL can count");
    }
    if (!out.empty() && !succeeded(RAND_bytes(octets_of(out), static_cast<int>(out.size())))) {
        // Nobody shall use what is there instead.
        secure_wipe(out);
        return openssl_failure("random octets", "RAND_bytes");
    }
    return {};
}

} // namespace gss::inline v0::transport::detail
