// SPDX-License-Identifier: Apache-2.0
// Messages out of their place, guesses, and strict key exchange.
#include "kex_rig.h"
#include "puppet.h"

#include "writer.h"

#include <algorithm>
#include <array>

namespace gss::test {
namespace {

constexpr unsigned first_number = 20;
constexpr unsigned last_number = 49;

/// How far an exchange has come, for one of its ends.
enum class Stage : std::uint8_t {
    fresh,       ///< before start()
    kexinit_out, ///< ours is out, the peer's has not come
    method,      ///< both KEXINITs are there
    newkeys,     ///< ours is out, the peer's has not come
    idle,        ///< keys are in use
};
constexpr std::array stages{Stage::fresh, Stage::kexinit_out, Stage::method, Stage::newkeys,
                            Stage::idle};

/// Brings one end of the pair to that stage; the other one may be behind or ahead.
void bring_to(Pair& pair, bool client_is_meant, Stage stage, bool again) {
    if (again) {
        pair.exchange();
    }
    End& meant = client_is_meant ? pair.client : pair.server;
    End& other = client_is_meant ? pair.server : pair.client;
    if (stage == Stage::fresh) {
        return;
    }
    if (stage == Stage::idle) {
        return again ? static_cast<void>(0) : pair.exchange();
    }
    // What the other one sends stops coming at the message that would lead further.
    meant.alter = [stage](Bytes& payload) {
        const auto number = std::to_integer<unsigned>(payload.front());
        const bool method = number >= message::kex_first;
        if ((stage == Stage::method && method) ||
            (stage == Stage::newkeys && number == message::newkeys)) {
            payload.clear();
        }
    };
    if (again) {
        meant.rekey();
    } else {
        pair.start();
    }
    if (stage == Stage::kexinit_out) {
        return;
    }
    // Only as far as octets lead: what comes after a dropped message does not decrypt.
    for (int turn = 0; turn < 8 && !other.fault; ++turn) {
        other.work();
        meant.work();
        carry(meant, other);
        carry(other, meant);
        if (stage == Stage::method && meant.kex.peer_is_exchanging()) {
            break;
        }
        if (stage == Stage::newkeys && !meant.kex.holds_sending()) {
            break;
        }
    }
    meant.alter = nullptr;
    ASSERT_FALSE(meant.fault) << meant.fault->text();
    ASSERT_EQ(meant.kex.peer_is_exchanging(), stage == Stage::method || stage == Stage::newkeys);
    ASSERT_EQ(meant.kex.holds_sending(), stage == Stage::kexinit_out || stage == Stage::method);
}

TEST(States, sec_A2_02_every_number_in_every_state_is_refused_but_the_one_that_is_due) {
    std::size_t tried = 0;
    for (const std::string method : {"curve25519-sha256", "gss-curve25519-sha256"}) {
        for (const bool again : {false, true}) {
            for (const bool client : {false, true}) {
                for (const Stage stage : stages) {
                    if (again && stage == Stage::fresh) {
                        continue;
                    }
                    for (unsigned number = first_number; number <= last_number; ++number) {
                        SCOPED_TRACE(method + (again ? " again" : "") +
                                     (client ? " client" : " server") + " stage " +
                                     std::to_string(static_cast<int>(stage)) + " message " +
                                     std::to_string(number));
                        Choice choice;
                        choice.key_exchange = method;
                        Pair pair(choice);
                        ASSERT_NO_FATAL_FAILURE(bring_to(pair, client, stage, again));
                        End& end = client ? pair.client : pair.server;
                        const std::size_t before = end.exchanged.size();
                        end.feed(Bytes{static_cast<std::byte>(number)});
                        ++tried;
                        if (stage == Stage::newkeys && number == message::newkeys) {
                            EXPECT_FALSE(end.fault);
                            EXPECT_FALSE(end.kex.under_way());
                            continue;
                        }
                        // Where a KEXINIT or a message of the method is due, one octet is none.
                        ASSERT_TRUE(end.fault);
                        EXPECT_EQ(end.exchanged.size(), before);
                        // It is terminal.
                        EXPECT_THROW(end.kex.receive(Bytes{std::byte{message::newkeys}}),
                                     SessionFault);
                        EXPECT_THROW(end.kex.rekey(), SessionFault);
                    }
                }
            }
        }
    }
    EXPECT_EQ(tried, 2U * (5 + 4) * 2 * 30);
}

TEST(States, sec_A2_07_a_second_KEXINIT_within_an_exchange_ends_it) {
    for (const std::string method : {"curve25519-sha256", "gss-curve25519-sha256"}) {
        for (const bool again : {false, true}) {
            for (const bool client : {false, true}) {
                for (const Stage stage : {Stage::method, Stage::newkeys}) {
                    Choice choice;
                    choice.key_exchange = method;
                    Pair pair(choice);
                    End& end = client ? pair.client : pair.server;
                    ASSERT_NO_FATAL_FAILURE(bring_to(pair, client, stage, again));
                    // A KEXINIT that would be good in its place.
                    const transport::SessionOptions& options =
                        client ? static_cast<transport::SessionOptions&>(*pair.server.server)
                               : *pair.client.client;
                    end.feed(transport::detail::make_kexinit(
                        client ? Role::server : Role::client, options,
                        client ? &*pair.server.server : nullptr, !again));
                    ASSERT_TRUE(end.fault);
                    EXPECT_EQ(end.fault->disconnect_reason(), reason::protocol_error);
                    EXPECT_NE(end.fault->text().find("second KEXINIT"), std::string::npos);
                }
            }
        }
    }
}

TEST(States, NEWKEYS_is_one_octet) {
    Pair pair;
    pair.client.alter = [](Bytes& payload) {
        if (payload == Bytes{std::byte{message::newkeys}}) {
            payload.push_back(std::byte{0});
        }
    };
    pair.exchange();
    ASSERT_TRUE(pair.client.fault);
    EXPECT_TRUE(pair.client.exchanged.empty());
}

TEST(States, keys_are_exchanged_one_exchange_at_a_time) {
    Pair pair;
    pair.client.rekey();
    ASSERT_TRUE(pair.client.fault) << "before start()";
    EXPECT_EQ(pair.client.fault->fault(), ssh::Fault::misuse);
    Pair other;
    other.exchange();
    other.client.rekey();
    EXPECT_FALSE(other.client.fault);
    other.client.rekey();
    ASSERT_TRUE(other.client.fault);
    EXPECT_EQ(other.client.fault->fault(), ssh::Fault::misuse);
    Pair third;
    third.start();
    third.client.start(third.server.version());
    ASSERT_TRUE(third.client.fault) << "started twice";
    for (const bool started : {false, true}) {
        End fourth(client_options(Choice()));
        try {
            if (started) {
                fourth.kex.start(fourth.version());
                fourth.kex.receive(Bytes{std::byte{message::kexinit}});
            } else {
                fourth.kex.peer_is("SSH-2.0-too_early");
            }
            ADD_FAILURE() << "the peer's version has its place";
        } catch (const SessionFault& fault) {
            EXPECT_EQ(fault.fault(), ssh::Fault::misuse);
        }
    }
}

// Strict key exchange ----------------------------------------------------------------------------

TEST(Strict, sec_A2_01_the_first_packet_under_new_keys_has_number_0_both_ways) {
    for (const std::string cipher :
         {"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr"}) {
        for (const std::string method : {"curve25519-sha256", "gss-nistp256-sha256"}) {
            Choice choice;
            choice.cipher = cipher;
            choice.key_exchange = method;
            Pair pair(choice);
            pair.exchange();
            for (std::size_t exchange = 1; exchange <= 4; ++exchange) {
                pair.expect_agreement(exchange);
                EXPECT_EQ(pair.client.data_sequence.back(), 0U);
                EXPECT_EQ(pair.server.data_sequence.back(), 0U);
                pair.expect_data();
                EXPECT_EQ(pair.client.data_sequence.back(), 1U);
                EXPECT_EQ(pair.server.data_sequence.back(), 1U);
                pair.rekey(exchange % 2 == 0);
            }
        }
    }
}

TEST(Strict, without_it_the_numbers_go_on) {
    for (const bool client_wants : {false, true}) {
        for (const bool server_wants : {false, true}) {
            Choice choice;
            ClientOptions client = client_options(choice);
            ServerOptions server = server_options(choice);
            client.strict = client_wants;
            server.strict = server_wants;
            Pair pair(client, server);
            pair.exchange();
            pair.expect_agreement(1);
            const bool strict = client_wants && server_wants;
            EXPECT_EQ(pair.client.kex.strict(), strict);
            EXPECT_EQ(pair.server.kex.strict(), strict);
            // KEXINIT, the method's message, NEWKEYS, and then this one.
            EXPECT_EQ(pair.client.data_sequence.back(), strict ? 0U : 3U);
            EXPECT_EQ(pair.server.data_sequence.back(), strict ? 0U : 3U);
            pair.rekey();
            pair.expect_agreement(2);
            EXPECT_EQ(pair.client.data_sequence.back(), strict ? 0U : 7U);
            EXPECT_EQ(pair.client.kex.strict(), strict);
        }
    }
}

TEST(Strict, sec_A2_01_KEXINIT_must_be_the_first_packet) {
    for (const bool strict : {false, true}) {
        for (const bool client_is_first : {false, true}) {
            Choice choice;
            choice.strict = strict;
            Pair pair(choice);
            End& early = client_is_first ? pair.client : pair.server;
            End& other = client_is_first ? pair.server : pair.client;
            // An attacker would put it in: the numbers of what follows move.
            pair.client.writer.identification(pair.client.version());
            pair.server.writer.identification(pair.server.version());
            early.writer.write(Bytes{std::byte{message::ignore}, std::byte{0}, std::byte{0},
                                     std::byte{0}, std::byte{0}});
            carry(pair.client, pair.server);
            carry(pair.server, pair.client);
            EXPECT_TRUE(pair.client.reader.identification(true));
            EXPECT_TRUE(pair.server.reader.identification(false));
            pair.client.start(pair.server.version());
            pair.server.start(pair.client.version());
            pair.pump();
            EXPECT_EQ(other.fault.has_value(), strict);
            if (strict) {
                EXPECT_EQ(other.fault->disconnect_reason(), reason::protocol_error);
                EXPECT_TRUE(other.exchanged.empty());
            } else {
                pair.expect_agreement(1);
            }
        }
    }
}

TEST(Strict, sec_A2_01_what_it_allows_the_peer_is_known_at_every_moment) {
    for (const bool strict : {false, true}) {
        Choice choice;
        choice.strict = strict;
        Pair pair(choice);
        EXPECT_FALSE(pair.client.kex.allows_exchange_only());
        ASSERT_NO_FATAL_FAILURE(bring_to(pair, true, Stage::method, false));
        EXPECT_EQ(pair.client.kex.allows_exchange_only(), strict);
        Pair later(choice);
        ASSERT_NO_FATAL_FAILURE(bring_to(later, true, Stage::method, true));
        EXPECT_FALSE(later.client.kex.allows_exchange_only()) << "only in the initial exchange";
    }
}

// Guesses
// ------------------------------------------------------------------------------------------

/// Every family of methods once.
const std::vector<std::string>& families() {
    static const std::vector<std::string> names{"curve25519-sha256", "ecdh-sha2-nistp521",
                                                "diffie-hellman-group14-sha256",
                                                "gss-curve25519-sha256", "gss-group14-sha256"};
    return names;
}

Choice choice_of(const std::string& method) {
    Choice choice;
    choice.key_exchange = method;
    return choice;
}

/// A name that we do not agree on, but that is preferred.
const std::string other_method = "sntrup761x25519-sha512@openssh.com";

Bytes some_message(unsigned number) {
    return Bytes{static_cast<std::byte>(number), std::byte{1}, std::byte{2}};
}

TEST(Guess, sec_A2_15_a_wrong_guess_is_ignored_once_whatever_it_is) {
    for (const std::string& method : families()) {
        for (const unsigned number : {30U, 31U, 34U, 49U}) {
            for (const bool to_client : {false, true}) {
                SCOPED_TRACE(method + " " + std::to_string(number));
                const Choice choice = choice_of(method);
                std::optional<End> end;
                to_client ? end.emplace(client_options(choice))
                          : end.emplace(server_options(choice));
                Puppet puppet(*end);
                puppet.meet();
                PuppetWords words;
                words.method = method;
                words.first = {other_method};
                words.guess_flag = true;
                words.guessed = {some_message(number)};
                ASSERT_TRUE(puppet.exchange(words)) << (end->fault ? end->fault->text() : "");
                // And in a re-exchange.
                ASSERT_TRUE(puppet.exchange(words)) << (end->fault ? end->fault->text() : "");
                EXPECT_EQ(end->exchanged.size(), 2U);
            }
        }
    }
}

TEST(Guess, sec_A2_15_only_one_packet_is_ignored) {
    for (const std::string& method : families()) {
        for (const bool to_client : {false, true}) {
            const Choice choice = choice_of(method);
            std::optional<End> end;
            to_client ? end.emplace(client_options(choice)) : end.emplace(server_options(choice));
            Puppet puppet(*end);
            puppet.meet();
            PuppetWords words;
            words.method = method;
            words.first = {other_method};
            words.guess_flag = true;
            words.guessed = {some_message(30), some_message(30)};
            EXPECT_FALSE(puppet.exchange(words)) << "the second one was ignored, too";
            EXPECT_TRUE(end->fault);
        }
    }
}

TEST(Guess, sec_A2_15_a_right_guess_is_taken) {
    for (const std::string method : {"curve25519-sha256", "diffie-hellman-group14-sha256"}) {
        End server(server_options(choice_of(method)));
        Puppet puppet(server);
        puppet.meet();
        PuppetWords words;
        words.method = method;
        words.guess_flag = true;
        const auto pair = key_pair_for(facts_of(method));
        words.guessed = {init_message(facts_of(method), pair->public_key())};
        puppet.send_kexinit(words);
        puppet.deliver();
        ASSERT_FALSE(server.fault) << server.fault->text();
        EXPECT_TRUE(puppet.expect(message::kexinit));
        EXPECT_TRUE(puppet.expect(31)) << "the guess was ignored";
        // So that the same once more is one too many.
        puppet.send(words.guessed.front());
        puppet.deliver();
        EXPECT_TRUE(server.fault);
    }
}

TEST(Guess, sec_A2_15_a_wrong_list_without_a_guess_ignores_nothing) {
    for (const std::string& method : families()) {
        End server(server_options(choice_of(method)));
        Puppet puppet(server);
        puppet.meet();
        PuppetWords words;
        words.method = method;
        words.first = {other_method};
        ASSERT_TRUE(puppet.exchange(words)) << (server.fault ? server.fault->text() : "");
    }
}

TEST(Guess, sec_A2_15_what_is_guessed_is_not_NEWKEYS_and_not_KEXINIT) {
    for (const unsigned number : {unsigned{message::kexinit}, unsigned{message::newkeys}}) {
        End server(server_options(Choice()));
        Puppet puppet(server);
        puppet.meet();
        PuppetWords words;
        words.first = {other_method};
        words.guess_flag = true;
        words.guessed = {some_message(number)};
        puppet.send_kexinit(words);
        puppet.deliver();
        ASSERT_TRUE(server.fault);
        EXPECT_EQ(server.fault->disconnect_reason(), reason::protocol_error);
    }
}

TEST(Puppet, H_and_keys_are_those_of_the_RFCs) {
    // The puppet computes both on its own.
    for (const std::string& method : plain_names()) {
        for (const std::string cipher :
             {"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr"}) {
            for (const bool to_client : {false, true}) {
                SCOPED_TRACE(method + " " + cipher);
                Choice choice = choice_of(method);
                choice.cipher = cipher;
                std::optional<End> end;
                to_client ? end.emplace(client_options(choice))
                          : end.emplace(server_options(choice));
                Puppet puppet(*end);
                puppet.meet();
                PuppetWords words;
                words.method = method;
                words.cipher = cipher;
                for (unsigned exchange = 0; exchange < 3; ++exchange) {
                    ASSERT_TRUE(puppet.exchange(words)) << (end->fault ? end->fault->text() : "");
                    end->send_data("under the new keys");
                    puppet.deliver();
                    EXPECT_TRUE(puppet.expect(message::channel_data));
                    EXPECT_EQ(puppet.reader.sequence(), 0U);
                }
            }
        }
    }
}

} // namespace
} // namespace gss::test
