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
    const unsigned seed = 1 + 3 * epoch;
    const std::size_t mac_key = integrity == nullptr ? 0 : integrity->key_size;
    PacketKeys keys{SecretBytes(pattern(info.key_size, seed)),
                    SecretBytes(pattern(info.iv_size, seed + 1)),
                    SecretBytes(pattern(mac_key, seed + 2))};
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
