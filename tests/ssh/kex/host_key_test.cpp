// SPDX-License-Identifier: Apache-2.0
// KEXGSS_HOSTKEY: sent or not, once and at its place, and never with the null host key.
#include "kex_support.h"

#include "writer.h"

#include <algorithm>

namespace gss::test {

namespace {

TEST(HostKey, rfc_K25_E14_comes_before_every_other_message_of_the_server) {
    for (const KexFamily family : all_families()) {
        for (unsigned tokens = 1; tokens <= 5; ++tokens) {
            SCOPED_TRACE(name_of(family) + std::to_string(tokens));
            KexPair pair({family, tokens, true});
            const PairRun run = pair.run();
            expect_agreement(run);
            std::vector<unsigned> from_server;
            for (const Sent& message : run.messages) {
                if (message.from == Side::server && message.number() != kexgss::group) {
                    from_server.push_back(message.number());
                }
            }
            EXPECT_EQ(from_server.front(), kexgss::host_key);
            EXPECT_EQ(std::ranges::count(from_server, unsigned{kexgss::host_key}), 1);
        }
    }
}

/// What a client says to KEXGSS_HOSTKEY, which comes after @p before (numbers of the server's
/// messages, which are well) and once more when @p twice.
void expect_refused(const KexCase& what, std::uint8_t before, bool twice) {
    SCOPED_TRACE(name_of(what.family));
    const Bytes key = sample_host_key();
    const Bytes host_key = build(wire::KexHostKey{key});
    KexPair pair(what);
    PairHooks hooks;
    hooks.deliver = [&](const Sent& message) {
        std::vector<Bytes> delivered{message.payload};
        if (message.from == Side::server && message.number() == before) {
            delivered.insert(delivered.end(), twice ? 2U : 1U, host_key);
        }
        return delivered;
    };
    const PairRun run = pair.run(hooks);
    expect_failure(run, Side::client, Fault::peer);
    EXPECT_EQ(run.last<Fail>(Side::client)->disconnect_reason, disconnect_protocol_error);
}

TEST(HostKey, rfc_K25_sec_A1_22_a_second_one_fails) {
    for (const KexFamily family : all_families()) {
        for (const unsigned tokens : {1U, 2U, 4U}) {
            expect_refused({family, tokens, true}, kexgss::host_key, false);
        }
    }
}

TEST(HostKey, rfc_K25_sec_A1_22_a_late_one_fails) {
    for (const KexFamily family : all_families()) {
        // After CONTINUE, with and without one at its place.
        expect_refused({family, 4, false}, kexgss::token, false);
        expect_refused({family, 4, true}, kexgss::token, false);
        expect_refused({family, 3, false}, kexgss::token, false);
    }
}

TEST(HostKey, rfc_K25_sec_A1_22_one_behind_COMPLETE_fails) {
    const Bytes key = sample_host_key();
    const Bytes host_key = build(wire::KexHostKey{key});
    for (const KexFamily family : all_families()) {
        for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
            SCOPED_TRACE(name_of(family) + std::to_string(tokens));
            // Held while the last leg and the MIC are being looked at.
            KexPair held({family, tokens});
            const Bytes complete = held.run_until(Side::server, kexgss::complete);
            held.client->receive(complete);
            held.client->receive(host_key);
            const Outcome outcome = settle(*held.client, held.client_host);
            expect_failure(outcome, Fault::peer);
            EXPECT_EQ(outcome.done(), nullptr);
            EXPECT_EQ(held.client_host.contexts(), 0U);

            // While the MIC alone is, which is the last question.
            KexPair late({family, tokens});
            late.client->receive(late.run_until(Side::server, kexgss::complete));
            while (auto action = late.client->poll()) {
                if (std::holds_alternative<ssh::VerifyMic>(*action)) {
                    late.client->receive(host_key);
                }
                late.client_host.handle(*late.client, *action);
                if (const auto* fail = std::get_if<Fail>(&*action)) {
                    EXPECT_EQ(fail->fault, Fault::peer);
                }
                EXPECT_FALSE(std::holds_alternative<KexDone>(*action));
            }
            EXPECT_EQ(late.client_host.counts().verified, 1U);

            // Afterwards the exchange is over, and the host sees that nobody has taken it.
            KexPair over({family, tokens});
            expect_agreement(over.run());
            EXPECT_EQ(over.client->receive(host_key), Fed::ended);
        }
    }
}

TEST(HostKey, rfc_K25_before_GROUP_it_fails) {
    KexPair pair({KexFamily::gex_sha1});
    pair.client->start();
    const Bytes key = sample_host_key();
    expect_failure(feed(*pair.client, pair.client_host, build(wire::KexHostKey{key})), Fault::peer);
    EXPECT_EQ(pair.client_host.counts().steps, 0U);
}

TEST(HostKey, rfc_K26_H04_E14_with_the_null_algorithm_it_fails) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair pair({family, 2, true},
                     [](ClientKexOptions& options) { options.null_host_key = true; }, {});
        const PairRun run = pair.run();
        expect_failure(run, Side::client, Fault::peer);
        EXPECT_EQ(pair.client_host.counts().verified, 0U);
    }
}

TEST(HostKey, rfc_K26_H04_E14_with_the_null_algorithm_a_server_has_none_to_send) {
    const Transcript transcript;
    const ToyCrypto crypto;
    ServerKexOptions options = server_options({KexFamily::curve25519_sha256, 2, true}, transcript);
    EXPECT_TRUE(ServerKeyExchange::create(crypto, options).has_value());
    options.null_host_key = true;
    const auto made = ServerKeyExchange::create(crypto, options);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code(), ErrorCode::misuse);
}

TEST(HostKey, rfc_H04_K30_with_the_null_algorithm_both_agree_on_the_empty_string) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair pair(
            {family}, [](ClientKexOptions& options) { options.null_host_key = true; },
            [](ServerKexOptions& options) { options.null_host_key = true; });
        const PairRun run = pair.run();
        expect_agreement(run);
        EXPECT_FALSE(run.last<KexDone>(Side::client)->host_key.has_value());
    }
}

TEST(HostKey, rfc_K27_is_one_string_that_names_its_format) {
    const Bytes good = build(wire::KexHostKey{sample_host_key()});
    std::vector<Bytes> bad;
    for (std::size_t size = 1; size < good.size(); ++size) {
        bad.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    }
    bad.push_back(good + bytes_of("x"));
    bad.push_back(build(wire::KexHostKey{}));
    const Bytes no_name = wire::Writer().text("").text("key").take();
    bad.push_back(build(wire::KexHostKey{no_name}));
    const Bytes base64 = bytes_of("AAAAC3NzaC1lZDI1NTE5");
    bad.push_back(build(wire::KexHostKey{base64}));
    for (const Bytes& payload : bad) {
        KexPair pair;
        const Bytes ignored = pair.run_until(Side::server, kexgss::complete);
        expect_failure(feed(*pair.client, pair.client_host, payload), Fault::peer);
    }
    KexPair pair;
    const Bytes ignored = pair.run_until(Side::server, kexgss::complete);
    EXPECT_EQ(feed(*pair.client, pair.client_host, good).fail(), nullptr);
}

TEST(HostKey, rfc_K28_sec_A1_29_another_key_than_before_is_an_exchange_like_any) {
    // One key, another one, none: the MIC vouches for each, and the result says which it was.
    const std::vector<std::optional<Bytes>> keys{sample_host_key('a'), sample_host_key('b'),
                                                 std::nullopt, sample_host_key('a')};
    for (const KexFamily family : one_of_each_kind()) {
        std::uint32_t exchange = 0;
        for (const auto& key : keys) {
            KexPair pair({family, 2, false, exchange++}, {},
                         [&](ServerKexOptions& options) { options.host_key = key; });
            const PairRun run = pair.run();
            expect_agreement(run);
            EXPECT_EQ(run.last<KexDone>(Side::client)->host_key, key);
        }
    }
}

TEST(HostKey, rfc_K29_is_handed_out_whole_for_the_rest_of_the_session) {
    for (const KexFamily family : all_families()) {
        KexPair pair({family, 2, true});
        const PairRun run = pair.run();
        expect_agreement(run);
        EXPECT_EQ(run.last<KexDone>(Side::client)->host_key, sample_host_key());
    }
}

TEST(HostKey, rfc_K30_E14_absent_it_counts_as_the_empty_string) {
    // A client that gets none computes what a server computes that has none, and not what one
    // computes that had one: the message was taken away on its way.
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        KexPair none({family});
        expect_agreement(none.run());

        KexPair taken({family, 2, true});
        PairHooks hooks;
        hooks.deliver = [](const Sent& message) {
            return message.number() == kexgss::host_key ? std::vector<Bytes>()
                                                        : std::vector<Bytes>{message.payload};
        };
        expect_failure(taken.run(hooks), Side::client, Fault::peer);
        EXPECT_EQ(taken.client_host.counts().refused, 1U);
    }
}

TEST(HostKey, sec_A1_26_every_family_with_and_without_one_and_with_the_null_algorithm) {
    for (const KexFamily family : all_families()) {
        for (unsigned tokens = 1; tokens <= 4; ++tokens) {
            SCOPED_TRACE(name_of(family) + std::to_string(tokens));
            KexPair sent({family, tokens, true});
            const PairRun with = sent.run();
            expect_agreement(with);
            EXPECT_TRUE(with.last<KexDone>(Side::client)->host_key.has_value());
            KexPair not_sent({family, tokens, false});
            const PairRun without = not_sent.run();
            expect_agreement(without);
            EXPECT_FALSE(without.last<KexDone>(Side::client)->host_key.has_value());
            KexPair null(
                {family, tokens, false},
                [](ClientKexOptions& options) { options.null_host_key = true; },
                [](ServerKexOptions& options) { options.null_host_key = true; });
            expect_agreement(null.run());
        }
    }
}

TEST(HostKey, sec_A1_29_a_client_that_saw_none_never_reports_an_empty_one) {
    for (const KexFamily family : all_families()) {
        KexPair pair({family});
        const PairRun run = pair.run();
        EXPECT_EQ(run.last<KexDone>(Side::client)->host_key, std::nullopt);
        EXPECT_EQ(run.last<KexDone>(Side::server)->host_key, std::nullopt);
    }
}

} // namespace

} // namespace gss::test
