// SPDX-License-Identifier: Apache-2.0
// What two KEXINITs come to (RFC 4253 s7.1).
#include "kexinit.h"

#include "packet_protection.h"

#include <gssxx/ssh/host_key_rules.h>

#include <algorithm>
#include <optional>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::string_view strict_client = "kex-strict-c-v00@openssh.com";
constexpr std::string_view strict_server = "kex-strict-s-v00@openssh.com";
constexpr std::string_view ext_info_client = "ext-info-c";
constexpr std::string_view ext_info_server = "ext-info-s";

bool has(const NameList& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// For people: the names, cut where they become too many to read.
std::string shown(const NameList& names) {
    constexpr std::size_t most = 300;
    std::string text;
    for (const std::string& name : names) {
        if (text.size() + name.size() > most) {
            return text + ",...";
        }
        text.append(text.empty() ? "" : ",").append(name);
    }
    return text.empty() ? "nothing" : text;
}

[[noreturn]] void disagreement(std::string_view what, const NameList& client,
                               const NameList& server) {
    throw SessionFault(reason::key_exchange_failed, "no common " + std::string(what) +
                                                        ": the client has " + shown(client) +
                                                        "; the server has " + shown(server));
}

/// RFC 4253 s7.1: "The chosen encryption algorithm to each direction MUST be the first algorithm on
/// the client's name-list that is also on the server's name-list. If there is no such algorithm,
/// both sides MUST disconnect."; the same for MACs and compression.
const std::string& first_common(const NameList& client, const NameList& server,
                                std::string_view what) {
    const auto found =
        std::find_if(client.begin(), client.end(),
                     [&server](const std::string& name) { return has(server, name); });
    if (found == client.end()) {
        disagreement(what, client, server);
    }
    return *found;
}

/// Empty with a cipher that has its own integrity: the lists of MACs do not matter then.
std::string mac_for(const std::string& cipher, const NameList& client, const NameList& server,
                    std::string_view what) {
    const CipherInfo* info = find_cipher(cipher);
    return info != nullptr && info->aead ? std::string() : first_common(client, server, what);
}

void choose_method(const KexInit& client, const KexInit& server, AgreedAlgorithms& agreed) {
    // RFC 4253 s7.1: "Iterate over client's kex algorithms, one at a time. Choose the first
    // algorithm that satisfies the following conditions: the server also supports the algorithm"
    bool common = false;
    for (const std::string& name : client.key_exchange) {
        if (is_marker(name) || !has(server.key_exchange, name)) {
            continue;
        }
        common = true;
        // "if the algorithm requires a signature-capable host key, there is a signature-capable
        // algorithm on the server's server_host_key_algorithms that is also supported by the
        // client"; every one but "null" is (RFC 4462 s5).
        std::optional<std::string> host_key =
            ssh::select_host_key_algorithm(name, client.host_keys, server.host_keys);
        if (host_key) {
            agreed.key_exchange = name;
            agreed.host_key = std::move(*host_key);
            return;
        }
    }
    if (common) {
        disagreement("host key algorithm", client.host_keys, server.host_keys);
    }
    disagreement("key exchange method", client.key_exchange, server.key_exchange);
}

/// The method that a side would guess: its first.
std::string_view preferred_method(const KexInit& init) {
    // RFC 8308 s2.1: "The indicator name [...] MAY be added at any position in the name-list"
    const auto first = std::find_if_not(init.key_exchange.begin(), init.key_exchange.end(),
                                        [](const std::string& name) { return is_marker(name); });
    return first == init.key_exchange.end() ? std::string_view() : std::string_view(*first);
}

/// RFC 4253 s7: "The guess is considered wrong if: o the kex algorithm and/or the host key
/// algorithm is guessed wrong (server and client have different preferred algorithm), or o if any
/// of the other algorithms cannot be agreed upon"; the latter has ended the session by then.
bool guesses_differ(const KexInit& client, const KexInit& server) {
    return preferred_method(client) != preferred_method(server) || client.host_keys.empty() ||
           server.host_keys.empty() || client.host_keys.front() != server.host_keys.front();
}

} // namespace

bool is_marker(std::string_view name) noexcept {
    return name.starts_with("ext-info-") || name.starts_with("kex-strict-");
}

Agreement agree(const KexInit& client, const KexInit& server, Role we_are, bool initial) {
    Agreement agreement;
    AgreedAlgorithms& agreed = agreement.algorithms;
    choose_method(client, server, agreed);
    agreed.cipher_client_to_server =
        first_common(client.ciphers_to_server, server.ciphers_to_server, "cipher to the server");
    agreed.cipher_server_to_client =
        first_common(client.ciphers_to_client, server.ciphers_to_client, "cipher to the client");
    agreed.mac_client_to_server = mac_for(agreed.cipher_client_to_server, client.macs_to_server,
                                          server.macs_to_server, "MAC to the server");
    agreed.mac_server_to_client = mac_for(agreed.cipher_server_to_client, client.macs_to_client,
                                          server.macs_to_client, "MAC to the client");
    // We list "none" alone, so that nothing else can come out.
    static_cast<void>(first_common(client.compression_to_server, server.compression_to_server,
                                   "compression to the server"));
    static_cast<void>(first_common(client.compression_to_client, server.compression_to_client,
                                   "compression to the client"));

    const bool we_are_client = we_are == Role::client;
    const KexInit& peer = we_are_client ? server : client;
    agreement.guess_is_wrong = peer.guess_follows && guesses_differ(client, server);
    if (initial) {
        agreed.strict =
            has(client.key_exchange, strict_client) && has(server.key_exchange, strict_server);
        agreement.peer_takes_ext_info =
            has(peer.key_exchange, we_are_client ? ext_info_server : ext_info_client);
    }
    return agreement;
}

} // namespace gss::inline v0::transport::detail
