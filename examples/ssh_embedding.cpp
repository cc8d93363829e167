// SPDX-License-Identifier: Apache-2.0
// Both ends of an SSH session in one process: a key exchange, then a login by what it proved.
//
//     gssxx-realm run -- ssh_embedding alice alice@TEST.EXAMPLE
#include "ssh_session_host.h"

#include <gssxx/ssh/key_exchange.h>
#include <gssxx/ssh/user_auth.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace {

namespace ssh = gss::ssh;
using example::EventLoop;
using example::SessionHost;

/// What one end was told.
struct Told {
    std::optional<ssh::KexContext> key_exchange;
    gss::SecretBytes hash;
    gss::SecretBytes key; ///< one of those that the transport would use
    std::optional<ssh::AuthDone> login;
    std::string failure;

    [[nodiscard]] bool failed() const noexcept { return !failure.empty(); }
};

void note(Told& told, const ssh::Action& action, const char* end) {
    if (const auto* keys = std::get_if<ssh::KexDone>(&action)) {
        told.key_exchange = ssh::KexContext{keys->context, keys->mechanism, keys->flags};
        told.hash = gss::SecretBytes(keys->exchange_hash.view());
        told.key = ssh::derive_key(ssh::openssl_crypto(), *keys, 'C', told.hash.view(), 32).value();
    } else if (const auto* login = std::get_if<ssh::AuthDone>(&action)) {
        told.login =
            *login; // a transport begins the service, with what of `unread` is not 50 to 79
    } else if (const auto* attempt = std::get_if<ssh::AttemptFailed>(&action)) {
        std::cout << end << ": attempt failed: " << attempt->reason << '\n';
    } else if (const auto* fail = std::get_if<ssh::Fail>(&action)) {
        told.failure = fail->text;
        std::cout << end << ": failed: " << fail->text << '\n';
    }
}

/// Both ends, and the loop that carries messages between them.
class Session {
public:
    Session(ssh::Driver client, ssh::Driver server)
        : client_(
              loop_, std::move(client), [this](gss::Bytes payload) { carry(server_, payload); },
              [this](const ssh::Action& action) { note(at_client_, action, "client"); }),
          server_(
              loop_, std::move(server), [this](gss::Bytes payload) { carry(client_, payload); },
              [this](const ssh::Action& action) { note(at_server_, action, "server"); }) {}

    bool exchange_keys() {
        // V_C, V_S and both KEXINIT payloads, as they went over the wire.
        const std::string client_kexinit = "\x14 what the client offers";
        const std::string server_kexinit = "\x14 what the server offers";
        ssh::KexOptions common;
        common.method = {ssh::KexFamily::curve25519_sha256, gss::mechanism::krb5()};
        common.transcript = {"SSH-2.0-example", "SSH-2.0-example", gss::as_bytes(client_kexinit),
                             gss::as_bytes(server_kexinit)};
        const ssh::ServerKexOptions server_options{common, std::nullopt, ssh::rfc3526_group};
        const ssh::ClientKexOptions client_options{common, true, false, {}};
        const ssh::Crypto& crypto = ssh::openssl_crypto();
        auto client = ssh::ClientKeyExchange::create(crypto, client_options).value();
        auto server = ssh::ServerKeyExchange::create(crypto, server_options).value();
        client.start();
        converse(client, server);
        return at_client_.key_exchange && at_server_.key_exchange;
    }

    bool log_in(const std::string& user) {
        ssh::ServerUserAuthOptions server_options;
        server_options.session_id = session_id(at_server_);
        server_options.key_exchange = at_server_.key_exchange;
        ssh::ClientKeyexOptions client_options;
        client_options.user = user;
        client_options.session_id = session_id(at_client_);
        client_options.context = at_client_.key_exchange->context;
        auto client = ssh::ClientKeyex::create(client_options).value();
        auto server = ssh::ServerUserAuth::create(server_options).value();
        client.start();
        converse(client, server);
        return at_client_.login && at_server_.login;
    }

    /// Who logged in, and what came along.
    std::optional<ssh::Peer> peer() {
        return server_.driver().take_peer(at_server_.login->context);
    }
    [[nodiscard]] bool same_keys() const {
        return std::ranges::equal(at_client_.key.view(), at_server_.key.view());
    }

private:
    static gss::Bytes session_id(const Told& told) {
        return {told.hash.view().begin(), told.hash.view().end()};
    }
    void carry(SessionHost& to, const gss::Bytes& payload) {
        loop_.post([&to, payload] { to.receive(payload); });
    }
    /// Serves two engines until both have ended. When one has failed the other would wait in vain.
    void converse(ssh::Engine& client, ssh::Engine& server) {
        client_.serve(client);
        server_.serve(server);
        loop_.run_until([&] {
            return (client.ended() && server.ended()) || at_client_.failed() || at_server_.failed();
        });
        client_.give_up();
        server_.give_up();
        loop_.run_until([&] { return !client_.step_under_way() && !server_.step_under_way(); });
        client_.leave();
        server_.leave();
    }

    EventLoop loop_;
    Told at_client_;
    Told at_server_;
    SessionHost client_;
    SessionHost server_;
};

int run(const std::string& user, const std::string& principal, std::chrono::milliseconds limit) {
    const gss::Backend library = gss::Backend::open_default().value();
    ssh::DriverOptions client;
    client.host = "localhost";
    client.step_limit = limit;
    ssh::DriverOptions server;
    server.step_limit = limit;
    server.accept_delegation = true;
    server.authorizer = ssh::authorize_principals({{user, principal}});
    Session session(ssh::Driver::create(library, std::move(client)).value(),
                    ssh::Driver::create(library, std::move(server)).value());
    if (!session.exchange_keys()) {
        return 1;
    }
    std::cout << "keys exchanged: " << (session.same_keys() ? "the same" : "DIFFERENT") << '\n';
    if (!session.log_in(user)) {
        return 1;
    }
    const ssh::Peer peer = session.peer().value();
    std::cout << peer.principal->display().value().text << " logged in as " << user << '\n'
              << "credentials delegated: " << (peer.delegated ? "yes" : "no") << '\n';
    return 0;
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 3 || argc > 4) {
        std::cerr << "usage: ssh_embedding USER PRINCIPAL [LIMIT]\n"
                     "LIMIT: how long a step may take, in milliseconds\n";
        return 2;
    }
    const std::chrono::milliseconds limit(argc == 4 ? std::strtol(argv[3], nullptr, 10) : 10000);
    return run(argv[1], argv[2], limit);
} catch (const gss::Exception& failure) {
    std::cerr << failure.error().text() << '\n';
    return 1;
}
