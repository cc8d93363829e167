// SPDX-License-Identifier: Apache-2.0
// What a session holds, says and allows at its limits.
#include "session_pair.h"

#include <gssxx/transport/channel_requests.h>

#include <gtest/gtest.h>

#include <string>

namespace gss::test {

namespace {

using transport::Answer;
using transport::Event;

/// Octets of whole packets that carry nothing, from the client, until the server has ended or so
/// many have come.
std::size_t flood(SessionPair& pair, std::size_t most) {
    const Bytes nothing(32'000);
    std::size_t fed = 0;
    while (fed < most && pair.server().is_active()) {
        pair.client().send_ignore(nothing).value();
        const BytesView out = pair.client().output();
        const MutableBytes room = pair.server().input(out.size());
        std::copy(out.begin(), out.end(), room.begin());
        pair.server().received(out.size());
        pair.client().sent(out.size());
        fed += out.size();
        pair.at(End::server).drain();
    }
    return fed;
}

// A server whose host thinks about a password must not collect what a stranger sends meanwhile.
TEST(Bounds, sec_A2_08_A2_22_what_comes_while_nothing_may_be_read_is_bounded) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.at(End::server).decide_later = true;
    pair.at(End::server).answer = [&](Event& event) -> std::optional<Answer> {
        if (const auto* password = std::get_if<transport::PasswordRequest>(&event)) {
            pair.server().defer(password->id);
        }
        return std::nullopt;
    };
    EXPECT_TRUE(pair.server().wants_octets());
    pair.log_in(transport::WithPassword{SecretBytes(as_bytes("secret"))});
    ASSERT_EQ(pair.at(End::server).count<transport::PasswordRequest>(), 1U);
    EXPECT_FALSE(pair.server().wants_octets());
    EXPECT_LT(flood(pair, 64U << 20U), 1U << 20U);
    EXPECT_FALSE(pair.server().is_active());
    EXPECT_FALSE(pair.server().is_authenticated());
}

TEST(Bounds, sec_A2_22_packets_before_authentication_are_counted) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.run();
    EXPECT_LT(flood(pair, 64U << 20U), 4U << 20U);
    EXPECT_FALSE(pair.server().is_active());
}

TEST(Bounds, key_exchanges_before_authentication_are_few) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.run();
    unsigned done = 0;
    while (done < 10 && pair.client().is_active() && pair.server().is_active()) {
        ASSERT_TRUE(pair.client().rekey());
        pair.run();
        ++done;
    }
    EXPECT_EQ(done, 3U);
    EXPECT_FALSE(pair.server().is_active());
}

// Kerberos says which keytab and which principal. That is for our log.
TEST(Bounds, words_of_our_own_failures_stay_with_us) {
    transport::ClientOptions client;
    client.algorithms.key_exchange = {"gss-curve25519-sha256"};
    transport::ServerOptions server;
    server.algorithms.key_exchange = client.algorithms.key_exchange;
    server.explain = false;
    SessionPair pair(client, server);
    pair.at(End::server).host.script().fail_at = 1;
    pair.at(End::server).host.script().text = "no key in /etc/secret.keytab";
    pair.run();
    const auto* ours = pair.at(End::server).last<transport::Disconnected>();
    const auto* theirs = pair.at(End::client).last<transport::Disconnected>();
    ASSERT_NE(ours, nullptr);
    ASSERT_NE(theirs, nullptr);
    EXPECT_NE(ours->text.find("secret.keytab"), std::string::npos) << ours->text;
    EXPECT_EQ(theirs->text.find("secret.keytab"), std::string::npos) << theirs->text;
    EXPECT_EQ(theirs->reason, 3U);
}

TEST(Bounds, a_refused_host_key_does_not_tell_which_one_is_known) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.at(End::client).answer = [](Event& event) -> std::optional<Answer> {
        if (std::holds_alternative<transport::HostKeyQuestion>(event)) {
            return transport::HostKeyAnswer{false, "SHA256:known is another key"};
        }
        return std::nullopt;
    };
    pair.run();
    const auto* ours = pair.at(End::client).last<transport::Disconnected>();
    const auto* theirs = pair.at(End::server).last<transport::Disconnected>();
    ASSERT_NE(ours, nullptr);
    ASSERT_NE(theirs, nullptr);
    EXPECT_NE(ours->text.find("SHA256:known"), std::string::npos) << ours->text;
    EXPECT_EQ(theirs->text.find("SHA256:known"), std::string::npos) << theirs->text;
}

TEST(Bounds, a_long_command_may_be_sent_while_keys_are_exchanged) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.log_in(transport::WithPublicKey{test_key()});
    const transport::ChannelId channel = pair.client().open_channel("session").value();
    pair.run();
    ASSERT_TRUE(pair.client().rekey());
    const std::string command(70'000, 'x');
    ASSERT_TRUE(
        pair.client().channel_request(channel, "exec", true, transport::exec_data(command)));
    pair.run();
    ASSERT_TRUE(pair.client().is_active()) << pair.ends();
    const auto* asked = pair.at(End::server).last<transport::ChannelRequest>();
    ASSERT_NE(asked, nullptr);
    EXPECT_EQ(transport::parse_exec(asked->data).value(), command);
}

// Data fills the queue; the two busy sides must not wait for each other to read.
TEST(Bounds, data_both_ways_never_stops_both_sides) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.log_in(transport::WithPublicKey{test_key()});
    const transport::ChannelId channel = pair.client().open_channel("session").value();
    pair.run();
    ASSERT_EQ(pair.at(End::server).count<transport::ChannelOpenRequest>(), 1U);
    const transport::ChannelId there =
        pair.at(End::server).last<transport::ChannelOpenRequest>()->channel;
    const Bytes lump = some_octets(1U << 20U);
    const std::size_t up = pair.client().send_data(channel, lump).value();
    const std::size_t down = pair.server().send_data(there, lump).value();
    EXPECT_GT(up, 200'000U);
    EXPECT_GT(down, 200'000U);
    EXPECT_TRUE(pair.client().wants_octets());
    EXPECT_TRUE(pair.server().wants_octets());
    pair.run();
    EXPECT_EQ(pair.at(End::client).data[channel][0].size(), down);
    EXPECT_EQ(pair.at(End::server).data[there][0].size(), up);
    EXPECT_GE(pair.at(End::client).count<transport::ChannelWritable>(), 1U);
    EXPECT_GE(pair.at(End::server).count<transport::ChannelWritable>(), 1U);
}

TEST(Bounds, a_peer_that_never_ends_an_exchange_is_left) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.log_in(transport::WithPublicKey{test_key()});
    ASSERT_TRUE(pair.client().rekey());
    pair.client().elapsed(std::chrono::minutes(3));
    pair.at(End::client).drain();
    EXPECT_FALSE(pair.client().is_active());
}

TEST(Bounds, options_that_cannot_work_are_misuse) {
    transport::ServerOptions server;
    server.host_keys = {test_key()};
    server.groups = nullptr;
    EXPECT_FALSE(transport::ServerSession::create(server));
    transport::ClientOptions client;
    client.rekey.octets = 0;
    EXPECT_FALSE(transport::ClientSession::create(client));
    client.rekey = {};
    client.rekey.packets = std::uint64_t{1} << 33U;
    EXPECT_FALSE(transport::ClientSession::create(client));
    client.rekey = {};
    client.software = "with a space";
    EXPECT_FALSE(transport::ClientSession::create(client));
    client.software = "gssxx";
    client.algorithms.ciphers = {"aes128-cbc"};
    EXPECT_FALSE(transport::ClientSession::create(client));
}

} // namespace

} // namespace gss::test
