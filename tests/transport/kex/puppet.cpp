// SPDX-License-Identifier: Apache-2.0
#include "puppet.h"

#include "packet_protection.h"
#include "reader.h"
#include "writer.h"

#include <algorithm>
#include <map>

namespace gss::test {

namespace {

namespace detail = transport::detail;
using ssh::HashAlgorithm;
using ssh::wire::Reader;
using ssh::wire::Writer;

constexpr std::size_t plenty = 65536;
const std::string suffix = "-toWM5Slw5Ew8Mqkay+al2g==";

Bytes digest(HashAlgorithm algorithm, BytesView octets) {
    auto hash = ssh::openssl_crypto().hash(algorithm).value();
    hash->update(octets).value();
    const SecretBytes made = hash->finish().value();
    return {made.view().begin(), made.view().end()};
}

} // namespace

const MethodFacts& facts_of(const std::string& name) {
    using ssh::EcdhCurve;
    static const std::map<std::string, MethodFacts> all = [] {
        std::map<std::string, MethodFacts> facts;
        for (const MethodFacts& one :
             {MethodFacts{"curve25519-sha256", HashAlgorithm::sha256, EcdhCurve::x25519, 0},
              MethodFacts{"curve25519-sha256@libssh.org", HashAlgorithm::sha256, EcdhCurve::x25519,
                          0},
              MethodFacts{"ecdh-sha2-nistp256", HashAlgorithm::sha256, EcdhCurve::nistp256, 0},
              MethodFacts{"ecdh-sha2-nistp384", HashAlgorithm::sha384, EcdhCurve::nistp384, 0},
              MethodFacts{"ecdh-sha2-nistp521", HashAlgorithm::sha512, EcdhCurve::nistp521, 0},
              MethodFacts{"diffie-hellman-group14-sha256", HashAlgorithm::sha256, {}, 2048},
              MethodFacts{"diffie-hellman-group16-sha512", HashAlgorithm::sha512, {}, 4096}}) {
            facts.emplace(one.name, one);
        }
        return facts;
    }();
    return all.at(name);
}

std::unique_ptr<ssh::KeyAgreement> key_pair_for(const MethodFacts& method) {
    const ssh::Crypto& crypto = ssh::openssl_crypto();
    return method.curve ? crypto.ecdh(*method.curve).value()
                        : crypto.dh(ssh::fixed_group(method.bits).value()).value();
}

Bytes init_message(const MethodFacts& method, BytesView key) {
    Writer message(30);
    method.curve ? message.string(key) : message.mpint(key);
    return message.take();
}

Puppet::Puppet(End& talks_to) : end(talks_to), reader(std::size_t{256} * 1024) {}

std::string Puppet::version() const {
    return is_client() ? "SSH-2.0-puppet_client" : "SSH-2.0-puppet_server";
}

void Puppet::meet() {
    writer.identification(version());
    end.writer.identification(end.version());
    deliver();
    EXPECT_EQ(end.reader.identification(false), version());
    end.start(version());
    deliver();
    EXPECT_EQ(reader.identification(false), end.version());
}

void Puppet::send(BytesView payload) {
    writer.write(payload);
}

void Puppet::deliver() {
    const BytesView up = writer.output();
    std::ranges::copy(up, end.reader.space(up.size()).begin());
    end.reader.added(up.size());
    writer.sent(up.size());
    if (end.kex.under_way() || !end.exchanged.empty()) {
        end.work();
    }
    const BytesView down = end.writer.output();
    std::ranges::copy(down, reader.space(down.size()).begin());
    reader.added(down.size());
    end.writer.sent(down.size());
}

std::optional<Bytes> Puppet::read() {
    const auto payload = reader.next();
    return payload ? std::optional(Bytes(payload->begin(), payload->end())) : std::nullopt;
}

std::optional<Bytes> Puppet::expect(unsigned number) {
    auto payload = read();
    if (!payload || std::to_integer<unsigned>(payload->front()) != number) {
        if (!end.fault) {
            ADD_FAILURE() << "message " << number << " did not come";
        }
        return std::nullopt;
    }
    return payload;
}

void Puppet::send_kexinit(const PuppetWords& words) {
    detail::KexInit init;
    init.key_exchange = words.first;
    init.key_exchange.push_back(is_gss(words.method) ? words.method + suffix : words.method);
    if (exchanges_ == 0 && strict_) {
        init.key_exchange.emplace_back(is_client() ? "kex-strict-c-v00@openssh.com"
                                                   : "kex-strict-s-v00@openssh.com");
    }
    init.host_keys = {words.host_key};
    init.ciphers_to_server = init.ciphers_to_client = {words.cipher};
    init.macs_to_server = init.macs_to_client = {words.mac};
    init.compression_to_server = init.compression_to_client = {"none"};
    init.guess_follows = words.guess_flag;
    own_kexinit_ = detail::build(init);
    send(own_kexinit_);
    for (const Bytes& payload : words.guessed) {
        send(payload);
    }
}

bool Puppet::exchange(const PuppetWords& words) {
    send_kexinit(words);
    return run_method(words) && switch_keys(words);
}

bool Puppet::run_method(const PuppetWords& words) {
    deliver();
    auto theirs = expect(message::kexinit);
    if (!theirs) {
        return false;
    }
    end_kexinit_ = std::move(*theirs);
    if (is_gss(words.method)) {
        return run_gss(words);
    }
    const MethodFacts& method = facts_of(words.method);
    return is_client() ? run_plain_client(method) : run_plain_server(method, words);
}

bool Puppet::run_plain_client(const MethodFacts& method) {
    const auto pair = key_pair_for(method);
    const Bytes own(pair->public_key().begin(), pair->public_key().end());
    send(init_message(method, own));
    deliver();
    const auto reply = expect(31);
    if (!reply) {
        return false;
    }
    Reader fields(BytesView(*reply).subspan(1));
    const BytesView blob = fields.string(plenty);
    const BytesView theirs = method.curve ? fields.string(plenty) : fields.mpint(plenty);
    const BytesView signature = fields.string(plenty);
    EXPECT_TRUE(fields.done());
    host_key_seen = PublicKey::parse(blob).value();
    const SecretBytes secret = pair->shared_secret(theirs).value();
    agree(method, blob, own, theirs, secret.view());
    EXPECT_TRUE(host_key_seen->verify("ssh-ed25519", keys_->exchange_hash.view(), signature))
        << "the signature is not over the H of the RFC";
    return true;
}

bool Puppet::run_plain_server(const MethodFacts& method, const PuppetWords& words) {
    const auto init = expect(30);
    if (!init) {
        return false;
    }
    Reader fields(BytesView(*init).subspan(1));
    const BytesView theirs = method.curve ? fields.string(plenty) : fields.mpint(plenty);
    EXPECT_TRUE(fields.done());
    const auto pair = key_pair_for(method);
    const Bytes own(pair->public_key().begin(), pair->public_key().end());
    const SecretBytes secret = pair->shared_secret(theirs).value();
    const PrivateKey& key = test::host_key(key_type_for(words.host_key));
    agree(method, key.public_key().blob(), theirs, own, secret.view());
    const Bytes signature = key.sign(words.host_key, keys_->exchange_hash.view()).value();
    Writer reply(31);
    reply.string(key.public_key().blob());
    method.curve ? reply.string(own) : reply.mpint(own);
    reply.string(signature);
    send(reply.octets());
    deliver();
    return !end.fault;
}

void Puppet::agree(const MethodFacts& method, BytesView host_key, BytesView client_key,
                   BytesView server_key, BytesView secret) {
    // RFC 4253 s8, RFC 5656 s4: V_C, V_S, I_C, I_S, K_S, e or Q_C, f or Q_S, K.
    Writer k;
    k.mpint(secret);
    Writer all;
    all.text(is_client() ? version() : end.version())
        .text(is_client() ? end.version() : version())
        .string(is_client() ? own_kexinit_ : end_kexinit_)
        .string(is_client() ? end_kexinit_ : own_kexinit_)
        .string(host_key);
    for (const BytesView key : {client_key, server_key}) {
        method.curve ? all.string(key) : all.mpint(key);
    }
    all.raw(k.octets());
    keys_.emplace(ssh::KexDone{SecretBytes(BytesView(digest(method.hash, all.octets()))),
                               SecretBytes(BytesView(k.octets())), method.hash, std::nullopt,
                               ssh::ContextName(), mechanism::krb5(), ContextFlags()});
}

bool Puppet::run_gss(const PuppetWords& words) {
    const auto set = [&](ssh::KexOptions& options) {
        const auto family = std::ranges::find_if(
            ssh::kex_families(), [&](const auto& one) { return one.prefix == words.method + "-"; });
        options.method = {family->family, mechanism::krb5()};
        options.policy = {{family->family}, true};
        options.context = {ssh::ContextName::Use::key_exchange, exchanges_};
    };
    const std::string own = version();
    const std::string other = end.version();
    const auto run = [&](ssh::Engine& engine) {
        for (int turn = 0; turn < 100; ++turn) {
            while (auto action = engine.poll()) {
                if (auto* const sent = std::get_if<ssh::SendMessage>(&*action)) {
                    send(sent->payload);
                } else if (auto* const done = std::get_if<ssh::KexDone>(&*action)) {
                    keys_.emplace(std::move(*done));
                    deliver();
                    return !end.fault;
                } else if (!host.handle(engine, *action)) {
                    return false;
                }
            }
            deliver();
            const auto payload = read();
            if (!payload) {
                return false;
            }
            engine.receive(*payload);
        }
        return false;
    };
    if (is_client()) {
        ssh::ClientKexOptions options;
        set(options);
        options.transcript = {own, other, own_kexinit_, end_kexinit_};
        auto engine = ssh::ClientKeyExchange::create(ssh::openssl_crypto(), options).value();
        engine.start();
        return run(engine);
    }
    ssh::ServerKexOptions options;
    set(options);
    options.transcript = {other, own, end_kexinit_, own_kexinit_};
    options.host_key = words.gss_host_key;
    auto engine = ssh::ServerKeyExchange::create(ssh::openssl_crypto(), options).value();
    const auto first = read();
    if (!first) {
        return false;
    }
    engine.receive(*first);
    return run(engine);
}

std::unique_ptr<detail::PacketProtection> Puppet::protection(const PuppetWords& words,
                                                             bool to_server, bool seal) const {
    const detail::CipherInfo& cipher = *detail::find_cipher(words.cipher);
    const detail::MacInfo* const mac = cipher.aead ? nullptr : detail::find_mac(words.mac);
    const auto derive = [&](char letter, std::size_t size) {
        return size == 0 ? SecretBytes()
                         : ssh::derive_key(ssh::openssl_crypto(), *keys_, letter, session_id, size)
                               .value();
    };
    // RFC 4253 s7.2: A, C and E are IV, key and MAC key of client to server; B, D and F the others.
    detail::PacketKeys keys;
    keys.iv = derive(to_server ? 'A' : 'B', cipher.iv_size);
    keys.key = derive(to_server ? 'C' : 'D', cipher.key_size);
    keys.mac_key = derive(to_server ? 'E' : 'F', mac != nullptr ? mac->key_size : 0);
    return detail::make_protection(cipher, mac,
                                   seal ? detail::PacketProtection::Direction::seal
                                        : detail::PacketProtection::Direction::open,
                                   std::move(keys))
        .value();
}

bool Puppet::switch_keys(const PuppetWords& words) {
    if (exchanges_ == 0) {
        const BytesView hash = keys_->exchange_hash.view();
        session_id.assign(hash.begin(), hash.end());
    }
    const std::size_t before = end.exchanged.size();
    send(Bytes{std::byte{message::newkeys}});
    writer.use(protection(words, is_client(), true));
    if (strict_) {
        writer.restart_sequence();
    }
    deliver();
    if (!expect(message::newkeys)) {
        return false;
    }
    reader.use(protection(words, !is_client(), false));
    if (strict_) {
        reader.restart_sequence();
    }
    ++exchanges_;
    EXPECT_EQ(end.exchanged.size(), before + 1);
    EXPECT_TRUE(std::ranges::equal(end.kex.session_id(), session_id));
    return !end.fault;
}

} // namespace gss::test
