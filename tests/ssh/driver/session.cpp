// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <algorithm>
#include <deque>
#include <utility>

namespace gss::test {

namespace {

constexpr std::size_t most_messages = 200;

/// Cancels an engine and does what it says then.
void cancel(ssh::Engine& engine, ssh::Driver& driver, std::vector<ssh::Action>& said) {
    engine.cancel();
    driver.run(engine, [&](ssh::Action action) { said.push_back(std::move(action)); });
}

} // namespace

Bytes Talk::message(unsigned number) const {
    const auto found = std::ranges::find(messages, number, &Sent::number);
    return found == messages.end() ? Bytes() : found->payload;
}

std::string Talk::faults() const {
    std::string text;
    for (const auto* side : {&client, &server}) {
        for (const ssh::Action& action : *side) {
            if (const auto* fail = std::get_if<ssh::Fail>(&action)) {
                text += (side == &client ? "client: " : "server: ") + fail->text + "\n";
            }
            if (const auto* failed = std::get_if<ssh::AttemptFailed>(&action)) {
                text += "attempt: " + failed->reason + "\n";
            }
        }
    }
    return text;
}

Talk converse(ssh::Engine& client, ssh::Driver& client_driver, ssh::Engine& server,
              ssh::Driver& server_driver, const Tap& tap, const GoOn& go_on) {
    Talk talk;
    std::deque<Sent> under_way;
    const auto step = [&](Side side, ssh::Engine& engine, ssh::Driver& driver) {
        std::optional<ssh::Action> action = engine.poll();
        if (!action) {
            return false;
        }
        if (driver.handle(engine, *action)) {
            return true;
        }
        if (auto* message = std::get_if<ssh::SendMessage>(&*action)) {
            talk.messages.push_back({side, message->payload});
            if (tap) {
                tap(side, message->payload);
            }
            under_way.push_back({side, std::move(message->payload)});
        } else {
            (side == Side::client ? talk.client : talk.server).push_back(*std::move(action));
        }
        return true;
    };
    while (talk.messages.size() < most_messages) {
        if (go_on && !go_on()) {
            cancel(client, client_driver, talk.client);
            cancel(server, server_driver, talk.server);
            break;
        }
        const bool busy = step(Side::client, client, client_driver);
        if (busy || step(Side::server, server, server_driver)) {
            continue;
        }
        if (under_way.empty()) {
            break;
        }
        const Sent next = std::move(under_way.front());
        under_way.pop_front();
        (next.from == Side::client ? server : client).receive(next.payload);
    }
    return talk;
}

Talk Session::exchange_keys(ssh::KexFamily family, std::uint32_t number, const Tap& tap,
                            const GoOn& go_on) {
    ssh::KexOptions common;
    common.method = {family, mechanism::krb5()};
    common.transcript = {client_version, server_version, client_kexinit, server_kexinit};
    common.context = {ssh::ContextName::Use::key_exchange, number};
    common.policy.families = {family};
    common.policy.legacy = ssh::info(family).legacy;
    ssh::ClientKexOptions client_options;
    static_cast<ssh::KexOptions&>(client_options) = common;
    client_options.delegate = delegate;
    ssh::ServerKexOptions server_options;
    static_cast<ssh::KexOptions&>(server_options) = common;
    server_options.host_key = host_key;
    const ssh::Crypto& crypto = ssh::openssl_crypto();
    ssh::ClientKeyExchange client = ssh::ClientKeyExchange::create(crypto, client_options).value();
    ssh::ServerKeyExchange server = ssh::ServerKeyExchange::create(crypto, server_options).value();
    client.start();
    Talk talk = converse(client, client_, server, server_, tap, go_on);
    if (const auto* done = talk.last<ssh::KexDone>(Side::server); done != nullptr && number == 0) {
        session_id_.assign(done->exchange_hash.view().begin(), done->exchange_hash.view().end());
        key_exchange_ = ssh::KexContext{done->context, done->mechanism, done->flags};
    }
    return talk;
}

ssh::ServerUserAuthOptions Session::server_options() const {
    ssh::ServerUserAuthOptions options;
    options.session_id = session_id_;
    options.key_exchange = key_exchange_;
    options.other_methods = other_methods;
    return options;
}

ssh::ClientWithMicOptions Session::with_mic_options(std::uint32_t number) const {
    ssh::ClientWithMicOptions options;
    options.user = user;
    options.session_id = session_id_;
    options.delegate = delegate;
    options.context.number = number;
    return options;
}

Talk Session::log_in_with_mic(std::uint32_t number, const Tap& tap, const GoOn& go_on) {
    ssh::ClientWithMic client = ssh::ClientWithMic::create(with_mic_options(number)).value();
    ssh::ServerUserAuth server = ssh::ServerUserAuth::create(server_options()).value();
    client.start();
    return converse(client, client_, server, server_, tap, go_on);
}

Talk Session::log_in_by_keyex(const Tap& tap, const GoOn& go_on) {
    ssh::ClientKeyexOptions options;
    options.user = user;
    options.session_id = session_id_;
    options.context = key_exchange_.value().context;
    ssh::ClientKeyex client = ssh::ClientKeyex::create(options).value();
    ssh::ServerUserAuth server = ssh::ServerUserAuth::create(server_options()).value();
    client.start();
    return converse(client, client_, server, server_, tap, go_on);
}

bool exchanged(const Talk& talk) {
    const auto* client = talk.last<ssh::KexDone>(Side::client);
    const auto* server = talk.last<ssh::KexDone>(Side::server);
    return client != nullptr && server != nullptr &&
           std::ranges::equal(client->exchange_hash.view(), server->exchange_hash.view()) &&
           std::ranges::equal(client->shared_secret.view(), server->shared_secret.view());
}

bool logged_in(const Talk& talk) {
    return talk.last<ssh::AuthDone>(Side::client) != nullptr &&
           talk.last<ssh::AuthDone>(Side::server) != nullptr;
}

} // namespace gss::test
