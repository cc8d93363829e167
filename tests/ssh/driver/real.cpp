// SPDX-License-Identifier: Apache-2.0
#include "real.h"

#include "test_realm.h"

#include <utility>

namespace gss::test {

std::vector<Libraries> all_libraries() {
    std::vector<Libraries> all;
    for (const std::string& client : backend_names()) {
        for (const std::string& server : backend_names()) {
            all.push_back({client, server});
        }
    }
    return all;
}

void PrintTo(const Libraries& libraries, std::ostream* out) {
    *out << "a client on " << libraries.client << " and a server on " << libraries.server;
}

std::string label(const testing::TestParamInfo<Libraries>& info) {
    return info.param.client + "_" + info.param.server;
}

std::string in_realm(std::string_view principal) {
    return std::string(principal) + "@" + shared_realm().name();
}

std::vector<ssh::KexFamily> all_families() {
    std::vector<ssh::KexFamily> all;
    for (const ssh::KexFamilyInfo& one : ssh::kex_families()) {
        all.push_back(one.family);
    }
    return all;
}

Session session(const Backend& client, const Backend& server, ssh::DriverOptions server_options,
                const Credentials* client_credentials) {
    ssh::DriverOptions client_options;
    client_options.host = "localhost";
    client_options.credentials = client_credentials;
    Session made(ssh::Driver::create(client, std::move(client_options)).value(),
                 ssh::Driver::create(server, std::move(server_options)).value());
    made.client_kexinit = kexinit(600, 1);
    made.server_kexinit = kexinit(700, 2);
    made.use_session_id(Bytes(32, std::byte{7}));
    return made;
}

ssh::DriverOptions letting(std::string_view principal, std::string user) {
    ssh::DriverOptions options;
    options.authorizer = ssh::authorize_principals({{std::move(user), in_realm(principal)}});
    return options;
}

Bytes host_key() {
    constexpr std::string_view head("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
    const BytesView octets = as_bytes(head);
    Bytes key(octets.begin(), octets.end());
    key.resize(head.size() + 32, std::byte{5});
    return key;
}

Bytes kexinit(std::size_t size, unsigned seed) {
    Bytes octets(size);
    std::uint32_t state = seed;
    for (std::byte& octet : octets) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::byte>(state >> 24U);
    }
    octets.front() = std::byte{20}; // SSH_MSG_KEXINIT
    return octets;
}

} // namespace gss::test
