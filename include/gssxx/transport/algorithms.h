// SPDX-License-Identifier: Apache-2.0
// Which algorithms a session offers, in order of preference.
#pragma once

#include <gssxx/export.h>
#include <gssxx/result.h>

#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport {

/// Names as SSH has them (RFC 4253 s7.1), but for GSS key exchange: there the name of a family
/// stands for it with every mechanism that the session may use, "gss-curve25519-sha256".
///
/// Key exchange: gss-* (see ssh::KexFamily), curve25519-sha256, curve25519-sha256@libssh.org,
/// ecdh-sha2-nistp256, -nistp384, -nistp521, diffie-hellman-group14-sha256, -group16-sha512.
/// Host keys: ssh-ed25519, ecdsa-sha2-nistp256, -nistp384, -nistp521, rsa-sha2-512, rsa-sha2-256;
/// "null" comes by itself where RFC 4462 s5 wants it.
/// Ciphers: chacha20-poly1305@openssh.com, aes256-gcm@openssh.com, aes128-gcm@openssh.com,
/// aes256-ctr, aes192-ctr, aes128-ctr. MACs: hmac-sha2-256-etm@openssh.com,
/// hmac-sha2-512-etm@openssh.com, hmac-sha2-256, hmac-sha2-512.
struct Algorithms {
    std::vector<std::string> key_exchange;
    std::vector<std::string> host_keys;
    std::vector<std::string> ciphers; ///< both directions
    std::vector<std::string> macs;    ///< both directions; for ciphers that have none of their own
    /// Allows gss-* families with SHA-1, which must be in the list besides (RFC 9142).
    bool legacy = false;
};

/// What a client offers unless it is told otherwise.
[[nodiscard]] GSSXX_EXPORT Algorithms default_client_algorithms();
/// A server's: without finite-field groups, with which strangers can burn its time.
[[nodiscard]] GSSXX_EXPORT Algorithms default_server_algorithms();
/// Fails with misuse, naming the list and the name, when one is unknown, twice there, or wants
/// `legacy`, and when a list is empty.
[[nodiscard]] GSSXX_EXPORT Result<void> check(const Algorithms& algorithms);

/// What two sides have agreed on for one set of keys.
struct AgreedAlgorithms {
    std::string key_exchange;
    std::string host_key;
    std::string cipher_client_to_server;
    std::string cipher_server_to_client;
    std::string mac_client_to_server; ///< empty with a cipher that has its own
    std::string mac_server_to_client;
    bool strict = false; ///< strict key exchange (OpenSSH PROTOCOL s1.9)
};

} // namespace gss::inline v0::transport
