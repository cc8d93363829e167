// SPDX-License-Identifier: Apache-2.0
// Key exchanges between two ends on packets in memory, for tests.
#pragma once

#include <gssxx/transport/session.h>

#include "key_exchange.h"
#include "messages.h"
#include "scripted_host.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

using transport::Answer;
using transport::ClientOptions;
using transport::Event;
using transport::HostAuthentication;
using transport::HostKeyAnswer;
using transport::HostKeyQuestion;
using transport::KeysExchanged;
using transport::KeyType;
using transport::PrivateKey;
using transport::PublicKey;
using transport::ServerOptions;
using transport::detail::KeyExchange;
using transport::detail::PacketReader;
using transport::detail::PacketWriter;
using transport::detail::Role;
using transport::detail::SessionFault;
namespace message = transport::detail::message;
namespace reason = transport::detail::reason;

/// Keys of tests, made once.
[[nodiscard]] const PrivateKey& host_key(KeyType type);
/// Another one of the same type.
[[nodiscard]] const PrivateKey& other_host_key(KeyType type);
/// The type of key that an algorithm wants.
[[nodiscard]] KeyType key_type_for(std::string_view algorithm);

/// What both sides offer: one of each, so that it is what they agree on.
struct Choice {
    std::string key_exchange = "curve25519-sha256";
    std::string host_key = "ssh-ed25519"; ///< "null": the server has none
    std::string cipher = "chacha20-poly1305@openssh.com";
    std::string mac = "hmac-sha2-256";
    bool strict = true;
};
[[nodiscard]] ClientOptions client_options(const Choice& choice);
[[nodiscard]] ServerOptions server_options(const Choice& choice);

/// A GSS method: whether it is one of RFC 4462.
[[nodiscard]] bool is_gss(std::string_view key_exchange);
/// Every method but those of GSS.
[[nodiscard]] const std::vector<std::string>& plain_names();
/// Every family of GSS methods that needs no leave.
[[nodiscard]] const std::vector<std::string>& gss_names();

/// Keeps what it is given.
class RecordingOutlet final : public transport::detail::Outlet {
public:
    /// Key exchange writes its messages itself: nothing comes this way.
    void send(BytesView payload) override;
    void put(Event event) override { events.push_back(std::move(event)); }
    [[nodiscard]] transport::RequestId new_id() noexcept override { return ++last_id; }

    std::deque<Event> events;
    transport::RequestId last_id = 0;
};

/// One side of a connection.
class End {
public:
    explicit End(ClientOptions options);
    explicit End(ServerOptions options);
    End(const End&) = delete;
    End& operator=(const End&) = delete;
    ~End() = default;

    [[nodiscard]] bool is_client() const noexcept { return client.has_value(); }
    [[nodiscard]] std::string version() const;
    /// Both versions are known: KEXINIT goes out.
    void start(const std::string& peer_version);
    void rekey();
    /// Gives one payload to the key exchange, as if it had been read; a fault is kept.
    void feed(BytesView payload);
    /// Answers what was asked; reads and takes packets until there is nothing, a question, or a
    /// fault.
    void work();
    /// Sends something that is not part of key exchange.
    void send_data(std::string_view text);

    std::optional<ClientOptions> client;
    std::optional<ServerOptions> server;
    PacketReader reader;
    PacketWriter writer;
    RecordingOutlet outlet;
    KeyExchange kex;
    ScriptedHost host;
    std::function<HostKeyAnswer(const HostKeyQuestion&)> judge;
    bool leaves_questions = false; ///< they stay in the outlet
    /// Changes what is received before key exchange sees it; empty: it never comes.
    std::function<void(Bytes& payload)> alter;

    std::vector<PublicKey> asked;
    std::vector<KeysExchanged> exchanged;
    std::vector<ssh::ContextName> released;
    std::vector<unsigned> received; ///< message numbers of key exchange
    std::vector<std::string> data;
    std::vector<std::uint32_t> data_sequence; ///< the packets' numbers
    std::optional<SessionFault> fault;

private:
    void answer_questions();
    void take(Event&& event);
    template <typename Task>
    void caught(Task&& task);
};

/// Octets that wait go over; says whether there were any.
bool carry(End& from, End& to);
/// Until nothing moves.
void pump(End& client, End& server);

/// Two ends of one connection.
struct Pair {
    explicit Pair(const Choice& choice = {});
    Pair(ClientOptions client_side, ServerOptions server_side);

    /// Versions and KEXINITs are out; nothing was delivered.
    void start();
    void pump() { test::pump(client, server); }
    /// The initial exchange.
    void exchange();
    /// One more, by the wish of that side.
    void rekey(bool by_client = true);
    /// Data goes both ways under the keys that are in use.
    void expect_data();
    /// The last exchange ended well on both sides, and they agree on everything.
    void expect_agreement(std::size_t exchanges);

    End client;
    End server;
};

/// A string of RFC 4251 with its length.
[[nodiscard]] Bytes ssh_string(BytesView content);
[[nodiscard]] Bytes bytes_of(std::string_view text);

} // namespace gss::test
