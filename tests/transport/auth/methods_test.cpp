// SPDX-License-Identifier: Apache-2.0
// Logins by each method, and what does not log in.
#include "auth_pair.h"

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using namespace transport;

using Numbers = std::vector<unsigned>;

/// Everything that must hold of a login.
void expect_logged_in(const AuthPair& pair, std::string_view method) {
    ASSERT_FALSE(pair.client.fault) << pair.client.fault->text();
    ASSERT_FALSE(pair.server.fault) << pair.server.fault->text();
    for (const auto* who : {&pair.client.the<LoggedIn>(), &pair.server.the<LoggedIn>()}) {
        EXPECT_EQ(who->user, "alice");
        EXPECT_EQ(who->service, "ssh-connection");
        EXPECT_EQ(who->method, method);
        EXPECT_EQ(who->gss.has_value(), method.starts_with("gssapi"));
    }
    EXPECT_TRUE(pair.client.part->authenticated());
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_EQ(pair.client.part->user(), "alice");
    EXPECT_EQ(pair.server.part->user(), "alice");
    EXPECT_EQ(pair.client.count<AuthFailed>(), 0U);
    EXPECT_EQ(pair.server.host.counts().misuses, 0U);
}

/// Nobody is logged in, both sessions live, and the client knows.
void expect_refused(const AuthPair& pair, std::string_view method) {
    ASSERT_FALSE(pair.client.fault) << pair.client.fault->text();
    ASSERT_FALSE(pair.server.fault) << pair.server.fault->text();
    EXPECT_EQ(pair.client.the<AuthFailed>().method, method);
    EXPECT_FALSE(pair.client.the<AuthFailed>().partial);
    EXPECT_FALSE(pair.client.part->authenticated());
    EXPECT_FALSE(pair.server.part->authenticated());
    EXPECT_EQ(pair.server.count<LoggedIn>(), 0U);
    EXPECT_EQ(pair.server.part->user(), "");
}

TEST(Methods, none_logs_in_whom_the_host_lets_in) {
    AuthPair pair;
    pair.accounts.none = true;
    pair.start();
    pair.log_in("alice", WithNone{});
    expect_logged_in(pair, "none");
    EXPECT_EQ(pair.client.numbers(), (Numbers{5, 50}));
    EXPECT_EQ(pair.server.numbers(), (Numbers{6, 52}));
}

TEST(Methods, a_refused_none_lists_the_methods_and_is_no_attempt) {
    AuthPair pair;
    pair.start();
    pair.log_in("alice", WithNone{});
    expect_refused(pair, "none");
    EXPECT_EQ(pair.client.the<AuthFailed>().methods,
              (std::vector<std::string>{"gssapi-with-mic", "publickey", "password"}));
    EXPECT_EQ(pair.server.the<NoneRequest>().user, "alice");
    EXPECT_EQ(pair.server.count<ssh::AttemptFailed>(), 0U);
}

TEST(Methods, password) {
    AuthPair pair;
    pair.start();
    pair.log_in("alice", WithPassword{secret("correct horse")});
    expect_logged_in(pair, "password");
    EXPECT_EQ(pair.server.the<PasswordRequest>().user, "alice");
    EXPECT_EQ(pair.server.the<PasswordRequest>().service, "ssh-connection");
}

TEST(Methods, a_wrong_password_is_refused_and_another_may_follow) {
    AuthPair pair;
    pair.start();
    pair.log_in("alice", WithPassword{secret("incorrect horse")});
    expect_refused(pair, "password");
    EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().method, "password");
    EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().reason, "refused by the host: not on the list");
    EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().failures, 1U);
    pair.log_in("alice", WithPassword{secret("correct horse")});
    EXPECT_TRUE(pair.client.part->authenticated());
    EXPECT_TRUE(pair.server.part->authenticated());
}

TEST(Methods, every_type_of_key_logs_in) {
    for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_nistp256, KeyType::ecdsa_nistp384,
                               KeyType::ecdsa_nistp521, KeyType::rsa}) {
        AuthPair pair;
        const PrivateKey key = new_key(type);
        pair.accounts.keys = {key.public_key()};
        pair.start();
        pair.log_in("alice", WithPublicKey{key});
        expect_logged_in(pair, "publickey");
        const auto& asked = pair.server.the<PublicKeyRequest>();
        EXPECT_TRUE(asked.signed_by_owner);
        EXPECT_EQ(asked.key, key.public_key());
        EXPECT_EQ(asked.algorithm, key.public_key().algorithms()[0]);
        EXPECT_EQ(pair.client.numbers(), (Numbers{5, 50})) << "signed at once, without a query";
    }
}

TEST(Methods, a_key_that_is_not_on_the_list_is_refused) {
    AuthPair pair;
    pair.accounts.keys = {new_key().public_key()};
    pair.start();
    pair.log_in("alice", WithPublicKey{new_key()});
    expect_refused(pair, "publickey");
    EXPECT_EQ(pair.server.count<PublicKeyRequest>(), 1U);
}

TEST(Methods, the_signature_algorithm_is_one_that_the_server_lists) {
    AuthPair pair;
    const PrivateKey key = new_key(KeyType::rsa);
    pair.accounts.keys = {key.public_key()};
    pair.start();
    pair.client.part->signature_algorithms({"ssh-ed25519", "rsa-sha2-256"});
    pair.log_in("alice", WithPublicKey{key});
    expect_logged_in(pair, "publickey");
    EXPECT_EQ(pair.server.the<PublicKeyRequest>().algorithm, "rsa-sha2-256");
}

TEST(Methods, a_server_that_lists_nothing_for_the_key_is_not_asked) {
    AuthPair pair;
    pair.start();
    pair.client.part->signature_algorithms({"ssh-rsa", "ssh-ed25519"});
    pair.log_in("alice", WithPublicKey{new_key(KeyType::rsa)});
    expect_refused(pair, "publickey");
    EXPECT_EQ(pair.client.the<AuthFailed>().reason,
              "the server takes no signature algorithm of the key, which is ssh-rsa");
    EXPECT_EQ(pair.client.numbers(), (Numbers{5})) << "no request went out";
}

TEST(Methods, gssapi_with_mic) {
    AuthPair pair;
    pair.start();
    pair.log_in("alice", WithGssapiMic{true});
    expect_logged_in(pair, "gssapi-with-mic");
    EXPECT_EQ(pair.client.numbers(), (Numbers{5, 50, 61, 66}));
    EXPECT_EQ(pair.server.numbers(), (Numbers{6, 60, 61, 52}));
    EXPECT_TRUE(pair.server.the<LoggedIn>().gss->flags.contains(ContextFlag::delegate_to_peer));
}

TEST(Methods, gssapi_with_mic_delegates_only_when_told_to) {
    AuthPair pair;
    pair.start();
    pair.log_in("alice", WithGssapiMic{false});
    expect_logged_in(pair, "gssapi-with-mic");
    EXPECT_FALSE(pair.server.the<LoggedIn>().gss->flags.contains(ContextFlag::delegate_to_peer));
}

TEST(Methods, gssapi_with_mic_of_somebody_who_may_not) {
    AuthPair pair;
    pair.server.host.script().authorization = {};
    pair.start();
    pair.log_in("alice", WithGssapiMic{});
    expect_refused(pair, "gssapi-with-mic");
    EXPECT_EQ(pair.server.host.contexts(), 0U) << "what was delegated goes with the context";
}

TEST(Methods, gssapi_with_mic_with_a_mic_that_does_not_verify) {
    AuthPair pair;
    pair.start();
    pair.deliver = [](bool from_client, Bytes payload) {
        if (from_client && payload[0] == std::byte{66}) {
            payload.back() ^= std::byte{1};
        }
        return std::vector<Bytes>{payload};
    };
    pair.log_in("alice", WithGssapiMic{});
    expect_refused(pair, "gssapi-with-mic");
    EXPECT_EQ(pair.server.host.counts().authorized, 0U);
}

TEST(Methods, gssapi_with_mic_where_the_client_has_no_ticket) {
    AuthPair pair;
    pair.client.host.script().fail_at = 1;
    pair.client.host.script().text = "no ticket";
    pair.start();
    pair.log_in("alice", WithGssapiMic{});
    expect_refused(pair, "gssapi-with-mic");
    EXPECT_EQ(pair.client.the<AuthFailed>().reason, "no ticket");
}

TEST(Methods, gssapi_with_mic_over_another_session) {
    AuthPair pair;
    pair.server_session_id = octets("somebody in the middle");
    pair.start();
    pair.log_in("alice", WithGssapiMic{});
    expect_refused(pair, "gssapi-with-mic");
}

TEST(Methods, gssapi_keyex) {
    AuthPair pair;
    pair.start(true);
    pair.log_in("alice", WithGssapiKeyex{});
    expect_logged_in(pair, "gssapi-keyex");
    EXPECT_EQ(pair.client.numbers(), (Numbers{5, 50}));
    EXPECT_TRUE(pair.server.host.has(kex_name)) << "the host finds there what was delegated";
    EXPECT_EQ(pair.server.the<LoggedIn>().gss->context, kex_name);
}

TEST(Methods, gssapi_keyex_over_another_session) {
    AuthPair pair;
    pair.server_session_id = octets("somebody in the middle");
    pair.start(true);
    pair.log_in("alice", WithGssapiKeyex{});
    expect_refused(pair, "gssapi-keyex");
    EXPECT_EQ(pair.server.host.counts().authorized, 0U);
}

TEST(Methods, what_the_key_exchange_delegated_is_nobodys_when_another_method_decides) {
    const PrivateKey key = new_key();
    for (const bool keyex_offered : {true, false}) {
        for (const unsigned method : {0U, 1U, 2U}) {
            AuthPair pair;
            pair.accounts.keys = {key.public_key()};
            pair.server.options.keyex = keyex_offered;
            pair.start(true);
            AuthMethod how = WithGssapiMic{};
            if (method == 1) {
                how = WithPublicKey{key};
            } else if (method == 2) {
                how = WithPassword{secret("correct horse")};
            }
            pair.log_in("alice", std::move(how));
            EXPECT_TRUE(pair.server.part->authenticated());
            EXPECT_FALSE(pair.server.host.has(kex_name)) << keyex_offered << method;
            EXPECT_EQ(pair.server.host.counts().misuses, 0U) << "released once";
        }
    }
}

TEST(Methods, the_service_is_asked_for_once_and_when_both_are_ready) {
    AuthPair pair;
    pair.accounts.none = true;
    pair.start();
    EXPECT_TRUE(pair.client.numbers().empty()) << "nobody wants to log in yet";
    pair.log_in("alice", WithPassword{secret("wrong")});
    pair.log_in("alice", WithNone{});
    EXPECT_EQ(pair.client.numbers(), (Numbers{5, 50, 50}));

    AuthPair early;
    early.client.part =
        std::make_unique<detail::ClientAuth>(early.client.options, early.client.outlet);
    EXPECT_TRUE(early.client.part->authenticate("alice", WithNone{}));
    EXPECT_TRUE(early.client.numbers().empty()) << "keys have not been exchanged";
    early.client.part->ready({session_id(), "SSH-2.0-x", nullptr});
    EXPECT_EQ(early.client.numbers(), (Numbers{5}));
    EXPECT_TRUE(early.client.part->expects_answer());
    early.client.feed(service_accept());
    EXPECT_EQ(early.client.numbers(), (Numbers{5, 50}));
}

} // namespace
} // namespace gss::test
