// SPDX-License-Identifier: Apache-2.0
// gssapi-keyex: one request, one MIC, the context of the initial key exchange.
#include "auth_rig.h"

#include "writer.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;
using Numbers = std::vector<unsigned>;

struct KeyexLogin {
    KeyexRig client;
    ServerRig server;
    PairRun run;
};

KeyexLogin log_in(const ClientKeyexOptions& client, const ServerUserAuthOptions& server,
                  const Script& server_script = {}) {
    KeyexLogin login{
        {ClientKeyex::create(client).value(), {}}, server_rig(server, server_script), {}};
    establish_kex(login.client.host, login.server.host);
    login.client.engine.start();
    login.run =
        run_pair(login.client.engine, login.server.engine, login.client.host, login.server.host);
    return login;
}

TEST(Keyex, rfc_X01_X06_a_good_mic_and_a_yes_are_success) {
    const KeyexLogin login = log_in(keyex_options(), server_options_after_kex());
    EXPECT_EQ(login.run.numbers(), (Numbers{50, 52}));
    for (const Side side : {Side::client, Side::server}) {
        const auto* done = login.run.last<AuthDone>(side);
        ASSERT_NE(done, nullptr);
        EXPECT_EQ(done->user, "alice");
        EXPECT_EQ(done->method, "gssapi-keyex");
        EXPECT_EQ(done->context, kex_context);
        EXPECT_EQ(done->mechanism, mechanism::krb5());
        EXPECT_TRUE(done->flags.contains(ContextFlag::integrity));
    }
    EXPECT_TRUE(login.server.host.has(kex_context));
    EXPECT_EQ(login.server.host.counts().authorized, 1U);
}

TEST(Keyex, rfc_X02_the_mic_is_over_session_user_service_and_method) {
    const std::string wanted = std::string("\0\0\0\x20", 4) + "0123456789abcdef0123456789abcdef" +
                               std::string("\x32\0\0\0\x05"
                                           "alice\0\0\0\x0essh-connection\0\0\0\x0cgssapi-keyex",
                                           44);
    ClientKeyex client = ClientKeyex::create(keyex_options()).value();
    EXPECT_EQ(client.start(), Fed::taken);
    const Polled asked = poll_all(client);
    ASSERT_EQ(asked.words, "GetMic");
    EXPECT_EQ(asked.the<GetMic>().context, kex_context);
    EXPECT_EQ(as_text(asked.the<GetMic>().data.view()), wanted);
    client.answer(asked.the<GetMic>().id, MicAnswer{octets("the mic"), {}});
    const Polled sent = poll_all(client);
    ServerUserAuth server = ServerUserAuth::create(server_options_after_kex()).value();
    server.receive(sent.the<SendMessage>().payload);
    const Polled verify = poll_all(server);
    ASSERT_EQ(verify.words, "VerifyMic");
    EXPECT_EQ(verify.the<VerifyMic>().context, kex_context);
    EXPECT_EQ(as_text(verify.the<VerifyMic>().data.view()), wanted);
    EXPECT_EQ(as_text(BytesView(verify.the<VerifyMic>().mic)), "the mic");
}

TEST(Keyex, rfc_X03_without_a_gss_key_exchange_it_is_refused_and_not_listed) {
    ServerRig server = server_rig(server_options());
    server.feed(wire::build_keyex_request({"alice", connection_service}, octets("mic")));
    ASSERT_EQ(server.sent.size(), 1U);
    EXPECT_EQ(server.sent[0],
              wire::build_failure(std::vector<std::string>{"gssapi-with-mic", "publickey"}, false));
    EXPECT_EQ(server.count<AttemptFailed>(), 1U);
    EXPECT_EQ(server.host.counts().verified, 0U);
}

TEST(Keyex, rfc_X05_after_a_gss_key_exchange_it_is_listed) {
    ServerRig server = server_rig(server_options_after_kex());
    server.feed(other_request("none"));
    server.engine.other_method_failed();
    server.drain_all();
    EXPECT_EQ(server.sent.at(0),
              wire::build_failure(
                  std::vector<std::string>{"gssapi-keyex", "gssapi-with-mic", "publickey"}, false));
}

TEST(Keyex, rfc_X05_an_engine_makes_one_attempt) {
    ClientKeyex client = ClientKeyex::create(keyex_options()).value();
    EXPECT_EQ(client.start(), Fed::taken);
    EXPECT_EQ(client.start(), Fed::misuse);
    EXPECT_EQ(client.start(), Fed::ended);
    KeyexLogin login = log_in(keyex_options(), server_options_after_kex(), [] {
        Script script;
        script.authorization = {};
        return script;
    }());
    EXPECT_EQ(login.run.numbers(), (Numbers{50, 51}));
    EXPECT_EQ(login.client.engine.start(), Fed::ended);
    EXPECT_TRUE(login.client.host.has(kex_context)) << "the context is the session's";
}

TEST(Keyex, rfc_X04_sec_A1_28_contexts_of_re_exchanges_and_others_are_refused) {
    for (const ContextName& wrong : {ContextName{ContextName::Use::key_exchange, 1},
                                     ContextName{ContextName::Use::key_exchange, 0xffffffff},
                                     ContextName{ContextName::Use::authentication, 0}}) {
        ClientKeyexOptions client = keyex_options();
        client.context = wrong;
        const auto engine = ClientKeyex::create(client);
        ASSERT_FALSE(engine);
        EXPECT_EQ(engine.error().code(), ErrorCode::misuse);
        ServerUserAuthOptions server = server_options_after_kex();
        server.key_exchange->context = wrong;
        EXPECT_FALSE(ServerUserAuth::create(server));
    }
}

TEST(Keyex, rfc_X06_a_bad_mic_is_a_failure_and_nobody_is_asked) {
    Script refusing;
    refusing.verify_status = status_bad_mic;
    const KeyexLogin login = log_in(keyex_options(), server_options_after_kex(), refusing);
    EXPECT_EQ(login.run.numbers(), (Numbers{50, 51}));
    EXPECT_EQ(login.server.host.counts().authorized, 0U);
    EXPECT_NE(login.run.last<AttemptFailed>(Side::server), nullptr);
    EXPECT_EQ(the<Fail>(login.run, Side::client).fault, Fault::refused);
    EXPECT_EQ(the<Fail>(login.run, Side::client).disconnect_reason, 0U);
    EXPECT_TRUE(login.server.host.has(kex_context));
    for (const Bytes& rest :
         {Bytes{}, wire::Writer().text("").take(), wire::Writer().text("mic").byte(0).take(),
          wire::Writer().string(Bytes(max_token_size + 1)).take()}) {
        ServerRig server = server_rig(server_options_after_kex());
        server.feed(raw_request("alice", connection_service, keyex_method, rest));
        EXPECT_EQ(server.numbers(), (Numbers{51}));
        EXPECT_EQ(server.host.counts().verified, 0U);
    }
}

TEST(Keyex, rfc_X06_more_methods_may_be_needed) {
    Script partly;
    partly.authorization = {AuthorizeAnswer::Decision::allow_partly, {"publickey"}, {}};
    const KeyexLogin login = log_in(keyex_options(), server_options_after_kex(), partly);
    EXPECT_EQ(login.run.numbers(), (Numbers{50, 51}));
    for (const Side side : {Side::client, Side::server}) {
        const auto* done = login.run.last<AuthDone>(side);
        ASSERT_NE(done, nullptr);
        EXPECT_TRUE(done->partial);
        EXPECT_EQ(done->methods, (std::vector<std::string>{"publickey"}));
    }
}

TEST(Keyex, rfc_X07_reserved_names_are_refused_and_never_listed) {
    for (const std::string_view name : {"gssapi", "external-keyx"}) {
        ServerRig server = server_rig(server_options_after_kex());
        server.feed(other_request(name));
        EXPECT_EQ(server.numbers(), (Numbers{51}));
        EXPECT_EQ(server.count<OtherRequest>(), 0U);
        ServerUserAuthOptions options = server_options();
        options.other_methods = {std::string(name)};
        EXPECT_FALSE(ServerUserAuth::create(options));
    }
}

TEST(Keyex, rfc_X08_an_anonymous_key_exchange_authenticates_nobody) {
    ServerUserAuthOptions options = server_options_after_kex();
    options.key_exchange->flags.insert(ContextFlag::anonymity);
    ServerRig server = server_rig(options);
    ScriptedHost initiator;
    establish_kex(initiator, server.host);
    const Bytes mic = initiator.mic_of(
        kex_context, mic_data({session_id(), "alice", connection_service, keyex_method}));
    server.feed(wire::build_keyex_request({"alice", connection_service}, mic));
    EXPECT_EQ(server.sent.at(0),
              wire::build_failure(std::vector<std::string>{"gssapi-with-mic", "publickey"}, false))
        << "refused, and not listed";
    EXPECT_EQ(server.host.counts().verified, 0U);
    ClientKeyexOptions client = keyex_options();
    client.flags.insert(ContextFlag::anonymity);
    EXPECT_FALSE(ClientKeyex::create(client));
}

TEST(Keyex, sec_A1_05_a_good_mic_of_one_user_is_no_way_into_anothers_account) {
    for (const std::string_view user : {"bob", "root"}) {
        ClientKeyexOptions options = keyex_options();
        options.user = user;
        Script refusing; // as an authorizer that only knows alice
        refusing.authorization = {AuthorizeAnswer::Decision::deny, {}, "alice only"};
        const KeyexLogin login = log_in(options, server_options_after_kex(), refusing);
        EXPECT_EQ(login.server.host.counts().refused, 0U) << "the MIC was good";
        EXPECT_EQ(login.server.host.counts().authorized, 1U);
        EXPECT_EQ(login.run.numbers(), (Numbers{50, 51}));
    }
}

TEST(Keyex, sec_A1_19_both_methods_ask_the_same_question_before_any_success) {
    // The one place where a host can put restrictions sees user, service, method and context.
    std::vector<Authorize> asked;
    for (const bool keyex : {false, true}) {
        ServerRig server = server_rig(server_options_after_kex());
        Initiator initiator;
        if (keyex) {
            establish_kex(initiator.host, server.host);
            const Bytes mic = initiator.host.mic_of(
                kex_context, mic_data({session_id(), "alice", connection_service, keyex_method}));
            server.engine.receive(wire::build_keyex_request({"alice", connection_service}, mic));
        } else {
            server.feed(with_mic_request());
            server.feed(wire::build_token(initiator.step().token));
            static_cast<void>(initiator.step(*wire::parse_token(server.sent.back())));
            server.engine.receive(
                wire::build_mic(initiator.mic(mic_data({session_id(), "alice"}))));
        }
        const auto verify = server.engine.poll();
        server.host.handle(server.engine, *verify);
        Polled polled = poll_all(server.engine);
        ASSERT_EQ(polled.words, "Authorize");
        asked.push_back(polled.the<Authorize>());
        AuthorizeAnswer no;
        no.reason = "not from that address";
        server.engine.answer(asked.back().id, no);
        polled = poll_all(server.engine);
        EXPECT_EQ(polled.words, keyex ? "AttemptFailed Send51" : "Release AttemptFailed Send51");
    }
    EXPECT_EQ(asked[0].user, asked[1].user);
    EXPECT_EQ(asked[0].service, asked[1].service);
    EXPECT_EQ(asked[0].method, "gssapi-with-mic");
    EXPECT_EQ(asked[1].method, "gssapi-keyex");
    EXPECT_EQ(asked[0].mechanism, asked[1].mechanism);
    EXPECT_TRUE(asked[0].flags.contains(ContextFlag::integrity));
    EXPECT_TRUE(asked[1].flags.contains(ContextFlag::integrity));
}

TEST(Keyex, sec_A1_12_a_success_of_with_mic_gives_back_what_the_key_exchange_delegated) {
    ServerRig server = server_rig(server_options_after_kex());
    ScriptedHost kex_initiator;
    establish_kex(kex_initiator, server.host);
    ClientRig client = client_rig();
    const PairRun run = run_pair(client.engine, server.engine, client.host, server.host);
    ASSERT_NE(run.last<AuthDone>(Side::server), nullptr);
    EXPECT_FALSE(server.host.has(kex_context));
    EXPECT_TRUE(server.host.has(the<AuthDone>(run, Side::server).context));
}

TEST(Keyex, a_request_is_whole_and_is_answered_before_the_next_one) {
    // RFC 4252 s5.1: "process each request completely [...] before processing the next request".
    ServerRig server = server_rig(server_options_after_kex());
    const Bytes request =
        wire::build_keyex_request({"alice", connection_service}, octets("a bad mic"));
    server.engine.receive(request);
    Polled polled = poll_all(server.engine);
    ASSERT_EQ(polled.words, "VerifyMic");
    server.engine.receive(with_mic_request());
    EXPECT_EQ(poll_all(server.engine).words, "");
    server.engine.answer(polled.the<VerifyMic>().id, VerifyAnswer{});
    EXPECT_EQ(poll_all(server.engine).words, "AttemptFailed Send51 Send60");
    // After a success nothing that waited is looked at; see below for what becomes of it.
    ServerRig other = server_rig(server_options_after_kex());
    other.engine.receive(request);
    polled = poll_all(other.engine);
    other.engine.receive(with_mic_request());
    other.engine.answer(polled.the<VerifyMic>().id, VerifyAnswer{true, {}});
    polled = poll_all(other.engine);
    AuthorizeAnswer yes;
    yes.decision = AuthorizeAnswer::Decision::allow;
    other.engine.answer(polled.the<Authorize>().id, yes);
    EXPECT_EQ(poll_all(other.engine).words, "Send52 AuthDone");
}

/// A server that has decided about a request by gssapi-keyex while @p behind has come behind it.
AuthDone decided_with(AuthorizeAnswer::Decision decision, const std::vector<Bytes>& behind) {
    ServerRig server = server_rig(server_options_after_kex());
    server.engine.receive(
        wire::build_keyex_request({"alice", connection_service}, octets("a good mic")));
    Polled polled = poll_all(server.engine);
    // Some while the MIC is verified, the others while the authorizer thinks.
    for (std::size_t i = 0; i < behind.size() / 2; ++i) {
        server.engine.receive(behind[i]);
    }
    server.engine.answer(polled.the<VerifyMic>().id, VerifyAnswer{true, {}});
    polled = poll_all(server.engine);
    for (std::size_t i = behind.size() / 2; i < behind.size(); ++i) {
        server.engine.receive(behind[i]);
    }
    server.engine.answer(polled.the<Authorize>().id, {decision, {"publickey"}, {}});
    EXPECT_EQ(server.engine.receive(other_request("too late")), Fed::ended);
    return poll_all(server.engine).the<AuthDone>();
}

TEST(Keyex, requests_behind_a_partial_success_are_answered_by_the_engine_that_goes_on) {
    // RFC 4252 s5.1: "The client MAY send several authentication requests without waiting for
    // responses from previous requests." One that vanished would never be answered.
    const std::vector<Bytes> behind{other_request("none"), other_request("publickey"),
                                    other_request("password")};
    ServerUserAuthOptions options = server_options_after_kex();
    options.continues = decided_with(AuthorizeAnswer::Decision::allow_partly, behind);
    EXPECT_TRUE(options.continues->partial);
    ASSERT_EQ(options.continues->unread, behind);
    options.key_exchange.reset();
    options.with_mic = false;
    ServerUserAuth next = ServerUserAuth::create(options).value();
    EXPECT_EQ(poll_all(next).words, "") << "the host feeds them, once";
    for (const Bytes& payload : options.continues->unread) {
        EXPECT_EQ(next.receive(payload), Fed::taken);
        const Polled polled = poll_all(next);
        EXPECT_EQ(polled.words, "OtherRequest");
        EXPECT_EQ(polled.the<OtherRequest>().payload, payload);
        EXPECT_EQ(next.other_method_failed(), Fed::taken);
        static_cast<void>(poll_all(next));
    }
}

TEST(Keyex, messages_for_the_service_behind_a_success_come_out_with_it) {
    // RFC 4252 s5.1: "Any non-authentication messages sent by the client after the request that
    // resulted in SSH_MSG_USERAUTH_SUCCESS being sent MUST be passed to the service".
    const std::vector<Bytes> behind{Bytes{std::byte{80}, std::byte{1}}, other_request("none"),
                                    Bytes{std::byte{90}, std::byte{2}}};
    const AuthDone done = decided_with(AuthorizeAnswer::Decision::allow, behind);
    EXPECT_FALSE(done.partial);
    EXPECT_EQ(done.unread, behind);
    EXPECT_TRUE(decided_with(AuthorizeAnswer::Decision::allow, {}).unread.empty());
}

TEST(Keyex, sec_A1_27_success_before_the_request_is_refused) {
    for (const bool started : {false, true}) {
        ClientKeyex client = ClientKeyex::create(keyex_options()).value();
        if (started) {
            client.start();
            EXPECT_EQ(poll_all(client).words, "GetMic");
        }
        client.receive(wire::build_success());
        EXPECT_EQ(poll_all(client).words, "Fail2");
        EXPECT_EQ(client.start(), Fed::ended);
    }
    ClientKeyex early = ClientKeyex::create(keyex_options()).value();
    early.start();
    static_cast<void>(poll_all(early));
    early.receive(failure_message(true));
    EXPECT_EQ(poll_all(early).words, "Fail0") << "a partial success of nothing is none";
}

TEST(Keyex, no_mic_no_request) {
    for (const MicAnswer& answer : {MicAnswer{std::nullopt, "expired"}, MicAnswer{Bytes{}, {}},
                                    MicAnswer{Bytes(max_token_size + 1), {}}}) {
        ClientKeyex client = ClientKeyex::create(keyex_options()).value();
        client.start();
        client.answer(poll_all(client).the<GetMic>().id, answer);
        EXPECT_EQ(poll_all(client).words, "Fail0");
    }
}

} // namespace
} // namespace gss::test
