// SPDX-License-Identifier: Apache-2.0
// How sessions end, when they exchange keys by themselves, and answers that come late.
#include "walk.h"

#include <gtest/gtest.h>

#include <string>

namespace gss::test {

namespace {

using transport::Disconnected;
using transport::KeysExchanged;

constexpr End ends[] = {End::client, End::server};

/// A pair of which one end has these limits for its keys.
SessionPair with_limits(End which, const transport::RekeyLimits& limits) {
    transport::ClientOptions client = client_options({});
    transport::ServerOptions server = server_options({});
    (which == End::client ? client.rekey : server.rekey) = limits;
    return {client, server};
}

void log_in(SessionPair& pair) {
    pair.log_in(transport::WithPublicKey{test_key()});
    ASSERT_TRUE(pair.client().is_authenticated()) << pair.ends();
    ASSERT_TRUE(pair.server().is_authenticated()) << pair.ends();
}

TEST(Keys, last_for_so_many_octets_either_way) {
    for (const End which : ends) {
        for (const End sender : ends) {
            transport::RekeyLimits limits;
            limits.octets = 100'000;
            SessionPair pair = with_limits(which, limits);
            ASSERT_NO_FATAL_FAILURE(log_in(pair));
            for (unsigned i = 0; i < 9; ++i) {
                ASSERT_TRUE(pair.at(sender).session.send_ignore(Bytes(10'000)));
                pair.run();
            }
            EXPECT_EQ(pair.at(End::client).count<KeysExchanged>(), 1U);
            for (unsigned i = 0; i < 3; ++i) {
                ASSERT_TRUE(pair.at(sender).session.send_ignore(Bytes(10'000)));
                pair.run();
            }
            EXPECT_EQ(pair.at(End::client).count<KeysExchanged>(), 2U);
            EXPECT_EQ(pair.at(End::server).count<KeysExchanged>(), 2U);
        }
    }
}

TEST(Keys, last_for_so_many_packets_either_way) {
    for (const End which : ends) {
        for (const End sender : ends) {
            transport::RekeyLimits limits;
            limits.packets = 50;
            SessionPair pair = with_limits(which, limits);
            ASSERT_NO_FATAL_FAILURE(log_in(pair));
            for (unsigned i = 0; i < 40; ++i) {
                ASSERT_TRUE(pair.at(sender).session.send_ignore({}));
                pair.run();
            }
            EXPECT_EQ(pair.at(End::client).count<KeysExchanged>(), 1U);
            for (unsigned i = 0; i < 20; ++i) {
                ASSERT_TRUE(pair.at(sender).session.send_ignore({}));
                pair.run();
            }
            EXPECT_EQ(pair.at(End::client).count<KeysExchanged>(), 2U);
        }
    }
}

TEST(Keys, last_for_so_long) {
    for (const End which : ends) {
        SessionPair pair = with_limits(which, {});
        ASSERT_NO_FATAL_FAILURE(log_in(pair));
        pair.at(which).session.elapsed(std::chrono::seconds(3599));
        pair.run();
        EXPECT_EQ(pair.at(which).count<KeysExchanged>(), 1U);
        pair.at(which).session.elapsed(std::chrono::seconds(1));
        pair.run();
        EXPECT_EQ(pair.at(which).count<KeysExchanged>(), 2U);
        // From then on anew.
        pair.at(which).session.elapsed(std::chrono::seconds(3599));
        pair.run();
        EXPECT_EQ(pair.at(which).count<KeysExchanged>(), 2U);
    }
}

TEST(Keys, sec_A2_09_a_peer_does_not_take_for_ever_to_exchange_them) {
    for (const End which : ends) {
        SessionPair pair = with_limits(which, {});
        ASSERT_NO_FATAL_FAILURE(log_in(pair));
        SessionEnd& end = pair.at(which);
        ASSERT_TRUE(end.session.rekey());
        end.session.elapsed(std::chrono::seconds(120));
        end.drain();
        EXPECT_TRUE(end.session.is_active());
        end.session.elapsed(std::chrono::seconds(1));
        end.drain();
        EXPECT_FALSE(end.session.is_active());
        ASSERT_NE(end.last<Disconnected>(), nullptr);
    }
}

// Ends ---------------------------------------------------------------------------------------

TEST(Ends, the_stream_may_end_at_every_moment) {
    for (const End target : ends) {
        unsigned moments = 0;
        Walk walk({"gss-curve25519-sha256", "gssapi-with-mic", target, true, {rekey_by(target)}});
        do {
            ++moments;
            const char seen = in_a_copy([&] {
                SessionEnd& end = walk.target();
                const std::size_t before = end.events.size();
                end.session.ended();
                end.drain();
                const auto* gone = end.last<Disconnected>();
                if (gone == nullptr || end.session.is_active()) {
                    return 'n';
                }
                const bool lost = gone->by == Disconnected::By::lost && gone->reason == 0;
                return lost && end.events.size() == before + 1 && !end.session.poll() ? 'l' : 'o';
            });
            EXPECT_EQ(seen, 'l') << walk.model().text();
        } while (walk.step());
        EXPECT_TRUE(walk.complete());
        EXPECT_GE(moments, 10U);
    }
}

TEST(Ends, a_host_may_end_it_at_every_moment_and_the_peer_hears_why) {
    for (const End target : ends) {
        Walk walk({"gss-curve25519-sha256", "gssapi-with-mic", target, true, {rekey_by(target)}});
        do {
            const char seen = in_a_copy([&] {
                SessionEnd& end = walk.target();
                end.session.disconnect(11, "enough");
                walk.pair().collect();
                walk.pair().deliver_all(other(target));
                const auto* own = end.last<Disconnected>();
                const auto* heard = walk.pair().at(other(target)).last<Disconnected>();
                if (own == nullptr || heard == nullptr) {
                    return 'n';
                }
                const bool good = own->by == Disconnected::By::us && own->reason == 11 &&
                                  heard->by == Disconnected::By::peer && heard->reason == 11 &&
                                  heard->text == "enough";
                return good ? 'g' : 'o';
            });
            EXPECT_EQ(seen, 'g') << walk.model().text();
        } while (walk.step());
        EXPECT_TRUE(walk.complete());
    }
}

// Late answers -------------------------------------------------------------------------------

TEST(Late, an_answer_to_a_password_may_come_later) {
    for (const bool yes : {true, false}) {
        SessionPair pair = with_limits(End::client, {});
        std::optional<transport::RequestId> open;
        pair.at(End::server).answer =
            [&](transport::Event& event) -> std::optional<transport::Answer> {
            if (const auto* asked = std::get_if<transport::PasswordRequest>(&event)) {
                open = asked->id;
                pair.server().defer(asked->id);
                event = transport::PeerText{}; // nobody answers it
            }
            return std::nullopt;
        };
        pair.log_in(transport::WithPassword{SecretBytes(as_bytes("a password"))});
        ASSERT_TRUE(open);
        EXPECT_FALSE(pair.server().is_authenticated());
        EXPECT_TRUE(pair.server().is_active());
        ssh::AuthorizeAnswer answer;
        answer.decision =
            yes ? ssh::AuthorizeAnswer::Decision::allow : ssh::AuthorizeAnswer().decision;
        EXPECT_EQ(static_cast<int>(pair.server().answer(*open, answer)),
                  static_cast<int>(ssh::Fed::taken));
        pair.run();
        EXPECT_EQ(pair.client().is_authenticated(), yes) << pair.ends();
        EXPECT_EQ(pair.server().is_authenticated(), yes) << pair.ends();
        // Once.
        EXPECT_NE(static_cast<int>(pair.server().answer(*open, answer)),
                  static_cast<int>(ssh::Fed::taken));
    }
}

} // namespace

} // namespace gss::test
