// SPDX-License-Identifier: Apache-2.0
// Whole logins with real tickets: engines on both sides, over two drivers.
#include "real.h"

#include "test_realm.h"

#include <algorithm>
#include <utility>

namespace gss::test {
namespace {

using ssh::KexFamily;

class Login : public OnLibraries {
protected:
    /// The peer that the server took from a login, which must be alice.
    static std::optional<ssh::Peer> alice_of(Session& session, const Talk& talk) {
        const auto* done = talk.last<ssh::AuthDone>(Side::server);
        EXPECT_NE(done, nullptr) << talk.faults();
        if (done == nullptr) {
            return std::nullopt;
        }
        std::optional<ssh::Peer> peer = session.server().take_peer(done->context);
        EXPECT_TRUE(peer && peer->principal);
        EXPECT_EQ(peer->principal->display().value().text, in_realm("alice"));
        EXPECT_FALSE(session.server().take_peer(done->context));
        return peer;
    }
    static void delegate(Session& session) { session.delegate = true; }
    [[nodiscard]] static ssh::DriverOptions taking_delegation() {
        ssh::DriverOptions options = letting("alice");
        options.accept_delegation = true;
        return options;
    }
    /// The credentials are alice's and get tickets.
    static void expect_usable(const std::optional<Credentials>& delegated) {
        ASSERT_TRUE(delegated);
        InitiateOptions options;
        options.credentials = &*delegated;
        const Result<Bytes> token =
            first_token(delegated->backend(), "HTTP@localhost", std::move(options));
        EXPECT_TRUE(token) << token.error().text();
    }
};

INSTANTIATE_TEST_SUITE_P(All, Login, testing::ValuesIn(all_libraries()), label);

TEST_P(Login, with_mic_lets_the_right_principal_in) {
    Session session = between();
    const Talk talk = session.log_in_with_mic();
    EXPECT_TRUE(logged_in(talk)) << talk.faults();
    EXPECT_EQ(talk.message(66).empty(), false) << "no MIC was sent";
    const std::optional<ssh::Peer> peer = alice_of(session, talk);
    ASSERT_TRUE(peer);
    EXPECT_FALSE(peer->delegated);
    EXPECT_FALSE(peer->lifetime.is_expired());
}

TEST_P(Login, with_mic_delegates_where_both_sides_want_it) {
    Session session = between(taking_delegation());
    delegate(session);
    const std::optional<ssh::Peer> peer = alice_of(session, session.log_in_with_mic());
    ASSERT_TRUE(peer);
    expect_usable(peer->delegated);

    Session unasked = between(taking_delegation());
    EXPECT_FALSE(alice_of(unasked, unasked.log_in_with_mic())->delegated);
    Session unwanted = between();
    delegate(unwanted);
    EXPECT_FALSE(alice_of(unwanted, unwanted.log_in_with_mic())->delegated);
}

TEST_P(Login, keys_are_exchanged_by_every_method_and_log_in) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(ssh::info(family).prefix);
        Session session = between(taking_delegation());
        delegate(session);
        if (family == KexFamily::nistp256_sha256) {
            session.host_key = host_key();
        }
        const Talk keys = session.exchange_keys(family);
        ASSERT_TRUE(exchanged(keys)) << keys.faults();
        EXPECT_EQ(keys.last<ssh::KexDone>(Side::client)->host_key, session.host_key);
        const Talk talk = session.log_in_by_keyex();
        ASSERT_TRUE(logged_in(talk)) << talk.faults();
        const std::optional<ssh::Peer> peer = alice_of(session, talk);
        ASSERT_TRUE(peer);
        expect_usable(peer->delegated);
    }
}

TEST_P(Login, keys_are_exchanged_again_with_contexts_of_their_own) {
    Session session = between();
    ASSERT_TRUE(exchanged(session.exchange_keys(KexFamily::curve25519_sha256)));
    const Bytes id = session.session_id();
    for (const std::uint32_t number : {1U, 2U}) {
        const Talk again = session.exchange_keys(KexFamily::nistp384_sha384, number);
        ASSERT_TRUE(exchanged(again)) << again.faults();
        EXPECT_FALSE(
            std::ranges::equal(again.last<ssh::KexDone>(Side::client)->exchange_hash.view(), id));
    }
    EXPECT_EQ(session.session_id(), id);
    EXPECT_TRUE(logged_in(session.log_in_by_keyex()));
}

TEST_P(Login, a_second_attempt_with_another_method_succeeds_after_a_refusal) {
    ssh::DriverOptions options;
    bool willing = false;
    options.authorizer = [&](const ssh::AuthorizationRequest& request) {
        EXPECT_EQ(request.principal_text, in_realm("alice"));
        return willing ? ssh::allow() : ssh::deny("not now");
    };
    Session session = between(std::move(options));
    ASSERT_TRUE(exchanged(session.exchange_keys(KexFamily::group14_sha256)));
    EXPECT_FALSE(logged_in(session.log_in_by_keyex()));
    willing = true;
    const Talk talk = session.log_in_with_mic();
    EXPECT_TRUE(logged_in(talk)) << talk.faults();
}

TEST_P(Login, sec_A1_05_a_good_mic_alone_lets_nobody_in) {
    ssh::DriverOptions nobody_decides;
    Session undecided = between(std::move(nobody_decides));
    ASSERT_TRUE(exchanged(undecided.exchange_keys(KexFamily::curve25519_sha256)));
    for (const std::string user : {"alice", "bob", "root"}) {
        undecided.user = user;
        const Talk by_keyex = undecided.log_in_by_keyex();
        EXPECT_FALSE(logged_in(by_keyex));
        EXPECT_FALSE(by_keyex.message(51).empty()) << "silence instead of a refusal";
        const Talk with_mic = undecided.log_in_with_mic();
        EXPECT_FALSE(logged_in(with_mic));
        EXPECT_FALSE(with_mic.message(66).empty());
        EXPECT_FALSE(with_mic.message(51).empty());
    }
    for (const std::string& user : std::vector<std::string>{"bob", "root", "", in_realm("alice")}) {
        Session session = between();
        ASSERT_TRUE(exchanged(session.exchange_keys(KexFamily::curve25519_sha256)));
        session.user = user;
        EXPECT_FALSE(logged_in(session.log_in_by_keyex())) << user;
        EXPECT_FALSE(logged_in(session.log_in_with_mic())) << user;
    }
}

TEST_P(Login, each_kind_of_rule_decides_about_real_principals) {
    const std::string realm = shared_realm().name();
    const auto lets_in = [&](ssh::Authorizer authorizer, std::string user = "alice") {
        ssh::DriverOptions options;
        options.authorizer = std::move(authorizer);
        Session session = between(std::move(options));
        session.user = std::move(user);
        return logged_in(session.log_in_with_mic());
    };
    EXPECT_TRUE(lets_in(ssh::authorize_realms({{realm, {}}})));
    EXPECT_FALSE(lets_in(ssh::authorize_realms({{"OTHER.EXAMPLE", {}}})));
    EXPECT_FALSE(lets_in(ssh::authorize_realms({{realm, {}}}), "bob"));
    EXPECT_TRUE(lets_in(ssh::authorize_principals({{"bob", in_realm("alice")}}), "bob"));
    EXPECT_FALSE(lets_in(ssh::authorize_principals({{"alice", in_realm("bob")}})));
    EXPECT_TRUE(lets_in(ssh::authorize_principals({{"root", in_realm("alice")}}), "root"));
    EXPECT_FALSE(lets_in(
        ssh::refuse_privileged(ssh::authorize_principals({{"root", in_realm("alice")}})), "root"));
    EXPECT_TRUE(lets_in(ssh::any_of({ssh::authorize_realms({{"OTHER.EXAMPLE", {}}}),
                                     ssh::authorize_principals({{"alice", in_realm("alice")}})})));
}

TEST_P(Login, sec_A1_37_a_mic_over_another_session_id_is_refused) {
    // Somebody in the middle hands the tokens of one session on into another.
    Session session = between();
    ssh::ClientWithMic victim = ssh::ClientWithMic::create(session.with_mic_options(0)).value();
    ssh::ServerUserAuthOptions elsewhere = session.server_options();
    elsewhere.session_id = Bytes(32, std::byte{8});
    ssh::ServerUserAuth server = ssh::ServerUserAuth::create(elsewhere).value();
    victim.start();
    const Talk talk = converse(victim, session.client(), server, session.server());
    EXPECT_FALSE(talk.message(66).empty()) << "the context was established through the relay";
    EXPECT_FALSE(logged_in(talk));
    EXPECT_EQ(talk.last<ssh::AuthDone>(Side::server), nullptr);
    EXPECT_NE(talk.last<ssh::AttemptFailed>(Side::server), nullptr);
    EXPECT_FALSE(talk.message(51).empty());
}

TEST_P(Login, sec_A1_37_an_exchange_that_ends_without_a_mic_is_refused) {
    Session session = between();
    const Talk talk = session.log_in_with_mic(0, [](Side from, Bytes& payload) {
        if (from == Side::client && payload.front() == std::byte{66}) {
            payload = {std::byte{63}}; // SSH_MSG_USERAUTH_GSSAPI_EXCHANGE_COMPLETE
        }
    });
    EXPECT_FALSE(talk.message(66).empty());
    EXPECT_EQ(talk.last<ssh::AuthDone>(Side::server), nullptr);
    EXPECT_EQ(talk.last<ssh::AuthDone>(Side::client), nullptr);
}

TEST_P(Login, sec_A1_37_a_relay_between_two_key_exchanges_gets_nothing) {
    // The middle has its own key in each exchange, so that the hashes differ.
    Session session = between();
    const Talk talk =
        session.exchange_keys(KexFamily::curve25519_sha256, 0, [](Side from, Bytes& payload) {
            if (from == Side::client && payload.front() == std::byte{30}) {
                payload.back() ^= std::byte{1}; // Q_C
            }
        });
    EXPECT_FALSE(talk.message(32).empty());
    EXPECT_EQ(talk.last<ssh::KexDone>(Side::client), nullptr);
    EXPECT_NE(talk.last<ssh::Fail>(Side::client), nullptr);
}

} // namespace
} // namespace gss::test
