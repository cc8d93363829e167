// SPDX-License-Identifier: Apache-2.0
#include "session_pair.h"

#include <algorithm>
#include <map>
#include <random>
#include <type_traits>
#include <utility>

namespace gss::test {

namespace {

using transport::Answer;
using transport::Event;

/// Yes to everything.
std::optional<Answer> yes_to(const Event& event) {
    if (std::holds_alternative<transport::HostKeyQuestion>(event)) {
        return transport::HostKeyAnswer{true, {}};
    }
    if (std::holds_alternative<transport::NoneRequest>(event)) {
        return transport::Refusal{}; // whoever wants it says so
    }
    if (std::holds_alternative<transport::PasswordRequest>(event) ||
        std::holds_alternative<transport::PublicKeyRequest>(event)) {
        ssh::AuthorizeAnswer allowed;
        allowed.decision = ssh::AuthorizeAnswer::Decision::allow;
        return allowed;
    }
    if (std::holds_alternative<transport::ChannelOpenRequest>(event)) {
        transport::ChannelAnswer yes;
        yes.accepted = true;
        return yes;
    }
    if (std::holds_alternative<transport::ChannelRequest>(event) ||
        std::holds_alternative<transport::GlobalRequest>(event)) {
        return transport::RequestAnswer{true, {}};
    }
    return std::nullopt;
}

std::optional<Answer> gss_answer(ScriptedHost& host, const Event& event) {
    return std::visit(
        [&](const auto& which) -> std::optional<Answer> {
            using T = std::decay_t<decltype(which)>;
            if constexpr (std::is_same_v<T, ssh::GssStep>) {
                return host.step(which);
            } else if constexpr (std::is_same_v<T, ssh::GetMic>) {
                return host.get_mic(which);
            } else if constexpr (std::is_same_v<T, ssh::VerifyMic>) {
                return host.verify_mic(which);
            } else if constexpr (std::is_same_v<T, ssh::Authorize>) {
                return host.authorize(which);
            } else {
                return std::nullopt;
            }
        },
        event);
}

template <typename T>
T made(Result<T> result) {
    return std::move(result).value();
}

} // namespace

void SessionEnd::drain() {
    while (std::optional<Event> event = session.poll()) {
        if (const auto* some = std::get_if<transport::ChannelData>(&*event)) {
            Bytes& to = data[some->channel][some->stream];
            to.insert(to.end(), some->data.begin(), some->data.end());
            if (consume) {
                session.consumed(some->channel, some->data.size());
            }
            continue;
        }
        if (const auto* released = std::get_if<ssh::Release>(&*event)) {
            host.release(released->context);
        }
        std::optional<Answer> said = answer ? answer(*event) : std::nullopt;
        const std::optional<transport::RequestId> id = transport::question_id(*event);
        bool gss = false;
        if (!said) {
            said = gss_answer(host, *event);
            gss = said.has_value();
        }
        if (!said && !decide_later) {
            said = yes_to(*event);
        }
        if (!gss) {
            events.push_back(std::move(*event));
        }
        if (id && said) {
            session.answer(*id, std::move(*said));
        }
    }
}

SessionPair::SessionPair(const transport::ClientOptions& client,
                         const transport::ServerOptions& server)
    : client_(made(transport::ClientSession::create(client))),
      server_(made(transport::ServerSession::create(server))) {
    ends_.push_back({End::client, client_, ScriptedHost(), {}, {}, {}, false, true});
    ends_.push_back({End::server, server_, ScriptedHost(), {}, {}, {}, false, true});
}

SessionPair SessionPair::with(const std::string& key_exchange, const std::string& cipher,
                              const std::string& mac) {
    transport::ClientOptions client;
    client.algorithms.key_exchange = {key_exchange};
    client.algorithms.ciphers = {cipher};
    client.algorithms.macs = {mac};
    client.algorithms.legacy = true;
    transport::ServerOptions server;
    server.algorithms = client.algorithms;
    server.host_keys = {test_key()};
    server.other_methods = {"publickey", "password"};
    return {client, server};
}

bool SessionPair::carry(SessionEnd& from, SessionEnd& to) {
    const BytesView out = from.session.output();
    if (out.empty()) {
        return false;
    }
    Bytes octets(out.begin(), out.end());
    from.session.sent(octets.size());
    if (wire) {
        wire(from.which, octets);
    }
    BytesView rest(octets);
    while (!rest.empty()) {
        const std::size_t size = piece == 0 ? rest.size() : std::min(piece, rest.size());
        const MutableBytes space = to.session.input(size);
        std::copy_n(rest.begin(), size, space.begin());
        to.session.received(size);
        rest = rest.subspan(size);
        to.drain();
    }
    return true;
}

void SessionPair::run() {
    bool moved = true;
    while (moved) {
        ends_[0].drain();
        ends_[1].drain();
        const bool there = carry(ends_[0], ends_[1]);
        const bool back = carry(ends_[1], ends_[0]);
        moved = there || back;
    }
}

void SessionPair::log_in(transport::AuthMethod method) {
    run();
    client_.authenticate("alice", std::move(method)).value();
    run();
}

std::string SessionPair::ends() const {
    std::string text;
    for (const SessionEnd& end : ends_) {
        text += end.which == End::client ? "client: " : "server: ";
        if (const auto* gone = end.last<transport::Disconnected>()) {
            text += std::to_string(gone->reason) + " " + gone->text;
        } else if (const auto* failed = end.last<transport::AuthFailed>()) {
            text += failed->method + " failed: " + failed->reason;
        } else {
            text += "goes on";
        }
        text += '\n';
    }
    return text;
}

Bytes some_octets(std::size_t size, std::uint32_t seed) {
    std::minstd_rand random(seed);
    Bytes octets(size);
    for (std::byte& octet : octets) {
        octet = static_cast<std::byte>(random() >> 8U);
    }
    return octets;
}

const transport::PrivateKey& test_key(transport::KeyType type) {
    static std::map<transport::KeyType, transport::PrivateKey> keys;
    auto found = keys.find(type);
    if (found == keys.end()) {
        found = keys.emplace(type, made(transport::PrivateKey::generate(type))).first;
    }
    return found->second;
}

} // namespace gss::test
