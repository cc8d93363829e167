// SPDX-License-Identifier: Apache-2.0
// Every cipher with every MAC, their keys, and packets for them.
#include "protection_support.h"

#include <algorithm>

namespace gss::test {

Bytes from_hex(std::string_view hex) {
    Bytes octets;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        octets.push_back(
            static_cast<std::byte>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16)));
    }
    return octets;
}

std::string to_hex(BytesView octets) {
    std::string hex;
    for (const std::byte octet : octets) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto value = std::to_integer<unsigned>(octet);
        hex += digits[value >> 4];
        hex += digits[value & 15];
    }
    return hex;
}

std::string Suite::name() const {
    return std::string(cipher->name) + (mac == nullptr ? "" : " " + std::string(mac->name));
}

std::vector<Suite> suites() {
    std::vector<Suite> all;
    for (const CipherInfo& cipher : ciphers()) {
        if (cipher.aead) {
            all.push_back({&cipher, nullptr});
            continue;
        }
        for (const MacInfo& mac : macs()) {
            all.push_back({&cipher, &mac});
        }
    }
    return all;
}

Bytes pattern(std::size_t size, unsigned seed) {
    Bytes octets(size);
    unsigned state = seed * 2654435761U + 12345U;
    for (std::byte& octet : octets) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::byte>(state >> 24);
    }
    return octets;
}

PacketKeys keys_for(const Suite& suite) {
    return {SecretBytes(BytesView(pattern(suite.cipher->key_size, 1))),
            SecretBytes(BytesView(pattern(suite.cipher->iv_size, 2))),
            SecretBytes(BytesView(pattern(suite.mac == nullptr ? 0 : suite.mac->key_size, 3)))};
}

Result<std::unique_ptr<PacketProtection>> make(const Suite& suite,
                                               PacketProtection::Direction direction) {
    return make_protection(*suite.cipher, suite.mac, direction, keys_for(suite));
}

Bytes packet_for(const PacketProtection& protection, BytesView payload) {
    const std::size_t counted = protection.pads_length() ? 4 : 0;
    std::size_t padding = 4;
    while ((counted + 1 + payload.size() + padding) % protection.block_size() != 0) {
        ++padding;
    }
    const std::size_t length = 1 + payload.size() + padding;
    Bytes packet(4 + length + protection.tag_size());
    for (std::size_t i = 0; i < 4; ++i) {
        packet[i] = static_cast<std::byte>(length >> (24 - 8 * i));
    }
    packet[4] = static_cast<std::byte>(padding);
    std::copy(payload.begin(), payload.end(), packet.begin() + 5);
    return packet;
}

Result<void> read(PacketProtection& opener, std::uint32_t sequence, MutableBytes packet) {
    const Result<std::uint32_t> length =
        opener.open_length(sequence, packet.first(opener.head_size()));
    if (!length) {
        return length.error();
    }
    if (packet.size() - 4 - opener.tag_size() != *length) {
        return Error(ErrorCode::invalid_token, "test", "another length");
    }
    return opener.open(sequence, packet);
}

} // namespace gss::test
