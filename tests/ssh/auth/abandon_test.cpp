// SPDX-License-Identifier: Apache-2.0
// A new request at any time, other methods, and what becomes of late answers.
#include "auth_rig.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;
using Numbers = std::vector<unsigned>;

/// A point in an attempt: a server that has come there and the question that is open.
struct Point {
    std::string_view name;
    bool context = false; ///< the host has one
    RequestId question = 0;
};

/// Calls @p check with a server at each point of an attempt of gssapi-with-mic.
void at_every_point(const std::function<void(ServerRig&, const Point&)>& check) {
    const std::vector<std::string_view> names{"selected", "leg asked", "more legs",  "leg 2 asked",
                                              "complete", "verifying", "authorizing"};
    for (std::size_t depth = 0; depth < names.size(); ++depth) {
        SCOPED_TRACE(names[depth]);
        Script three;
        three.tokens = 3;
        ServerRig server = server_rig(server_options(), three);
        Initiator initiator(three);
        Point point{names[depth], depth > 0, 0};
        server.feed(with_mic_request());
        std::vector<Bytes> messages{wire::build_token(initiator.step().token)};
        for (std::size_t step = 0; step < 2 && depth > 2 * step; ++step) {
            server.engine.receive(messages.back());
            const auto question = server.engine.poll();
            const auto& leg = std::get<GssStep>(*question);
            point.question = leg.id;
            if (depth == 2 * step + 1) {
                static_cast<void>(server.host.step(leg));
                break;
            }
            server.host.handle(server.engine, *question);
            server.drain_all();
            if (step == 0) {
                const auto token = wire::parse_token(server.sent.back());
                messages.push_back(wire::build_token(initiator.step(*token).token));
            }
        }
        if (depth > 4) {
            server.engine.receive(
                wire::build_mic(initiator.mic(mic_data({session_id(), "alice"}))));
            const auto question = server.engine.poll();
            point.question = std::get<VerifyMic>(*question).id;
            if (depth == 6) {
                server.host.handle(server.engine, *question);
                point.question = std::get<Authorize>(*server.engine.poll()).id;
            }
        }
        check(server, point);
    }
}

TEST(Abandonment, rfc_U08_a_new_request_ends_the_attempt_without_a_failure) {
    at_every_point([](ServerRig& server, const Point& point) {
        server.engine.receive(with_mic_request("bob"));
        EXPECT_EQ(poll_all(server.engine).words,
                  point.context ? "Release AttemptFailed Send60" : "AttemptFailed Send60");
    });
}

TEST(Abandonment, rfc_U08_sec_A1_12_credentials_are_gone_before_another_method_can_succeed) {
    at_every_point([](ServerRig& server, const Point& point) {
        server.engine.receive(other_request("password"));
        EXPECT_EQ(poll_all(server.engine).words, point.context
                                                     ? "Release AttemptFailed OtherRequest"
                                                     : "AttemptFailed OtherRequest");
    });
}

TEST(Abandonment, sec_A1_12_credentials_are_gone_when_the_host_says_no) {
    for (const bool authorized : {false, true}) {
        Script script;
        script.authorization.decision =
            authorized ? AuthorizeAnswer::Decision::allow : AuthorizeAnswer::Decision::deny;
        ClientWithMicOptions options = client_options();
        options.delegate = true;
        const Login login = log_in(options, server_options(), {}, script);
        EXPECT_EQ(login.server.host.contexts(), authorized ? 1U : 0U);
        EXPECT_EQ(login.server.host.counts().released, authorized ? 0U : 1U);
    }
}

TEST(Abandonment, stale_answers_change_nothing) {
    at_every_point([](ServerRig& server, const Point& point) {
        server.engine.receive(with_mic_request());
        static_cast<void>(poll_all(server.engine));
        StepAnswer step;
        step.status = StepAnswer::Status::done;
        step.flags = ContextFlag::mutual | ContextFlag::integrity;
        step.mechanism = mechanism::krb5();
        AuthorizeAnswer allow;
        allow.decision = AuthorizeAnswer::Decision::allow;
        for (RequestId id = 0; id <= point.question + 2; ++id) {
            EXPECT_EQ(server.engine.answer(id, step), Fed::stale);
            EXPECT_EQ(server.engine.answer(id, MicAnswer{octets("mic"), {}}), Fed::stale);
            EXPECT_EQ(server.engine.answer(id, VerifyAnswer{true, {}}), Fed::stale);
            EXPECT_EQ(server.engine.answer(id, allow), Fed::stale);
        }
        EXPECT_EQ(poll_all(server.engine).words, "");
        // The new attempt goes its own way, also past the old question's number.
        Initiator initiator;
        server.engine.receive(wire::build_token(initiator.step().token));
        EXPECT_EQ(poll_all(server.engine).words, "FirstStep");
        for (RequestId id = 0; id <= point.question; ++id) {
            EXPECT_EQ(server.engine.answer(id, allow), Fed::stale);
            EXPECT_EQ(server.engine.answer(id, step), Fed::stale);
        }
        EXPECT_EQ(poll_all(server.engine).words, "");
    });
}

TEST(Abandonment, an_answer_of_another_kind_is_misuse) {
    at_every_point([](ServerRig& server, const Point& point) {
        if (point.question == 0 || point.name == "more legs" || point.name == "complete") {
            return;
        }
        EXPECT_EQ(server.engine.answer(point.question, MicAnswer{octets("mic"), {}}), Fed::misuse);
        EXPECT_EQ(poll_all(server.engine).words, "Release Fail11");
        EXPECT_EQ(server.engine.answer(point.question, VerifyAnswer{true, {}}), Fed::ended);
    });
}

TEST(Abandonment, a_host_that_gives_up_has_its_context_released) {
    at_every_point([](ServerRig& server, const Point& point) {
        EXPECT_EQ(server.engine.cancel(), Fed::taken);
        EXPECT_EQ(poll_all(server.engine).words, point.context ? "Release Fail11" : "Fail11");
        EXPECT_EQ(server.engine.cancel(), Fed::ended);
        EXPECT_EQ(server.engine.receive(with_mic_request()), Fed::ended);
        EXPECT_EQ(server.engine.other_method_failed(), Fed::ended);
    });
}

TEST(Abandonment, other_methods_are_the_hosts_and_its_refusal_counts) {
    ServerRig server = server_rig();
    server.feed(other_request("none"));
    ASSERT_EQ(server.count<OtherRequest>(), 1U);
    EXPECT_EQ(server.the<OtherRequest>().payload, other_request("none"));
    EXPECT_EQ(server.the<OtherRequest>().method, "none");
    EXPECT_EQ(server.engine.other_method_failed(), Fed::taken);
    server.drain_all();
    // A first "none" only asks for the list.
    EXPECT_EQ(server.count<AttemptFailed>(), 0U);
    ASSERT_EQ(server.sent.size(), 1U);
    EXPECT_EQ(server.sent[0],
              wire::build_failure(std::vector<std::string>{"gssapi-with-mic", "publickey"}, false));
    for (unsigned i = 1; i <= 3; ++i) {
        server.feed(other_request(i == 2 ? "none" : "publickey"));
        EXPECT_EQ(server.engine.other_method_failed(), Fed::taken);
        EXPECT_EQ(server.engine.other_method_failed(), Fed::stale) << "one refusal each";
        server.drain_all();
        EXPECT_EQ(server.count<AttemptFailed>(), i);
        EXPECT_EQ(server.the<AttemptFailed>().failures, i);
        EXPECT_EQ(server.sent.size(), i + 1);
    }
}

TEST(Abandonment, a_request_that_was_overtaken_is_not_answered) {
    ServerRig server = server_rig();
    server.feed(other_request("keyboard-interactive"));
    server.feed(with_mic_request());
    EXPECT_EQ(server.engine.other_method_failed(), Fed::stale);
    server.drain_all();
    EXPECT_EQ(server.numbers(), (Numbers{60}));
    EXPECT_EQ(server.count<AttemptFailed>(), 0U) << "whether it failed the host knows";
}

TEST(Abandonment, a_damaged_request_ends_the_session_and_releases) {
    at_every_point([](ServerRig& server, const Point& point) {
        server.engine.receive(octets("\x32 cut"));
        EXPECT_EQ(poll_all(server.engine).words,
                  point.context ? "Release AttemptFailed Fail2" : "AttemptFailed Fail2");
    });
}

} // namespace
} // namespace gss::test
