// SPDX-License-Identifier: Apache-2.0
// Exchanges that end well: every method, cipher and kind of host key, and what is reported of them.
#include "kex_rig.h"

#include "packet_protection.h"

#include <algorithm>

namespace gss::test {
namespace {

using transport::detail::ciphers;
using transport::detail::macs;

TEST(KeyExchange, every_plain_method_gives_keys_that_both_sides_have) {
    for (const std::string& name : plain_names()) {
        SCOPED_TRACE(name);
        Choice choice;
        choice.key_exchange = name;
        Pair pair(choice);
        pair.exchange();
        pair.expect_agreement(1);
        EXPECT_EQ(pair.client.kex.last()->algorithms.key_exchange, name);
        EXPECT_EQ(pair.client.kex.last()->host, HostAuthentication::by_host_key);
        EXPECT_FALSE(pair.client.kex.last()->gss);
    }
}

TEST(KeyExchange, every_cipher_and_mac_gets_the_keys_that_it_needs) {
    for (const auto& cipher : ciphers()) {
        for (const auto& mac : macs()) {
            SCOPED_TRACE(std::string(cipher.name) + " " + std::string(mac.name));
            Choice choice;
            choice.cipher = cipher.name;
            choice.mac = mac.name;
            Pair pair(choice);
            pair.exchange();
            pair.expect_agreement(1);
            pair.rekey();
            pair.expect_agreement(2);
            if (cipher.aead) {
                break; // the MAC does not count
            }
        }
    }
}

TEST(KeyExchange, each_direction_may_have_a_cipher_of_its_own) {
    // Were keys or directions mixed up, this would not decrypt: the sizes differ.
    Choice choice;
    ClientOptions client = client_options(choice);
    client.algorithms.ciphers = {"aes256-ctr", "chacha20-poly1305@openssh.com"};
    client.algorithms.macs = {"hmac-sha2-512", "hmac-sha2-256-etm@openssh.com"};
    ServerOptions server = server_options(choice);
    server.algorithms.ciphers = {"chacha20-poly1305@openssh.com", "aes256-ctr"};
    server.algorithms.macs = {"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512"};
    Pair pair(client, server);
    pair.exchange();
    pair.expect_agreement(1);
    EXPECT_EQ(pair.client.kex.last()->algorithms.cipher_client_to_server, "aes256-ctr");
}

TEST(KeyExchange, every_kind_of_host_key_signs_and_is_asked_about_once) {
    for (const std::string name : {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                   "ecdsa-sha2-nistp521", "rsa-sha2-256", "rsa-sha2-512"}) {
        SCOPED_TRACE(name);
        Choice choice;
        choice.host_key = name;
        Pair pair(choice);
        std::string asked_for;
        pair.client.judge = [&](const HostKeyQuestion& question) {
            asked_for = question.algorithm;
            EXPECT_TRUE(pair.client.exchanged.empty()) << "asked after the keys were in use";
            EXPECT_TRUE(pair.client.kex.holds_sending()) << "NEWKEYS went out before the answer";
            return HostKeyAnswer{true, {}};
        };
        pair.exchange();
        pair.expect_agreement(1);
        ASSERT_EQ(pair.client.asked.size(), 1U);
        EXPECT_EQ(pair.client.asked[0], host_key(key_type_for(name)).public_key());
        EXPECT_EQ(asked_for, name);
        EXPECT_EQ(pair.client.kex.last()->host_key, host_key(key_type_for(name)).public_key());
        EXPECT_EQ(pair.server.kex.host_key(), host_key(key_type_for(name)).public_key());
    }
}

TEST(KeyExchange, a_server_with_several_keys_signs_with_the_one_that_was_agreed_on) {
    for (const std::string name : {"ssh-ed25519", "ecdsa-sha2-nistp384", "rsa-sha2-512"}) {
        Choice choice;
        choice.host_key = name;
        ServerOptions server = server_options(choice);
        server.algorithms.host_keys = {"ssh-ed25519", "rsa-sha2-512", "ecdsa-sha2-nistp384"};
        server.host_keys = {host_key(KeyType::rsa), host_key(KeyType::ed25519),
                            host_key(KeyType::ecdsa_nistp384)};
        Pair pair(client_options(choice), server);
        pair.exchange();
        pair.expect_agreement(1);
        EXPECT_EQ(pair.client.asked.at(0).type(), key_type_for(name));
    }
}

TEST(KeyExchange, every_gss_family_vouches_for_the_host_and_nobody_is_asked) {
    for (const std::string& name : gss_names()) {
        for (const std::string host : {"null", "ssh-ed25519"}) {
            SCOPED_TRACE(name + " " + host);
            Choice choice;
            choice.key_exchange = name;
            choice.host_key = host;
            Pair pair(choice);
            pair.exchange();
            pair.expect_agreement(1);
            EXPECT_TRUE(pair.client.asked.empty());
            EXPECT_EQ(pair.client.exchanged[0].host, HostAuthentication::by_gss);
            EXPECT_EQ(pair.client.exchanged[0].algorithms.host_key, host);
            EXPECT_FALSE(pair.client.exchanged[0].host_key) << "none was sent";
            for (const End* end : {&pair.client, &pair.server}) {
                const ssh::ContextName initial{ssh::ContextName::Use::key_exchange, 0};
                EXPECT_EQ(end->exchanged[0].context, initial);
                EXPECT_TRUE(end->host.complete(initial)) << "user authentication needs it";
                EXPECT_TRUE(end->released.empty());
                ASSERT_TRUE(end->kex.first()->gss);
                EXPECT_TRUE(end->kex.first()->gss->exchange_hash.empty());
                EXPECT_TRUE(end->kex.first()->gss->shared_secret.empty()) << "K was kept";
                EXPECT_EQ(end->kex.first()->gss->mechanism, mechanism::krb5());
            }
        }
    }
}

TEST(KeyExchange, a_gss_exchange_has_as_many_legs_as_its_mechanism_wants) {
    for (unsigned tokens = 1; tokens <= 5; ++tokens) {
        for (const bool sends_key : {false, true}) {
            Choice choice;
            choice.key_exchange = "gss-nistp256-sha256";
            ServerOptions server = server_options(choice);
            server.send_host_key_message = sends_key;
            Pair pair(client_options(choice), server);
            pair.client.host.script().tokens = tokens;
            pair.server.host.script().tokens = tokens;
            pair.exchange();
            pair.expect_agreement(1);
            EXPECT_EQ(pair.client.exchanged[0].host_key.has_value(), sends_key);
            EXPECT_TRUE(pair.client.asked.empty()) << "the MIC vouches for the key";
        }
    }
}

TEST(KeyExchange, a_gss_exchange_needs_its_mechanism_on_both_sides) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    Pair pair(choice);
    pair.server.host.script().fail_at = 1;
    pair.exchange();
    ASSERT_TRUE(pair.server.fault);
    EXPECT_EQ(pair.server.fault->disconnect_reason(), reason::key_exchange_failed);
    EXPECT_EQ(pair.server.fault->fault(), ssh::Fault::local);
    ASSERT_TRUE(pair.client.fault) << "KEXGSS_ERROR was lost";
    EXPECT_EQ(pair.client.fault->fault(), ssh::Fault::refused);
    const auto releases = std::ranges::count_if(pair.server.outlet.events, [](const Event& event) {
        return std::holds_alternative<ssh::Release>(event);
    });
    EXPECT_EQ(releases, 1) << "the context was not given back";
    EXPECT_TRUE(pair.client.exchanged.empty() && pair.server.exchanged.empty());
}

TEST(KeyExchange, what_is_said_of_an_exchange_that_is_under_way) {
    Choice choice;
    Pair pair(choice);
    End& client = pair.client;
    EXPECT_FALSE(client.kex.under_way());
    EXPECT_TRUE(client.kex.initial());
    pair.start();
    EXPECT_TRUE(client.kex.under_way());
    EXPECT_TRUE(client.kex.holds_sending());
    EXPECT_FALSE(client.kex.peer_is_exchanging());
    EXPECT_FALSE(client.kex.strict()) << "not known yet";
    client.leaves_questions = true;
    pair.pump();
    EXPECT_TRUE(client.kex.waits());
    EXPECT_TRUE(client.kex.strict());
    EXPECT_TRUE(client.kex.holds_sending());
    EXPECT_TRUE(client.kex.peer_is_exchanging());
    EXPECT_TRUE(client.kex.allows_exchange_only());
    EXPECT_TRUE(client.kex.session_id().empty()) << "before the host key was accepted";
    EXPECT_FALSE(pair.server.kex.holds_sending()) << "its NEWKEYS is out";
    EXPECT_TRUE(pair.server.kex.under_way());
    client.leaves_questions = false;
    pair.pump();
    pair.expect_agreement(1);
    EXPECT_FALSE(client.kex.allows_exchange_only());
    client.rekey();
    EXPECT_TRUE(client.kex.holds_sending());
    EXPECT_FALSE(client.kex.peer_is_exchanging()) << "its data may still come";
    pair.server.send_data("meanwhile");
    pair.pump();
    EXPECT_EQ(client.data.back(), "meanwhile");
    pair.expect_agreement(2);
}

TEST(KeyExchange, both_sides_may_want_new_keys_at_the_same_time) {
    for (const std::string name : {"curve25519-sha256", "gss-group14-sha256"}) {
        Choice choice;
        choice.key_exchange = name;
        Pair pair(choice);
        pair.exchange();
        pair.client.rekey();
        pair.server.rekey();
        pair.pump();
        pair.expect_agreement(2);
        pair.rekey(false);
        pair.expect_agreement(3);
    }
}

TEST(KeyExchange, who_takes_ext_info_is_known_from_the_initial_exchange) {
    Pair pair;
    pair.exchange();
    EXPECT_TRUE(pair.server.kex.peer_takes_ext_info());
    pair.rekey();
    EXPECT_TRUE(pair.server.kex.peer_takes_ext_info());
}

TEST(KeyExchange, the_bug_of_servers_without_host_key_is_named_and_nothing_else) {
    struct Case {
        std::string version;
        std::string host_key;
        bool server_strict;
        bool named;
    };
    for (const Case& one : {Case{"SSH-2.0-OpenSSH_9.2p1 Debian-2", "null", false, true},
                            Case{"SSH-2.0-OpenSSH_9.2p1 Debian-2", "null", true, false},
                            Case{"SSH-2.0-OpenSSH_9.2p1 Debian-2", "ssh-ed25519", false, false},
                            Case{"SSH-2.0-other", "null", false, false}}) {
        SCOPED_TRACE(one.version + one.host_key);
        Choice choice;
        choice.key_exchange = "gss-curve25519-sha256";
        choice.host_key = one.host_key;
        ServerOptions server = server_options(choice);
        server.strict = one.server_strict;
        End client(client_options(choice));
        End peer(server);
        // Versions differ on the two sides, so that the exchange itself fails: the hint is there
        // as soon as the KEXINITs are.
        client.start(one.version);
        EXPECT_TRUE(client.kex.mac_failure_hint().empty());
        peer.start(client.version());
        client.writer.sent(0);
        const auto octets = Bytes(peer.writer.output().begin(), peer.writer.output().end());
        std::ranges::copy(octets, client.reader.space(octets.size()).begin());
        client.reader.added(octets.size());
        client.leaves_questions = true;
        client.work();
        ASSERT_FALSE(client.fault) << client.fault->text();
        EXPECT_EQ(!client.kex.mac_failure_hint().empty(), one.named);
    }
}

} // namespace
} // namespace gss::test
