// SPDX-License-Identifier: Apache-2.0
// Memory that runs out at every allocation of every call: an engine says all of it or nothing. In
// the program of memory_test.cpp, because operator new fails.
#include "allocation_counter.h"
#include "auth_rig.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

/// An engine whose actions were taken, and a call that is about to be made.
struct Ready {
    std::shared_ptr<Engine> engine;
    std::function<Fed()> call;
};

/// What a call says when there is memory, and what comes in its place when there is none.
struct Expected {
    std::string_view whole;
    std::string_view broken_off;
    std::optional<ContextName> released = std::nullopt; ///< then
};

/// Fails the first, the second, ... allocation of the call, on a new engine each time.
void expect_all_or_nothing(const std::function<Ready()>& make, const Expected& expected) {
    for (std::size_t n = 1;; ++n) {
        ASSERT_LT(n, 1000U);
        const Ready one = make();
        bool thrown = false;
        fail_allocation(n);
        try {
            one.call();
        } catch (const std::bad_alloc&) {
            thrown = true;
        }
        fail_allocation(0);
        const std::size_t before = allocation_count();
        std::optional<Action> first;
        if (thrown) {
            first = one.engine->poll();
            EXPECT_EQ(allocation_count(), before) << "poll() needs memory";
        }
        Polled rest = poll_all(*one.engine);
        if (!thrown) {
            EXPECT_EQ(rest.words, expected.whole);
            EXPECT_GT(n, 1U) << "the call allocates nothing, and this tests nothing";
            return;
        }
        ASSERT_TRUE(first.has_value()) << n;
        const std::string words = word(*first) + (rest.words.empty() ? "" : " ") + rest.words;
        EXPECT_EQ(words, expected.broken_off) << n;
        if (expected.released) {
            const auto* release = std::get_if<Release>(&*first);
            ASSERT_NE(release, nullptr) << n;
            EXPECT_EQ(release->context, *expected.released) << n;
        }
        EXPECT_TRUE(one.engine->ended());
        EXPECT_EQ(one.call(), Fed::ended);
        EXPECT_EQ(one.engine->cancel(), Fed::ended);
        EXPECT_FALSE(one.engine->poll().has_value());
    }
}

/// A server that has been fed so many messages of a login by gssapi-with-mic of one token, its
/// questions answered but for the one that waits: request, token, MIC.
struct WithMicServer {
    std::shared_ptr<ServerUserAuth> engine;
    RequestId open = 0;

    WithMicServer(std::size_t messages, const ServerUserAuthOptions& options)
        : engine(std::make_shared<ServerUserAuth>(ServerUserAuth::create(options).value())) {
        const std::vector<Bytes> all{with_mic_request(),
                                     wire::build_token(Initiator().step().token),
                                     wire::build_mic(octets("mic"))};
        for (std::size_t i = 0; i < messages; ++i) {
            engine->receive(all.at(i));
            while (auto action = engine->poll()) {
                take(*action, i + 1 < messages);
            }
        }
    }

private:
    void take(const Action& action, bool answers_steps) {
        if (const auto* step = std::get_if<GssStep>(&action)) {
            open = step->id;
            if (answers_steps) {
                StepAnswer done;
                done.status = StepAnswer::Status::done;
                done.flags = ContextFlag::mutual | ContextFlag::integrity;
                done.mechanism = mechanism::krb5();
                engine->answer(open, done);
            }
        } else if (const auto* verify = std::get_if<VerifyMic>(&action)) {
            engine->answer(verify->id, VerifyAnswer{true, {}});
        } else if (const auto* authorize = std::get_if<Authorize>(&action)) {
            open = authorize->id;
        }
    }
};

/// Answers the question whether the user may log in.
std::function<Ready()> decided(const ServerUserAuthOptions& options, AuthorizeAnswer answer) {
    return [=] {
        const WithMicServer server(3, options);
        return Ready{server.engine, [server, answer]() mutable {
                         return server.engine->answer(server.open, std::move(answer));
                     }};
    };
}

/// The context of a server's first attempt.
ContextName first_attempt() {
    return attempt_context(1);
}

AuthorizeAnswer decision(AuthorizeAnswer::Decision what) {
    return {what, {"publickey"}, "because"};
}

TEST(Throwing, a_success_is_never_sent_without_its_AuthDone) {
    using Decision = AuthorizeAnswer::Decision;
    for (const bool after_kex : {false, true}) {
        const auto options = after_kex ? server_options_after_kex() : server_options();
        expect_all_or_nothing(decided(options, decision(Decision::allow)),
                              {after_kex ? "Release Send52 AuthDone" : "Send52 AuthDone",
                               "Release Fail7", first_attempt()});
        expect_all_or_nothing(decided(options, decision(Decision::allow_partly)),
                              {"Send51 AuthDonePartly", "Release Fail7", first_attempt()});
        expect_all_or_nothing(decided(options, decision(Decision::deny)),
                              {"Release AttemptFailed Send51", "Release Fail7", first_attempt()});
    }
}

TEST(Throwing, messages_of_a_client_begin_something_or_nothing) {
    const auto receive = [](std::size_t before, const Bytes& payload) {
        return [before, payload] {
            const auto engine = WithMicServer(before, server_options()).engine;
            return Ready{engine, [engine, payload] { return engine->receive(payload); }};
        };
    };
    const Bytes token = wire::build_token(Initiator().step().token);
    expect_all_or_nothing(receive(0, with_mic_request()), {"Send60", "Fail7"});
    // The question was taken back: the host knows of no context yet.
    expect_all_or_nothing(receive(1, token), {"FirstStep", "Fail7"});
    // The next ones while the first leg is with the host.
    expect_all_or_nothing(receive(2, token), {"", "Release Fail7", first_attempt()});
    expect_all_or_nothing(receive(2, with_mic_request()),
                          {"Release AttemptFailed Send60", "Release Fail7", first_attempt()});
    expect_all_or_nothing(receive(2, Bytes{}), {"Release Fail2", "Release Fail7", first_attempt()});
}

TEST(Throwing, what_the_host_calls_besides_is_guarded_too) {
    expect_all_or_nothing(
        [] {
            const auto engine =
                std::make_shared<ClientWithMic>(ClientWithMic::create(client_options()).value());
            return Ready{engine, [engine] { return engine->start(); }};
        },
        {"Send50", "Fail7"});
    expect_all_or_nothing(
        [] {
            const auto engine =
                std::make_shared<ClientKeyex>(ClientKeyex::create(keyex_options()).value());
            return Ready{engine, [engine] { return engine->start(); }};
        },
        {"GetMic", "Fail7"});
    expect_all_or_nothing(
        [] {
            const auto engine = WithMicServer(0, server_options()).engine;
            engine->receive(other_request("publickey"));
            static_cast<void>(poll_all(*engine));
            return Ready{engine, [engine] { return engine->other_method_failed(); }};
        },
        {"AttemptFailed Send51", "Fail7"});
    expect_all_or_nothing(
        [] {
            const auto engine = WithMicServer(2, server_options()).engine;
            return Ready{engine, [engine] { return engine->cancel(); }};
        },
        {"Release Fail11", "Release Fail7", first_attempt()});
}

TEST(Throwing, a_client_gives_its_context_back) {
    const auto stepped = [](StepAnswer::Status status) {
        return [status] {
            const auto engine =
                std::make_shared<ClientWithMic>(ClientWithMic::create(client_options()).value());
            engine->start();
            engine->receive(wire::build_response(mechanism::krb5()));
            StepAnswer answer;
            answer.status = status;
            answer.token = octets("a token");
            answer.flags = ContextFlag::mutual | ContextFlag::integrity;
            answer.mechanism = mechanism::krb5();
            const RequestId id = poll_all(*engine).the<GssStep>().id;
            return Ready{engine, [engine, id, answer]() mutable {
                             return engine->answer(id, std::move(answer));
                         }};
        };
    };
    const ContextName context = client_options().context;
    expect_all_or_nothing(stepped(StepAnswer::Status::more), {"Send61", "Release Fail7", context});
    expect_all_or_nothing(stepped(StepAnswer::Status::done),
                          {"Send61 GetMic", "Release Fail7", context});
    expect_all_or_nothing(stepped(StepAnswer::Status::failed),
                          {"Send65 Release Fail0", "Release Fail7", context});
}

TEST(Throwing, what_was_put_out_before_stays) {
    ServerUserAuth engine = ServerUserAuth::create(server_options()).value();
    engine.receive(with_mic_request());
    const Bytes token = wire::build_token(Initiator().step().token);
    fail_allocation(1);
    EXPECT_THROW(engine.receive(token), std::bad_alloc);
    fail_allocation(0);
    EXPECT_EQ(poll_all(engine).words, "Send60 Fail7");
}

} // namespace
} // namespace gss::test
