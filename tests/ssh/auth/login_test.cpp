// SPDX-License-Identifier: Apache-2.0
// gssapi-with-mic: a client and a server of ours talk, on a mechanism with as many legs as wanted.
#include "auth_rig.h"

#include "writer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;
using Numbers = std::vector<unsigned>;

Script legs(unsigned tokens) {
    Script script;
    script.tokens = tokens;
    return script;
}

Login log_in_with(unsigned tokens) {
    return log_in(client_options(), server_options(), legs(tokens), legs(tokens));
}

TEST(Login, rfc_U06_U09_U17_every_number_of_legs_ends_with_a_mic_and_success) {
    // Tokens travel when there are any, the client's MIC after its last token, SUCCESS at once.
    const std::vector<Numbers> wanted{{50, 60, 61, 66, 52},
                                      {50, 60, 61, 61, 66, 52},
                                      {50, 60, 61, 61, 61, 66, 52},
                                      {50, 60, 61, 61, 61, 61, 66, 52},
                                      {50, 60, 61, 61, 61, 61, 61, 66, 52}};
    for (unsigned tokens = 1; tokens <= wanted.size(); ++tokens) {
        const Login login = log_in_with(tokens);
        EXPECT_EQ(login.run.numbers(), wanted[tokens - 1]) << tokens << " tokens";
        const auto* client = login.run.last<AuthDone>(Side::client);
        const auto* server = login.run.last<AuthDone>(Side::server);
        ASSERT_TRUE(client != nullptr && server != nullptr) << tokens;
        EXPECT_FALSE(client->partial);
        for (const AuthDone* done : {client, server}) {
            EXPECT_EQ(done->user, "alice");
            EXPECT_EQ(done->service, "ssh-connection");
            EXPECT_EQ(done->method, "gssapi-with-mic");
            EXPECT_EQ(done->mechanism, mechanism::krb5());
        }
        // The contexts stay with the hosts, and nobody was asked for nonsense.
        EXPECT_TRUE(login.client.host.has(client->context));
        EXPECT_TRUE(login.server.host.has(server->context));
        EXPECT_EQ(login.client.host.counts().misuses, 0U);
        EXPECT_EQ(login.server.host.counts().misuses, 0U);
        EXPECT_EQ(login.server.host.counts().authorized, 1U);
    }
}

TEST(Login, rfc_U05_integrity_and_mutual_authentication_are_asked_for_and_nothing_else) {
    for (const bool delegate : {false, true}) {
        ClientWithMicOptions options = client_options();
        options.delegate = delegate;
        ClientWithMic client = ClientWithMic::create(options).value();
        client.start();
        client.receive(wire::build_response(mechanism::krb5()));
        const Polled polled = poll_all(client);
        const auto* step = polled.last<GssStep>();
        ASSERT_NE(step, nullptr);
        ContextFlags wanted{ContextFlag::mutual, ContextFlag::integrity};
        if (delegate) {
            wanted.insert(ContextFlag::delegate_to_peer);
        }
        EXPECT_EQ(step->flags, wanted);
        EXPECT_TRUE(step->first && step->initiate && step->token.empty());
    }
}

TEST(Login, rfc_U10_a_context_without_integrity_ends_with_exchange_complete_after_the_token) {
    ClientWithMicOptions client = client_options();
    client.accept_without_integrity = true;
    ServerUserAuthOptions server = server_options();
    server.accept_without_integrity = true;
    for (const unsigned tokens : {1U, 2U, 3U}) {
        Script script = legs(tokens);
        script.without = ContextFlag::integrity;
        const Login login = log_in(client, server, script, script);
        Numbers wanted{50, 60};
        wanted.insert(wanted.end(), tokens, 61);
        wanted.insert(wanted.end(), {63, 52});
        EXPECT_EQ(login.run.numbers(), wanted);
        EXPECT_NE(login.run.last<AuthDone>(Side::server), nullptr);
        EXPECT_EQ(login.server.host.counts().verified, 0U);
        EXPECT_EQ(login.server.host.counts().authorized, 1U) << "never without a decision";
        EXPECT_EQ(login.client.host.counts().mics, 0U);
    }
}

TEST(Login, rfc_U14_sec_A1_37_contexts_without_integrity_are_refused_by_default) {
    ClientWithMicOptions client = client_options();
    client.accept_without_integrity = true;
    Script script = legs(1);
    script.without = ContextFlag::integrity;
    const Login login = log_in(client, server_options(), script, script);
    EXPECT_EQ(login.run.last<AuthDone>(Side::server), nullptr);
    EXPECT_EQ(login.run.last<AuthDone>(Side::client), nullptr);
    EXPECT_EQ(login.server.host.counts().authorized, 0U);
    EXPECT_EQ(login.server.host.contexts(), 0U);
    // The client's own default is the same.
    const Login strict = log_in(client_options(), server_options(), script, script);
    ASSERT_NE(strict.run.last<Fail>(Side::client), nullptr);
    EXPECT_EQ(the<Fail>(strict.run, Side::client).fault, Fault::local);
    EXPECT_EQ(strict.run.numbers(), (Numbers{50, 60}));
}

TEST(Login, rfc_U13_the_mic_is_over_session_user_service_and_method_of_the_request) {
    const std::string wanted = std::string("\0\0\0\x20", 4) + "0123456789abcdef0123456789abcdef" +
                               std::string("\x32\0\0\0\x05"
                                           "alice\0\0\0\x0essh-connection\0\0\0\x0fgssapi-with-mic",
                                           47);
    ClientRig client = client_rig();
    ServerRig server = server_rig();
    std::string made;
    std::string verified;
    bool quiet = false;
    while (!quiet) {
        quiet = true;
        while (auto action = client.engine.poll()) {
            quiet = false;
            if (const auto* mic = std::get_if<GetMic>(&*action)) {
                made = as_text(mic->data.view());
            }
            if (const auto* message = std::get_if<SendMessage>(&*action)) {
                server.engine.receive(message->payload);
            } else {
                client.host.handle(client.engine, *action);
            }
        }
        while (auto action = server.engine.poll()) {
            quiet = false;
            if (const auto* mic = std::get_if<VerifyMic>(&*action)) {
                verified = as_text(mic->data.view());
            }
            if (const auto* message = std::get_if<SendMessage>(&*action)) {
                client.engine.receive(message->payload);
            } else {
                server.host.handle(server.engine, *action);
            }
        }
    }
    EXPECT_EQ(made, wanted);
    EXPECT_EQ(verified, wanted);
}

TEST(Login, sec_A1_37_a_relay_between_two_sessions_gets_nothing) {
    // The victim talks to the relay's session, the relay passes everything on in another one.
    ClientWithMicOptions victim = client_options();
    victim.session_id = octets("the session of victim and relay!");
    const Login login = log_in(victim, server_options(), {}, {});
    EXPECT_EQ(login.run.numbers(), (Numbers{50, 60, 61, 61, 66, 51}));
    EXPECT_EQ(login.server.host.counts().refused, 1U);
    EXPECT_EQ(login.server.host.counts().authorized, 0U);
    EXPECT_EQ(login.server.host.contexts(), 0U);
}

TEST(Login, rfc_U15_who_may_not_use_the_account_gets_a_failure) {
    for (const std::string_view user : {"bob", "root", "", "no-such-user"}) {
        ClientWithMicOptions client = client_options();
        client.user = user;
        Script refusing;
        refusing.authorization = {AuthorizeAnswer::Decision::deny, {}, "not hers"};
        const Login login = log_in(client, server_options(), {}, refusing);
        EXPECT_EQ(login.run.numbers(), (Numbers{50, 60, 61, 61, 66, 51}));
        const auto* failed = login.run.last<AttemptFailed>(Side::server);
        ASSERT_NE(failed, nullptr);
        EXPECT_EQ(failed->user, user);
        EXPECT_NE(failed->reason.find("not hers"), std::string::npos);
        EXPECT_EQ(login.server.host.contexts(), 0U);
        const auto* refused = login.run.last<Fail>(Side::client);
        ASSERT_NE(refused, nullptr);
        EXPECT_EQ(refused->fault, Fault::refused);
        EXPECT_EQ(refused->text.find("not hers"), std::string::npos) << "the peer never sees why";
    }
}

TEST(Login, rfc_U15_an_empty_user_name_is_allowed_where_the_host_can_tell) {
    ClientWithMicOptions client = client_options();
    client.user.clear();
    const Login login = log_in(client, server_options(), {}, {});
    ASSERT_NE(login.run.last<AuthDone>(Side::server), nullptr);
    EXPECT_EQ(the<AuthDone>(login.run, Side::server).user, "");
}

TEST(Login, rfc_U17_more_methods_may_be_needed) {
    Script partly;
    partly.authorization = {AuthorizeAnswer::Decision::allow_partly, {"publickey", "password"}, {}};
    const Login login = log_in(client_options(), server_options(), {}, partly);
    EXPECT_EQ(login.run.numbers(), (Numbers{50, 60, 61, 61, 66, 51}));
    EXPECT_EQ(login.run.messages.back().payload,
              wire::build_failure(partly.authorization.methods, true));
    for (const Side side : {Side::client, Side::server}) {
        const auto* done = login.run.last<AuthDone>(side);
        ASSERT_NE(done, nullptr);
        EXPECT_TRUE(done->partial);
        EXPECT_EQ(done->methods, partly.authorization.methods);
    }
    EXPECT_EQ(login.run.last<AttemptFailed>(Side::server), nullptr);
}

TEST(Login, rfc_U17_partly_without_a_method_to_go_on_is_a_refusal) {
    for (const std::vector<std::string>& methods :
         {std::vector<std::string>{}, {"a,b"}, {""}, {"a b"}}) {
        Script partly;
        partly.authorization = {AuthorizeAnswer::Decision::allow_partly, methods, {}};
        const Login login = log_in(client_options(), server_options(), {}, partly);
        EXPECT_EQ(login.run.last<AuthDone>(Side::server), nullptr);
        EXPECT_NE(login.run.last<AttemptFailed>(Side::server), nullptr);
        EXPECT_EQ(login.run.numbers().back(), 51U);
    }
}

TEST(Login, rfc_X03_X07_a_partial_success_names_no_method_that_is_not_offered) {
    // As the server's own list: nothing reserved, not "none", gssapi-keyex only where it can work.
    for (const std::string method : {"gssapi", "external-keyx", "none", "gssapi-keyex"}) {
        Script partly;
        partly.authorization = {AuthorizeAnswer::Decision::allow_partly, {"publickey", method}, {}};
        const Login login = log_in(client_options(), server_options(), {}, partly);
        EXPECT_EQ(login.run.last<AuthDone>(Side::server), nullptr) << method;
        ASSERT_NE(login.run.last<AttemptFailed>(Side::server), nullptr) << method;
        EXPECT_EQ(
            login.run.messages.back().payload,
            wire::build_failure(std::vector<std::string>{"gssapi-with-mic", "publickey"}, false))
            << method;
        EXPECT_EQ(login.server.host.contexts(), 0U);
    }
    Script partly;
    partly.authorization = {AuthorizeAnswer::Decision::allow_partly, {"gssapi-keyex"}, {}};
    const Login after_kex = log_in(client_options(), server_options_after_kex(), {}, partly);
    EXPECT_NE(after_kex.run.last<AuthDone>(Side::server), nullptr);
}

TEST(Login, sec_A1_25_a_failure_at_any_step_leaves_the_session_usable) {
    struct Case {
        std::string_view name;
        Script client;
        Script server;
    };
    std::vector<Case> cases;
    const auto add = [&cases](std::string_view name, auto change_client, auto change_server) {
        Case one{name, {}, {}};
        change_client(one.client);
        change_server(one.server);
        cases.push_back(std::move(one));
    };
    const auto nothing = [](Script&) {};
    for (const bool error_token : {false, true}) {
        for (const unsigned leg : {1U, 2U}) {
            add(
                "the client's leg fails",
                [&](Script& script) {
                    script.fail_at = leg;
                    script.error_token = error_token;
                },
                nothing);
        }
        add("the server's leg fails", nothing, [&](Script& script) {
            script.fail_at = 1;
            script.error_token = error_token;
        });
    }
    add(
        "no MIC", [](Script& script) { script.get_mic_status = status_failure; }, nothing);
    add("the MIC is refused", nothing,
        [](Script& script) { script.verify_status = status_bad_mic; });
    add("not authorized", nothing, [](Script& script) { script.authorization = {}; });
    add(
        "no integrity", [](Script& script) { script.without = ContextFlag::integrity; }, nothing);
    add(
        "no mutual authentication", [](Script& script) { script.without = ContextFlag::mutual; },
        nothing);
    add(
        "another mechanism", [](Script& script) { script.claims = mechanism::spnego(); }, nothing);
    add("another mechanism there", nothing,
        [](Script& script) { script.claims = mechanism::spnego(); });
    add(
        "no token where one is due", [](Script& script) { script.no_token_at = 1; }, nothing);
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        Login login = log_in(client_options(), server_options(), one.client, one.server);
        const auto* failed = login.run.last<Fail>(Side::client);
        ASSERT_NE(failed, nullptr);
        EXPECT_EQ(failed->disconnect_reason, 0U) << failed->text;
        EXPECT_EQ(login.client.host.contexts(), 0U);
        EXPECT_FALSE(login.server.engine.ended());
        // The same server takes the next attempt.
        login.server.host.script() = {};
        ClientRig again = client_rig();
        const PairRun run =
            run_pair(again.engine, login.server.engine, again.host, login.server.host);
        EXPECT_NE(run.last<AuthDone>(Side::client), nullptr);
        EXPECT_NE(run.last<AuthDone>(Side::server), nullptr);
        EXPECT_EQ(login.server.host.contexts(), 1U);
    }
}

TEST(Login, rfc_U07_sec_A1_09_each_failing_exit_is_reported_once_and_before_its_refusal) {
    std::vector<std::pair<std::string, Script>> exits;
    const auto add = [&exits](std::string name, auto change) {
        Script script;
        change(script);
        exits.emplace_back(std::move(name), std::move(script));
    };
    add("step", [](Script& script) { script.fail_at = 1; });
    add("step with an error token", [](Script& script) {
        script.fail_at = 1;
        script.error_token = true;
    });
    add("mechanism", [](Script& script) { script.claims = mechanism::ntlm(); });
    add("nameless", [](Script& script) { script.names_mechanism = false; });
    add("integrity", [](Script& script) { script.without = ContextFlag::integrity; });
    add("verify", [](Script& script) { script.verify_status = status_bad_mic; });
    add("authorize", [](Script& script) { script.authorization = {}; });
    for (const auto& [name, script] : exits) {
        SCOPED_TRACE(name);
        std::vector<std::string> words;
        PairHooks hooks;
        const Login login = log_in(client_options(), server_options(), {}, script, hooks);
        std::size_t reports = 0;
        for (const Action& action : login.run.server) {
            reports += std::holds_alternative<AttemptFailed>(action) ? 1U : 0U;
        }
        ASSERT_EQ(reports, 1U);
        EXPECT_EQ(the<AttemptFailed>(login.run, Side::server).failures, 1U);
        EXPECT_EQ(login.run.numbers().back(), 51U);
        EXPECT_EQ(login.server.host.contexts(), 0U);
    }
}

TEST(Login, an_acceptor_that_answers_anything_but_more_and_done_has_failed) {
    for (const unsigned status : {2U, 3U, 7U, 255U}) {
        ServerRig server = server_rig();
        Initiator initiator;
        server.feed(with_mic_request());
        server.engine.receive(wire::build_token(initiator.step().token));
        const Polled polled = poll_all(server.engine);
        StepAnswer answer;
        answer.status = static_cast<StepAnswer::Status>(status);
        answer.flags = ContextFlag::mutual | ContextFlag::integrity;
        answer.mechanism = mechanism::krb5();
        server.engine.answer(polled.the<GssStep>().id, answer);
        EXPECT_EQ(poll_all(server.engine).words, "Release AttemptFailed Send64 Send51") << status;
    }
}

} // namespace
} // namespace gss::test
