// SPDX-License-Identifier: Apache-2.0
// Every message number in every state of a channel, against a table; every message cut and
// lengthened.
#include "connection_rig.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace gss::test::transport {
namespace {

/// What a message comes to: message number -> words of Side::all(). What is not there is a fault.
using Outcomes = std::map<int, std::string>;

struct State {
    std::string name;
    std::function<void(Side&)> reach; ///< channel 0, or none
    Outcomes outcomes;
};

constexpr std::uint32_t fresh = 1000; ///< a number of the peer's that is not in use
constexpr std::uint32_t absent = 50;  ///< a number of ours that nobody has

/// A sound message of that number for @p channel.
Bytes sound(int number, ChannelId channel) {
    switch (number) {
    case 80:
        return global("keepalive@gssxx.test", true);
    case 81:
        return plain(81, "data");
    case 82:
        return plain(82);
    case 90:
        return open(either, fresh);
    case 91:
        return confirmation(channel, fresh);
    case 92:
        return open_failure(channel, 1, "no");
    case 93:
        return adjust(channel, 1);
    case 94:
        return data(channel, "x");
    case 95:
        return extended(channel, 1, "x");
    case 98:
        return request(channel, "exec", true);
    default: // also numbers that have no meaning
        return bare(static_cast<std::uint8_t>(number), channel);
    }
}

void ask(Side& side) {
    ASSERT_TRUE(side.connection.channel_request(0, "exec", true, {}));
    side.all();
}

void make_open(Side& side, bool client) {
    EXPECT_EQ(client ? open_session(side) : accept_session(side), 0U);
}

std::vector<State> states(bool client) {
    const Outcomes always{{80, "GlobalRequest"}, {90, "ChannelOpenRequest"}};
    Outcomes opening = always;
    opening.insert({{91, "ChannelOpened"}, {92, "ChannelOpenFailed"}});
    Outcomes is_open = always;
    is_open.insert({{93, ""},
                    {94, "ChannelData"},
                    {96, "ChannelEof"},
                    {97, "sent 97, ChannelClosed"},
                    {98, "ChannelRequest"}});
    Outcomes after_our_close = always;
    after_our_close.insert(
        {{93, ""}, {94, ""}, {96, ""}, {97, "ChannelClosed"}, {98, "ChannelRequest"}});
    if (client) {
        is_open[95] = "ChannelData";
        after_our_close[95] = "";
    }
    Outcomes after_eof = is_open;
    after_eof.erase(94);
    after_eof.erase(95);
    after_eof.erase(96);
    const auto with_replies = [](Outcomes outcomes) {
        outcomes.insert({{99, "ChannelRequestAnswered"}, {100, "ChannelRequestAnswered"}});
        return outcomes;
    };
    Outcomes with_global = is_open;
    with_global.insert({{81, "GlobalRequestAnswered"}, {82, "GlobalRequestAnswered"}});
    Outcomes waits = is_open;
    waits[93] = "ChannelWritable";

    const auto opened = [client](const std::function<void(Side&)>& then) {
        return [client, then](Side& side) {
            make_open(side, client);
            then(side);
            side.all();
        };
    };
    return {
        {"no channel", [](Side&) {}, always},
        {"asked for by the peer",
         [](Side& side) {
             side.take(open(either, 1));
             EXPECT_EQ(side.all(), "ChannelOpenRequest");
         },
         always},
        {"refused by us",
         [](Side& side) {
             side.take(open(either, 1));
             side.connection.answer(side.event<ChannelOpenRequest>().id, Refusal{});
             EXPECT_EQ(side.all(), "sent 92");
         },
         always},
        {"asked for by us",
         [](Side& side) {
             EXPECT_EQ(side.connection.open_channel(either, {}, 10).value(), 0U);
             EXPECT_EQ(side.all(), "sent 90");
         },
         opening},
        {"refused by the peer",
         [](Side& side) {
             EXPECT_TRUE(side.connection.open_channel(either, {}, 10));
             side.take(open_failure(0, 1, ""));
             side.all();
         },
         always},
        {"open", opened([](Side&) {}), is_open},
        {"open, its host waits", opened([](Side& side) {
             EXPECT_EQ(side.connection.send_data(0, noise(1001, 1), 0).value(), 1000U);
         }),
         waits},
        {"open, a request of ours waits", opened(ask), with_replies(is_open)},
        {"open, a global request of ours waits",
         opened([](Side& side) { EXPECT_TRUE(side.connection.global_request("x", true, {})); }),
         with_global},
        {"open, a request of the peer's waits",
         opened([](Side& side) { side.take(request(0, "exec", true)); }), is_open},
        {"after our EOF", opened([](Side& side) { EXPECT_TRUE(side.connection.send_eof(0)); }),
         is_open},
        {"after the peer's EOF", opened([](Side& side) { side.take(bare(96, 0)); }), after_eof},
        {"after our CLOSE",
         opened([](Side& side) { EXPECT_TRUE(side.connection.close_channel(0)); }),
         after_our_close},
        {"after our CLOSE, a request of ours waits", opened([](Side& side) {
             ask(side);
             EXPECT_TRUE(side.connection.close_channel(0));
         }),
         with_replies(after_our_close)},
        {"after the peer's CLOSE", opened([](Side& side) { side.take(bare(97, 0)); }), always},
        {"after both CLOSEs", opened([](Side& side) {
             EXPECT_TRUE(side.connection.close_channel(0));
             side.take(bare(97, 0));
         }),
         always},
    };
}

TEST(States, every_message_in_every_state_comes_to_what_the_table_says) {
    std::size_t cells = 0;
    for (const bool client : {false, true}) {
        for (const State& state : states(client)) {
            for (int number = 0; number < 256; ++number) {
                Side side(client ? Role::client : Role::server);
                state.reach(side);
                const std::string fault = side.fault(sound(number, 0));
                const std::string came = side.all();
                const std::string cell = (client ? "client, " : "server, ") + state.name +
                                         ", message " + std::to_string(number);
                const auto expected = state.outcomes.find(number);
                if (expected == state.outcomes.end()) {
                    EXPECT_NE(fault, "") << cell;
                    EXPECT_EQ(came, "") << cell << ": something went on past the fault";
                } else {
                    EXPECT_EQ(fault, "") << cell;
                    EXPECT_EQ(came, expected->second) << cell;
                }
                ++cells;
            }
        }
    }
    EXPECT_EQ(cells, 2U * 16 * 256);
}

TEST(States, a_channel_that_nobody_has_is_a_fault_for_every_message_about_one) {
    for (const bool client : {false, true}) {
        for (const ChannelId channel : {absent, 0xffffffffU, 0x80000000U}) {
            for (int number = 91; number <= 100; ++number) {
                Side side(client ? Role::client : Role::server);
                make_open(side, client);
                EXPECT_NE(side.fault(sound(number, channel)), "") << number;
                EXPECT_EQ(side.all(), "") << number;
            }
        }
    }
}

TEST(States, the_numbers_of_the_connection_protocol_are_known) {
    for (int number = 0; number < 256; ++number) {
        const bool has_name = (number >= 80 && number <= 82) || (number >= 90 && number <= 100);
        EXPECT_EQ(Connection::knows(static_cast<std::uint8_t>(number)), has_name) << number;
    }
    EXPECT_NE(Side(Role::server).fault({}), "");
}

/// A client in which every message but those in @p number's way can be taken.
void reach_for(Side& side, int number) {
    if (number == 91 || number == 92) {
        ASSERT_EQ(side.connection.open_channel("session", {}, 10).value(), 0U);
    } else {
        make_open(side, true);
        ask(side);
        ASSERT_TRUE(side.connection.global_request("x", true, {}));
    }
    side.all();
}

// A parser that reads past the end, or takes less than it was given, lets two sides see two things.
TEST(States, every_message_cut_anywhere_is_a_fault) {
    for (const int number : {80, 81, 82, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99, 100}) {
        const Bytes whole = sound(number, 0);
        // What these end with is the type's and may have any length.
        const std::size_t shortest = number == 81 ? 1 : whole.size();
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            Side side(Role::client);
            reach_for(side, number);
            // In memory of exactly that size, so that a sanitizer sees what is read past its end.
            const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
            const std::string fault = side.fault(cut);
            EXPECT_EQ(fault.empty(), size >= shortest) << number << " cut to " << size;
            if (!fault.empty()) {
                EXPECT_EQ(side.all(), "") << number << " cut to " << size;
            }
        }
    }
}

TEST(States, octets_left_over_are_faults) {
    for (const int number : {82, 91, 92, 93, 94, 95, 96, 97, 99, 100}) {
        for (const std::size_t more : {1U, 4U, 100U}) {
            Side side(Role::client);
            reach_for(side, number);
            Bytes longer = sound(number, 0);
            longer.resize(longer.size() + more);
            EXPECT_NE(side.fault(longer), "") << number;
            EXPECT_EQ(side.all(), "") << number;
        }
    }
}

// A length field that says more than there is.
TEST(States, lengths_that_lie_are_faults) {
    for (const std::uint32_t length : {2U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        const auto lie = [&](Writer writer) { return writer.uint32(length).byte('x').take(); };
        Side side(Role::client);
        make_open(side, true);
        EXPECT_NE(side.fault(lie(Writer(80))), "");
        EXPECT_NE(side.fault(lie(Writer(90))), "");
        EXPECT_NE(side.fault(lie(Writer(94).uint32(0))), "");
        EXPECT_NE(side.fault(lie(Writer(95).uint32(0).uint32(1))), "");
        EXPECT_NE(side.fault(lie(Writer(98).uint32(0))), "");
        EXPECT_EQ(side.all(), "");
    }
}

// CVE-2026-59850: data after CLOSE used what had been freed.
TEST(States, sec_A2_25_nothing_about_a_channel_comes_after_the_peers_close) {
    for (const bool we_first : {false, true}) {
        for (int number = 91; number <= 100; ++number) {
            Side server(Role::server);
            const ChannelId channel = accept_session(server);
            ASSERT_TRUE(server.connection.channel_request(channel, "x", true, {}));
            if (we_first) {
                ASSERT_TRUE(server.connection.close_channel(channel));
            }
            server.take(bare(97, channel));
            server.all();
            const std::string why =
                number <= 92 ? "nobody has asked for it" : "there is no such channel";
            EXPECT_NE(server.fault(sound(number, channel)).find(why), std::string::npos) << number;
            EXPECT_EQ(server.all(), "") << number;
        }
    }
}

// CVE-2026-39830: replies that nobody had asked for filled a queue until all stood still.
TEST(States, sec_A2_25_the_first_reply_that_nobody_asked_for_is_a_fault) {
    for (const bool client : {false, true}) {
        for (const int number : {81, 82, 99, 100}) {
            Side side(client ? Role::client : Role::server);
            make_open(side, client);
            for (int i = 0; i < 100000; ++i) {
                if (side.fault(sound(number, 0)).empty()) {
                    FAIL() << number << " was taken at " << i;
                }
            }
            EXPECT_EQ(side.all(), "");
        }
    }
}

} // namespace
} // namespace gss::test::transport
