// SPDX-License-Identifier: Apache-2.0
// The server's rules of gssapi-with-mic, one by one, with messages made by hand.
#include "auth_rig.h"

#include "scripted_token.h"
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

Oid oid(std::string_view text) {
    return Oid::from_string(text).value();
}

/// A request with DER elements of one's own.
Bytes request_with(const std::vector<Bytes>& elements) {
    wire::Writer rest;
    rest.uint32(static_cast<std::uint32_t>(elements.size()));
    for (const Bytes& element : elements) {
        rest.string(element);
    }
    return raw_request("alice", connection_service, with_mic_method, rest.octets());
}

TEST(ServerRules, rfc_U02_sec_A1_17_the_first_mechanism_of_the_client_that_is_supported) {
    const Oid other = oid("1.3.6.1.4.1.3536.1.1");
    ServerUserAuthOptions options = server_options();
    // The server's own preference does not count.
    options.mechanisms.mechanisms = {other, mechanism::krb5()};
    const auto chosen = [&options](const std::vector<Bytes>& elements) {
        ServerRig server = server_rig(options);
        server.feed(request_with(elements));
        return server.sent.at(0);
    };
    const Bytes krb5 = mechanism::krb5().to_der();
    const Bytes unknown = oid("1.2.3.4").to_der();
    const Bytes cut(krb5.begin(), krb5.end() - 1);
    Bytes longer = krb5;
    longer.push_back(std::byte{0});
    const Bytes answer = wire::build_response(mechanism::krb5());
    EXPECT_EQ(chosen({krb5, other.to_der()}), answer);
    EXPECT_EQ(chosen({unknown, krb5, other.to_der()}), answer);
    EXPECT_EQ(chosen({krb5, krb5, krb5}), answer);
    EXPECT_EQ(chosen({cut, longer, {}, krb5}), answer);
    EXPECT_EQ(chosen({other.to_der(), krb5}), wire::build_response(other));
    std::vector<Bytes> many(max_mechanisms - 1, unknown);
    many.push_back(krb5);
    EXPECT_EQ(chosen(many), answer);
    const Bytes failure =
        wire::build_failure(std::vector<std::string>{"gssapi-with-mic", "publickey"}, false);
    EXPECT_EQ(chosen({unknown}), failure);
    EXPECT_EQ(chosen({cut}), failure);
    EXPECT_EQ(chosen({longer}), failure);
    EXPECT_EQ(chosen({mechanism::spnego().to_der(), mechanism::ntlm().to_der(),
                      mechanism::iakerb().to_der()}),
              failure);
}

TEST(ServerRules, sec_A1_16_A1_17_a_damaged_list_is_refused_and_the_session_goes_on) {
    const Bytes krb5 = mechanism::krb5().to_der();
    std::vector<Bytes> rests;
    for (const std::uint32_t count :
         {0U, 1U, 64U, 65U, 2048U, 0x10000U, 0x80000000U, 0xffffffffU}) {
        rests.push_back(wire::Writer().uint32(count).take());
        rests.push_back(wire::Writer().uint32(count).string(Bytes(3)).take());
        rests.push_back(wire::Writer().uint32(count).uint32(0xffffffff).take());
    }
    rests.push_back(wire::Writer().uint32(2).string(krb5).take());
    rests.push_back(wire::Writer().uint32(1).string(krb5).byte(0).take());
    rests.push_back(wire::Writer().uint32(1).string(krb5).string(krb5).take());
    rests.push_back({});
    ServerRig server = server_rig();
    for (const Bytes& rest : rests) {
        server.sent.clear();
        server.feed(raw_request("alice", connection_service, with_mic_method, rest));
        EXPECT_EQ(server.numbers(), (Numbers{51}));
    }
    EXPECT_EQ(server.count<AttemptFailed>(), rests.size());
    EXPECT_EQ(server.host.counts().steps, 0U);
    server.feed(with_mic_request());
    EXPECT_EQ(server.numbers().back(), 60U);
}

/// The last message is sent to a server that has come to that state; what it says to it.
std::string answer_to(ServerRig& server, const Bytes& payload) {
    server.engine.receive(payload);
    return poll_all(server.engine).words;
}

TEST(ServerRules, rfc_U11_a_mic_or_the_end_before_the_context_stands_fails) {
    const std::vector<Bytes> early{wire::build_mic(octets("a mic")),
                                   wire::build_exchange_complete()};
    for (const Bytes& payload : early) {
        ServerRig fresh = server_rig();
        fresh.feed(with_mic_request());
        EXPECT_EQ(answer_to(fresh, payload), "AttemptFailed Send51");
        Script three;
        three.tokens = 3;
        ServerRig half = server_rig(server_options(), three);
        Initiator initiator(three);
        half.feed(with_mic_request());
        half.feed(wire::build_token(initiator.step().token));
        EXPECT_EQ(answer_to(half, payload), "Release AttemptFailed Send51");
    }
}

TEST(ServerRules, rfc_U12_the_end_must_fit_the_context) {
    ServerRig with_integrity = server_rig();
    Initiator initiator;
    with_integrity.feed(with_mic_request());
    with_integrity.feed(wire::build_token(initiator.step().token));
    EXPECT_EQ(answer_to(with_integrity, wire::build_exchange_complete()),
              "Release AttemptFailed Send51");
    Script script;
    script.without = ContextFlag::integrity;
    ServerUserAuthOptions options = server_options();
    options.accept_without_integrity = true;
    ServerRig without = server_rig(options, script);
    Initiator other(script);
    without.feed(with_mic_request());
    without.feed(wire::build_token(other.step().token));
    EXPECT_EQ(answer_to(without, wire::build_mic(octets("a mic"))), "Release AttemptFailed Send51");
}

TEST(ServerRules, a_token_for_a_complete_context_fails) {
    ServerRig server = server_rig();
    Initiator initiator;
    server.feed(with_mic_request());
    server.feed(wire::build_token(initiator.step().token));
    EXPECT_EQ(answer_to(server, wire::build_token(octets("another"))),
              "Release AttemptFailed Send51");
}

TEST(ServerRules, sec_A1_15_a_first_token_of_another_mechanism_never_reaches_the_library) {
    const Bytes body = octets("whatever the token says");
    std::vector<Bytes> tokens{body, {std::byte{0x60}}, octets("NTLMSSP"), Bytes(64)};
    for (const Oid& wrong : {mechanism::spnego(), mechanism::iakerb(), mechanism::ntlm(),
                             mechanism::ms_krb5(), oid("1.3.6.1.4.1.311.2.2.30")}) {
        tokens.push_back(frame_first_token(body, wrong));
    }
    const Bytes good = frame_first_token(body, mechanism::krb5());
    tokens.emplace_back(good.begin(), good.end() - 1);
    tokens.push_back(good);
    tokens.back().push_back(std::byte{0});
    ServerRig server = server_rig();
    for (const Bytes& token : tokens) {
        server.feed(with_mic_request());
        EXPECT_EQ(answer_to(server, wire::build_token(token)), "AttemptFailed Send51");
    }
    EXPECT_EQ(server.host.counts().steps, 0U);
    server.feed(with_mic_request());
    EXPECT_EQ(answer_to(server, wire::build_token(good)), "FirstStep");
}

TEST(ServerRules, sec_A1_15_the_library_must_have_used_the_selected_mechanism) {
    for (const unsigned tokens : {2U, 3U, 4U}) {
        for (const Oid& wrong : {mechanism::spnego(), mechanism::iakerb(), mechanism::ms_krb5()}) {
            Script script;
            script.tokens = tokens;
            Script lying = script;
            lying.claims = wrong;
            const Login login = log_in(client_options(), server_options(), script, lying);
            EXPECT_EQ(login.run.last<AuthDone>(Side::server), nullptr);
            EXPECT_EQ(login.run.numbers(), (Numbers{50, 60, 61, 51}));
            EXPECT_EQ(login.server.host.contexts(), 0U);
        }
    }
}

TEST(ServerRules, a_leg_without_a_token_where_one_is_due_fails) {
    Script script;
    script.tokens = 4;
    Script silent = script;
    silent.no_token_at = 1;
    const Login login = log_in(client_options(), server_options(), script, silent);
    EXPECT_EQ(login.run.numbers(), (Numbers{50, 60, 61, 51}));
}

TEST(ServerRules, tokens_and_mics_that_are_empty_or_too_long_fail) {
    for (const Bytes& token : {Bytes{}, Bytes(max_token_size + 1)}) {
        ServerRig server = server_rig();
        server.feed(with_mic_request());
        EXPECT_EQ(answer_to(server, wire::build_token(token)), "AttemptFailed Send51");
        Initiator initiator;
        server.feed(with_mic_request());
        server.feed(wire::build_token(initiator.step().token));
        EXPECT_EQ(answer_to(server, wire::build_mic(token)), "Release AttemptFailed Send51");
    }
}

/// A server whose first leg fails, and what it says to that.
std::vector<Bytes> words_of_failure(const ServerUserAuthOptions& options, Script script) {
    ServerRig server = server_rig(options, std::move(script));
    Initiator initiator;
    server.feed(with_mic_request());
    server.sent.clear();
    server.feed(wire::build_token(initiator.step().token));
    return server.sent;
}

TEST(ServerRules, rfc_U18_U19_error_then_error_token_then_failure) {
    Script script;
    script.fail_at = 1;
    script.text = "no key for \x1b[31mhost\xff";
    const auto plain = words_of_failure(server_options(), script);
    ASSERT_EQ(plain.size(), 2U);
    const auto error = wire::parse_error(plain[0]);
    ASSERT_TRUE(error);
    EXPECT_EQ(plain[0][0], std::byte{64});
    EXPECT_EQ(error->major, script.major);
    EXPECT_EQ(error->minor, script.minor);
    EXPECT_EQ(error->text, "no key for \\x1b[31mhost\\xff") << "UTF-8, and nothing to obey";
    EXPECT_EQ(plain[1][0], std::byte{51});

    script.error_token = true;
    const auto with_token = words_of_failure(server_options(), script);
    ASSERT_EQ(with_token.size(), 3U);
    EXPECT_EQ(with_token[0][0], std::byte{64});
    EXPECT_EQ(with_token[1][0], std::byte{65});
    EXPECT_EQ(with_token[2][0], std::byte{51});

    ServerUserAuthOptions silent = server_options();
    silent.explain = false;
    const auto nothing = words_of_failure(silent, script);
    ASSERT_EQ(nothing.size(), 1U);
    EXPECT_EQ(nothing[0][0], std::byte{51});
}

TEST(ServerRules, rfc_U18_a_long_error_text_is_cut_where_a_character_begins) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
        Script script;
        script.fail_at = 1;
        // Control characters grow when they are escaped: the cut falls somewhere in the rest.
        script.text = std::string(40, '\x01') + std::string(shift, 'x');
        for (int i = 0; i < 3000; ++i) {
            script.text += "\xe2\x82\xac";
        }
        const auto sent = words_of_failure(server_options(), script);
        const auto error = wire::parse_error(sent.at(0));
        ASSERT_TRUE(error);
        EXPECT_GT(error->text.size(), wire::max_text_size / 2);
        EXPECT_LE(error->text.size(), wire::max_text_size);
        EXPECT_TRUE(error->text.ends_with("\xe2\x82\xac")) << "whole characters only";
    }
}

TEST(ServerRules, rfc_U18_U19_unimplemented_is_ignored_in_every_state) {
    const Bytes unimplemented = wire::build_unimplemented(5);
    Script failing;
    failing.fail_at = 1;
    failing.error_token = true;
    ServerRig server = server_rig(server_options(), failing);
    Initiator initiator;
    EXPECT_EQ(answer_to(server, unimplemented), "");
    server.feed(with_mic_request());
    EXPECT_EQ(answer_to(server, unimplemented), "");
    server.feed(wire::build_token(initiator.step().token));
    EXPECT_EQ(server.numbers(), (Numbers{60, 64, 65, 51}));
    // In answer to ERROR and to ERRTOK.
    EXPECT_EQ(answer_to(server, unimplemented), "");
    EXPECT_EQ(answer_to(server, unimplemented), "");
    server.host.script() = {};
    initiator = Initiator();
    server.feed(with_mic_request());
    server.feed(wire::build_token(initiator.step().token));
    EXPECT_EQ(answer_to(server, unimplemented), "");
    const Bytes mic = initiator.mic(mic_data({session_id(), "alice"}));
    server.feed(wire::build_mic(mic));
    // A token of its own that the initiator has not seen changes the key: this MIC is refused.
    EXPECT_EQ(server.numbers().back(), 51U);
}

TEST(ServerRules, rfc_U19_U20_the_clients_error_token_gets_no_failure) {
    const Bytes error = wire::build_error_token(octets("an error token"));
    Script four;
    four.tokens = 4;
    // Without a context nobody reads it.
    ServerRig early = server_rig(server_options(), four);
    early.feed(with_mic_request());
    EXPECT_EQ(answer_to(early, error), "AttemptFailed");
    // A context that is half open is told: its text is for the log, whatever it says.
    for (const auto status :
         {StepAnswer::Status::failed, StepAnswer::Status::done, StepAnswer::Status::more}) {
        ServerRig half = server_rig(server_options(), four);
        Initiator initiator(four);
        half.feed(with_mic_request());
        half.feed(wire::build_token(initiator.step().token));
        half.engine.receive(error);
        const Polled polled = poll_all(half.engine);
        EXPECT_EQ(polled.words, "Step");
        StepAnswer answer;
        answer.status = status;
        answer.mechanism = mechanism::krb5();
        answer.flags = ContextFlag::mutual | ContextFlag::integrity;
        answer.token = octets("never sent");
        answer.text = "the clock of the server is wrong";
        half.engine.answer(polled.the<GssStep>().id, answer);
        const Polled after = poll_all(half.engine);
        EXPECT_EQ(after.words, "Release AttemptFailed");
        EXPECT_NE(after.the<AttemptFailed>().reason.find(answer.text), std::string::npos);
        // U20: a new request follows and is taken.
        half.feed(with_mic_request());
        EXPECT_EQ(half.numbers().back(), 60U);
    }
    // Nor once the context stands.
    ServerRig complete = server_rig();
    Initiator initiator;
    complete.feed(with_mic_request());
    complete.feed(wire::build_token(initiator.step().token));
    EXPECT_EQ(answer_to(complete, error), "Release AttemptFailed");
}

TEST(ServerRules, rfc_U16_a_user_name_is_utf8) {
    const auto words = [](std::string_view user) {
        ServerRig server = server_rig();
        return answer_to(server, with_mic_request(user));
    };
    EXPECT_EQ(words("j\xc3\xbcrgen"), "Send60");
    EXPECT_EQ(words("\xe5\xb1\xb1\xe7\x94\xb0"), "Send60");
    EXPECT_EQ(words(""), "Send60");
    for (const std::string_view bad :
         {std::string_view("j\xfcrgen"), std::string_view("\xc0\xaf"),
          std::string_view("\xed\xa0\x80"), std::string_view("root\0x", 6),
          std::string_view("\xf5\x80\x80\x80"), std::string_view("cut \xe2\x82")}) {
        EXPECT_EQ(words(bad), "AttemptFailed Send51") << bad;
    }
    EXPECT_EQ(words(std::string(wire::max_user_size, 'a')), "Send60");
    EXPECT_EQ(words(std::string(wire::max_user_size + 1, 'a')), "Fail2");
}

TEST(ServerRules, rfc_U21_an_unknown_service_is_never_accepted) {
    for (const std::string_view method : {"gssapi-with-mic", "gssapi-keyex", "publickey", "none"}) {
        ServerRig server = server_rig(server_options_after_kex());
        for (const std::string_view service :
             {"", "ssh-userauth", "ssh-connectio", "SSH-CONNECTION", "ssh-connection2"}) {
            EXPECT_EQ(answer_to(server, raw_request("alice", service, method, {})),
                      "AttemptFailed Send51")
                << method << " for " << service;
        }
    }
}

TEST(ServerRules, rfc_U21_a_mic_counts_for_the_names_of_its_own_request_only) {
    // The context of the first request and its MIC are gone when another name is asked for.
    ServerRig server = server_rig();
    Initiator initiator;
    server.feed(with_mic_request("alice"));
    server.feed(wire::build_token(initiator.step().token));
    const auto token = wire::parse_token(server.sent.back());
    ASSERT_TRUE(token);
    static_cast<void>(initiator.step(*token));
    const Bytes mic = wire::build_mic(initiator.mic(mic_data({session_id(), "alice"})));
    server.feed(with_mic_request("root"));
    EXPECT_EQ(server.host.contexts(), 0U);
    EXPECT_EQ(answer_to(server, mic), "AttemptFailed Send51");
}

TEST(ServerRules, rfc_U21_after_a_partial_success_user_and_service_stay) {
    AuthDone partly{
        "alice", "ssh-connection", "gssapi-with-mic", attempt_context(3), mechanism::krb5(), {},
        true,    {"publickey"}};
    ServerUserAuthOptions options = server_options();
    options.services.emplace_back("another");
    options.continues = partly;
    const auto words = [&options](std::string_view user, std::string_view service) {
        ServerRig server = server_rig(options);
        return answer_to(server, raw_request(user, service, "publickey", {}));
    };
    EXPECT_EQ(words("alice", "ssh-connection"), "OtherRequest");
    EXPECT_EQ(words("root", "ssh-connection"), "Fail2");
    EXPECT_EQ(words("alice", "another"), "Fail2");
    // The context of the first success is still there: the next one has another name.
    ServerRig server = server_rig(options);
    Initiator initiator;
    server.feed(with_mic_request());
    server.engine.receive(wire::build_token(initiator.step().token));
    EXPECT_EQ(poll_all(server.engine).the<GssStep>().context, attempt_context(4));
}

TEST(ServerRules, rfc_U21_sec_A1_08_failures_are_limited) {
    ServerUserAuthOptions options = server_options();
    options.most_failures = 3;
    // Refused, abandoned, given up and of another method: all of them count.
    const std::vector<std::function<void(ServerRig&)>> ways{
        [](ServerRig& server) { server.feed(with_mic_request("alice", {mechanism::spnego()})); },
        [](ServerRig& server) {
            server.feed(with_mic_request());
            server.feed(wire::build_token(octets("garbage")));
        },
        [](ServerRig& server) {
            server.feed(with_mic_request());
            server.feed(wire::build_error_token(octets("gone")));
        },
        [](ServerRig& server) {
            server.feed(other_request("publickey"));
            server.engine.other_method_failed();
            server.drain_all();
        },
    };
    for (std::size_t way = 0; way < ways.size(); ++way) {
        ServerRig server = server_rig(options);
        for (int i = 0; i < 1000 && !server.engine.ended(); ++i) {
            ways[way](server);
        }
        EXPECT_EQ(server.count<AttemptFailed>(), 3U) << way;
        ASSERT_NE(server.last<Fail>(), nullptr);
        EXPECT_EQ(server.the<Fail>().disconnect_reason, 14U);
        EXPECT_EQ(server.engine.receive(with_mic_request()), Fed::ended);
    }
    ServerRig server = server_rig(options);
    for (int i = 0; i < 1000 && !server.engine.ended(); ++i) {
        server.feed(with_mic_request()); // each one abandons the one before
    }
    EXPECT_EQ(server.count<AttemptFailed>(), 3U);
    EXPECT_EQ(server.numbers(), (Numbers{60, 60, 60}));
}

TEST(ServerRules, sec_A1_08_requests_are_limited_even_when_none_fails) {
    ServerUserAuthOptions options = server_options();
    options.most_requests = 5;
    ServerRig server = server_rig(options);
    for (int i = 0; i < 1000; ++i) {
        server.feed(other_request("publickey"));
    }
    EXPECT_EQ(server.count<OtherRequest>(), 5U);
    EXPECT_EQ(server.count<AttemptFailed>(), 0U);
    ASSERT_NE(server.last<Fail>(), nullptr);
    EXPECT_EQ(server.the<Fail>().disconnect_reason, 14U);
}

TEST(ServerRules, messages_that_cross_a_refusal_are_ignored_a_few_times) {
    ServerRig server = server_rig();
    EXPECT_EQ(answer_to(server, wire::build_mic(octets("m"))), "Fail2") << "nothing to cross";
    server = server_rig();
    server.feed(with_mic_request());
    server.feed(wire::build_token(octets("garbage")));
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(answer_to(server, wire::build_token(octets("on its way"))), "");
    }
    EXPECT_EQ(answer_to(server, wire::build_token(octets("too many"))), "Fail2");
}

TEST(ServerRules, sec_A1_18_a_server_with_nothing_set_up_refuses_every_method) {
    ServerUserAuthOptions options;
    options.session_id = session_id();
    options.with_mic = false;
    options.most_failures = 1000;
    options.most_requests = 1000;
    const Bytes failure = wire::build_failure({}, false);
    for (const std::string_view method :
         {"gssapi-with-mic", "gssapi-keyex", "gssapi", "external-keyx"}) {
        for (const Bytes& rest : {Bytes{}, Bytes(4), wire::Writer().text("mic").take(),
                                  wire::Writer().uint32(1).string(Bytes(11)).take()}) {
            ServerRig server = server_rig(options);
            server.feed(raw_request("alice", connection_service, method, rest));
            ASSERT_EQ(server.sent.size(), 1U) << method;
            EXPECT_EQ(server.sent[0], failure) << method;
            EXPECT_EQ(server.count<AttemptFailed>(), 1U);
        }
    }
    for (const std::string_view method :
         {"none", "password", "publickey", "hostbased", "keyboard-interactive", "", "\x01"}) {
        ServerRig server = server_rig(options);
        server.feed(raw_request("alice", connection_service, method, octets("what ever")));
        EXPECT_EQ(server.count<OtherRequest>(), 1U) << method;
        EXPECT_EQ(server.engine.other_method_failed(), Fed::taken);
        server.drain_all();
        ASSERT_EQ(server.sent.size(), 1U);
        EXPECT_EQ(server.sent[0], failure);
    }
}

TEST(ServerRules, sec_A1_38_no_answer_but_yes_verifies_a_mic) {
    // What the host makes of a native status is its own affair: everything but true is no.
    for (const std::uint32_t status :
         {1U, 2U, 4U, 8U, 16U, 0x80000000U, status_bad_mic, status_failure, 0xffffffffU}) {
        Script script;
        script.verify_status = status;
        const Login login = log_in(client_options(), server_options(), {}, script);
        EXPECT_EQ(login.run.last<AuthDone>(Side::server), nullptr) << status;
        EXPECT_EQ(login.server.host.counts().authorized, 0U) << status;
        EXPECT_EQ(login.run.numbers().back(), 51U);
    }
}

TEST(ServerRules, sec_A1_05_nobody_decides_means_no) {
    ServerRig server = server_rig();
    Initiator initiator;
    server.feed(with_mic_request("root"));
    server.feed(wire::build_token(initiator.step().token));
    const auto token = wire::parse_token(server.sent.back());
    static_cast<void>(initiator.step(*token));
    server.engine.receive(wire::build_mic(initiator.mic(mic_data({session_id(), "root"}))));
    Polled polled = poll_all(server.engine);
    ASSERT_EQ(polled.words, "VerifyMic");
    server.engine.answer(polled.the<VerifyMic>().id, VerifyAnswer{true, {}});
    polled = poll_all(server.engine);
    ASSERT_EQ(polled.words, "Authorize") << "a good MIC alone is no success";
    EXPECT_EQ(polled.the<Authorize>().user, "root");
    server.engine.answer(polled.the<Authorize>().id, AuthorizeAnswer{});
    EXPECT_EQ(poll_all(server.engine).words, "Release AttemptFailed Send51");
}

TEST(ServerRules, options_that_make_no_sense_are_misuse) {
    const auto fails = [](const std::function<void(ServerUserAuthOptions&)>& change) {
        ServerUserAuthOptions options = server_options_after_kex();
        change(options);
        const auto made = ServerUserAuth::create(options);
        return !made && made.error().code() == ErrorCode::misuse;
    };
    EXPECT_FALSE(fails([](ServerUserAuthOptions&) {}));
    EXPECT_TRUE(fails([](auto& options) { options.session_id.clear(); }));
    EXPECT_TRUE(fails([](auto& options) { options.services.clear(); }));
    EXPECT_TRUE(fails([](auto& options) { options.most_failures = 0; }));
    EXPECT_TRUE(fails([](auto& options) { options.most_requests = 0; }));
    EXPECT_TRUE(fails([](auto& options) { options.mechanisms.mechanisms = {}; }));
    EXPECT_TRUE(
        fails([](auto& options) { options.mechanisms.mechanisms = {mechanism::spnego()}; }));
    for (const char* name : {"none", "gssapi", "external-keyx", "gssapi-with-mic", "gssapi-keyex",
                             "", "a,b", "a b", "\x1b"}) {
        EXPECT_TRUE(fails([name](auto& options) { options.other_methods = {name}; })) << name;
    }
    EXPECT_TRUE(fails([](auto& options) { options.key_exchange->flags = {}; }));
}

} // namespace
} // namespace gss::test
