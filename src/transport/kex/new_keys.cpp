// SPDX-License-Identifier: Apache-2.0
#include "new_keys.h"

#include "exchange.h"

#include <gssxx/ssh/key_exchange.h>

#include <string>

namespace gss::inline v0::transport::detail {

namespace {

// RFC 4253 s7.2: "Initial IV client to server: HASH(K || H || "A" || session_id) [...] Initial IV
// server to client: [...] "B" [...] Encryption key client to server: [...] "C" [...] Encryption key
// server to client: [...] "D" [...] Integrity key client to server: [...] "E" [...] Integrity key
// server to client: [...] "F""
struct Letters {
    char iv;
    char key;
    char mac_key;
};
constexpr Letters to_server{'A', 'C', 'E'};
constexpr Letters to_client{'B', 'D', 'F'};

class Maker {
public:
    Maker(const ssh::Crypto& crypto, const ssh::KexDone& keys, BytesView session_id) noexcept
        : crypto_(crypto), keys_(keys), session_id_(session_id) {}

    [[nodiscard]] std::unique_ptr<PacketProtection>
    make(const std::string& cipher_name, const std::string& mac_name, const Letters& letters,
         PacketProtection::Direction direction) const {
        const CipherInfo* const cipher = find_cipher(cipher_name);
        if (cipher == nullptr) {
            exchange_fault("no cipher is called " + cipher_name, ssh::Fault::local);
        }
        const MacInfo* const mac = cipher->aead ? nullptr : find_mac(mac_name);
        if (!cipher->aead && mac == nullptr) {
            exchange_fault("no MAC is called " + mac_name, ssh::Fault::local);
        }
        return take(make_protection(*cipher, mac, direction,
                                    {derive(letters.key, cipher->key_size),
                                     derive(letters.iv, cipher->iv_size),
                                     derive(letters.mac_key, mac != nullptr ? mac->key_size : 0)}));
    }

private:
    [[nodiscard]] SecretBytes derive(char letter, std::size_t size) const {
        return size == 0 ? SecretBytes()
                         : take(ssh::derive_key(crypto_, keys_, letter, session_id_, size));
    }

    const ssh::Crypto& crypto_;
    const ssh::KexDone& keys_;
    BytesView session_id_;
};

} // namespace

NewKeys make_keys(const ssh::Crypto& crypto, const ssh::KexDone& keys, BytesView session_id,
                  const AgreedAlgorithms& algorithms, Role role) {
    using Direction = PacketProtection::Direction;
    const bool client = role == Role::client;
    const Maker maker(crypto, keys, session_id);
    auto up = maker.make(algorithms.cipher_client_to_server, algorithms.mac_client_to_server,
                         to_server, client ? Direction::seal : Direction::open);
    auto down = maker.make(algorithms.cipher_server_to_client, algorithms.mac_server_to_client,
                           to_client, client ? Direction::open : Direction::seal);
    if (client) {
        return {std::move(up), std::move(down)};
    }
    return {std::move(down), std::move(up)};
}

} // namespace gss::inline v0::transport::detail
