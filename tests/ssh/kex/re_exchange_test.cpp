// SPDX-License-Identifier: Apache-2.0
// Key re-exchanges: each has a context and a hash of its own.
#include "kex_support.h"

#include <algorithm>

namespace gss::test {

namespace {

/// The engines of one exchange of a session, on hosts that go on living.
struct Session {
    Transcript transcript;
    ToyCrypto crypto;
    ScriptedHost client_host;
    ScriptedHost server_host;

    PairRun exchange(const KexCase& what, const PairHooks& hooks = {}) {
        auto client = ClientKeyExchange::create(crypto, client_options(what, transcript)).value();
        auto server = ServerKeyExchange::create(crypto, server_options(what, transcript)).value();
        client_host.script().tokens = what.tokens;
        server_host.script().tokens = what.tokens;
        client.start();
        return run_pair(client, server, client_host, server_host, hooks);
    }
};

Bytes hash_of(const PairRun& run) {
    const BytesView hash = run.last<KexDone>(Side::client)->exchange_hash.view();
    return {hash.begin(), hash.end()};
}

TEST(ReExchange, sec_A1_28_the_MIC_covers_the_new_hash) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        Session session;
        const PairRun first = session.exchange({family});
        expect_agreement(first);
        std::vector<Bytes> hashes{hash_of(first)};
        for (std::uint32_t number = 1; number <= 3; ++number) {
            const PairRun again = session.exchange({family, number, false, number});
            expect_agreement(again);
            EXPECT_EQ(again.last<KexDone>(Side::client)->context.number, number);
            hashes.push_back(hash_of(again));
        }
        std::ranges::sort(hashes);
        EXPECT_EQ(std::ranges::adjacent_find(hashes), hashes.end())
            << "two exchanges with one hash";
        // Each has its own context, and the first is still there: gssapi-keyex needs it.
        EXPECT_EQ(session.client_host.contexts(), 4U);
        EXPECT_TRUE(session.client_host.complete({}));
        EXPECT_EQ(session.client_host.counts().misuses, 0U);
        EXPECT_EQ(session.server_host.counts().misuses, 0U);
    }
}

TEST(ReExchange, sec_A1_28_a_MIC_of_the_session_id_is_refused) {
    for (const KexFamily family : all_families()) {
        for (const bool same_context : {false, true}) {
            SCOPED_TRACE(name_of(family));
            Session session;
            const PairRun first = session.exchange({family});
            const Bytes session_id = hash_of(first);
            const ContextName context{ContextName::Use::key_exchange, same_context ? 0U : 1U};
            PairHooks hooks;
            hooks.deliver = [&](const Sent& message) {
                Bytes payload = message.payload;
                if (message.number() == kexgss::complete) {
                    auto complete = wire::parse_kex_complete(message.payload, form_of(family));
                    const Bytes mic = session.server_host.mic_of(context, session_id);
                    complete->mic = mic;
                    payload = build(*complete, form_of(family));
                }
                return std::vector<Bytes>{payload};
            };
            const PairRun again = session.exchange({family, 2, false, 1}, hooks);
            expect_failure(again, Side::client, Fault::peer);
            EXPECT_TRUE(session.client_host.has({})) << "the first context is not its business";
            EXPECT_FALSE(session.client_host.has({ContextName::Use::key_exchange, 1}));
        }
    }
}

TEST(ReExchange, sec_A1_28_a_MIC_of_the_first_context_over_the_new_hash_is_refused) {
    const KexFamily family = KexFamily::curve25519_sha256;
    for (const std::uint32_t number : {0U, 1U}) {
        Session session;
        expect_agreement(session.exchange({family}));
        const KexCase what{family, 2, false, 1};
        auto client =
            ClientKeyExchange::create(session.crypto, client_options(what, session.transcript))
                .value();
        auto server =
            ServerKeyExchange::create(session.crypto, server_options(what, session.transcript))
                .value();
        client.start();
        const Outcome init = settle(client, session.client_host);
        ASSERT_EQ(init.sent.size(), 1U);
        server.receive(init.sent[0]);
        Bytes hash;
        Bytes last;
        while (auto action = server.poll()) {
            if (const auto* question = std::get_if<ssh::GetMic>(&*action)) {
                hash.assign(question->data.view().begin(), question->data.view().end());
            } else if (const auto* message = std::get_if<ssh::SendMessage>(&*action)) {
                last = message->payload;
            }
            session.server_host.handle(server, *action);
        }
        ASSERT_FALSE(hash.empty());
        auto complete = wire::parse_kex_complete(last, form_of(family));
        ASSERT_TRUE(complete.has_value());
        const Bytes mic =
            session.server_host.mic_of({ContextName::Use::key_exchange, number}, hash);
        complete->mic = mic;
        const Outcome outcome =
            feed(client, session.client_host, build(*complete, form_of(family)));
        // The hash is the right one: with its own context the same is good.
        EXPECT_EQ(outcome.done() != nullptr, number == 1);
        if (number == 0) {
            expect_failure(outcome, Fault::peer);
        }
    }
}

TEST(ReExchange, rfc_H05_sec_A1_35_expired_credentials_fail_cleanly) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        const Transcript transcript;
        const ToyCrypto crypto;
        const KexCase what{family, 2, false, 1};
        ClientKexOptions options = client_options(what, transcript);
        options.null_host_key = true;
        auto client = ClientKeyExchange::create(crypto, options).value();
        Script script;
        script.fail_at = 1;
        script.major = 11U << 16; // GSS_S_CREDENTIALS_EXPIRED
        script.text = "Ticket expired";
        ScriptedHost host(script);
        client.start();
        Outcome outcome = settle(client, host);
        if (ssh::info(family).kind == KexKind::dh_group_exchange) {
            ASSERT_EQ(outcome.sent.size(), 1U);
            outcome = feed(client, host, well_formed(kexgss::group, family));
        }
        expect_failure(outcome, Fault::local);
        EXPECT_EQ(outcome.fail()->major, 11U << 16);
        EXPECT_EQ(outcome.fail()->text, "Ticket expired");
        EXPECT_TRUE(outcome.sent.empty()) << "nothing of this exchange reached the server";
        EXPECT_EQ(host.contexts(), 0U);
        EXPECT_FALSE(client.poll().has_value());
    }
}

TEST(ReExchange, sec_A1_35_a_server_whose_context_fails_never_falls_back) {
    Session session;
    expect_agreement(session.exchange({}));
    session.server_host.script().fail_at = 1;
    const PairRun again = session.exchange({KexFamily::curve25519_sha256, 2, false, 1});
    expect_failure(again, Side::server, Fault::local);
    expect_failure(again, Side::client, Fault::refused);
    EXPECT_TRUE(session.server_host.has({}));
}

TEST(ReExchange, rfc_H05_with_the_null_algorithm_it_is_a_GSS_exchange_like_the_first) {
    for (std::uint32_t number = 0; number < 3; ++number) {
        KexPair pair(
            {KexFamily::group16_sha512, 2, false, number},
            [](ClientKexOptions& options) { options.null_host_key = true; },
            [](ServerKexOptions& options) { options.null_host_key = true; });
        expect_agreement(pair.run());
    }
}

} // namespace

} // namespace gss::test
