// SPDX-License-Identifier: Apache-2.0
// What RFC 4462 s2.1 and RFC 8732 s5.1 ask of a server.
#include "kex_support.h"

#include "scripted_token.h"

#include <algorithm>

namespace gss::test {

namespace {

void expect_server_fails(const KexCase& what, const std::function<void(Script&)>& script) {
    SCOPED_TRACE(name_of(what.family));
    KexPair pair(what);
    script(pair.server_host.script());
    const PairRun run = pair.run();
    expect_failure(run, Side::server, Fault::local);
    EXPECT_EQ(pair.server_host.contexts(), 0U) << "the context was not released";
    EXPECT_EQ(pair.server_host.counts().misuses, 0U);
    EXPECT_EQ(std::ranges::count(run.numbers(), unsigned{kexgss::complete}), 0);
}

TEST(ServerKex, rfc_K17_E11_refuses_a_second_public_key) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair pair({family, 4});
        const Bytes init = pair.run_until(Side::client, kexgss::init);
        const Outcome first = feed(*pair.server, pair.server_host, init);
        EXPECT_TRUE(first.sent_number(kexgss::token));
        const Outcome second = feed(*pair.server, pair.server_host, init);
        expect_failure(second, Fault::peer);
        EXPECT_EQ(pair.server_host.counts().steps, 1U);
    }
}

TEST(ServerKex, rfc_K17_E11_refuses_a_second_public_key_that_comes_with_the_first) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        // While the first leg runs, the second INIT is held; it must not slip through then, nor
        // vanish where the first leg is the last.
        for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
            KexPair pair({family, tokens});
            const Bytes init = pair.run_until(Side::client, kexgss::init);
            pair.server->receive(init);
            pair.server->receive(init);
            const Outcome outcome = settle(*pair.server, pair.server_host);
            expect_failure(outcome, Fault::peer);
            EXPECT_FALSE(outcome.sent_number(kexgss::complete));
            EXPECT_EQ(pair.server_host.counts().steps, 1U);
            EXPECT_EQ(pair.server_host.contexts(), 0U);
        }
    }
}

TEST(ServerKex, sec_A1_22_a_message_behind_the_last_token_fails) {
    for (const KexFamily family : all_families()) {
        for (unsigned number = 0; number < 256; ++number) {
            SCOPED_TRACE(name_of(family) + ", message " + std::to_string(number));
            const Bytes more = well_formed(static_cast<std::uint8_t>(number), family);
            KexPair pair({family});
            pair.server->receive(pair.run_until(Side::client, kexgss::init));
            // It comes while the MIC is being made: all that is left is to send COMPLETE.
            std::vector<ssh::Action> actions;
            while (auto action = pair.server->poll()) {
                if (std::holds_alternative<ssh::GetMic>(*action)) {
                    EXPECT_EQ(pair.server->receive(more), Fed::taken);
                }
                if (!pair.server_host.handle(*pair.server, *action)) {
                    actions.push_back(std::move(*action));
                }
            }
            ASSERT_EQ(actions.size(), 1U);
            const auto* fail = std::get_if<Fail>(&actions[0]);
            ASSERT_NE(fail, nullptr);
            EXPECT_EQ(fail->fault, Fault::peer);
            EXPECT_EQ(fail->disconnect_reason, disconnect_protocol_error);
        }
    }
}

TEST(ServerKex, rfc_K17_E11_refuses_a_first_message_without_a_public_key) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        // An empty key, no key at all, and the token in a CONTINUE.
        const Bytes token = build_token({}, mechanism::krb5(), {});
        const Bytes empty = build(wire::KexInit{token, {}}, wire::PublicForm::string);
        const Bytes missing(empty.begin(), empty.end() - 4);
        for (const Bytes& payload : {empty, missing, build(wire::KexToken{token})}) {
            KexPair pair({family});
            const Bytes init = pair.run_until(Side::client, kexgss::init);
            expect_failure(feed(*pair.server, pair.server_host, payload), Fault::peer);
            EXPECT_EQ(pair.server_host.counts().steps, 0U);
        }
    }
}

TEST(ServerKex, rfc_K18_E12_refuses_a_context_without_mutual_authentication) {
    for (const KexFamily family : all_families()) {
        for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
            expect_server_fails({family, tokens},
                                [](Script& script) { script.without = ContextFlag::mutual; });
        }
    }
}

TEST(ServerKex, rfc_K19_E12_refuses_a_context_without_integrity) {
    for (const KexFamily family : all_families()) {
        for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
            expect_server_fails({family, tokens},
                                [](Script& script) { script.without = ContextFlag::integrity; });
        }
    }
}

TEST(ServerKex, rfc_K18_K19_a_client_that_did_not_ask_is_refused) {
    // The client's side is not our engine here: its token asks for nothing.
    for (const ContextFlags asked : {ContextFlags(), ContextFlags(ContextFlag::mutual),
                                     ContextFlags(ContextFlag::integrity)}) {
        KexPair pair;
        ScriptedToken token;
        token.flags = asked;
        const Bytes first = build_token(token, mechanism::krb5(), {});
        const Bytes key = sample_public_key(pair.what.family);
        const Bytes init = build(wire::KexInit{first, key}, form_of(pair.what.family));
        expect_failure(feed(*pair.server, pair.server_host, init), Fault::local);
        EXPECT_EQ(pair.server_host.counts().mics, 0U);
    }
}

TEST(ServerKex, rfc_K20_answers_with_CONTINUE_while_the_context_is_not_complete) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair pair({family, 4});
        const Bytes init = pair.run_until(Side::client, kexgss::init);
        const Outcome outcome = feed(*pair.server, pair.server_host, init);
        ASSERT_EQ(outcome.sent.size(), 1U);
        const auto message = wire::parse_kex_token(outcome.sent[0]);
        ASSERT_TRUE(message.has_value());
        EXPECT_FALSE(message->token.empty());
        EXPECT_EQ(pair.server_host.counts().mics, 0U);
    }
}

TEST(ServerKex, rfc_K20_fails_when_there_is_no_token_to_send) {
    for (const KexFamily family : one_of_each_kind()) {
        expect_server_fails({family, 4}, [](Script& script) { script.no_token_at = 1; });
        expect_server_fails({family, 6}, [](Script& script) { script.no_token_at = 2; });
    }
}

TEST(ServerKex, rfc_K21_says_whether_a_token_follows) {
    for (const KexFamily family : all_families()) {
        for (unsigned tokens = 1; tokens <= 4; ++tokens) {
            SCOPED_TRACE(name_of(family) + std::to_string(tokens));
            KexPair pair({family, tokens});
            const PairRun run = pair.run();
            expect_agreement(run);
            const auto message =
                wire::parse_kex_complete(run.messages.back().payload, form_of(family));
            ASSERT_TRUE(message.has_value());
            EXPECT_EQ(message->token.has_value(), tokens % 2 == 0);
            EXPECT_FALSE(message->token && message->token->empty());
        }
    }
}

TEST(ServerKex, rfc_K23_asks_for_a_MIC_over_H_itself) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair pair({family, 2, true});
        const Bytes init = pair.run_until(Side::client, kexgss::init);
        pair.server->receive(init);
        Bytes covered;
        while (auto action = pair.server->poll()) {
            if (const auto* question = std::get_if<ssh::GetMic>(&*action)) {
                covered.assign(question->data.view().begin(), question->data.view().end());
            }
            if (const auto* done = std::get_if<KexDone>(&*action)) {
                EXPECT_TRUE(std::ranges::equal(covered, done->exchange_hash.view()));
            }
            pair.server_host.handle(*pair.server, *action);
        }
        EXPECT_EQ(covered.size(), digest_size(ssh::info(family).hash));
        EXPECT_TRUE(pair.server->ended());
    }
}

TEST(ServerKex, rfc_K16_E13_a_failed_leg_is_the_end) {
    for (const KexFamily family : one_of_each_kind()) {
        for (const auto& [tokens, leg] : {std::pair{2U, 1U}, {1U, 1U}, {4U, 2U}, {3U, 2U}}) {
            KexPair pair({family, tokens});
            pair.server_host.script().fail_at = leg;
            pair.server_host.script().major = 0xa0000;
            const PairRun run = pair.run();
            expect_failure(run, Side::server, Fault::local);
            EXPECT_EQ(run.last<Fail>(Side::server)->major, 0xa0000U);
            EXPECT_EQ(run.last<Fail>(Side::server)->minor, 4711U);
        }
    }
}

TEST(ServerKex, rfc_K16_E13_no_MIC_is_the_end) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        for (const std::uint32_t status : {status_failure, status_no_context, 1U, 4U}) {
            expect_server_fails({family},
                                [status](Script& script) { script.get_mic_status = status; });
        }
    }
}

TEST(ServerKex, refuses_an_empty_MIC) {
    KexPair pair;
    const Bytes init = pair.run_until(Side::client, kexgss::init);
    pair.server->receive(init);
    for (ssh::Action& action : take_all(*pair.server)) {
        pair.server_host.handle(*pair.server, action);
    }
    const auto actions = take_all(*pair.server);
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(
        pair.server->answer(std::get<ssh::GetMic>(actions[0]).id, ssh::MicAnswer{Bytes(), {}}),
        Fed::taken);
    expect_failure(settle(*pair.server, pair.server_host), Fault::local);
}

TEST(ServerKex, refuses_a_first_token_of_another_mechanism_before_the_library_sees_it) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        const Bytes body = bytes_of("whatever");
        std::vector<Bytes> tokens{{}, {std::byte{0x60}}, body};
        for (const Oid& other :
             {mechanism::spnego(), mechanism::iakerb(), mechanism::ntlm(), mechanism::ms_krb5()}) {
            tokens.push_back(frame_first_token(body, other));
        }
        const Bytes key = sample_public_key(family);
        for (const Bytes& token : tokens) {
            KexPair pair({family});
            const Bytes init = pair.run_until(Side::client, kexgss::init);
            const Bytes payload = build(wire::KexInit{token, key}, form_of(family));
            const Outcome outcome = feed(*pair.server, pair.server_host, payload);
            expect_failure(outcome, Fault::peer);
            EXPECT_TRUE(outcome.sent.empty());
            EXPECT_EQ(pair.server_host.counts().steps, 0U);
        }
    }
}

TEST(ServerKex, refuses_a_library_that_used_another_mechanism) {
    for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
        expect_server_fails({KexFamily::curve25519_sha256, tokens},
                            [](Script& script) { script.claims = mechanism::spnego(); });
        expect_server_fails({KexFamily::curve25519_sha256, tokens},
                            [](Script& script) { script.names_mechanism = false; });
    }
}

TEST(ServerKex, an_empty_token_never_reaches_the_library) {
    for (const Side side : {Side::client, Side::server}) {
        KexPair pair({KexFamily::nistp384_sha384, 5});
        PairHooks hooks;
        hooks.deliver = [&](const Sent& message) {
            const bool replace = message.from != side && message.number() == kexgss::token;
            return std::vector<Bytes>{replace ? build(wire::KexToken{}) : message.payload};
        };
        const PairRun run = pair.run(hooks);
        expect_failure(run, side, Fault::peer);
        EXPECT_EQ((side == Side::client ? pair.client_host : pair.server_host).counts().steps, 1U);
    }
}

TEST(ServerKex, a_stranger_makes_no_server_compute_powers) {
    // The token is framed well and fails in the library: no key pair of a group was made before.
    for (const KexFamily family : {KexFamily::group18_sha512, KexFamily::gex_sha1}) {
        KexPair pair({family});
        const Bytes init = pair.run_until(Side::client, kexgss::init);
        pair.server_host.script().fail_at = 1;
        const std::size_t before = pair.crypto.calls();
        expect_failure(feed(*pair.server, pair.server_host, init), Fault::local);
        EXPECT_EQ(pair.crypto.calls(), before);
    }
}

} // namespace

} // namespace gss::test
