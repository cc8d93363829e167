// SPDX-License-Identifier: Apache-2.0
// More than one attempt: partial success, falling back, limits.
#include "auth_pair.h"
#include "writer.h"

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using namespace transport;
using ssh::wire::Writer;

using Methods = std::vector<std::string>;

TEST(Chains, publickey_then_gssapi_with_mic) {
    AuthPair pair;
    const PrivateKey key = new_key();
    pair.accounts.keys = {key.public_key()};
    pair.accounts.partly["publickey"] = {"gssapi-with-mic"};
    pair.start();
    pair.log_in("alice", WithPublicKey{key});
    ASSERT_FALSE(pair.server.fault);
    EXPECT_TRUE(pair.client.the<AuthFailed>().partial);
    EXPECT_EQ(pair.client.the<AuthFailed>().methods, (Methods{"gssapi-with-mic"}));
    EXPECT_FALSE(pair.server.part->authenticated());
    EXPECT_EQ(pair.server.count<ssh::AttemptFailed>(), 0U) << "nothing has failed";
    pair.log_in("alice", WithGssapiMic{});
    EXPECT_EQ(pair.client.the<LoggedIn>().method, "gssapi-with-mic");
    EXPECT_EQ(pair.server.the<LoggedIn>().method, "gssapi-with-mic");
    EXPECT_TRUE(pair.server.host.has(pair.server.the<LoggedIn>().gss->context));
    EXPECT_EQ(pair.server.host.counts().misuses, 0U);
}

TEST(Chains, gssapi_with_mic_then_publickey) {
    AuthPair pair;
    const PrivateKey key = new_key();
    pair.accounts.keys = {key.public_key()};
    pair.accounts.partly["gssapi-with-mic"] = {"publickey"};
    pair.start();
    pair.log_in("alice", WithGssapiMic{});
    EXPECT_TRUE(pair.client.the<AuthFailed>().partial);
    EXPECT_EQ(pair.client.the<AuthFailed>().methods, (Methods{"publickey"}));
    EXPECT_EQ(pair.client.host.contexts(), 0U) << "of no use to a client any more";
    EXPECT_EQ(pair.server.host.contexts(), 1U) << "who that was the server may ask later";
    pair.log_in("alice", WithPublicKey{key});
    EXPECT_EQ(pair.client.the<LoggedIn>().method, "publickey");
    EXPECT_EQ(pair.server.the<LoggedIn>().user, "alice");
    EXPECT_EQ(pair.server.host.contexts(), 1U);
}

TEST(Chains, gssapi_keyex_then_password_keeps_what_was_proven) {
    AuthPair pair;
    pair.accounts.partly["gssapi-keyex"] = {"password"};
    pair.start(true);
    pair.log_in("alice", WithGssapiKeyex{});
    EXPECT_TRUE(pair.client.the<AuthFailed>().partial);
    pair.log_in("alice", WithPassword{secret("correct horse")});
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_TRUE(pair.server.host.has(kex_name)) << "the key exchange is part of the proof";
    EXPECT_TRUE(pair.client.host.has(kex_name));
}

TEST(Chains, gssapi_keyex_then_gssapi_with_mic_keeps_both) {
    AuthPair pair;
    pair.accounts.partly["gssapi-keyex"] = {"gssapi-with-mic"};
    pair.start(true);
    pair.log_in("alice", WithGssapiKeyex{});
    pair.log_in("alice", WithGssapiMic{});
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_TRUE(pair.server.host.has(kex_name));
    EXPECT_EQ(pair.server.host.contexts(), 2U);
}

// Contexts that were proven keep their names: a second one of the same name would replace them.
TEST(Chains, a_chain_of_three_with_gssapi_with_mic_twice) {
    AuthPair pair;
    const PrivateKey key = new_key();
    pair.accounts.keys = {key.public_key()};
    pair.accounts.partly["gssapi-with-mic"] = {"publickey", "gssapi-with-mic"};
    pair.accounts.partly["publickey"] = {"gssapi-with-mic"};
    pair.start();
    pair.log_in("alice", WithGssapiMic{});
    pair.log_in("alice", WithPublicKey{key});
    pair.accounts.partly.clear();
    pair.log_in("alice", WithGssapiMic{});
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_EQ(pair.server.host.contexts(), 2U);
    EXPECT_EQ(pair.server.host.counts().misuses, 0U);
    EXPECT_EQ(pair.server.the<LoggedIn>().gss->context.number, 2U);
}

// RFC 4252 s5: the second method must be of the same user, or somebody logs in with another's key.
TEST(Chains, another_user_after_a_partial_success_ends_the_session) {
    AuthPair pair;
    pair.accounts.partly["password"] = {"publickey"};
    pair.accounts.none = true;
    pair.start_server();
    pair.server.feed(password_request("correct horse", "alice"));
    pair.serve();
    pair.server.feed(request("none", {}, "bob"));
    ASSERT_TRUE(pair.server.fault);
    EXPECT_EQ(pair.server.fault->disconnect_reason(), 2U);
}

TEST(Chains, after_a_partial_success_only_what_was_named_goes_on) {
    AuthPair pair;
    const PrivateKey key = new_key();
    pair.accounts.keys = {key.public_key()};
    pair.accounts.partly["publickey"] = {"gssapi-with-mic"};
    pair.start();
    pair.log_in("alice", WithPublicKey{key});
    pair.log_in("alice", WithPassword{secret("correct horse")});
    EXPECT_FALSE(pair.client.the<AuthFailed>().partial);
    EXPECT_EQ(pair.client.the<AuthFailed>().methods, (Methods{"gssapi-with-mic"}));
    EXPECT_EQ(pair.server.count<PasswordRequest>(), 0U) << "it is not offered any more";
}

TEST(Chains, a_partial_success_that_names_nothing_that_could_go_on_is_refused) {
    for (const Methods& methods :
         {Methods{}, Methods{"none"}, Methods{"gssapi-keyex"}, Methods{"publickey", "telepathy"}}) {
        AuthPair pair;
        pair.accounts.partly["password"] = methods;
        pair.start();
        pair.log_in("alice", WithPassword{secret("correct horse")});
        ASSERT_FALSE(pair.server.fault);
        EXPECT_FALSE(pair.client.the<AuthFailed>().partial);
        EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().reason,
                  "allowed in part, but no method is named that could go on");
    }
}

TEST(Chains, the_next_method_is_tried_when_gss_fails) {
    AuthPair pair;
    pair.client.host.script().fail_at = 1;
    const PrivateKey key = new_key();
    pair.accounts.keys = {key.public_key()};
    pair.start();
    pair.log_in("alice", WithNone{});
    pair.log_in("alice", WithGssapiMic{});
    pair.log_in("alice", WithPassword{secret("wrong")});
    pair.log_in("alice", WithPublicKey{key});
    EXPECT_EQ(pair.client.count<AuthFailed>(), 3U);
    EXPECT_EQ(pair.client.the<LoggedIn>().method, "publickey");
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_EQ(pair.server.host.counts().misuses, 0U);
}

// Servers of OpenSSH 10.4 answer our error token with a FAILURE of its own: it must not pass for
// the answer to the next request.
TEST(Chains, a_server_that_answers_error_tokens_is_waited_for) {
    AuthPair pair;
    pair.client.host.script().fail_at = 2;
    pair.client.host.script().error_token = true;
    pair.server_version = "SSH-2.0-OpenSSH_10.4";
    pair.deliver = [&pair](bool from_client, const Bytes& payload) {
        if (from_client && payload[0] == std::byte{65}) {
            pair.server.outlet.unread.push_back(Writer(51).text("password").boolean(false).take());
        }
        return std::vector<Bytes>{payload};
    };
    pair.start();
    pair.log_in("alice", WithGssapiMic{});
    EXPECT_EQ(pair.client.the<AuthFailed>().methods, (Methods{"password"}));
    pair.log_in("alice", WithPassword{secret("correct horse")});
    EXPECT_TRUE(pair.client.part->authenticated());
}

TEST(Chains, a_late_failure_after_an_attempt_that_we_gave_up_is_taken_once) {
    AuthPair pair;
    pair.client.host.script().fail_at = 1;
    pair.start();
    pair.log_in("alice", WithGssapiMic{});
    const Bytes failure = Writer(51).text("password").boolean(false).take();
    pair.client.feed(failure);
    EXPECT_FALSE(pair.client.fault);
    EXPECT_EQ(pair.client.count<AuthFailed>(), 1U);
    pair.client.feed(failure);
    EXPECT_TRUE(pair.client.fault);
}

TEST(Chains, too_many_failures_of_whatever_method_end_the_session) {
    AuthPair pair;
    pair.server.options.most_failures = 4;
    pair.server.host.script().authorization = {};
    pair.start();
    pair.log_in("alice", WithPassword{secret("wrong")});
    pair.log_in("alice", WithPublicKey{new_key()});
    pair.log_in("alice", WithGssapiMic{});
    EXPECT_FALSE(pair.server.fault);
    pair.log_in("alice", WithPassword{secret("wrong again")});
    ASSERT_TRUE(pair.server.fault);
    EXPECT_EQ(pair.server.fault->disconnect_reason(), 14U);
    EXPECT_EQ(pair.server.fault->fault(), ssh::Fault::peer);
    EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().failures, 4U);
}

// A partial success makes nobody start to count again.
TEST(Chains, failures_are_counted_through_partial_successes) {
    AuthPair pair;
    pair.server.options.most_failures = 3;
    pair.accounts.partly["password"] = {"publickey", "password"};
    pair.start();
    pair.log_in("alice", WithPublicKey{new_key()});
    pair.log_in("alice", WithPassword{secret("correct horse")});
    pair.log_in("alice", WithPublicKey{new_key()});
    EXPECT_FALSE(pair.server.fault);
    EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().failures, 2U);
    pair.log_in("alice", WithPassword{secret("correct horse")});
    pair.log_in("alice", WithPublicKey{new_key()});
    ASSERT_TRUE(pair.server.fault);
    EXPECT_EQ(pair.server.fault->disconnect_reason(), 14U);
    EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().failures, 3U);
}

TEST(Chains, requests_without_end_end_the_session_even_when_none_fails) {
    const PublicKey key = new_key().public_key();
    for (const bool partial : {false, true}) {
        AuthPair pair;
        pair.accounts.keys = {key};
        pair.accounts.partly["password"] = {"password", "publickey"};
        pair.start_server();
        const Bytes query =
            request("publickey",
                    Writer().boolean(false).text(key.algorithms()[0]).string(key.blob()).take());
        unsigned requests = 0;
        while (!pair.server.fault && requests < 1000) {
            ++requests;
            pair.server.feed(partial ? password_request("correct horse") : query);
            pair.serve();
        }
        ASSERT_TRUE(pair.server.fault);
        EXPECT_EQ(pair.server.fault->disconnect_reason(), 14U);
        EXPECT_LE(requests, 65U);
    }
}

} // namespace
} // namespace gss::test
