// SPDX-License-Identifier: Apache-2.0
// What the two sides tell each other when a call fails, and how every failure ends.
#include "kex_support.h"

#include "kex_core.h"

#include <algorithm>

namespace gss::test {

namespace {

/// The messages of one side, in order.
std::vector<Bytes> sent_by(const PairRun& run, Side side) {
    std::vector<Bytes> found;
    for (const Sent& message : run.messages) {
        if (message.from == side) {
            found.push_back(message.payload);
        }
    }
    return found;
}

TEST(KexErrors, rfc_K31_K32_K33_E13_a_server_sends_ERROR_and_then_its_error_token) {
    for (const KexFamily family : all_families()) {
        for (const auto& [tokens, leg] : {std::pair{2U, 1U}, {4U, 2U}}) {
            SCOPED_TRACE(name_of(family));
            KexPair pair({family, tokens, true});
            pair.server_host.script().fail_at = leg;
            pair.server_host.script().error_token = true;
            pair.server->receive(pair.run_until(Side::client, kexgss::init));
            Outcome outcome = settle(*pair.server, pair.server_host);
            if (leg == 2) {
                for (const Bytes& payload : outcome.sent) {
                    pair.client->receive(payload);
                }
                const Outcome client = settle(*pair.client, pair.client_host);
                ASSERT_EQ(client.sent.size(), 1U);
                outcome = feed(*pair.server, pair.server_host, client.sent[0]);
            }
            expect_failure(outcome, Fault::local);
            ASSERT_EQ(outcome.sent.size(), 2U);
            const auto error = wire::parse_kex_error(outcome.sent[0]);
            ASSERT_TRUE(error.has_value());
            EXPECT_EQ(error->major, status_failure);
            EXPECT_EQ(error->minor, 4711U);
            EXPECT_EQ(error->text, "as the script says");
            const auto token = wire::parse_kex_token(outcome.sent[1]);
            ASSERT_TRUE(token.has_value());
            EXPECT_FALSE(token->token.empty());
            EXPECT_TRUE(pair.server->ended());
        }
    }
}

TEST(KexErrors, rfc_K31_a_server_without_an_error_token_sends_ERROR_alone) {
    KexPair pair;
    pair.server_host.script().fail_at = 1;
    const PairRun run = pair.run();
    const auto sent = sent_by(run, Side::server);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_TRUE(wire::parse_kex_error(sent[0]).has_value());
}

TEST(KexErrors, rfc_K31_E13_a_client_sends_its_error_token) {
    for (const KexFamily family : all_families()) {
        // In answer to CONTINUE, and in answer to COMPLETE.
        for (const auto& [tokens, leg] : {std::pair{4U, 2U}, {2U, 2U}}) {
            SCOPED_TRACE(name_of(family));
            KexPair pair({family, tokens});
            pair.client_host.script().fail_at = leg;
            pair.client_host.script().error_token = true;
            const PairRun run = pair.run();
            expect_failure(run, Side::client, Fault::local);
            const auto sent = sent_by(run, Side::client);
            const auto token = wire::parse_kex_token(sent.back());
            ASSERT_TRUE(token.has_value());
            EXPECT_FALSE(token->token.empty());
            if (tokens == 4) {
                // The server's library sees it and fails in its turn.
                expect_failure(run, Side::server, Fault::local);
                EXPECT_EQ(run.last<Fail>(Side::server)->text, "the peer's error token");
            }
        }
    }
}

TEST(KexErrors, rfc_K31_a_client_whose_first_leg_fails_has_nobody_to_tell) {
    KexPair pair;
    pair.client_host.script().fail_at = 1;
    pair.client_host.script().error_token = true;
    const PairRun run = pair.run();
    expect_failure(run, Side::client, Fault::local);
    EXPECT_TRUE(run.messages.empty()) << "the server waits for INIT and nothing else";
}

TEST(KexErrors, rfc_K33_E13_a_client_never_sends_ERROR) {
    for (const KexFamily family : one_of_each_kind()) {
        for (unsigned leg = 1; leg <= 3; ++leg) {
            KexPair pair({family, 6});
            pair.client_host.script().fail_at = leg;
            pair.client_host.script().error_token = true;
            for (const Bytes& payload : sent_by(pair.run(), Side::client)) {
                EXPECT_NE(payload[0], std::byte{kexgss::error});
            }
        }
    }
}

TEST(KexErrors, rfc_K33_a_server_refuses_an_ERROR) {
    for (const KexFamily family : all_families()) {
        KexPair pair({family, 4});
        const Bytes init = pair.run_until(Side::client, kexgss::init);
        const Outcome first = feed(*pair.server, pair.server_host, init);
        EXPECT_EQ(first.fail(), nullptr);
        const Bytes error = well_formed(kexgss::error, family);
        expect_failure(feed(*pair.server, pair.server_host, error), Fault::peer);
    }
}

TEST(KexErrors, rfc_K33_a_failing_MIC_is_told_too) {
    KexPair pair;
    pair.server_host.script().get_mic_status = status_no_context;
    const auto sent = sent_by(pair.run(), Side::server);
    ASSERT_EQ(sent.size(), 1U);
    const auto error = wire::parse_kex_error(sent[0]);
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->major, status_failure);
}

TEST(KexErrors, rfc_K33_the_text_is_short_and_UTF_8) {
    KexPair pair;
    pair.server_host.script().fail_at = 1;
    pair.server_host.script().text = "\xff\xfe caf\xc3\xa9 \x1b[31m" + std::string(9000, '\x01');
    const auto sent = sent_by(pair.run(), Side::server);
    ASSERT_EQ(sent.size(), 1U);
    const auto error = wire::parse_kex_error(sent[0]);
    ASSERT_TRUE(error.has_value());
    EXPECT_LE(error->text.size(), 4096U);
    EXPECT_TRUE(error->text.starts_with("\\xff\\xfe caf\xc3\xa9 \\x1b[31m\\x01")) << error->text;
}

TEST(KexErrors, rfc_K33_a_text_is_not_cut_within_a_character) {
    const std::string text = "abc\xc3\xa9"
                             "def";
    EXPECT_EQ(ssh::detail::cut_text(text, 8), text);
    EXPECT_EQ(ssh::detail::cut_text(text, 5), "abc\xc3\xa9");
    EXPECT_EQ(ssh::detail::cut_text(text, 4), "abc");
    EXPECT_EQ(ssh::detail::cut_text(text, 3), "abc");
    EXPECT_EQ(ssh::detail::cut_text(text, 0), "");
}

TEST(KexErrors, rfc_K34_the_switch_keeps_everything_from_the_peer) {
    for (const KexFamily family : one_of_each_kind()) {
        KexPair quiet(
            {family, 4}, [](ClientKexOptions& options) { options.explain = false; },
            [](ServerKexOptions& options) { options.explain = false; });
        quiet.server_host.script().fail_at = 2;
        quiet.server_host.script().error_token = true;
        const PairRun run = quiet.run();
        expect_failure(run, Side::server, Fault::local);
        EXPECT_EQ(run.last<Fail>(Side::server)->text, "as the script says") << "the host must know";
        EXPECT_EQ(run.messages.back().from, Side::client);

        KexPair client({family, 4}, [](ClientKexOptions& options) { options.explain = false; }, {});
        client.client_host.script().fail_at = 2;
        client.client_host.script().error_token = true;
        EXPECT_EQ(client.run().messages.back().from, Side::server);

        KexPair mic({family}, {}, [](ServerKexOptions& options) { options.explain = false; });
        mic.server_host.script().get_mic_status = status_failure;
        EXPECT_EQ(mic.run().messages.back().from, Side::client);
    }
}

TEST(KexErrors, a_client_reports_what_the_servers_ERROR_says) {
    for (const KexFamily family : all_families()) {
        for (const unsigned tokens : {1U, 2U, 4U}) {
            SCOPED_TRACE(name_of(family));
            KexPair pair({family, tokens});
            const Bytes ignored =
                pair.run_until(Side::server, tokens == 4 ? kexgss::token : kexgss::complete);
            const std::string text = "no \x1b[2Jkey\r\nin the keytab \xff";
            const Bytes error = build(wire::KexError{0xd0000, 0x96c73a, text, "en"});
            const std::size_t steps = pair.client_host.counts().steps;
            const Outcome outcome = feed(*pair.client, pair.client_host, error);
            expect_failure(outcome, Fault::refused);
            EXPECT_EQ(outcome.fail()->major, 0xd0000U);
            EXPECT_EQ(outcome.fail()->minor, 0x96c73aU);
            EXPECT_EQ(outcome.fail()->text,
                      "the server says: no \\x1b[2Jkey\\x0d\\x0ain the keytab \\xff");
            // The error token behind it changes nothing.
            EXPECT_EQ(pair.client->receive(build(wire::KexToken{bytes_of("error token")})),
                      Fed::ended);
            EXPECT_EQ(pair.client_host.counts().steps, steps);
            EXPECT_EQ(pair.client_host.contexts(), 0U);
        }
    }
}

TEST(KexErrors, an_ERROR_that_says_too_much_is_malformed) {
    for (const std::size_t size : {4096U, 4097U, 100000U}) {
        KexPair pair;
        const Bytes ignored = pair.run_until(Side::server, kexgss::complete);
        const std::string text(size, 'x');
        const Outcome outcome =
            feed(*pair.client, pair.client_host, build(wire::KexError{1, 2, text, ""}));
        expect_failure(outcome, size == 4096 ? Fault::refused : Fault::peer);
        EXPECT_LT(outcome.fail()->text.size(), 5000U);
    }
    // Escaping makes four characters of one.
    KexPair pair;
    const Bytes ignored = pair.run_until(Side::server, kexgss::complete);
    const std::string text(4096, '\x01');
    const Outcome outcome =
        feed(*pair.client, pair.client_host, build(wire::KexError{1, 2, text, ""}));
    expect_failure(outcome, Fault::refused);
    EXPECT_LT(outcome.fail()->text.size(), 5000U);
    EXPECT_TRUE(outcome.fail()->text.starts_with("the server says: \\x01\\x01"));
}

TEST(KexErrors, rfc_K35_every_failure_says_that_the_connection_ends) {
    using Change = std::function<void(Script&)>;
    const std::vector<Change> failures{
        [](Script& script) { script.fail_at = 1; },
        [](Script& script) { script.fail_at = 2; },
        [](Script& script) { script.without = ContextFlag::mutual; },
        [](Script& script) { script.without = ContextFlag::integrity; },
        [](Script& script) { script.claims = mechanism::ntlm(); },
        [](Script& script) { script.get_mic_status = 1; },
        [](Script& script) { script.verify_status = 1; },
        [](Script& script) { script.no_token_at = 1; },
    };
    for (const KexFamily family : one_of_each_kind()) {
        for (const Change& change : failures) {
            std::size_t failed = 0;
            for (const bool client : {true, false}) {
                KexPair pair({family, 4, true, 1});
                change((client ? pair.client_host : pair.server_host).script());
                const PairRun run = pair.run();
                for (const Side side : {Side::client, Side::server}) {
                    if (const Fail* fail = run.last<Fail>(side)) {
                        EXPECT_NE(fail->disconnect_reason, 0U) << fail->text;
                        EXPECT_EQ(run.last<KexDone>(side), nullptr);
                        ++failed;
                    }
                }
            }
            EXPECT_GT(failed, 0U) << "nothing failed";
        }
    }
}

TEST(KexErrors, rfc_K35_every_crypto_call_that_fails_ends_the_exchange) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        for (const Side side : {Side::client, Side::server}) {
            bool failed = true;
            for (std::size_t call = 1; failed; ++call) {
                const Transcript transcript;
                const KexCase what{family, 2, true};
                const ToyCrypto client_crypto(1);
                const ToyCrypto server_crypto(2);
                (side == Side::client ? client_crypto : server_crypto).fail_at(call);
                auto client =
                    ClientKeyExchange::create(client_crypto, client_options(what, transcript));
                auto server =
                    ServerKeyExchange::create(server_crypto, server_options(what, transcript));
                if (!client || !server) {
                    continue;
                }
                ScriptedHost client_host;
                ScriptedHost server_host;
                client->start();
                const PairRun run = run_pair(*client, *server, client_host, server_host);
                failed = run.last<Fail>(side) != nullptr;
                EXPECT_NE(failed, run.last<KexDone>(side) != nullptr);
                if (failed) {
                    EXPECT_NE(run.last<Fail>(side)->disconnect_reason, 0U);
                }
            }
        }
    }
}

TEST(KexErrors, rfc_K37_H_and_K_are_in_no_message_and_in_wiped_memory) {
    static_assert(std::is_same_v<decltype(KexDone::exchange_hash), SecretBytes>);
    static_assert(std::is_same_v<decltype(KexDone::shared_secret), SecretBytes>);
    static_assert(std::is_same_v<decltype(ssh::GetMic::data), SecretBytes>);
    static_assert(std::is_same_v<decltype(ssh::VerifyMic::data), SecretBytes>);
    for (const KexFamily family : all_families()) {
        KexPair pair({family, 4, true});
        const PairRun run = pair.run();
        expect_agreement(run);
        const KexDone& done = *run.last<KexDone>(Side::client);
        for (const Sent& message : run.messages) {
            EXPECT_FALSE(contains(message.payload, done.exchange_hash.view()));
            EXPECT_FALSE(contains(message.payload, done.shared_secret.view().subspan(5)));
        }
    }
}

} // namespace

} // namespace gss::test
