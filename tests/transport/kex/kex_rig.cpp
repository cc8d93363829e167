// SPDX-License-Identifier: Apache-2.0
#include "kex_rig.h"

#include "writer.h"

#include <algorithm>
#include <map>
#include <type_traits>

namespace gss::test {

namespace {

const PrivateKey& cached_key(KeyType type, int which) {
    static std::map<std::pair<KeyType, int>, PrivateKey> keys;
    const auto found = keys.find({type, which});
    return found != keys.end()
               ? found->second
               : keys.emplace(std::pair(type, which), PrivateKey::generate(type).value())
                     .first->second;
}

void set_common(transport::SessionOptions& options, const Choice& choice) {
    options.algorithms.key_exchange = {choice.key_exchange};
    options.algorithms.host_keys = {choice.host_key == "null" ? "ssh-ed25519" : choice.host_key};
    options.algorithms.ciphers = {choice.cipher};
    options.algorithms.macs = {choice.mac};
    options.strict = choice.strict;
}

} // namespace

const PrivateKey& host_key(KeyType type) {
    return cached_key(type, 0);
}

const PrivateKey& other_host_key(KeyType type) {
    return cached_key(type, 1);
}

KeyType key_type_for(std::string_view algorithm) {
    static const std::map<std::string_view, KeyType> types{
        {"ssh-ed25519", KeyType::ed25519},
        {"ecdsa-sha2-nistp256", KeyType::ecdsa_nistp256},
        {"ecdsa-sha2-nistp384", KeyType::ecdsa_nistp384},
        {"ecdsa-sha2-nistp521", KeyType::ecdsa_nistp521},
        {"rsa-sha2-256", KeyType::rsa},
        {"rsa-sha2-512", KeyType::rsa}};
    return types.at(algorithm);
}

ClientOptions client_options(const Choice& choice) {
    ClientOptions options;
    set_common(options, choice);
    return options;
}

ServerOptions server_options(const Choice& choice) {
    ServerOptions options;
    set_common(options, choice);
    if (choice.host_key != "null") {
        options.host_keys = {host_key(key_type_for(choice.host_key))};
    }
    return options;
}

bool is_gss(std::string_view key_exchange) {
    return key_exchange.starts_with("gss-");
}

const std::vector<std::string>& plain_names() {
    static const std::vector<std::string> names{"curve25519-sha256",
                                                "curve25519-sha256@libssh.org",
                                                "ecdh-sha2-nistp256",
                                                "ecdh-sha2-nistp384",
                                                "ecdh-sha2-nistp521",
                                                "diffie-hellman-group14-sha256",
                                                "diffie-hellman-group16-sha512"};
    return names;
}

const std::vector<std::string>& gss_names() {
    static const std::vector<std::string> names{"gss-curve25519-sha256", "gss-nistp256-sha256",
                                                "gss-nistp384-sha384",   "gss-nistp521-sha512",
                                                "gss-curve448-sha512",   "gss-group14-sha256",
                                                "gss-group15-sha512",    "gss-group16-sha512"};
    return names;
}

void RecordingOutlet::send(BytesView payload) {
    ADD_FAILURE() << "a message went to where it may be held back, of " << payload.size()
                  << " octets";
}

End::End(ClientOptions options)
    : client(std::move(options)), reader(client->limits.packet),
      kex({Role::client, *client, &*client, nullptr}, reader, writer, outlet),
      judge([](const HostKeyQuestion& /*question*/) {
          return HostKeyAnswer{true, {}};
      }) {}

End::End(ServerOptions options)
    : server(std::move(options)), reader(server->limits.packet),
      kex({Role::server, *server, nullptr, &*server}, reader, writer, outlet) {}

std::string End::version() const {
    return is_client() ? "SSH-2.0-client_1" : "SSH-2.0-server_2 with a comment";
}

template <typename Task>
void End::caught(Task&& task) {
    if (fault) {
        return;
    }
    try {
        task();
    } catch (const SessionFault& thrown) {
        fault.emplace(thrown);
    }
}

void End::start(const std::string& peer_version) {
    caught([&] {
        kex.start(version());
        kex.peer_is(peer_version);
    });
}

void End::rekey() {
    caught([&] { kex.rekey(); });
}

void End::feed(BytesView payload) {
    caught([&] { kex.receive(payload); });
}

void End::send_data(std::string_view text) {
    ssh::wire::Writer payload(message::channel_data);
    payload.text(text);
    writer.write(payload.octets());
}

void End::take(Event&& event) {
    std::visit(
        [this](auto& which) {
            using T = std::decay_t<decltype(which)>;
            if constexpr (std::is_same_v<T, HostKeyQuestion>) {
                asked.push_back(which.key);
                EXPECT_EQ(kex.answer(which.id, judge(which)), ssh::Fed::taken);
            } else if constexpr (std::is_same_v<T, ssh::GssStep>) {
                EXPECT_EQ(kex.answer(which.id, host.step(which)), ssh::Fed::taken);
            } else if constexpr (std::is_same_v<T, ssh::GetMic>) {
                EXPECT_EQ(kex.answer(which.id, host.get_mic(which)), ssh::Fed::taken);
            } else if constexpr (std::is_same_v<T, ssh::VerifyMic>) {
                EXPECT_EQ(kex.answer(which.id, host.verify_mic(which)), ssh::Fed::taken);
            } else if constexpr (std::is_same_v<T, ssh::Release>) {
                host.release(which.context);
                released.push_back(which.context);
            } else if constexpr (std::is_same_v<T, KeysExchanged>) {
                exchanged.push_back(which);
            } else {
                ADD_FAILURE() << "an event that key exchange has no business with";
            }
        },
        event);
}

void End::answer_questions() {
    while (!leaves_questions && !outlet.events.empty()) {
        Event event = std::move(outlet.events.front());
        outlet.events.pop_front();
        take(std::move(event));
    }
}

void End::work() {
    caught([&] {
        answer_questions();
        while (!kex.waits()) {
            const auto payload = reader.next();
            if (!payload) {
                return;
            }
            const auto number = std::to_integer<unsigned>(payload->front());
            if (number == message::channel_data) {
                data.emplace_back(as_text(payload->subspan(5)));
                data_sequence.push_back(reader.sequence());
                continue;
            }
            if (number == message::ignore) {
                continue; // as a session does where it is allowed
            }
            Bytes altered(payload->begin(), payload->end());
            if (alter) {
                alter(altered);
            }
            if (!altered.empty()) {
                received.push_back(number);
                kex.receive(altered);
            }
            answer_questions();
        }
    });
}

bool carry(End& from, End& to) {
    const BytesView octets = from.writer.output();
    if (octets.empty()) {
        return false;
    }
    const std::size_t size = octets.size();
    std::ranges::copy(octets, to.reader.space(size).begin());
    to.reader.added(size);
    from.writer.sent(size);
    return true;
}

void pump(End& client, End& server) {
    constexpr int most = 1000;
    for (int turn = 0; turn < most; ++turn) {
        client.work();
        server.work();
        const bool up = carry(client, server);
        const bool down = carry(server, client);
        if (!up && !down) {
            return;
        }
    }
    ADD_FAILURE() << "the two never come to an end";
}

Pair::Pair(const Choice& choice) : Pair(client_options(choice), server_options(choice)) {}

Pair::Pair(ClientOptions client_side, ServerOptions server_side)
    : client(std::move(client_side)), server(std::move(server_side)) {}

void Pair::start() {
    client.writer.identification(client.version());
    server.writer.identification(server.version());
    carry(client, server);
    carry(server, client);
    EXPECT_EQ(client.reader.identification(true), server.version());
    EXPECT_EQ(server.reader.identification(false), client.version());
    client.start(server.version());
    server.start(client.version());
}

void Pair::exchange() {
    start();
    pump();
}

void Pair::rekey(bool by_client) {
    (by_client ? client : server).rekey();
    pump();
}

void Pair::expect_data() {
    client.send_data("from the client");
    server.send_data("from the server");
    pump();
    ASSERT_FALSE(client.fault) << client.fault->text();
    ASSERT_FALSE(server.fault) << server.fault->text();
    ASSERT_FALSE(client.data.empty());
    ASSERT_FALSE(server.data.empty());
    EXPECT_EQ(client.data.back(), "from the server");
    EXPECT_EQ(server.data.back(), "from the client");
}

void Pair::expect_agreement(std::size_t exchanges) {
    ASSERT_FALSE(client.fault) << client.fault->text();
    ASSERT_FALSE(server.fault) << server.fault->text();
    ASSERT_EQ(client.exchanged.size(), exchanges);
    ASSERT_EQ(server.exchanged.size(), exchanges);
    for (const End* end : {&client, &server}) {
        EXPECT_FALSE(end->kex.under_way());
        EXPECT_FALSE(end->kex.holds_sending());
        EXPECT_FALSE(end->kex.peer_is_exchanging());
        EXPECT_FALSE(end->kex.waits());
        EXPECT_FALSE(end->kex.initial());
        EXPECT_EQ(end->exchanged.back().initial, exchanges == 1);
        ASSERT_TRUE(end->kex.first() && end->kex.last());
        EXPECT_EQ(end->exchanged.back().algorithms.key_exchange,
                  end->kex.last()->algorithms.key_exchange);
        EXPECT_EQ(end->exchanged.back().algorithms.strict, end->kex.strict());
        EXPECT_EQ(end->exchanged.back().context.has_value(), end->kex.last()->gss.has_value());
    }
    EXPECT_FALSE(client.kex.session_id().empty());
    EXPECT_TRUE(std::ranges::equal(client.kex.session_id(), server.kex.session_id()));
    EXPECT_EQ(client.exchanged.back().host, server.exchanged.back().host);
    EXPECT_EQ(client.exchanged.back().host_key, server.exchanged.back().host_key);
    expect_data();
}

Bytes ssh_string(BytesView content) {
    ssh::wire::Writer writer;
    writer.string(content);
    return writer.take();
}

Bytes bytes_of(std::string_view text) {
    const BytesView view = as_bytes(text);
    return {view.begin(), view.end()};
}

} // namespace gss::test
