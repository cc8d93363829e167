// SPDX-License-Identifier: Apache-2.0
// Whole sessions: keys, login, a command and its end, over every method and cipher.
#include "session_pair.h"

#include <gssxx/transport/channel_requests.h>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gss::test {

namespace {

const std::vector<std::string> plain_methods = {"curve25519-sha256",
                                                "curve25519-sha256@libssh.org",
                                                "ecdh-sha2-nistp256",
                                                "ecdh-sha2-nistp384",
                                                "ecdh-sha2-nistp521",
                                                "diffie-hellman-group14-sha256",
                                                "diffie-hellman-group16-sha512"};
const std::vector<std::string> gss_methods = {
    "gss-curve25519-sha256", "gss-curve448-sha512", "gss-nistp256-sha256", "gss-nistp384-sha384",
    "gss-nistp521-sha512",   "gss-group14-sha256",  "gss-group15-sha512",  "gss-group16-sha512",
    "gss-gex-sha1",          "gss-group14-sha1"};

/// Runs a command and returns what came back on stream 0.
std::string run_command(SessionPair& pair) {
    pair.at(End::client).data.clear(); // numbers are used again
    const transport::ChannelId channel = pair.client().open_channel("session").value();
    pair.run();
    pair.client().channel_request(channel, "exec", true, transport::exec_data("whoami")).value();
    pair.run();
    const auto* asked = pair.at(End::server).last<transport::ChannelRequest>();
    if (asked == nullptr || asked->type != "exec" ||
        transport::parse_exec(asked->data).value() != "whoami") {
        return "no exec came";
    }
    const transport::ChannelId there = asked->channel; // events move when more of them come
    const Bytes out = some_octets(70'000);
    std::size_t done = 0;
    while (done < out.size()) {
        done += pair.server().send_data(there, BytesView(out).subspan(done)).value();
        pair.run();
    }
    pair.server()
        .channel_request(there, "exit-status", false, transport::exit_status_data(7))
        .value();
    pair.server().send_eof(there).value();
    pair.server().close_channel(there).value();
    pair.run();
    (void)pair.client().close_channel(channel); // the answer to the server's may have gone already
    pair.run();
    if (pair.at(End::client).data[channel][0] != out) {
        return "the octets are others";
    }
    const auto* ended = pair.at(End::client).last<transport::ChannelRequest>();
    if (ended == nullptr || ended->type != "exit-status" ||
        transport::parse_exit_status(ended->data).value() != 7) {
        return "no exit status came";
    }
    return pair.at(End::client).last<transport::ChannelClosed>() != nullptr &&
                   pair.at(End::server).last<transport::ChannelClosed>() != nullptr
               ? "good"
               : "the channel is not closed";
}

TEST(Sessions, every_plain_key_exchange_leads_to_a_command) {
    for (const std::string& method : plain_methods) {
        SessionPair pair = SessionPair::with(method);
        pair.log_in(transport::WithPublicKey{test_key()});
        ASSERT_TRUE(pair.client().is_authenticated()) << method << '\n' << pair.ends();
        ASSERT_TRUE(pair.server().is_authenticated()) << method << '\n' << pair.ends();
        EXPECT_EQ(pair.server().user(), "alice");
        EXPECT_EQ(pair.client().algorithms()->key_exchange, method);
        EXPECT_EQ(pair.client().host_key(), test_key().public_key());
        EXPECT_EQ(pair.at(End::client).count<transport::HostKeyQuestion>(), 1U);
        EXPECT_EQ(run_command(pair), "good") << method << '\n' << pair.ends();
    }
}

TEST(Sessions, every_gss_key_exchange_leads_to_keyex_and_a_command) {
    for (const std::string& method : gss_methods) {
        SessionPair pair = SessionPair::with(method);
        pair.log_in(transport::WithGssapiKeyex{});
        ASSERT_TRUE(pair.client().is_authenticated()) << method << '\n' << pair.ends();
        ASSERT_TRUE(pair.server().is_authenticated()) << method << '\n' << pair.ends();
        EXPECT_EQ(pair.at(End::client).count<transport::HostKeyQuestion>(), 0U);
        EXPECT_EQ(static_cast<int>(pair.at(End::client).last<transport::KeysExchanged>()->host),
                  static_cast<int>(transport::HostAuthentication::by_gss));
        EXPECT_EQ(run_command(pair), "good") << method << '\n' << pair.ends();
    }
}

TEST(Sessions, with_mic_needs_no_gss_key_exchange) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.log_in(transport::WithGssapiMic{});
    ASSERT_TRUE(pair.client().is_authenticated()) << pair.ends();
    EXPECT_EQ(run_command(pair), "good") << pair.ends();
}

TEST(Sessions, octets_one_by_one_change_nothing) {
    SessionPair pair = SessionPair::with("gss-curve25519-sha256", "chacha20-poly1305@openssh.com");
    pair.piece = 1;
    pair.log_in(transport::WithGssapiKeyex{});
    ASSERT_TRUE(pair.client().is_authenticated()) << pair.ends();
    EXPECT_EQ(run_command(pair), "good") << pair.ends();
}

TEST(Sessions, keys_are_exchanged_anew_from_either_side_with_data_flowing) {
    for (const End who : {End::client, End::server}) {
        SessionPair pair = SessionPair::with("gss-curve25519-sha256");
        pair.log_in(transport::WithGssapiKeyex{});
        ASSERT_TRUE(pair.client().is_authenticated()) << pair.ends();
        const Bytes before(pair.client().session_id().begin(), pair.client().session_id().end());
        for (int round = 0; round < 3; ++round) {
            ASSERT_TRUE(pair.at(who).session.rekey());
            EXPECT_EQ(run_command(pair), "good") << pair.ends();
        }
        EXPECT_EQ(pair.at(End::client).count<transport::KeysExchanged>(), 4U);
        EXPECT_EQ(pair.at(End::server).count<transport::KeysExchanged>(), 4U);
        EXPECT_TRUE(std::equal(before.begin(), before.end(), pair.client().session_id().begin(),
                               pair.client().session_id().end()));
    }
}

// A client that sends a second guess at once must not make the first one uncounted.
TEST(Sessions, requests_are_answered_one_by_one_however_late) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    std::vector<transport::RequestId> asked;
    pair.at(End::server).answer = [&](transport::Event& event) -> std::optional<transport::Answer> {
        if (const auto* password = std::get_if<transport::PasswordRequest>(&event)) {
            asked.push_back(password->id);
            pair.server().defer(password->id);
        }
        return std::nullopt;
    };
    pair.at(End::server).decide_later = true;
    pair.log_in(transport::WithPassword{SecretBytes(as_bytes("one"))});
    ASSERT_EQ(asked.size(), 1U);
    // What comes behind is not looked at: here a message that ends the session.
    pair.client().disconnect(11, "enough");
    pair.run();
    EXPECT_TRUE(pair.server().is_active());
    ssh::AuthorizeAnswer no;
    EXPECT_EQ(pair.server().answer(asked[0], no), ssh::Fed::taken);
    pair.run();
    EXPECT_EQ(pair.at(End::server).count<ssh::AttemptFailed>(), 1U);
    EXPECT_FALSE(pair.server().is_active());
}

TEST(Sessions, a_question_that_nobody_answers_is_refused) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    bool asked = false;
    pair.at(End::client).answer = [&](transport::Event& event) -> std::optional<transport::Answer> {
        if (std::holds_alternative<transport::HostKeyQuestion>(event)) {
            asked = true;
            return transport::Refusal{};
        }
        return std::nullopt;
    };
    pair.run();
    EXPECT_TRUE(asked);
    EXPECT_FALSE(pair.client().is_active());
    const auto* gone = pair.at(End::client).last<transport::Disconnected>();
    ASSERT_NE(gone, nullptr);
    EXPECT_EQ(gone->reason, 9U) << gone->text;
}

} // namespace

} // namespace gss::test
