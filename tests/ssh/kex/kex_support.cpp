// SPDX-License-Identifier: Apache-2.0
#include "kex_support.h"

#include "scripted_token.h"
#include "writer.h"

#include <algorithm>
#include <utility>

namespace gss::test {

std::vector<KexFamily> all_families() {
    std::vector<KexFamily> families;
    for (const ssh::KexFamilyInfo& one : ssh::kex_families()) {
        families.push_back(one.family);
    }
    return families;
}

std::vector<KexFamily> one_of_each_kind() {
    return {KexFamily::curve25519_sha256, KexFamily::group14_sha256, KexFamily::gex_sha1};
}

std::string name_of(KexFamily family) {
    return std::string(ssh::info(family).prefix);
}

wire::PublicForm form_of(KexFamily family) {
    return ssh::info(family).kind == KexKind::ecdh ? wire::PublicForm::string
                                                   : wire::PublicForm::mpint;
}

Transcript::Transcript(std::size_t size, unsigned salt) {
    for (Bytes* kexinit : {&client_kexinit, &server_kexinit}) {
        kexinit->push_back(std::byte{20});
        for (std::size_t i = 1; i < size; ++i) {
            kexinit->push_back(static_cast<std::byte>(i * 7 + salt + (i >> 8)));
        }
        salt += 100;
    }
}

ssh::KexTranscript Transcript::view() const {
    return {client_version, server_version, client_kexinit, server_kexinit};
}

Bytes sample_host_key(char salt) {
    return wire::Writer().text("ssh-ed25519").text(std::string(32, salt)).take();
}

ssh::KexPolicy every_family() {
    ssh::KexPolicy policy;
    policy.families = all_families();
    policy.legacy = true;
    return policy;
}

namespace {

void common_options(ssh::KexOptions& options, const KexCase& what) {
    options.policy = every_family();
    options.context = {ContextName::Use::key_exchange, what.exchange};
}

} // namespace

ClientKexOptions client_options(const KexCase& what, const Transcript& transcript) {
    ClientKexOptions options{{{what.family, mechanism::krb5()}, transcript.view()}};
    common_options(options, what);
    return options;
}

ServerKexOptions server_options(const KexCase& what, const Transcript& transcript) {
    ServerKexOptions options{{{what.family, mechanism::krb5()}, transcript.view()}};
    common_options(options, what);
    if (what.host_key) {
        options.host_key = sample_host_key();
    }
    return options;
}

KexPair::KexPair(const KexCase& made_of,
                 const std::function<void(ClientKexOptions&)>& change_client,
                 const std::function<void(ServerKexOptions&)>& change_server)
    : what(made_of) {
    client_host.script().tokens = what.tokens;
    server_host.script().tokens = what.tokens;
    ClientKexOptions for_client = client_options(what, transcript);
    ServerKexOptions for_server = server_options(what, transcript);
    if (change_client) {
        change_client(for_client);
    }
    if (change_server) {
        change_server(for_server);
    }
    client = ClientKeyExchange::create(crypto, for_client).value();
    server = ServerKeyExchange::create(crypto, for_server).value();
}

PairRun KexPair::run(const PairHooks& hooks) {
    EXPECT_EQ(client->start(), Fed::taken);
    return run_pair(*client, *server, client_host, server_host, hooks);
}

Bytes KexPair::run_until(Side from, std::uint8_t number) {
    Bytes wanted;
    bool found = false;
    PairHooks hooks;
    hooks.deliver = [&](const Sent& message) -> std::vector<Bytes> {
        if (!found && message.from == from && message.number() == number) {
            wanted = message.payload;
            found = true;
        }
        return found ? std::vector<Bytes>() : std::vector<Bytes>{message.payload};
    };
    const PairRun ignored = run(hooks);
    EXPECT_TRUE(found) << "message " << unsigned(number) << " was never sent";
    return wanted;
}

const Fail* Outcome::fail() const noexcept {
    return actions.empty() ? nullptr : std::get_if<Fail>(&actions.back());
}

const KexDone* Outcome::done() const noexcept {
    return actions.empty() ? nullptr : std::get_if<KexDone>(&actions.back());
}

bool Outcome::sent_number(std::uint8_t number) const noexcept {
    return std::ranges::any_of(sent, [number](const Bytes& payload) {
        return std::to_integer<std::uint8_t>(payload.at(0)) == number;
    });
}

Outcome settle(ssh::Engine& engine, ScriptedHost& host) {
    Outcome outcome;
    drain(engine, host, outcome.sent, outcome.actions);
    return outcome;
}

Outcome feed(ssh::Engine& engine, ScriptedHost& host, BytesView payload) {
    const Fed fed = engine.receive(payload);
    Outcome outcome = settle(engine, host);
    outcome.fed = fed;
    return outcome;
}

Bytes sample_public_key(KexFamily family) {
    const ssh::KexFamilyInfo& about = ssh::info(family);
    if (!about.curve) {
        return Bytes(100, std::byte{0x42});
    }
    Bytes key(point_size(*about.curve), std::byte{0x42});
    if (about.curve != ssh::EcdhCurve::x25519 && about.curve != ssh::EcdhCurve::x448) {
        key[0] = std::byte{4};
    }
    return key;
}

Bytes well_formed(std::uint8_t number, KexFamily family) {
    const Bytes token = build_token({}, mechanism::krb5(), {});
    const Bytes key = sample_public_key(family);
    const Bytes mic = bytes_of("a message integrity code");
    switch (number) {
    case kexgss::init:
        return build(wire::KexInit{token, key}, form_of(family));
    case kexgss::token:
        return build(wire::KexToken{token});
    case kexgss::complete:
        return build(wire::KexComplete{key, mic, token}, form_of(family));
    case kexgss::host_key: {
        const Bytes host_key = sample_host_key();
        return build(wire::KexHostKey{host_key});
    }
    case kexgss::error:
        return build(wire::KexError{status_failure, 5, "why", "en"});
    case kexgss::group_request:
        return build(wire::KexGroupRequest{2048, 3072, 8192});
    case kexgss::group: {
        const ssh::DhGroup group = ssh::fixed_group(2048).value();
        return build(wire::KexGroup{group.p, group.g});
    }
    default:
        return {static_cast<std::byte>(number)};
    }
}

Bytes bytes_of(std::string_view text) {
    const BytesView octets = as_bytes(text);
    return {octets.begin(), octets.end()};
}

Bytes operator+(Bytes left, BytesView right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

bool contains(BytesView haystack, BytesView needle) {
    return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end()) !=
           haystack.end();
}

void expect_agreement(const PairRun& run) {
    const auto* client = run.last<KexDone>(Side::client);
    const auto* server = run.last<KexDone>(Side::server);
    for (const Side side : {Side::client, Side::server}) {
        if (const Fail* fail = run.last<Fail>(side)) {
            ADD_FAILURE() << (side == Side::client ? "client: " : "server: ") << fail->text;
        }
    }
    ASSERT_NE(client, nullptr);
    ASSERT_NE(server, nullptr);
    EXPECT_TRUE(std::ranges::equal(client->exchange_hash.view(), server->exchange_hash.view()));
    EXPECT_TRUE(std::ranges::equal(client->shared_secret.view(), server->shared_secret.view()));
    EXPECT_EQ(client->hash, server->hash);
    EXPECT_EQ(client->context, server->context);
    EXPECT_EQ(client->mechanism, server->mechanism);
    EXPECT_EQ(client->host_key, server->host_key);
    EXPECT_EQ(client->exchange_hash.size(), digest_size(client->hash));
}

namespace {

void expect_bad_end(const Fail* fail, Fault fault) {
    ASSERT_NE(fail, nullptr);
    EXPECT_EQ(fail->fault, fault) << fail->text;
    EXPECT_NE(fail->disconnect_reason, 0U) << "RFC 4253 s7.1: the connection ends";
    EXPECT_FALSE(fail->text.empty());
}

} // namespace

void expect_failure(const PairRun& run, Side side, Fault fault) {
    expect_bad_end(run.last<Fail>(side), fault);
    EXPECT_EQ(run.last<KexDone>(side), nullptr);
}

void expect_failure(const Outcome& outcome, Fault fault) {
    expect_bad_end(outcome.fail(), fault);
}

} // namespace gss::test
