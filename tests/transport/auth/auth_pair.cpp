// SPDX-License-Identifier: Apache-2.0
#include "auth_pair.h"

#include "writer.h"

#include <algorithm>
#include <utility>

namespace gss::test {

using namespace transport;
using ssh::wire::Writer;

const Bytes& session_id() {
    static const Bytes id = octets("the exchange hash of the first!!");
    return id;
}

Bytes octets(std::string_view text) {
    const BytesView view = as_bytes(text);
    return {view.begin(), view.end()};
}

SecretBytes secret(std::string_view text) {
    return SecretBytes(as_bytes(text));
}

PrivateKey new_key(KeyType type) {
    if (type == KeyType::rsa) {
        // Takes long to make.
        static const PrivateKey one = PrivateKey::generate(type).value();
        return one;
    }
    return PrivateKey::generate(type).value();
}

Bytes request(std::string_view method, BytesView rest, std::string_view user,
              std::string_view service) {
    return Writer(50).text(user).text(service).text(method).raw(rest).take();
}

Bytes password_request(std::string_view password, std::string_view user) {
    return request("password", Writer().boolean(false).text(password).take(), user);
}

Bytes service_request(std::string_view service) {
    return Writer(5).text(service).take();
}

Bytes service_accept(std::string_view service) {
    return Writer(6).text(service).take();
}

Bytes banner_message(std::string_view text) {
    return Writer(53).text(text).text("en").take();
}

Bytes bare(unsigned number) {
    return {static_cast<std::byte>(number)};
}

AuthPair::AuthPair() {
    server.options.other_methods = {"publickey", "password"};
    server.options.most_failures = 20;
}

void AuthPair::make_kex(bool gss_key_exchange) {
    if (!gss_key_exchange) {
        return;
    }
    // Both ends of a complete context, as a key exchange leaves it.
    Bytes token;
    for (unsigned leg = 0; leg < 2; ++leg) {
        ssh::GssStep step{0, kex_name, leg == 0, true, mechanism::krb5(), {}, token};
        step.initiate = true;
        step.first = leg == 0;
        step.flags = {ContextFlag::mutual, ContextFlag::integrity};
        token = client.host.step(step).token;
        if (leg == 0) {
            step.initiate = false;
            step.token = token;
            token = server.host.step(step).token;
        }
    }
    const auto done = [] {
        return ssh::KexDone{SecretBytes(BytesView(session_id())),
                            {},
                            ssh::HashAlgorithm::sha256,
                            {},
                            kex_name,
                            mechanism::krb5(),
                            {ContextFlag::mutual, ContextFlag::integrity}};
    };
    client_kex_.emplace(done());
    server_kex_.emplace(done());
}

void AuthPair::start(bool gss_key_exchange) {
    make_kex(gss_key_exchange);
    if (server_session_id.empty()) {
        server_session_id = session_id();
    }
    client.part = std::make_unique<detail::ClientAuth>(client.options, client.outlet);
    server.part = std::make_unique<detail::ServerAuth>(server.options, server.outlet);
    client.part->ready({session_id(), server_version, client_kex_ ? &*client_kex_ : nullptr});
    server.guarded([&] {
        server.part->ready(
            {server_session_id, "SSH-2.0-client", server_kex_ ? &*server_kex_ : nullptr});
    });
}

void AuthPair::start_server(bool gss_key_exchange) {
    start(gss_key_exchange);
    server.feed(service_request());
    server.outlet.sent.clear();
    server.outlet.unread.clear();
}

void AuthPair::log_in(std::string_view user, AuthMethod method) {
    client.part->authenticate(user, std::move(method)).value();
    run();
}

bool AuthPair::hand_over(bool from_client) {
    auto& inbox = from_client ? client.outlet.unread : server.outlet.unread;
    if (inbox.empty()) {
        return false;
    }
    const Bytes payload = std::move(inbox.front());
    inbox.pop_front();
    const std::vector<Bytes> arriving =
        deliver ? deliver(from_client, payload) : std::vector<Bytes>{payload};
    for (const Bytes& one : arriving) {
        from_client ? server.feed(one) : client.feed(one);
        serve();
        attend();
    }
    return true;
}

void AuthPair::run() {
    for (unsigned rounds = 0; rounds < 1000; ++rounds) {
        serve();
        attend();
        const bool moved = hand_over(true);
        if (!hand_over(false) && !moved) {
            return;
        }
    }
    throw std::runtime_error("the two never come to an end");
}

void AuthPair::attend() {
    while (!client.outlet.events.empty()) {
        Event event = std::move(client.outlet.events.front());
        client.outlet.events.pop_front();
        std::optional<Answer> answer;
        if (const auto* step = std::get_if<ssh::GssStep>(&event)) {
            answer = client.host.step(*step);
        } else if (const auto* mic = std::get_if<ssh::GetMic>(&event)) {
            answer = client.host.get_mic(*mic);
        } else if (const auto* released = std::get_if<ssh::Release>(&event)) {
            client.host.release(released->context);
        }
        const auto id = question_id(event);
        client.events.push_back(std::move(event));
        if (answer) {
            client.guarded([&] { client.part->answer(id.value(), std::move(*answer)); });
        }
    }
}

ssh::AuthorizeAnswer AuthPair::decide(bool good, std::string_view method) const {
    using Decision = ssh::AuthorizeAnswer::Decision;
    const auto partly = accounts.partly.find(std::string(method));
    if (!good) {
        return {Decision::deny, {}, "not on the list"};
    }
    return partly == accounts.partly.end()
               ? ssh::AuthorizeAnswer{Decision::allow, {}, {}}
               : ssh::AuthorizeAnswer{Decision::allow_partly, partly->second, {}};
}

std::optional<Answer> AuthPair::decision(const Event& event) {
    if (const auto* step = std::get_if<ssh::GssStep>(&event)) {
        return server.host.step(*step);
    }
    if (const auto* verify = std::get_if<ssh::VerifyMic>(&event)) {
        return server.host.verify_mic(*verify);
    }
    if (const auto* authorize = std::get_if<ssh::Authorize>(&event)) {
        const auto scripted = server.host.authorize(*authorize);
        return decide(scripted.decision != ssh::AuthorizeAnswer::Decision::deny, authorize->method);
    }
    if (std::holds_alternative<NoneRequest>(event)) {
        return decide(accounts.none, "none");
    }
    if (const auto* password = std::get_if<PasswordRequest>(&event)) {
        return decide(as_text(password->password.view()) == accounts.password, "password");
    }
    if (const auto* key = std::get_if<PublicKeyRequest>(&event)) {
        const bool known =
            std::find(accounts.keys.begin(), accounts.keys.end(), key->key) != accounts.keys.end();
        return decide(known, "publickey");
    }
    return std::nullopt;
}

void AuthPair::serve() {
    while (!server.outlet.events.empty()) {
        Event event = std::move(server.outlet.events.front());
        server.outlet.events.pop_front();
        if (const auto* released = std::get_if<ssh::Release>(&event)) {
            server.host.release(released->context);
        }
        auto answer = accounts.answers ? decision(event) : std::nullopt;
        const auto id = question_id(event);
        server.events.push_back(std::move(event));
        if (answer) {
            server.guarded([&] { server.part->answer(id.value(), std::move(*answer)); });
        }
    }
}

} // namespace gss::test
