// SPDX-License-Identifier: Apache-2.0
// The state table of whole sessions, exhausted: every message number at every moment of a session,
// against a model that was written from the RFCs and knows nothing but what was on the wire.
#include "walk.h"

#include <gtest/gtest.h>

#include <string>

namespace gss::test {

namespace {

/// All numbers at the moment that a walk has come to. What must change nothing is put into the
/// session itself, which must come to the end of its course nevertheless.
void try_all_numbers(Walk& walk, const std::string& where, std::size_t& cells) {
    std::vector<unsigned> harmless;
    for (unsigned number = 0; number < 256; ++number) {
        const std::string expected = walk.model().expected(number);
        ++cells;
        if (walk.model().stays_whole() && (expected == "U" || expected == "." || expected == "T") &&
            number != 6 && number != 7) {
            harmless.push_back(number);
            continue;
        }
        const char seen = in_a_copy([&] { return walk.put_in(sample(number)); });
        EXPECT_NE(expected.find(seen), std::string::npos)
            << where << ", message " << number << ": '" << seen << "' and not one of '" << expected
            << "'";
    }
    for (const unsigned number : harmless) {
        const std::string expected = walk.model().expected(number);
        EXPECT_EQ(std::string(1, walk.put_in(sample(number))), expected)
            << where << ", message " << number;
    }
    const char end = in_a_copy([&] {
        walk.to_the_end();
        return walk.complete() ? 'c' : 'b';
    });
    EXPECT_EQ(end, 'c') << where << ": what changes nothing has changed something";
}

/// The moments of a course from one step to another.
void try_course(const Course& course, unsigned first, unsigned last, std::size_t& cells) {
    for (unsigned steps = first; steps <= last; ++steps) {
        Walk walk(course);
        for (unsigned i = 0; i < steps; ++i) {
            if (!walk.step()) {
                return;
            }
        }
        try_all_numbers(walk,
                        course.key_exchange + ' ' + course.method +
                            (course.target == End::client ? ", client" : ", server") +
                            (course.strict ? ", strict" : "") + ", step " + std::to_string(steps) +
                            ' ' + walk.model().text(),
                        cells);
    }
}

const std::string families[] = {"curve25519-sha256", "diffie-hellman-group14-sha256",
                                "gss-curve25519-sha256", "gss-gex-sha1"};

class SessionStates : public testing::TestWithParam<std::string> {};

TEST_P(SessionStates, sec_A2_02_A2_03_A2_04_A2_05_every_number_at_every_moment) {
    constexpr unsigned all = 1000;
    const std::string& family = GetParam();
    const bool gss = family.starts_with("gss-");
    std::size_t cells = 0;
    for (const End target : {End::client, End::server}) {
        for (const bool strict : {true, false}) {
            // Both begin a key exchange, one here and the other there.
            const Course course{family,
                                gss ? "gssapi-keyex" : "publickey",
                                target,
                                strict,
                                {rekey_by(strict ? target : other(target))}};
            Walk whole(course);
            whole.to_the_end();
            ASSERT_TRUE(whole.complete()) << family << '\n' << whole.pair().pair().ends();
            ASSERT_EQ(whole.target().count<transport::KeysExchanged>(), 2U);
            try_course(course, 1, all, cells);
        }
    }
    // Version, KEXINIT, a message of the method, NEWKEYS, the login and all that once more.
    EXPECT_GE(cells, 4U * 10 * 256);
}

INSTANTIATE_TEST_SUITE_P(Families, SessionStates, testing::ValuesIn(families));

TEST(SessionMethods, sec_A2_02_every_number_within_every_method) {
    std::size_t cells = 0;
    for (const End target : {End::client, End::server}) {
        for (const char* method : {"none", "password", "gssapi-with-mic"}) {
            const Course course{"curve25519-sha256", method, target, true, {rekey_by(target)}};
            // From the first keys on.
            unsigned keys = 0;
            unsigned end = 0;
            Walk whole(course);
            while (!whole.authenticated() && whole.step()) {
                ++end;
                keys = whole.model().initial() ? end : keys;
            }
            ASSERT_TRUE(whole.authenticated()) << method << '\n' << whole.pair().pair().ends();
            try_course(course, keys + 1, end, cells);
        }
    }
    EXPECT_GE(cells, 6U * 3 * 256);
}

/// Says in a KEXINIT packet that a guess follows; a wrong one begins with a name of its own.
Bytes with_guess(const Bytes& payload, bool wrong) {
    Bytes changed = payload;
    changed[changed.size() - 5] = std::byte{1};
    if (wrong) {
        constexpr std::string_view name = "guess@example.org,";
        constexpr std::size_t list = 17;
        const auto length = std::to_integer<std::size_t>(changed[list + 2]) << 8U |
                            std::to_integer<std::size_t>(changed[list + 3]);
        const std::size_t longer = length + name.size();
        changed[list + 2] = static_cast<std::byte>(longer >> 8U);
        changed[list + 3] = static_cast<std::byte>(longer & 0xffU);
        const BytesView added = as_bytes(name);
        changed.insert(changed.begin() + list + 4, added.begin(), added.end());
    }
    return changed;
}

// RFC 4253 s7.1: "If the other party's guess was wrong, and this field was TRUE, the next packet
// MUST be silently ignored": one, of the method, and no other message with it.
TEST(SessionGuesses, sec_A2_02_A2_15_every_number_after_a_right_and_a_wrong_guess) {
    std::size_t cells = 0;
    for (const std::string& family : families) {
        for (const End target : {End::client, End::server}) {
            for (const bool strict : {true, false}) {
                for (const bool wrong : {true, false}) {
                    Walk walk({family, "publickey", target, strict, {}});
                    walk.step();
                    const Bytes kexinit = walk.pair().queue(target).front().payload;
                    walk.pair().queue(target).clear();
                    walk.pair().inject(target, with_guess(kexinit, wrong));
                    StateModel model = walk.model();
                    model.received(kexinit);
                    for (unsigned number = 0; number < 256; ++number) {
                        const bool ignored = wrong && number >= 30 && number <= 49;
                        const std::string expected = ignored ? "." : model.expected(number);
                        const char seen = in_a_copy([&] {
                            const char once = walk.put_in(sample(number));
                            return ignored && once == '.' && walk.put_in(sample(number)) != 'F'
                                       ? '2'
                                       : once;
                        });
                        EXPECT_EQ(std::string(1, seen), expected)
                            << family << (target == End::client ? ", client" : ", server")
                            << (strict ? ", strict" : "") << (wrong ? ", wrong" : ", right")
                            << ", message " << number;
                        ++cells;
                    }
                }
            }
        }
    }
    EXPECT_EQ(cells, 4U * 8 * 256);
}

// Before the identification there are no packets: nothing that looks like one is taken for one.
TEST(SessionStart, sec_A2_02_no_packet_counts_before_the_identification) {
    for (const End target : {End::client, End::server}) {
        for (unsigned number = 0; number < 256; ++number) {
            const Course course;
            PlainPair pair(client_options(course), server_options(course));
            pair.collect();
            pair.inject(target, sample(number));
            const SessionEnd& end = pair.at(target);
            EXPECT_EQ(end.events.size(), end.session.is_active() ? 0U : 1U) << number;
            // What it has sent: its KEXINIT (RFC 4253 s4.2), and that it goes if it does.
            EXPECT_EQ(pair.sent(target).size(), 1 + end.events.size()) << number;
            pair.run();
            EXPECT_FALSE(end.session.algorithms()) << "it was passed over: " << number;
        }
    }
}

} // namespace

} // namespace gss::test
