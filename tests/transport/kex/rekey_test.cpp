// SPDX-License-Identifier: Apache-2.0
// One exchange after another: what changes, what stays, and what is asked again.
#include "kex_rig.h"

#include <algorithm>
#include <array>

namespace gss::test {
namespace {

using ssh::ContextName;

ContextName re_exchange(std::uint32_t number) {
    return {ContextName::Use::key_exchange, number};
}

/// From the next exchange on.
void use_method(Pair& pair, const std::string& name) {
    pair.client.client->algorithms.key_exchange = {name};
    pair.server.server->algorithms.key_exchange = {name};
}

void use_host_key(Pair& pair, const PrivateKey& key) {
    pair.server.server->host_keys = {key};
}

TEST(Rekey, sec_A2_14_the_session_id_stays_with_its_own_length) {
    struct Method {
        std::string name;
        std::size_t digest;
    };
    std::array<Method, 4> methods{Method{"curve25519-sha256", 32}, Method{"ecdh-sha2-nistp384", 48},
                                  Method{"ecdh-sha2-nistp521", 64}, Method{"gss-group14-sha1", 20}};
    const auto by_name = [](const Method& left, const Method& right) {
        return left.name < right.name;
    };
    std::ranges::sort(methods, by_name);
    std::size_t orders = 0;
    do {
        Choice choice;
        choice.key_exchange = methods[0].name;
        choice.cipher = "aes256-ctr"; // wants IV, key and MAC key
        choice.mac = "hmac-sha2-512";
        ClientOptions client = client_options(choice);
        ServerOptions server = server_options(choice);
        client.algorithms.legacy = server.algorithms.legacy = true;
        Pair pair(client, server);
        pair.exchange();
        pair.expect_agreement(1);
        const Bytes id(pair.client.kex.session_id().begin(), pair.client.kex.session_id().end());
        EXPECT_EQ(id.size(), methods[0].digest);
        for (std::size_t i = 1; i < methods.size(); ++i) {
            use_method(pair, methods.at(i).name);
            pair.rekey(i % 2 == 0);
            pair.expect_agreement(i + 1);
            EXPECT_TRUE(std::ranges::equal(pair.client.kex.session_id(), id));
            EXPECT_TRUE(std::ranges::equal(pair.server.kex.session_id(), id));
        }
        ++orders;
    } while (std::ranges::next_permutation(methods, by_name).found);
    EXPECT_EQ(orders, 24U);
}

TEST(Rekey, the_first_exchange_is_remembered_beside_the_last) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    Pair pair(choice);
    pair.exchange();
    use_method(pair, "ecdh-sha2-nistp256");
    pair.rekey();
    pair.expect_agreement(2);
    for (const End* end : {&pair.client, &pair.server}) {
        EXPECT_EQ(end->kex.first()->host, HostAuthentication::by_gss);
        EXPECT_TRUE(end->kex.first()->gss);
        EXPECT_EQ(end->kex.last()->host, HostAuthentication::by_host_key);
        EXPECT_FALSE(end->kex.last()->gss);
        EXPECT_EQ(end->kex.last()->algorithms.key_exchange, "ecdh-sha2-nistp256");
        EXPECT_TRUE(end->kex.last()->algorithms.strict);
    }
}

TEST(Rekey, contexts_are_numbered_by_exchange_and_released_but_for_the_first) {
    Choice choice;
    choice.key_exchange = "gss-nistp256-sha256";
    Pair pair(choice);
    pair.exchange();
    for (std::uint32_t number = 1; number <= 3; ++number) {
        // The second re-exchange has no context.
        use_method(pair, number == 2 ? "curve25519-sha256" : choice.key_exchange);
        pair.rekey();
        pair.expect_agreement(number + 1);
        for (End* const end : {&pair.client, &pair.server}) {
            if (number == 2) {
                EXPECT_FALSE(end->exchanged.back().context);
                continue;
            }
            EXPECT_EQ(end->exchanged.back().context, re_exchange(number));
            ASSERT_FALSE(end->released.empty());
            EXPECT_EQ(end->released.back(), re_exchange(number));
            EXPECT_EQ(end->host.contexts(), 1U);
            EXPECT_TRUE(end->host.complete(re_exchange(0)));
        }
    }
    EXPECT_EQ(pair.client.released.size(), 2U);
    EXPECT_EQ(pair.server.host.counts().misuses, 0U);
}

TEST(Rekey, the_server_keeps_a_context_with_delegated_credentials) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    ClientOptions client = client_options(choice);
    client.delegate = true;
    Pair pair(client, server_options(choice));
    for (End* const end : {&pair.client, &pair.server}) {
        end->host.script().with.insert(ContextFlag::delegate_to_peer);
    }
    pair.exchange();
    pair.rekey();
    pair.expect_agreement(2);
    EXPECT_TRUE(pair.server.released.empty()) << "nobody could take what was delegated";
    EXPECT_EQ(pair.server.exchanged.back().context, re_exchange(1));
    EXPECT_TRUE(pair.server.host.complete(re_exchange(1)));
    EXPECT_EQ(pair.client.released, std::vector{re_exchange(1)});
}

TEST(Rekey, a_context_is_released_after_it_was_named) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    Pair pair(choice);
    pair.exchange();
    pair.client.rekey();
    // Up to the server's last message; then its events are looked at one by one.
    pair.pump();
    Pair other(choice);
    other.exchange();
    other.client.rekey();
    bool done = false;
    for (int turn = 0; turn < 20 && !done; ++turn) {
        other.client.work();
        other.server.work();
        carry(other.client, other.server);
        carry(other.server, other.client);
        other.server.leaves_questions =
            other.server.kex.under_way() && !other.server.kex.holds_sending();
        done = other.server.outlet.events.size() == 2;
    }
    ASSERT_TRUE(done);
    EXPECT_TRUE(std::holds_alternative<KeysExchanged>(other.server.outlet.events[0]));
    EXPECT_TRUE(std::holds_alternative<ssh::Release>(other.server.outlet.events[1]));
}

TEST(Rekey, sec_A2_23_a_host_key_is_asked_about_again_when_it_has_changed) {
    Pair pair;
    const PrivateKey& first = host_key(KeyType::ed25519);
    const PrivateKey& second = other_host_key(KeyType::ed25519);
    pair.exchange();
    pair.rekey();
    pair.expect_agreement(2);
    EXPECT_EQ(pair.client.asked.size(), 1U) << "asked about a key that was accepted";
    use_host_key(pair, second);
    pair.rekey();
    pair.expect_agreement(3);
    ASSERT_EQ(pair.client.asked.size(), 2U);
    EXPECT_EQ(pair.client.asked[1], second.public_key());
    EXPECT_EQ(pair.client.kex.host_key(), second.public_key());
    EXPECT_EQ(pair.client.kex.first()->host_key, first.public_key());
    // The first one once more: it is not the accepted one any more.
    use_host_key(pair, first);
    pair.client.judge = [](const HostKeyQuestion& /*question*/) {
        return HostKeyAnswer{false, "changed back"};
    };
    pair.rekey();
    ASSERT_TRUE(pair.client.fault);
    EXPECT_EQ(pair.client.fault->disconnect_reason(), reason::host_key_not_verifiable);
    EXPECT_EQ(pair.client.asked.size(), 3U);
    EXPECT_EQ(pair.client.exchanged.size(), 3U);
}

TEST(Rekey, sec_A2_23_under_gss_the_key_may_change_or_go_and_nobody_is_asked) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    ServerOptions server = server_options(choice);
    server.send_host_key_message = true;
    Pair pair(client_options(choice), server);
    const PublicKey first = host_key(KeyType::ed25519).public_key();
    const PublicKey second = other_host_key(KeyType::ed25519).public_key();
    pair.exchange();
    pair.expect_agreement(1);
    EXPECT_EQ(pair.client.exchanged.back().host_key, first);
    use_host_key(pair, other_host_key(KeyType::ed25519));
    pair.rekey();
    pair.expect_agreement(2);
    EXPECT_EQ(pair.client.exchanged.back().host_key, second);
    pair.server.server->send_host_key_message = false;
    pair.rekey();
    pair.expect_agreement(3);
    EXPECT_FALSE(pair.client.exchanged.back().host_key);
    EXPECT_EQ(pair.client.kex.host_key(), second) << "the last one that was sent";
    EXPECT_TRUE(pair.client.asked.empty());
    // RFC 4462 s2.1: a key that was vouched for serves for re-exchange; another one does not.
    use_method(pair, "curve25519-sha256");
    pair.rekey();
    pair.expect_agreement(4);
    EXPECT_TRUE(pair.client.asked.empty());
    use_host_key(pair, host_key(KeyType::ed25519));
    pair.rekey();
    pair.expect_agreement(5);
    EXPECT_EQ(pair.client.asked.size(), 1U);
}

TEST(Rekey, sec_A2_23_after_null_a_plain_exchange_asks) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    choice.host_key = "null";
    Pair pair(choice);
    pair.exchange();
    pair.expect_agreement(1);
    EXPECT_EQ(pair.client.exchanged.back().algorithms.host_key, "null");
    EXPECT_FALSE(pair.client.kex.host_key());
    use_host_key(pair, host_key(KeyType::ed25519));
    use_method(pair, "curve25519-sha256");
    pair.rekey();
    pair.expect_agreement(2);
    EXPECT_EQ(pair.client.asked.size(), 1U);
}

TEST(Rekey, an_altered_reply_in_a_re_exchange_is_noticed_although_the_key_is_known) {
    Pair pair;
    pair.exchange();
    pair.client.alter = [](Bytes& payload) {
        if (payload.front() == std::byte{31}) {
            payload.back() ^= std::byte{1};
        }
    };
    pair.rekey();
    ASSERT_TRUE(pair.client.fault);
    EXPECT_EQ(pair.client.fault->disconnect_reason(), reason::key_exchange_failed);
    EXPECT_EQ(pair.client.exchanged.size(), 1U);
}

TEST(Rekey, a_gss_re_exchange_that_fails_ends_the_session_and_gives_its_context_back) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    Pair pair(choice);
    pair.exchange();
    pair.client.host.script().verify_status = status_failure;
    pair.rekey();
    ASSERT_TRUE(pair.client.fault);
    EXPECT_EQ(pair.client.exchanged.size(), 1U);
    ASSERT_EQ(pair.client.outlet.events.size(), 1U);
    const auto* const release = std::get_if<ssh::Release>(&pair.client.outlet.events.front());
    ASSERT_TRUE(release);
    EXPECT_EQ(release->context, re_exchange(1));
}

} // namespace
} // namespace gss::test
