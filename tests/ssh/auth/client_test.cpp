// SPDX-License-Identifier: Apache-2.0
// The client's rules of gssapi-with-mic, one by one, against a server made by hand.
#include "auth_rig.h"

#include "writer.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

Bytes error_message(std::string_view text = "no key in the keytab") {
    return wire::build_error({0xd0000, 42, text, "en"});
}

/// A client whose server is this test: what it says to each message.
struct Client {
    ClientRig rig;
    ScriptedHost server;

    explicit Client(Script client = {}, Script acceptor = {},
                    const ClientWithMicOptions& options = client_options())
        : rig(client_rig(options, std::move(client))), server(std::move(acceptor)) {
        rig.drain_all();
    }
    /// The words of what the client puts out that is no question and no Release.
    std::string told(const Bytes& payload) {
        rig.sent.clear();
        rig.others.clear();
        rig.feed(payload);
        std::string words;
        for (const Bytes& message : rig.sent) {
            words += "Send" + std::to_string(std::to_integer<unsigned>(message.at(0))) + " ";
        }
        for (const Action& action : rig.others) {
            words += word(action) + " ";
        }
        if (!words.empty()) {
            words.pop_back();
        }
        return words;
    }
    std::string select() { return told(wire::build_response(mechanism::krb5())); }
    /// The acceptor's answer to the client's last token.
    Bytes acceptor_token(bool first) {
        const auto token = wire::parse_token(rig.sent.back());
        const StepAnswer answer = server.step({0,
                                               attempt_context(1),
                                               false,
                                               first,
                                               mechanism::krb5(),
                                               {},
                                               Bytes(token->begin(), token->end())});
        return wire::build_token(answer.token);
    }
    const Fail& failure() { return rig.the<Fail>(); }
};

/// A client that has come to that state, by the name that the engine's table gives it.
Client client_in(std::string_view state) {
    Script script;
    script.tokens = 4;
    Client client(script, script);
    if (state == "response") {
        return client;
    }
    client.select();
    if (state == "token") {
        return client;
    }
    if (state == "error_open") {
        client.told(error_message());
        return client;
    }
    if (state == "failure") {
        client.told(wire::build_error_token(octets("error token")));
        return client;
    }
    Script two;
    Client complete(two, two);
    complete.select();
    EXPECT_EQ(complete.told(complete.acceptor_token(true)), "Send66");
    if (state == "error_complete") {
        complete.told(error_message());
    }
    return complete;
}

TEST(ClientRules, rfc_U04_mechanisms_go_out_in_order_and_only_those_ssh_may_use) {
    ClientWithMicOptions options = client_options();
    const Oid other = Oid::from_string("1.3.6.1.4.1.3536.1.1").value();
    options.mechanisms.mechanisms = {mechanism::spnego(), other, mechanism::iakerb(),
                                     mechanism::ntlm(), mechanism::krb5()};
    ClientRig rig = client_rig(options);
    rig.drain_all();
    EXPECT_EQ(rig.sent.at(0), with_mic_request("alice", {other, mechanism::krb5()}));
    options.mechanisms.iakerb = true;
    ClientRig with_iakerb = client_rig(options);
    with_iakerb.drain_all();
    EXPECT_EQ(with_iakerb.sent.at(0),
              with_mic_request("alice", {other, mechanism::iakerb(), mechanism::krb5()}));
}

TEST(ClientRules, rfc_U03_sec_A1_20_a_mechanism_that_was_not_sent_ends_the_attempt) {
    const Bytes krb5 = mechanism::krb5().to_der();
    Bytes longer = krb5;
    longer.push_back(std::byte{0});
    Bytes long_form = krb5; // the same OID, not in DER
    long_form.insert(long_form.begin() + 1, std::byte{0x81});
    const std::vector<Bytes> wrong{mechanism::spnego().to_der(),
                                   mechanism::ms_krb5().to_der(),
                                   Bytes(krb5.begin(), krb5.end() - 1),
                                   Bytes(krb5.begin() + 2, krb5.end()),
                                   longer,
                                   long_form,
                                   {}};
    for (const Bytes& element : wrong) {
        Client client;
        EXPECT_EQ(client.told(wire::Writer(60).string(element).take()), "Fail0");
        EXPECT_EQ(client.failure().fault, Fault::peer);
        EXPECT_EQ(client.rig.host.counts().steps, 0U);
    }
    Client client;
    EXPECT_EQ(client.select(), "Send61");
}

TEST(ClientRules, the_selected_mechanism_is_used_and_no_other) {
    const Oid other = Oid::from_string("1.3.6.1.4.1.3536.1.1").value();
    ClientWithMicOptions options = client_options();
    options.mechanisms.mechanisms = {other, mechanism::krb5()};
    ClientWithMic engine = ClientWithMic::create(options).value();
    engine.start();
    engine.receive(wire::build_response(mechanism::krb5()));
    const Polled polled = poll_all(engine);
    EXPECT_EQ(polled.the<GssStep>().mechanism, mechanism::krb5());
    for (const unsigned tokens : {1U, 2U}) {
        Script lying;
        lying.tokens = tokens;
        lying.claims = mechanism::ntlm();
        Client client(lying);
        EXPECT_EQ(client.select(), "Fail0");
        EXPECT_EQ(client.rig.host.contexts(), 0U);
    }
}

TEST(ClientRules, sec_A1_27_success_before_anything_was_proven_is_refused) {
    const Bytes success = wire::build_success();
    for (const std::string_view state :
         {"response", "token", "error_open", "failure", "error_complete"}) {
        Client client = client_in(state);
        EXPECT_EQ(client.told(success), "Fail2") << state;
        EXPECT_EQ(client.failure().fault, Fault::peer);
        EXPECT_EQ(client.rig.host.contexts(), 0U);
    }
    Client honest = client_in("result");
    EXPECT_EQ(honest.told(success), "AuthDone");
}

TEST(ClientRules, sec_A1_27_success_that_waits_for_our_mic_is_no_answer_to_it) {
    // SUCCESS comes while the library makes the first token, or the MIC: it is not kept until the
    // MIC has been sent. The same with a partial success.
    for (const bool partial : {false, true}) {
        const Bytes early = partial ? failure_message(true) : wire::build_success();
        ClientWithMic leg = ClientWithMic::create(client_options()).value();
        leg.start();
        leg.receive(wire::build_response(mechanism::krb5()));
        EXPECT_EQ(poll_all(leg).words, "Send50 FirstStep");
        leg.receive(early);
        EXPECT_EQ(poll_all(leg).words, partial ? "Release Fail0" : "Release Fail2");

        Script one;
        one.tokens = 1;
        ScriptedHost host(one);
        ClientWithMic mic = ClientWithMic::create(client_options()).value();
        mic.start();
        mic.receive(wire::build_response(mechanism::krb5()));
        Polled polled = poll_all(mic);
        mic.answer(polled.the<GssStep>().id, host.step(polled.the<GssStep>()));
        polled = poll_all(mic);
        EXPECT_EQ(polled.words, "Send61 GetMic");
        mic.receive(early);
        EXPECT_EQ(poll_all(mic).words, partial ? "Release Fail0" : "Release Fail2");
        EXPECT_EQ(mic.answer(polled.the<GetMic>().id, MicAnswer{octets("mic"), {}}), Fed::ended);
    }
}

TEST(ClientRules, partial_success_counts_only_for_a_mic) {
    for (const std::string_view state :
         {"response", "token", "error_open", "failure", "error_complete"}) {
        Client client = client_in(state);
        EXPECT_EQ(client.told(failure_message(true)), "Fail0") << state;
        EXPECT_EQ(client.failure().fault, Fault::refused);
    }
    Client honest = client_in("result");
    EXPECT_EQ(honest.told(failure_message(true)), "AuthDonePartly");
    EXPECT_EQ(honest.rig.the<AuthDone>().methods,
              (std::vector<std::string>{"publickey", "password"}));
}

TEST(ClientRules, rfc_U19_sec_A1_24_an_error_token_waits_for_its_failure) {
    const Bytes token = wire::build_error_token(octets("an error token"));
    // ERRTOK, FAILURE
    Client client = client_in("token");
    EXPECT_EQ(client.told(token), "") << "no failure yet";
    EXPECT_EQ(client.rig.host.counts().steps, 2U) << "the library reads it";
    EXPECT_EQ(client.told(failure_message()), "Fail0");
    EXPECT_EQ(client.failure().fault, Fault::refused);
    EXPECT_EQ(client.failure().methods, (std::vector<std::string>{"publickey", "password"}));
    EXPECT_EQ(client.rig.engine.receive(failure_message()), Fed::ended) << "exactly one";
    // ERROR, ERRTOK, FAILURE
    client = client_in("error_open");
    EXPECT_EQ(client.told(token), "");
    EXPECT_EQ(client.told(failure_message()), "Fail0");
    EXPECT_NE(client.failure().text.find("no key in the keytab"), std::string::npos);
    EXPECT_EQ(client.failure().major, 0xd0000U);
    EXPECT_EQ(client.failure().minor, 42U);
    // Anything else than FAILURE after it breaks the protocol.
    for (const Bytes& wrong :
         {wire::build_success(), token, error_message(), wire::build_token(octets("t")),
          wire::build_response(mechanism::krb5())}) {
        client = client_in("failure");
        EXPECT_EQ(client.told(wrong), "Fail2");
    }
}

TEST(ClientRules, rfc_U19_the_librarys_words_for_an_error_token_are_kept) {
    ClientWithMic engine = ClientWithMic::create(client_options()).value();
    ScriptedHost host;
    engine.start();
    engine.receive(wire::build_response(mechanism::krb5()));
    Polled polled = poll_all(engine);
    engine.answer(polled.the<GssStep>().id, host.step(polled.the<GssStep>()));
    static_cast<void>(poll_all(engine));
    engine.receive(wire::build_error_token(octets("KRB-ERROR")));
    polled = poll_all(engine);
    ASSERT_EQ(polled.words, "Step");
    EXPECT_EQ(as_text(polled.the<GssStep>().token), "KRB-ERROR");
    StepAnswer answer;
    answer.text = "clock skew \x1b[2J";
    engine.receive(failure_message()); // is held until the library has answered
    EXPECT_EQ(poll_all(engine).words, "");
    engine.answer(polled.the<GssStep>().id, answer);
    polled = poll_all(engine);
    EXPECT_EQ(polled.words, "Release Fail0");
    EXPECT_NE(polled.the<Fail>().text.find("clock skew \\x1b[2J"), std::string::npos);
}

TEST(ClientRules, rfc_U19_an_error_token_is_never_a_way_to_be_complete) {
    // The library may say "done" to it: the attempt has failed all the same.
    ClientWithMic engine = ClientWithMic::create(client_options()).value();
    ScriptedHost host;
    engine.start();
    engine.receive(wire::build_response(mechanism::krb5()));
    Polled polled = poll_all(engine);
    engine.answer(polled.the<GssStep>().id, host.step(polled.the<GssStep>()));
    static_cast<void>(poll_all(engine));
    engine.receive(wire::build_error_token(octets("KRB-ERROR")));
    polled = poll_all(engine);
    StepAnswer answer;
    answer.status = StepAnswer::Status::done;
    answer.mechanism = mechanism::krb5();
    answer.flags = ContextFlag::mutual | ContextFlag::integrity;
    answer.token = octets("not sent");
    engine.answer(polled.the<GssStep>().id, answer);
    EXPECT_EQ(poll_all(engine).words, "");
    engine.receive(wire::build_success());
    EXPECT_EQ(poll_all(engine).words, "Release Fail2");
}

TEST(ClientRules, rfc_U18_an_error_is_kept_for_the_failure_that_follows) {
    for (const std::string_view state : {"response", "token", "result"}) {
        Client client = client_in(state);
        EXPECT_EQ(client.told(error_message("line one\r\nline two \xff\x1b]0;")), "") << state;
        EXPECT_EQ(client.told(error_message()), "Fail2") << "one is enough";
        client = client_in(state);
        client.told(error_message("line one\r\nline two \xff\x1b]0;"));
        EXPECT_EQ(client.told(failure_message()), "Fail0");
        EXPECT_NE(client.failure().text.find("line one\\x0d\\x0aline two \\xff\\x1b]0;"),
                  std::string::npos)
            << client.failure().text;
        EXPECT_EQ(client.failure().major, 0xd0000U);
    }
}

TEST(ClientRules, rfc_U19_U20_a_failed_leg_sends_its_error_token_and_ends_the_attempt) {
    Script failing;
    failing.fail_at = 1;
    failing.error_token = true;
    Client client(failing);
    EXPECT_EQ(client.select(), "Send65 Fail0");
    EXPECT_EQ(client.failure().fault, Fault::local);
    EXPECT_EQ(client.failure().major, failing.major);
    EXPECT_EQ(client.failure().minor, failing.minor);
    EXPECT_EQ(client.rig.host.contexts(), 0U);
    // The stray FAILURE of a server that answers it reaches an engine that has ended.
    EXPECT_EQ(client.rig.engine.receive(failure_message()), Fed::ended);

    ClientWithMicOptions silent = client_options();
    silent.explain = false;
    Client quiet(failing, {}, silent);
    EXPECT_EQ(quiet.select(), "Fail0");
    failing.error_token = false;
    Client nothing_to_send(failing);
    EXPECT_EQ(nothing_to_send.select(), "Fail0");
}

TEST(ClientRules, rfc_U19_a_server_that_answers_error_tokens_is_waited_for) {
    EXPECT_TRUE(answers_error_tokens("SSH-2.0-OpenSSH_10.4"));
    EXPECT_TRUE(answers_error_tokens("SSH-2.0-OpenSSH_10.4p1 Debian-1"));
    EXPECT_TRUE(answers_error_tokens("SSH-2.0-OpenSSH_11.0"));
    for (const std::string_view other :
         {"SSH-2.0-OpenSSH_10.3", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7", "SSH-2.0-OpenSSH_10",
          "SSH-2.0-OpenSSH_", "SSH-2.0-OpenSSH_x.4", "SSH-2.0-AsyncSSH_2.10.1", "",
          "SSH-2.0-OpenSSH_10.", "SSH-2.0-OpenSSH_99999999999.9"}) {
        EXPECT_FALSE(answers_error_tokens(other)) << other;
    }
    Script failing;
    failing.fail_at = 1;
    failing.error_token = true;
    ClientWithMicOptions options = client_options();
    options.error_token_is_answered = true;
    for (const Bytes& answer : {failure_message(), failure_message(true)}) {
        Client client(failing, {}, options);
        EXPECT_EQ(client.select(), "Send65");
        EXPECT_EQ(client.rig.host.contexts(), 0U) << "not needed while waiting";
        EXPECT_EQ(client.told(answer), "Fail0");
        EXPECT_EQ(client.failure().fault, Fault::local) << "ours is the failure";
        EXPECT_EQ(client.failure().major, failing.major);
        EXPECT_EQ(client.failure().methods, (std::vector<std::string>{"publickey", "password"}));
    }
    Client unknown(failing, {}, options);
    unknown.select();
    EXPECT_EQ(unknown.told(wire::build_unimplemented(7)), "Fail0") << "no FAILURE will come";
    Client success(failing, {}, options);
    success.select();
    EXPECT_EQ(success.told(wire::build_success()), "Fail2");
    // Without an error token there is nothing to wait for.
    failing.error_token = false;
    Client nothing(failing, {}, options);
    EXPECT_EQ(nothing.select(), "Fail0");
}

TEST(ClientRules, a_stray_failure_before_the_request_answers_nothing) {
    ClientWithMic engine = ClientWithMic::create(client_options()).value();
    engine.receive(failure_message());
    EXPECT_EQ(poll_all(engine).words, "");
    EXPECT_EQ(engine.start(), Fed::taken);
    EXPECT_EQ(poll_all(engine).words, "Send50");
    EXPECT_EQ(engine.start(), Fed::misuse);
    EXPECT_EQ(poll_all(engine).words, "Fail11");
    EXPECT_EQ(engine.start(), Fed::ended);
}

TEST(ClientRules, mutual_authentication_was_asked_for_and_is_needed) {
    ClientWithMicOptions options = client_options();
    options.accept_without_integrity = true;
    Script script;
    script.tokens = 1;
    script.without = ContextFlag::mutual;
    Client client(script, {}, options);
    EXPECT_EQ(client.select(), "Fail0");
    EXPECT_EQ(client.failure().fault, Fault::local);
}

TEST(ClientRules, no_mic_no_message) {
    for (const MicAnswer& answer :
         {MicAnswer{}, MicAnswer{Bytes{}, {}}, MicAnswer{Bytes(max_token_size + 1), {}}}) {
        Script one;
        one.tokens = 1;
        ScriptedHost host(one);
        ClientWithMic engine = ClientWithMic::create(client_options()).value();
        engine.start();
        engine.receive(wire::build_response(mechanism::krb5()));
        Polled polled = poll_all(engine);
        engine.answer(polled.the<GssStep>().id, host.step(polled.the<GssStep>()));
        polled = poll_all(engine);
        engine.answer(polled.the<GetMic>().id, answer);
        EXPECT_EQ(poll_all(engine).words, "Release Fail0");
    }
}

TEST(ClientRules, a_server_without_the_method_ends_the_attempt) {
    for (const std::string_view state : {"response", "token", "result"}) {
        Client client = client_in(state);
        EXPECT_EQ(client.told(wire::build_unimplemented(3)), "Fail0") << state;
        EXPECT_EQ(client.failure().fault, Fault::refused);
    }
}

TEST(ClientRules, rfc_U16_options_that_make_no_sense_are_misuse) {
    const auto fails = [](const std::function<void(ClientWithMicOptions&)>& change) {
        ClientWithMicOptions options = client_options();
        change(options);
        const auto made = ClientWithMic::create(options);
        return !made && made.error().code() == ErrorCode::misuse;
    };
    EXPECT_FALSE(fails([](auto&) {}));
    EXPECT_FALSE(fails([](auto& options) { options.user = "j\xc3\xbcrgen"; }));
    EXPECT_FALSE(fails([](auto& options) { options.user.clear(); }));
    EXPECT_TRUE(fails([](auto& options) { options.user = "j\xfcrgen"; }));
    EXPECT_TRUE(fails([](auto& options) { options.user = std::string("a\0b", 3); }));
    EXPECT_TRUE(fails([](auto& options) { options.user = std::string(1025, 'a'); }));
    EXPECT_TRUE(fails([](auto& options) { options.service.clear(); }));
    EXPECT_TRUE(fails([](auto& options) { options.session_id.clear(); }));
    EXPECT_TRUE(fails([](auto& options) { options.mechanisms.mechanisms = {}; }));
    EXPECT_TRUE(
        fails([](auto& options) { options.mechanisms.mechanisms = {mechanism::iakerb()}; }));
    EXPECT_TRUE(fails([](auto& options) { options.context = kex_context; }));
}

} // namespace
} // namespace gss::test
