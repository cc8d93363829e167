// SPDX-License-Identifier: Apache-2.0
// What RFC 4462 s2.1 and RFC 8732 s5.1 ask of a client.
#include "kex_support.h"

#include <algorithm>

namespace gss::test {

namespace {

/// The flags of the client's first leg.
ContextFlags asked_flags(const std::function<void(ClientKexOptions&)>& change) {
    KexPair pair({}, change, {});
    pair.client->start();
    const auto actions = take_all(*pair.client);
    const auto* step = actions.size() == 1 ? std::get_if<ssh::GssStep>(&actions[0]) : nullptr;
    EXPECT_NE(step, nullptr);
    return step == nullptr ? ContextFlags() : step->flags;
}

/// A client that fails when its host does what the script says.
void expect_client_fails(const KexCase& what, const std::function<void(Script&)>& script,
                         Fault fault = Fault::local) {
    SCOPED_TRACE(name_of(what.family));
    KexPair pair(what);
    script(pair.client_host.script());
    const PairRun run = pair.run();
    expect_failure(run, Side::client, fault);
    EXPECT_EQ(pair.client_host.contexts(), 0U) << "the context was not released";
    EXPECT_EQ(pair.client_host.counts().misuses, 0U);
}

TEST(ClientKex, rfc_K01_K02_K05_E10_asks_for_mutual_and_integrity_and_nothing_else) {
    const ContextFlags wanted{ContextFlag::mutual, ContextFlag::integrity};
    EXPECT_EQ(asked_flags({}), wanted);
}

TEST(ClientKex, rfc_K03_E10_E17_asks_for_delegation_only_when_told) {
    EXPECT_FALSE(asked_flags({}).contains(ContextFlag::delegate_to_peer));
    const ContextFlags flags =
        asked_flags([](ClientKexOptions& options) { options.delegate = true; });
    EXPECT_TRUE(flags.contains(ContextFlag::delegate_to_peer));
    EXPECT_FALSE(flags.contains(ContextFlag::replay_detection));
}

TEST(ClientKex, rfc_K04_E10_asks_for_anonymity_only_when_told) {
    EXPECT_FALSE(asked_flags({}).contains(ContextFlag::anonymity));
    EXPECT_TRUE(asked_flags([](ClientKexOptions& options) {
                    options.anonymous = true;
                }).contains(ContextFlag::anonymity));
}

TEST(ClientKex, rfc_K04_sends_no_token_that_would_name_an_anonymous_user) {
    KexPair pair({}, [](ClientKexOptions& options) { options.anonymous = true; }, {});
    pair.client_host.script().without = ContextFlag::anonymity;
    const PairRun run = pair.run();
    expect_failure(run, Side::client, Fault::local);
    EXPECT_TRUE(run.messages.empty());

    KexPair granted({}, [](ClientKexOptions& options) { options.anonymous = true; }, {});
    expect_agreement(granted.run());
}

TEST(ClientKex, rfc_K04_sends_no_later_token_that_would_name_an_anonymous_user) {
    // The first leg hides the name; a later one says that it would not: one with a token to send,
    // and the last one.
    for (const unsigned tokens : {4U, 3U, 2U}) {
        SCOPED_TRACE(tokens);
        KexPair pair({KexFamily::curve25519_sha256, tokens},
                     [](ClientKexOptions& options) { options.anonymous = true; }, {});
        PairHooks hooks;
        hooks.deliver = [&](const Sent& message) {
            pair.client_host.script().without = ContextFlag::anonymity;
            return std::vector<Bytes>{message.payload};
        };
        const PairRun run = pair.run(hooks);
        expect_failure(run, Side::client, Fault::local);
        EXPECT_EQ(std::ranges::count(run.messages, Side::client, &Sent::from), 1);
        EXPECT_EQ(pair.client_host.counts().verified, 0U);
    }
}

TEST(ClientKex, rfc_K06_E12_refuses_a_context_without_mutual_authentication) {
    for (const KexFamily family : one_of_each_kind()) {
        for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
            expect_client_fails({family, tokens},
                                [](Script& script) { script.without = ContextFlag::mutual; });
        }
    }
}

TEST(ClientKex, rfc_K07_E12_refuses_a_context_without_integrity) {
    for (const KexFamily family : one_of_each_kind()) {
        for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
            expect_client_fails({family, tokens},
                                [](Script& script) { script.without = ContextFlag::integrity; });
        }
    }
}

TEST(ClientKex, rfc_K08_goes_on_for_as_many_legs_as_the_mechanism_takes) {
    for (const KexFamily family : all_families()) {
        for (unsigned tokens = 1; tokens <= 10; ++tokens) {
            SCOPED_TRACE(name_of(family) + std::to_string(tokens));
            KexPair pair({family, tokens});
            const PairRun run = pair.run();
            expect_agreement(run);
            std::vector<unsigned> wanted;
            if (ssh::info(family).kind == KexKind::dh_group_exchange) {
                wanted = {40, 41};
            }
            wanted.push_back(30);
            // The last token of an acceptor goes with COMPLETE.
            for (unsigned token = 2; token <= tokens - (tokens % 2 == 0 ? 1 : 0); ++token) {
                wanted.push_back(31);
            }
            wanted.push_back(32);
            EXPECT_EQ(run.numbers(), wanted);
            EXPECT_EQ(pair.client_host.counts().verified, 1U);
            EXPECT_TRUE(pair.client_host.complete({}));
        }
    }
}

TEST(ClientKex, rfc_K08_gives_up_a_mechanism_that_never_ends) {
    KexPair pair({KexFamily::curve25519_sha256, 1000});
    pair.client_host.script().tokens = 1000;
    const PairRun run = pair.run();
    EXPECT_TRUE(pair.client->ended());
    EXPECT_LT(run.messages.size(), 200U);
    EXPECT_EQ(run.last<KexDone>(Side::client), nullptr);
}

TEST(ClientKex, rfc_K09_E11_sends_its_public_key_with_the_first_message_only) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair pair({family, 5});
        const PairRun run = pair.run();
        expect_agreement(run);
        Bytes key;
        for (const Sent& message : run.messages) {
            if (message.number() == kexgss::init) {
                EXPECT_TRUE(key.empty()) << "a second INIT";
                const auto init = wire::parse_kex_init(message.payload, form_of(family));
                ASSERT_TRUE(init.has_value());
                key.assign(init->public_key.begin(), init->public_key.end());
            } else if (message.from == Side::client) {
                EXPECT_FALSE(!key.empty() && contains(message.payload, key));
            }
        }
        EXPECT_FALSE(key.empty());
    }
}

TEST(ClientKex, rfc_K10_fails_when_there_is_no_token_to_send) {
    for (const KexFamily family : one_of_each_kind()) {
        // The first leg, complete or not; the second, complete (3 tokens) or not (5).
        for (const auto& [tokens, leg] : {std::pair{1U, 1U}, {2U, 1U}, {3U, 2U}, {5U, 2U}}) {
            expect_client_fails({family, tokens},
                                [leg = leg](Script& script) { script.no_token_at = leg; });
            expect_client_fails({family, tokens}, [leg = leg](Script& script) {
                script.no_token_at = leg;
                script.done_at = leg;
            });
        }
    }
}

TEST(ClientKex, rfc_K10_sends_nothing_when_its_first_leg_makes_no_token) {
    KexPair pair;
    pair.client_host.script().no_token_at = 1;
    EXPECT_TRUE(pair.run().messages.empty());
}

/// Delivers @p payload in place of the server's message of that number.
PairRun run_with_answer(KexPair& pair, std::uint8_t number, const Bytes& payload) {
    PairHooks hooks;
    hooks.deliver = [&, number](const Sent& message) {
        const bool replace = message.from == Side::server && message.number() == number;
        return std::vector<Bytes>{replace ? payload : message.payload};
    };
    return pair.run(hooks);
}

TEST(ClientKex, rfc_K11_E15_refuses_a_token_once_its_context_is_complete) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        for (const unsigned tokens : {1U, 3U}) {
            KexPair pair({family, tokens});
            const Bytes more = build(wire::KexToken{bytes_of("one more")});
            const PairRun run = run_with_answer(pair, kexgss::complete, more);
            expect_failure(run, Side::client, Fault::peer);
            EXPECT_EQ(pair.client_host.counts().steps, tokens == 1 ? 1U : 2U);
        }
    }
}

TEST(ClientKex, rfc_K12_E15_refuses_a_final_token_once_its_context_is_complete) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        for (const unsigned tokens : {1U, 3U}) {
            KexPair pair({family, tokens});
            PairHooks hooks;
            hooks.deliver = [&](const Sent& message) {
                Bytes payload = message.payload;
                if (message.number() == kexgss::complete) {
                    auto complete = wire::parse_kex_complete(message.payload, form_of(family));
                    EXPECT_TRUE(complete.has_value() && !complete->token);
                    const Bytes token = bytes_of("one more");
                    complete->token = token;
                    payload = build(*complete, form_of(family));
                }
                return std::vector<Bytes>{payload};
            };
            const PairRun run = pair.run(hooks);
            expect_failure(run, Side::client, Fault::peer);
            EXPECT_EQ(pair.client_host.counts().verified, 0U);
            EXPECT_EQ(pair.client_host.counts().steps, tokens == 1 ? 1U : 2U);
        }
    }
}

TEST(ClientKex, rfc_K13_E15_refuses_completion_without_the_token_that_is_missing) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        for (const unsigned tokens : {2U, 4U}) {
            KexPair pair({family, tokens});
            PairHooks hooks;
            hooks.deliver = [&](const Sent& message) {
                Bytes payload = message.payload;
                if (message.number() == kexgss::complete) {
                    auto complete = wire::parse_kex_complete(message.payload, form_of(family));
                    EXPECT_TRUE(complete.has_value() && complete->token);
                    complete->token.reset();
                    payload = build(*complete, form_of(family));
                }
                return std::vector<Bytes>{payload};
            };
            const PairRun run = pair.run(hooks);
            expect_failure(run, Side::client, Fault::peer);
            EXPECT_EQ(pair.client_host.counts().verified, 0U);
        }
    }
}

TEST(ClientKex, rfc_K14_E15_the_last_leg_must_complete_the_context) {
    for (const KexFamily family : all_families()) {
        KexCase what{family, 2};
        expect_client_fails(
            what, [](Script& script) { script.done_at = 9; }, Fault::peer);
        expect_client_fails(what, [](Script& script) { script.fail_at = 2; });
    }
}

TEST(ClientKex, rfc_K14_the_last_leg_must_make_no_token) {
    for (const KexFamily family : all_families()) {
        expect_client_fails({family, 2}, [](Script& script) {
            script.token_at = 2;
            script.done_at = 2;
        });
        expect_client_fails({family, 4}, [](Script& script) {
            script.token_at = 3;
            script.done_at = 3;
        });
    }
}

TEST(ClientKex, rfc_K14_makes_no_leg_more_than_the_rule_allows) {
    for (unsigned tokens = 1; tokens <= 6; ++tokens) {
        KexPair pair({KexFamily::nistp256_sha256, tokens});
        expect_agreement(pair.run());
        EXPECT_EQ(pair.client_host.counts().steps, tokens / 2 + 1);
        EXPECT_EQ(pair.server_host.counts().steps, (tokens + 1) / 2);
    }
}

TEST(ClientKex, rfc_K15_verifies_the_MIC_over_H) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair pair({family, 2, true});
        const Bytes complete = pair.run_until(Side::server, kexgss::complete);
        pair.client->receive(complete);
        Bytes covered;
        while (auto action = pair.client->poll()) {
            if (const auto* verify = std::get_if<ssh::VerifyMic>(&*action)) {
                covered.assign(verify->data.view().begin(), verify->data.view().end());
                EXPECT_EQ(verify->context, ContextName());
            }
            if (const auto* done = std::get_if<KexDone>(&*action)) {
                EXPECT_TRUE(std::ranges::equal(covered, done->exchange_hash.view()));
            }
            pair.client_host.handle(*pair.client, *action);
        }
        EXPECT_EQ(covered.size(), digest_size(ssh::info(family).hash));
        EXPECT_TRUE(pair.client->ended());
    }
}

TEST(ClientKex, rfc_K15_sec_A1_02_a_MIC_that_does_not_verify_is_the_end) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        // Every status but GSS_S_COMPLETE, supplementary ones alone too.
        for (const std::uint32_t status :
             {status_bad_mic, status_no_context, status_failure, 12U << 16, 1U, 2U, 4U, 8U, 16U}) {
            KexPair pair({family});
            pair.client_host.script().verify_status = status;
            const PairRun run = pair.run();
            expect_failure(run, Side::client, Fault::peer);
            EXPECT_EQ(run.messages.back().number(), kexgss::complete)
                << "the client said something after the MIC did not verify";
            EXPECT_EQ(pair.client_host.contexts(), 0U);
            // Later calls change nothing.
            EXPECT_EQ(pair.client->receive(run.messages.back().payload), Fed::ended);
            EXPECT_EQ(pair.client->answer(3, ssh::VerifyAnswer{true, {}}), Fed::ended);
            EXPECT_EQ(pair.client->start(), Fed::ended);
            EXPECT_FALSE(pair.client->poll().has_value());
        }
    }
}

TEST(ClientKex, sec_A1_02_a_stale_yes_does_not_verify_anything) {
    KexPair pair;
    const Bytes complete = pair.run_until(Side::server, kexgss::complete);
    // The answers to older questions, before the question is put and while it is open.
    EXPECT_EQ(pair.client->answer(1, ssh::VerifyAnswer{true, {}}), Fed::stale);
    pair.client->receive(complete);
    const auto last_leg = take_all(*pair.client);
    ASSERT_EQ(last_leg.size(), 1U);
    ASSERT_TRUE(pair.client_host.handle(*pair.client, last_leg[0]));
    EXPECT_EQ(pair.client->answer(1, ssh::VerifyAnswer{true, {}}), Fed::stale);
    EXPECT_EQ(pair.client->answer(2, ssh::VerifyAnswer{true, {}}), Fed::stale);
    EXPECT_FALSE(pair.client->ended());
    // An answer of another kind is the host's fault, and no yes either.
    EXPECT_EQ(pair.client->answer(3, ssh::StepAnswer{}), Fed::misuse);
    const Outcome outcome = settle(*pair.client, pair.client_host);
    expect_failure(outcome, Fault::misuse);
}

TEST(ClientKex, rfc_K16_E13_a_failed_leg_is_the_end) {
    for (const KexFamily family : one_of_each_kind()) {
        for (const auto& [tokens, leg] : {std::pair{2U, 1U}, {2U, 2U}, {4U, 2U}, {3U, 2U}}) {
            KexPair pair({family, tokens});
            pair.client_host.script().fail_at = leg;
            pair.client_host.script().major = 0x70000;
            const PairRun run = pair.run();
            expect_failure(run, Side::client, Fault::local);
            const auto* fail = run.last<Fail>(Side::client);
            EXPECT_EQ(fail->major, 0x70000U);
            EXPECT_EQ(fail->minor, 4711U);
            EXPECT_EQ(fail->text, "as the script says");
            EXPECT_EQ(fail->disconnect_reason, disconnect_key_exchange_failed);
        }
    }
}

TEST(ClientKex, refuses_a_library_that_used_another_mechanism) {
    for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
        expect_client_fails({KexFamily::group14_sha256, tokens},
                            [](Script& script) { script.claims = mechanism::spnego(); });
        expect_client_fails({KexFamily::group14_sha256, tokens},
                            [](Script& script) { script.names_mechanism = false; });
    }
}

TEST(ClientKex, starts_once) {
    KexPair pair;
    EXPECT_EQ(pair.client->start(), Fed::taken);
    EXPECT_EQ(pair.client->start(), Fed::misuse);
    expect_failure(settle(*pair.client, pair.client_host), Fault::misuse);
    EXPECT_EQ(pair.client->start(), Fed::ended);
}

TEST(ClientKex, cancelling_releases_the_context_once) {
    KexPair pair;
    pair.client->start();
    EXPECT_EQ(pair.client->cancel(), Fed::taken);
    std::size_t releases = 0;
    for (const ssh::Action& action : take_all(*pair.client)) {
        releases += std::holds_alternative<ssh::Release>(action) ? 1U : 0U;
    }
    EXPECT_EQ(releases, 1U);
    EXPECT_EQ(pair.client->cancel(), Fed::ended);
}

} // namespace

} // namespace gss::test
