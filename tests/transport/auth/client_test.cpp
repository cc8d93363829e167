// SPDX-License-Identifier: Apache-2.0
// What a client makes of what a server sends, and of what its host asks.
#include "auth_pair.h"
#include "writer.h"

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using namespace transport;
using ssh::wire::Writer;

Bytes failure(bool partial = false) {
    return Writer(51).text("publickey,password").boolean(partial).take();
}

/// A client whose request is out.
void send_request(AuthPair& pair, AuthMethod method, bool gss_key_exchange = false) {
    pair.start(gss_key_exchange);
    pair.client.part->authenticate("alice", std::move(method)).value();
    pair.client.feed(service_accept());
}

void expect_fault(const AuthPair& pair) {
    ASSERT_TRUE(pair.client.fault);
    EXPECT_EQ(pair.client.fault->disconnect_reason(), 2U);
    EXPECT_EQ(pair.client.fault->fault(), ssh::Fault::peer);
    EXPECT_FALSE(pair.client.part->authenticated());
}

TEST(ClientAuth, a_service_accept_must_name_the_service) {
    for (const Bytes& payload : {service_accept("ssh-connection"), service_accept(""), bare(6), [] {
                                     Bytes trailing = service_accept();
                                     trailing.push_back(std::byte{0});
                                     return trailing;
                                 }()}) {
        AuthPair pair;
        pair.start();
        pair.client.part->authenticate("alice", WithNone{}).value();
        pair.client.feed(payload);
        expect_fault(pair);
    }
}

// CVE-2021-36367: a server that says SUCCESS at once has learned nothing, but neither has the user.
TEST(ClientAuth, sec_A1_27_success_before_the_proof_ends_the_session) {
    AuthPair directly;
    send_request(directly, WithGssapiMic{});
    directly.client.feed(bare(52));
    expect_fault(directly);
    AuthPair after_token;
    send_request(after_token, WithGssapiMic{});
    after_token.client.feed(Writer(60).string(mechanism::krb5().to_der()).take());
    after_token.attend();
    after_token.client.feed(bare(52));
    expect_fault(after_token);
    AuthPair keyex;
    send_request(keyex, WithGssapiKeyex{}, true);
    keyex.client.feed(bare(52)); // the MIC is being made
    expect_fault(keyex);
}

TEST(ClientAuth, success_has_no_fields) {
    for (const bool gss : {false, true}) {
        AuthPair pair;
        send_request(pair, gss ? AuthMethod(WithGssapiKeyex{}) : AuthMethod(WithNone{}), true);
        pair.attend();
        pair.client.feed(octets(std::string_view("\x34\0", 2)));
        expect_fault(pair);
    }
}

TEST(ClientAuth, a_damaged_failure_ends_the_session) {
    for (const Bytes& payload :
         {bare(51), Writer(51).text("a,,b").boolean(false).take(), Writer(51).text("a").take(),
          Writer(51).text("a").boolean(false).byte(0).take(),
          Writer(51).uint32(0xffffffffU).take()}) {
        AuthPair pair;
        send_request(pair, WithPassword{secret("x")});
        pair.client.feed(payload);
        expect_fault(pair);
    }
}

// A server that confuses methods must not get a token or a signature out of it.
TEST(ClientAuth, a_spoofed_pk_ok_does_not_pass_for_a_response) {
    const PublicKey key = new_key().public_key();
    const Bytes ok = Writer(60).text("ssh-ed25519").string(key.blob()).take();
    AuthPair with_mic;
    send_request(with_mic, WithGssapiMic{});
    with_mic.client.feed(ok);
    expect_fault(with_mic);
    EXPECT_EQ(with_mic.client.host.counts().steps, 0U);
    AuthPair public_key;
    send_request(public_key, WithPublicKey{new_key()});
    public_key.client.feed(ok); // the request was signed already
    expect_fault(public_key);
    AuthPair keyex;
    send_request(keyex, WithGssapiKeyex{}, true);
    keyex.attend();
    keyex.client.feed(ok);
    expect_fault(keyex);
}

TEST(ClientAuth, a_password_change_request_ends_the_attempt_with_a_reason) {
    AuthPair pair;
    send_request(pair, WithPassword{secret("old")});
    pair.client.feed(Writer(60).text("Your password\x1b[2J has expired").text("").take());
    pair.attend();
    ASSERT_FALSE(pair.client.fault);
    EXPECT_EQ(pair.client.the<AuthFailed>().reason,
              "the password has expired: the server wants a new one");
    EXPECT_TRUE(pair.client.part->authenticate("alice", WithNone{}));
    AuthPair damaged;
    send_request(damaged, WithPassword{secret("old")});
    damaged.client.feed(Writer(60).text("prompt").take());
    expect_fault(damaged);
}

TEST(ClientAuth, unimplemented_answers_a_request) {
    AuthPair pair;
    send_request(pair, WithPublicKey{new_key()});
    EXPECT_TRUE(pair.client.part->expects_answer());
    pair.client.feed(Writer(3).uint32(5).take());
    pair.attend();
    EXPECT_EQ(pair.client.the<AuthFailed>().reason, "the server does not know the request");
    EXPECT_FALSE(pair.client.part->expects_answer());
    pair.client.feed(bare(3));
    expect_fault(pair);
}

TEST(ClientAuth, expects_an_answer_only_while_the_next_message_is_the_servers) {
    AuthPair pair;
    pair.start(true);
    EXPECT_FALSE(pair.client.part->expects_answer());
    pair.client.part->authenticate("alice", WithGssapiKeyex{}).value();
    EXPECT_TRUE(pair.client.part->expects_answer());
    pair.client.feed(service_accept());
    EXPECT_FALSE(pair.client.part->expects_answer()) << "the MIC is being made";
    pair.attend();
    EXPECT_TRUE(pair.client.part->expects_answer());
    pair.client.feed(bare(52));
    EXPECT_FALSE(pair.client.part->expects_answer());
}

TEST(ClientAuth, banners_are_shown_at_any_time_without_control_characters) {
    AuthPair pair;
    send_request(pair, WithNone{});
    pair.client.feed(banner_message("one\r\ntwo\tx\n\x1b]0;evil\x07\r\xff\xe2\x80\xae"));
    pair.attend();
    EXPECT_EQ(pair.client.the<PeerText>().kind, PeerText::Kind::banner);
    EXPECT_EQ(pair.client.the<PeerText>().text,
              "one\ntwo\tx\n\\x1b]0;evil\\x07\\x0d\\xff\\xe2\\x80\\xae");
    pair.client.feed(failure());
    pair.client.feed(banner_message(""));
    pair.client.feed(banner_message("between attempts"));
    pair.attend();
    EXPECT_EQ(pair.client.the<PeerText>().text, "between attempts");
    EXPECT_EQ(pair.client.count<PeerText>(), 3U);
    EXPECT_FALSE(pair.client.fault);
}

TEST(ClientAuth, banners_are_bounded) {
    AuthPair many;
    send_request(many, WithNone{});
    for (unsigned i = 0; i < 32; ++i) {
        many.client.feed(banner_message("x"));
    }
    EXPECT_FALSE(many.client.fault);
    many.client.feed(banner_message("x"));
    expect_fault(many);
    AuthPair large;
    send_request(large, WithNone{});
    large.client.feed(banner_message(std::string(100 * 1024, 'x')));
    EXPECT_FALSE(large.client.fault);
    large.client.feed(banner_message(std::string(40 * 1024, 'x')));
    expect_fault(large);
}

TEST(ClientAuth, a_damaged_banner_ends_the_session) {
    for (const Bytes& payload :
         {bare(53), Writer(53).text("x").take(), Writer(53).text("x").text("en").byte(0).take(),
          Writer(53).uint32(0xffffffffU).text("x").take()}) {
        AuthPair pair;
        send_request(pair, WithNone{});
        pair.client.feed(payload);
        expect_fault(pair);
    }
}

TEST(ClientAuth, what_the_host_must_not_ask) {
    AuthPair pair;
    pair.start();
    auto& part = *pair.client.part;
    const auto misuse = [&](std::string_view user, AuthMethod method) {
        const auto result = part.authenticate(user, std::move(method));
        return !result && result.error().code() == ErrorCode::misuse;
    };
    EXPECT_TRUE(misuse("alice", WithGssapiKeyex{})) << "there was no GSS key exchange";
    EXPECT_TRUE(misuse("al\xff", WithNone{})) << "not UTF-8";
    EXPECT_TRUE(misuse(std::string_view("a\0b", 3), WithNone{}));
    EXPECT_TRUE(misuse(std::string(1025, 'a'), WithNone{}));
    part.authenticate("alice", WithNone{}).value();
    EXPECT_TRUE(misuse("alice", WithNone{})) << "one is waiting";
    pair.client.feed(service_accept());
    EXPECT_TRUE(misuse("alice", WithNone{})) << "one is under way";
    pair.client.feed(failure());
    part.authenticate("bob", WithNone{}).value();
    pair.client.feed(failure(true));
    EXPECT_TRUE(misuse("alice", WithNone{})) << "bob has succeeded partly";
    part.authenticate("bob", WithNone{}).value();
    pair.client.feed(bare(52));
    EXPECT_TRUE(misuse("bob", WithNone{})) << "bob is logged in";
    EXPECT_FALSE(pair.client.fault);
}

TEST(ClientAuth, gssapi_keyex_is_tried_once_per_session) {
    AuthPair pair;
    pair.server.host.script().authorization = {};
    pair.start(true);
    pair.log_in("alice", WithGssapiKeyex{});
    EXPECT_EQ(pair.client.the<AuthFailed>().method, "gssapi-keyex");
    EXPECT_FALSE(pair.client.part->authenticate("alice", WithGssapiKeyex{}));
    EXPECT_TRUE(pair.client.part->authenticate("alice", WithGssapiMic{}));
}

// Asked for before the keys: nobody knew yet what the key exchange would be.
TEST(ClientAuth, gssapi_keyex_before_another_key_exchange_fails_by_itself) {
    AuthPair pair;
    pair.client.part =
        std::make_unique<detail::ClientAuth>(pair.client.options, pair.client.outlet);
    pair.client.part->authenticate("alice", WithGssapiKeyex{}).value();
    pair.client.part->ready({session_id(), "SSH-2.0-x", nullptr});
    pair.client.feed(service_accept());
    pair.attend();
    EXPECT_EQ(pair.client.the<AuthFailed>().method, "gssapi-keyex");
    EXPECT_NE(pair.client.the<AuthFailed>().reason.find("none of GSS-API"), std::string::npos);
    EXPECT_EQ(pair.client.numbers(), (std::vector<unsigned>{5}));
}

TEST(ClientAuth, answers_to_nothing_are_stale) {
    AuthPair pair;
    pair.start(true);
    EXPECT_EQ(pair.client.part->answer(101, ssh::MicAnswer{}), ssh::Fed::stale);
    pair.client.part->authenticate("alice", WithGssapiKeyex{}).value();
    pair.client.feed(service_accept());
    EXPECT_EQ(pair.client.part->answer(100, ssh::MicAnswer{}), ssh::Fed::stale);
    EXPECT_EQ(pair.client.part->answer(101, Refusal{}), ssh::Fed::taken);
    EXPECT_EQ(pair.client.part->answer(101, Refusal{}), ssh::Fed::stale);
    pair.attend();
    EXPECT_EQ(pair.client.the<AuthFailed>().reason, "no MIC could be made: nobody made the MIC");
}

} // namespace
} // namespace gss::test
