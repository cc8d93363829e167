// SPDX-License-Identifier: Apache-2.0
// Whole logins on a library of our own: engines on both sides, over two drivers.
#include "driver_fixture.h"
#include "session.h"

#include <utility>

namespace gss::test {
namespace {

using Kind = CountingLibrary::Kind;

constexpr ssh::KexFamily family = ssh::KexFamily::curve25519_sha256;

ssh::DriverOptions server_options() {
    ssh::DriverOptions options =
        with_authorizer(ssh::authorize_principals({{"alice", "user@FAKE.REALM"}}));
    options.accept_delegation = true;
    return options;
}

Session session_on(const Backend& backend, ssh::DriverOptions options = server_options()) {
    Session session(driver(backend, to_host()), driver(backend, std::move(options)));
    session.client_kexinit = octets_of(as_bytes("\x14 client"));
    session.server_kexinit = octets_of(as_bytes("\x14 server"));
    session.delegate = true;
    return session;
}

/// How many contexts engines have finished with and leave with the host: both sides' of a key
/// exchange, and both sides' of a login, for which the server's of the key exchange goes.
std::size_t finished_in(const Talk& talk) {
    std::size_t finished = 0;
    for (const Side side : {Side::client, Side::server}) {
        finished += talk.last<ssh::KexDone>(side) != nullptr ? 1U : 0U;
    }
    return finished + (talk.last<ssh::AuthDone>(Side::client) != nullptr ? 1U : 0U);
}

/// What became of a key exchange, a login by its context and another by a context of its own.
struct Outcome {
    bool done = false;
    std::size_t finished = 0;
};

Outcome log_in_twice(Session& session, const GoOn& go_on = {}) {
    const auto taken = [&session](const Talk& talk) {
        return logged_in(talk) &&
               session.server().take_peer(talk.last<ssh::AuthDone>(Side::server)->context);
    };
    const Talk keys = session.exchange_keys(family, 0, {}, go_on);
    Outcome outcome{false, finished_in(keys)};
    if (!exchanged(keys) || !taken(session.log_in_by_keyex({}, go_on))) {
        return outcome;
    }
    const Talk with_mic = session.log_in_with_mic(0, {}, go_on);
    outcome.finished += finished_in(with_mic);
    outcome.done = taken(with_mic);
    return outcome;
}

class SessionTest : public DriverTest {};

TEST_F(SessionTest, logs_in_by_both_methods) {
    Session session = session_on(library_.backend);
    EXPECT_TRUE(log_in_twice(session).done);
}

TEST_F(SessionTest, sec_A1_05_a_server_without_an_authorizer_answers_with_a_refusal_at_once) {
    Session session = session_on(library_.backend, {});
    ASSERT_TRUE(exchanged(session.exchange_keys(family)));
    const Talk by_keyex = session.log_in_by_keyex();
    EXPECT_EQ(by_keyex.numbers(), (std::vector<unsigned>{50, 51}));
    const Talk with_mic = session.log_in_with_mic();
    EXPECT_EQ(with_mic.numbers(), (std::vector<unsigned>{50, 60, 61, 61, 66, 51}));
    EXPECT_EQ(library_.counted.outstanding(Kind::credential), 0U)
        << "delegated by somebody who may not log in";
}

TEST_F(SessionTest, sec_A1_12_credentials_go_to_the_host_with_the_method_that_succeeded_only) {
    Session session = session_on(library_.backend);
    ASSERT_TRUE(exchanged(session.exchange_keys(family)));
    EXPECT_EQ(library_.counted.outstanding(Kind::credential), 1U);
    const Talk with_mic = session.log_in_with_mic();
    ASSERT_TRUE(logged_in(with_mic));
    EXPECT_EQ(library_.counted.outstanding(Kind::credential), 1U) << "those of the key exchange";
    EXPECT_FALSE(session.server().take_peer(kex()));
    EXPECT_TRUE(
        session.server().take_peer(with_mic.last<ssh::AuthDone>(Side::server)->context)->delegated);
}

TEST_F(SessionTest, sec_A1_12_a_password_login_leaves_nothing_that_was_delegated) {
    Session session = session_on(library_.backend);
    session.other_methods = {"password"};
    ASSERT_TRUE(exchanged(session.exchange_keys(family)));
    ssh::ServerUserAuth server = ssh::ServerUserAuth::create(session.server_options()).value();
    const auto text = [](std::string_view value) {
        return std::string(3, '\0') + static_cast<char>(value.size()) + std::string(value);
    };
    server.receive(as_bytes("\x32" + text("alice") + text("ssh-connection") + text("password") +
                            std::string(1, '\0') + text("secret")));
    bool asked = false;
    session.server().run(server, [&](const ssh::Action& action) {
        asked |= std::holds_alternative<ssh::OtherRequest>(action);
    });
    ASSERT_TRUE(asked);
    server.cancel(); // the host has let alice in
    session.server().run(server, ignore);
    EXPECT_EQ(library_.counted.outstanding(Kind::credential), 0U);
    EXPECT_FALSE(session.server().take_peer(kex()));
}

TEST_F(SessionTest, sec_A1_14_a_time_limit_between_any_two_steps_leaves_nothing_behind) {
    for (unsigned most = 0;; ++most) {
        SCOPED_TRACE("after " + std::to_string(most) + " steps");
        CountedFake own;
        own.fake.behaviour.legs = 5;
        bool cut_off = false;
        {
            Session session = session_on(own.backend);
            unsigned steps = 0;
            const Outcome outcome = log_in_twice(session, [&] {
                cut_off |= steps == most;
                return ++steps <= most;
            });
            EXPECT_TRUE(outcome.done || cut_off);
            // What is kept are contexts that an engine has finished with, and no more.
            EXPECT_EQ(own.counted.outstanding(Kind::context), outcome.finished);
            EXPECT_EQ(own.counted.handed_out(Kind::context) - outcome.finished,
                      own.fake.table().count(Call::delete_sec_context));
            EXPECT_LE(own.counted.outstanding(Kind::credential), cut_off ? 1U : 0U);
        }
        EXPECT_EQ(own.counted.handed_out(Kind::context),
                  own.fake.table().count(Call::delete_sec_context));
        if (!cut_off) {
            EXPECT_GT(most, 30U) << "the login was shorter than it should be";
            return;
        }
    }
}

struct SweepCase {
    NativeTable::Carried carried;
    std::uint32_t major;
};

class SessionSweep : public testing::TestWithParam<SweepCase> {};

INSTANTIATE_TEST_SUITE_P(All, SessionSweep,
                         testing::Values(SweepCase{NativeTable::Carried::not_at_all, 13U << 16U},
                                         SweepCase{NativeTable::Carried::out, 13U << 16U},
                                         SweepCase{NativeTable::Carried::out, 1U << 24U},
                                         SweepCase{NativeTable::Carried::out, 2U}));

TEST_P(SessionSweep, sec_A1_39_a_failure_of_any_native_call_keeps_the_peer_out_and_leaks_nothing) {
    for (std::size_t n = 1;; ++n) {
        SCOPED_TRACE("native call " + std::to_string(n));
        CountedFake library;
        library.fake.behaviour.legs = 4;
        library.fake.table().fail_nth(n, {GetParam().major, 5}, GetParam().carried);
        bool done = false;
        {
            Session session = session_on(library.backend);
            done = log_in_twice(session).done;
        }
        ASSERT_EQ(library.counted.report(), "");
        const std::optional<Call> hit = library.fake.table().hit();
        EXPECT_NE(done, hit.has_value()) << (hit ? name_of(*hit) : "");
        if (!hit) {
            EXPECT_GT(n, 20U) << "the login was shorter than it should be";
            return;
        }
    }
}

} // namespace
} // namespace gss::test
