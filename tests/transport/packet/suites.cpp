// SPDX-License-Identifier: Apache-2.0
#include "suites.h"

#include <algorithm>
#include <cstring>

namespace gss::test {

using namespace transport::detail;

std::unique_ptr<PacketProtection> Suite::make(PacketProtection::Direction way,
                                              unsigned epoch) const {
    if (cipher.empty()) {
        return no_protection();
    }
    const CipherInfo& info = *find_cipher(cipher);
    const MacInfo* const integrity = mac.empty() ? nullptr : find_mac(mac);
    // As in key exchange, another suite has other keys: names are mixed in after the first epoch.
    const auto secret = [&](std::size_t size, unsigned seed) {
        Bytes octets = pattern(size, seed + 3 * epoch);
        const std::string mixed = name();
        for (std::size_t i = 0; epoch != 0 && i < size; ++i) {
            octets[i] ^= static_cast<std::byte>(mixed[i % mixed.size()]);
        }
        return SecretBytes(BytesView(octets));
    };
    PacketKeys keys{secret(info.key_size, 1), secret(info.iv_size, 2),
                    secret(integrity == nullptr ? 0 : integrity->key_size, 3)};
    return make_protection(info, integrity, way, std::move(keys)).value();
}

const std::vector<Suite>& suites() {
    static const std::vector<Suite> all = [] {
        std::vector<Suite> found{{"", ""}};
        for (const CipherInfo& cipher : ciphers()) {
            if (cipher.aead) {
                found.push_back({std::string(cipher.name), ""});
                continue;
            }
            for (const MacInfo& mac : macs()) {
                found.push_back({std::string(cipher.name), std::string(mac.name)});
            }
        }
        return found;
    }();
    return all;
}

void feed(PacketReader& reader, BytesView octets) {
    if (octets.empty()) {
        return;
    }
    std::memcpy(reader.space(octets.size()).data(), octets.data(), octets.size());
    reader.added(octets.size());
}

Bytes to_bytes(std::string_view text) {
    const BytesView view = as_bytes(text);
    return {view.begin(), view.end()};
}

Bytes pattern(std::size_t size, unsigned seed) {
    Bytes octets(size);
    for (std::size_t i = 0; i < size; ++i) {
        octets[i] = static_cast<std::byte>((i * 31 + i / 256 + seed * 7 + 1) & 0xffU);
    }
    return octets;
}

std::optional<std::uint32_t> fault_of(const std::function<void()>& task) {
    try {
        task();
    } catch (const SessionFault& fault) {
        return fault.disconnect_reason();
    }
    return std::nullopt;
}

} // namespace gss::test
