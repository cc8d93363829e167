// SPDX-License-Identifier: Apache-2.0
// What an attacker puts into a session, leaves out of it, alters in it or sends too much of.
#include "walk.h"

#include "escape.h"
#include "writer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace gss::test {

namespace {

using ssh::wire::Writer;
using transport::ChannelData;
using transport::Disconnected;

namespace reason { // RFC 4253 s11.1
constexpr std::uint32_t protocol_error = 2;
constexpr std::uint32_t mac_error = 5;
} // namespace reason

constexpr End ends[] = {End::client, End::server};
const char* name_of(End which) {
    return which == End::client ? "client" : "server";
}

std::uint32_t reason_at(SessionEnd& end) {
    const auto* gone = end.last<Disconnected>();
    return gone == nullptr ? 0 : gone->reason;
}

// Terrapin -----------------------------------------------------------------------------------

/// The moments before the peer's first NEWKEYS, and a message put in at one of them.
std::string after_injection(End target, bool strict, unsigned moment, unsigned number) {
    Walk walk({"curve25519-sha256", "publickey", target, strict, {}});
    for (unsigned i = 0; i < moment; ++i) {
        walk.step();
    }
    EXPECT_TRUE(walk.model().initial());
    walk.pair().inject(target, sample(number));
    walk.to_the_end();
    if (walk.complete()) {
        return "logged in";
    }
    EXPECT_FALSE(walk.target().session.is_active()) << walk.pair().pair().ends();
    EXPECT_FALSE(walk.target().session.is_authenticated());
    EXPECT_EQ(walk.target().count<transport::LoggedIn>(), 0U);
    return reason_at(walk.target()) == reason::protocol_error ? "disconnected" : "?";
}

TEST(Terrapin, sec_A2_01_nothing_passes_before_or_inside_a_strict_first_exchange) {
    for (const End target : ends) {
        // After the identification, the KEXINIT, and the method's message.
        for (const unsigned moment : {1U, 2U, 3U}) {
            for (const unsigned number : {2U, 3U, 4U, 7U, 8U, 60U, 191U, 192U, 255U}) {
                const bool of_transport = number <= 4;
                EXPECT_EQ(after_injection(target, true, moment, number), "disconnected")
                    << name_of(target) << ", moment " << moment << ", message " << number;
                // RFC 4253 s11: these three may come at any time where nobody is strict.
                EXPECT_EQ(after_injection(target, false, moment, number),
                          of_transport ? "logged in" : "disconnected")
                    << name_of(target) << ", moment " << moment << ", message " << number;
            }
        }
    }
}

struct Suite {
    std::string cipher;
    std::string mac;
};
const Suite suites[] = {{"chacha20-poly1305@openssh.com", "hmac-sha2-256"},
                        {"aes256-gcm@openssh.com", "hmac-sha2-256"},
                        {"aes128-gcm@openssh.com", "hmac-sha2-256"},
                        {"aes256-ctr", "hmac-sha2-256-etm@openssh.com"},
                        {"aes256-ctr", "hmac-sha2-512-etm@openssh.com"},
                        {"aes256-ctr", "hmac-sha2-256"},
                        {"aes256-ctr", "hmac-sha2-512"},
                        {"aes192-ctr", "hmac-sha2-512-etm@openssh.com"},
                        {"aes192-ctr", "hmac-sha2-256"},
                        {"aes128-ctr", "hmac-sha2-256-etm@openssh.com"},
                        {"aes128-ctr", "hmac-sha2-512"}};

// The attack leaves out EXT_INFO and what follows it, and makes up for the numbers with IGNORE.
TEST(Terrapin, sec_A2_01_packets_that_are_left_out_after_the_keys_are_missed) {
    for (const Suite& suite : suites) {
        for (unsigned missing = 1; missing <= 3; ++missing) {
            SessionPair pair = SessionPair::with("curve25519-sha256", suite.cipher, suite.mac);
            unsigned dropped = 0;
            pair.wire = [&](End from, Bytes& octets) {
                if (from == End::server && pair.server().algorithms() && dropped < missing) {
                    ++dropped;
                    octets.clear();
                }
            };
            pair.run();
            for (unsigned i = 0; i < missing; ++i) {
                EXPECT_TRUE(pair.client().is_active()) << suite.cipher;
                pair.server().send_ignore(Bytes(16)).value();
                pair.run();
            }
            EXPECT_EQ(dropped, missing);
            EXPECT_EQ(reason_at(pair.at(End::client)), reason::mac_error)
                << suite.cipher << ' ' << suite.mac << ": " << pair.ends();
        }
    }
}

TEST(Terrapin, sec_A2_01_ignores_put_in_for_what_is_left_out_end_the_session) {
    for (const Suite& suite : suites) {
        SessionPair pair = SessionPair::with("curve25519-sha256", suite.cipher, suite.mac);
        bool added = false;
        bool dropped = false;
        pair.wire = [&](End from, Bytes& octets) {
            if (from != End::server) {
                return;
            }
            if (pair.server().algorithms()) {
                octets = dropped ? octets : Bytes();
                dropped = true;
            } else if (!std::exchange(added, true)) {
                const Bytes ignore = plain_packet(sample(2));
                octets.insert(octets.end(), ignore.begin(), ignore.end());
            }
        };
        pair.run();
        EXPECT_TRUE(added);
        EXPECT_FALSE(pair.client().authenticate("alice", transport::WithNone{}));
        EXPECT_FALSE(pair.client().is_authenticated());
        EXPECT_EQ(reason_at(pair.at(End::client)), reason::protocol_error) << pair.ends();
    }
}

// Rogue messages -----------------------------------------------------------------------------

TEST(Rogue, sec_A2_06_extensions_and_requests_have_one_place_each) {
    const Bytes ext_info = Writer(7).uint32(1).text("server-sig-algs").text("ssh-ed25519").take();
    const Bytes request = Writer(50).text("mallory").text("ssh-connection").text("none").take();
    for (const End target : ends) {
        for (const bool strict : {true, false}) {
            for (const Bytes& message : {ext_info, request}) {
                // Before and inside the first exchange.
                for (unsigned moment = 1; moment <= 3; ++moment) {
                    Walk walk({"curve25519-sha256", "publickey", target, strict, {}});
                    for (unsigned i = 0; i < moment; ++i) {
                        walk.step();
                    }
                    EXPECT_EQ(walk.put_in(message), 'F') << name_of(target) << moment;
                }
            }
            // Between the keys and the service.
            Walk walk({"curve25519-sha256", "publickey", target, strict, {}});
            for (unsigned i = 0; i < 4; ++i) {
                walk.step();
            }
            EXPECT_EQ(walk.put_in(request), 'F') << name_of(target);
        }
    }
}

TEST(Rogue, sec_A2_06_a_second_extension_message_does_not_count) {
    const Bytes ext_info = Writer(7).uint32(1).text("server-sig-algs").text("ssh-ed25519").take();
    for (const End target : ends) {
        Walk walk({"curve25519-sha256", "publickey", target, true, {}});
        for (unsigned i = 0; i < 4; ++i) {
            walk.step();
        }
        ASSERT_FALSE(walk.model().initial());
        EXPECT_EQ(walk.put_in(ext_info), '.') << "its place";
        const char second = walk.put_in(ext_info);
        // RFC 8308 s2.4: a server may send another one right before SUCCESS.
        EXPECT_EQ(second, target == End::server ? 'F' : '.');
        if (target == End::client) {
            EXPECT_EQ(walk.put_in(sample(2)), 'F') << "not SUCCESS";
        }
    }
}

// Budgets ------------------------------------------------------------------------------------

/// How many of these a session takes before it ends.
std::size_t taken(PlainPair& pair, End target, BytesView message, std::size_t most) {
    std::size_t count = 0;
    while (pair.at(target).session.is_active() && count < most) {
        pair.inject(target, message);
        ++count;
    }
    return count;
}

TEST(Budgets, sec_A2_22_packets_before_login) {
    for (const End target : ends) {
        for (const bool keys : {false, true}) {
            for (const unsigned number : {2U, 3U, 4U, 150U}) {
                if (!keys && number == 150U) {
                    continue; // ends a session at once
                }
                Course course;
                course.strict = false;
                course.target = target;
                Walk walk(course);
                for (unsigned i = 0; i < (keys ? 4U : 1U); ++i) {
                    walk.step();
                }
                EXPECT_LE(taken(walk.pair(), target, sample(number), 5000), 1025U);
                EXPECT_GE(walk.target().count<transport::PeerText>(), number == 4 ? 1000U : 0U);
                EXPECT_EQ(reason_at(walk.target()), reason::protocol_error) << number;
            }
        }
    }
}

TEST(Budgets, sec_A2_22_octets_before_login) {
    const Bytes large = Writer(2).string(Bytes(200'000)).take();
    for (const End target : ends) {
        Course course;
        course.strict = false;
        course.target = target;
        Walk walk(course);
        walk.step();
        EXPECT_EQ(taken(walk.pair(), target, large, 100), 11U) << "2 MiB and what exceeds them";
        EXPECT_EQ(reason_at(walk.target()), reason::protocol_error);
    }
}

TEST(Budgets, after_login_there_is_none) {
    for (const End target : ends) {
        Course course;
        course.target = target;
        Walk walk(course);
        walk.to_the_end();
        ASSERT_TRUE(walk.complete());
        EXPECT_EQ(taken(walk.pair(), target, sample(2), 3000), 3000U);
        EXPECT_TRUE(walk.target().session.is_active());
    }
}

// Floods -------------------------------------------------------------------------------------

/// Moves what is there from one to the other, and nothing back.
void one_way(SessionEnd& from, SessionEnd& to) {
    const BytesView out = from.session.output();
    const MutableBytes space = to.session.input(out.size());
    std::copy(out.begin(), out.end(), space.begin());
    to.session.received(out.size());
    from.session.sent(out.size());
    to.drain();
}

TEST(Floods, sec_A2_08_answers_that_a_key_exchange_holds_back_are_bounded) {
    for (const End target : ends) {
        SessionPair pair = SessionPair::with("curve25519-sha256");
        pair.log_in(transport::WithPublicKey{test_key()});
        SessionEnd& flooded = pair.at(target);
        SessionEnd& peer = pair.at(other(target));
        flooded.session.rekey().value(); // which the peer never answers
        std::size_t sent = 0;
        while (flooded.session.is_active() && sent < 1'000'000) {
            send_raw(peer.session, sample(80));
            one_way(peer, flooded);
            ++sent;
            ASSERT_LE(flooded.session.output().size(), 8192U);
        }
        EXPECT_EQ(sent, 2049U) << "answers that may wait, and the one too many";
        EXPECT_EQ(reason_at(flooded), reason::protocol_error);
    }
}

TEST(Floods, sec_A2_08_a_peer_that_does_not_read_what_it_asks_for_is_not_read_either) {
    for (const unsigned number : {80U, 150U}) {
        for (const End target : ends) {
            SessionPair pair = SessionPair::with("curve25519-sha256");
            pair.log_in(transport::WithPublicKey{test_key()});
            SessionEnd& flooded = pair.at(target);
            SessionEnd& peer = pair.at(other(target));
            constexpr std::size_t limit = std::size_t{256} * 1024;
            std::size_t sent = 0;
            // Its host sends nothing, and reads as long as the session wants something.
            while (flooded.session.wants_octets() && sent < 1'000'000) {
                for (unsigned i = 0; i < 100; ++i) {
                    send_raw(peer.session, sample(number));
                }
                sent += 100;
                one_way(peer, flooded);
            }
            EXPECT_LT(sent, 1'000'000U);
            EXPECT_TRUE(flooded.session.is_active());
            EXPECT_LE(flooded.session.output().size(), 2 * limit + 4096);
            EXPECT_LE(waiting_octets(flooded.session), 2 * limit);
            // Once it reads, all goes on.
            std::size_t answers = 0;
            while (!flooded.session.output().empty()) {
                answers += flooded.session.output().size();
                flooded.session.sent(flooded.session.output().size());
                flooded.drain();
            }
            EXPECT_GT(answers, limit);
            EXPECT_EQ(waiting_octets(flooded.session), 0U);
            EXPECT_TRUE(flooded.session.wants_octets());
        }
    }
}

TEST(Floods, sec_A2_08_a_question_that_is_open_stops_the_stream) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    std::optional<transport::RequestId> open;
    pair.at(End::client).answer = [&](transport::Event& event) -> std::optional<transport::Answer> {
        if (const auto* asked = std::get_if<transport::HostKeyQuestion>(&event)) {
            open = asked->id;
            pair.client().defer(asked->id);
            event = transport::PeerText{}; // nobody answers it
        }
        return std::nullopt;
    };
    pair.run();
    ASSERT_TRUE(open);
    ASSERT_TRUE(pair.client().is_active());
    EXPECT_FALSE(pair.client().wants_octets());
    unsigned sent = 0;
    while (pair.client().is_active() && sent < 1000) {
        send_raw(pair.server(), Writer(2).string(Bytes(30'000)).take());
        one_way(pair.at(End::server), pair.at(End::client));
        ++sent;
        ASSERT_LE(waiting_octets(pair.client()), 600'000U);
    }
    EXPECT_GE(sent, 8U) << "what an honest peer may have sent already";
    EXPECT_LE(sent, 20U);
    EXPECT_EQ(reason_at(pair.at(End::client)), reason::protocol_error);
    const auto late = pair.client().answer(*open, transport::HostKeyAnswer{true, {}});
    EXPECT_EQ(static_cast<int>(late), static_cast<int>(ssh::Fed::ended));
    EXPECT_FALSE(pair.client().algorithms());
}

TEST(Floods, sec_A2_09_a_peer_that_never_answers_a_rekey_costs_no_memory) {
    SessionPair pair = SessionPair::with("curve25519-sha256");
    pair.log_in(transport::WithPublicKey{test_key()});
    const transport::ChannelId channel = pair.client().open_channel("session").value();
    pair.run();
    for (const End who : ends) {
        SessionEnd& end = pair.at(who);
        end.session.rekey().value();
        const Bytes mebibyte(std::size_t{1} << 20U);
        for (unsigned i = 0; i < 1024; ++i) {
            const auto taken = end.session.send_data(channel, mebibyte);
            ASSERT_TRUE(taken);
            EXPECT_EQ(*taken, 0U) << "the host is told to wait";
            ASSERT_LE(end.session.output().size(), 8192U);
        }
    }
    // It is not lost that somebody waits.
    pair.run();
    EXPECT_EQ(pair.at(End::client).count<transport::ChannelWritable>(), 1U);
    EXPECT_EQ(pair.at(End::server).count<transport::ChannelWritable>(), 1U);
}

// What people read ---------------------------------------------------------------------------

/// Nothing in it that a terminal obeys, and nothing that is no text.
bool is_safe(const std::string& text, bool banner) {
    if (!is_utf8(text)) {
        return false;
    }
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if ((octet < 0x20 && !(banner && (c == '\n' || c == '\t'))) || octet == 0x7f) {
            return false;
        }
    }
    // U+0080 to U+009F, U+202A to U+202E, U+2066 to U+2069.
    for (const char* bad :
         {"\xc2\x9b", "\xc2\x85", "\xe2\x80\xae", "\xe2\x80\xaa", "\xe2\x81\xa6"}) {
        if (text.find(bad) != std::string::npos) {
            return false;
        }
    }
    return true;
}

TEST(Texts, sec_A2_26_what_the_peer_says_in_words_moves_no_terminal) {
    const std::string evil = "a\x1b[2J\x1b]0;x\x07 \x7f\r\b \xc2\x9b"
                             "31m \xe2\x80\xae \xe2\x81\xa6 "
                             "\xff\xc0\x80 \xed\xa0\x80 z";
    const Bytes texts[] = {Writer(1).uint32(2).text(evil).text(evil).take(),
                           Writer(4).boolean(true).text(evil).text("").take(),
                           Writer(53).text(evil + "\r\n\tmore\n" + evil).text("").take()};
    for (const Bytes& message : texts) {
        const unsigned number = std::to_integer<unsigned>(message[0]);
        for (const End target : ends) {
            if (target == End::server && number == 53) {
                continue;
            }
            // While somebody logs in.
            Walk walk({"curve25519-sha256", "gssapi-with-mic", target, true, {}});
            while (!walk.model().text().ends_with("request open)")) {
                ASSERT_TRUE(walk.step());
            }
            const char seen = walk.put_in(message);
            EXPECT_EQ(seen, number == 1 ? 'P' : 'T');
            std::string text;
            if (const auto* gone = walk.target().last<Disconnected>()) {
                text = gone->text;
            } else if (const auto* said = walk.target().last<transport::PeerText>()) {
                text = said->text;
            }
            EXPECT_TRUE(is_safe(text, number == 53)) << text;
            EXPECT_EQ(text.front(), 'a') << "something was shown";
            EXPECT_NE(text.find("\\x1b"), std::string::npos) << text;
            EXPECT_NE(text.find("\\xff"), std::string::npos) << text;
            EXPECT_EQ(text.back(), 'z');
        }
    }
}

TEST(Texts, sec_A2_26_nor_do_names_that_it_makes_up) {
    const std::string evil = "x\x1b[2J\xe2\x80\xae\xff";
    // Names in a KEXINIT, of a service and of methods come back in the text of an end.
    for (const End target : ends) {
        Walk walk({"curve25519-sha256", "publickey", target, true, {}});
        walk.step();
        walk.step();
        while (walk.step() && walk.model().text() != "(later, service asked)" &&
               walk.model().text() != "(later)") {
        }
        const Bytes message =
            target == End::server ? Writer(5).text(evil).take() : Writer(6).text(evil).take();
        EXPECT_EQ(walk.put_in(message), 'F');
        EXPECT_TRUE(is_safe(walk.target().last<Disconnected>()->text, false));
    }
    Walk walk({"curve25519-sha256", "publickey", End::client, true, {}});
    while (!walk.model().text().ends_with("request open)")) {
        ASSERT_TRUE(walk.step());
    }
    walk.pair().inject(End::client, Writer(51).text(evil + "," + evil).boolean(false).take());
    for (const transport::Event& event : walk.target().events) {
        if (const auto* failed = std::get_if<transport::AuthFailed>(&event)) {
            EXPECT_TRUE(is_safe(failed->reason, false)) << failed->reason;
        } else if (const auto* gone = std::get_if<Disconnected>(&event)) {
            EXPECT_TRUE(is_safe(gone->text, false)) << gone->text;
        }
    }
}

} // namespace

} // namespace gss::test
