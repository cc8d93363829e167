// SPDX-License-Identifier: Apache-2.0
// How channels begin: who may be asked for what, refusals, limits, numbers.
#include "connection_rig.h"

#include "reader.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace gss::test::transport {
namespace {

constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();

struct Refused {
    std::uint32_t recipient = 0;
    std::uint32_t reason = 0;
    std::string text;
};

Refused refused(BytesView payload) {
    ssh::wire::Reader reader(payload);
    EXPECT_EQ(reader.byte(), 92);
    Refused found;
    found.recipient = reader.uint32();
    found.reason = reader.uint32();
    found.text = reader.text(4096);
    EXPECT_EQ(reader.text(4096), "");
    EXPECT_TRUE(reader.done());
    return found;
}

ChannelAnswer yes(std::uint32_t window = 1000, BytesView data = {}) {
    ChannelAnswer answer;
    answer.accepted = true;
    answer.window = window;
    answer.data.assign(data.begin(), data.end());
    return answer;
}

TEST(Opening, a_server_asks_its_host_and_confirms_with_its_window) {
    Side server(Role::server);
    server.take(open("session", 41));
    const auto asked = server.event<ChannelOpenRequest>();
    EXPECT_EQ(asked.type, "session");
    EXPECT_TRUE(asked.data.empty());
    EXPECT_EQ(server.all(), "");
    EXPECT_EQ(server.connection.answer(asked.id, yes(12345)), ssh::Fed::taken);
    EXPECT_EQ(server.message(), confirmation(41, asked.channel, 12345, 64 * 1024));
    EXPECT_EQ(server.connection.answer(asked.id, yes()), ssh::Fed::stale);
    EXPECT_EQ(server.all(), "");
}

TEST(Opening, what_a_type_adds_goes_both_ways) {
    Side client(Role::client);
    Bytes message = open(either, 5);
    for (const std::byte octet : as_bytes("more")) {
        message.push_back(octet);
    }
    client.take(message);
    const auto asked = client.event<ChannelOpenRequest>();
    EXPECT_EQ(text_of(asked.data), "more");
    EXPECT_EQ(client.connection.answer(asked.id, yes(9, as_bytes("back"))), ssh::Fed::taken);
    Bytes expected = confirmation(5, asked.channel, 9, 64 * 1024);
    for (const std::byte octet : as_bytes("back")) {
        expected.push_back(octet);
    }
    EXPECT_EQ(client.message(), expected);

    Side server(Role::server);
    const ChannelId ours = server.connection.open_channel(either, as_bytes("abc"), 77).value();
    Bytes opened = open(either, ours, 77, 64 * 1024);
    for (const std::byte octet : as_bytes("abc")) {
        opened.push_back(octet);
    }
    EXPECT_EQ(server.message(), opened);
    Bytes answer = confirmation(ours, 3);
    answer.push_back(std::byte{'!'});
    server.take(answer);
    EXPECT_EQ(text_of(server.event<ChannelOpened>().data), "!");
}

// A session has no data of its own: what is left over is a fault, not something to pass on.
TEST(Opening, octets_after_a_session_are_faults) {
    Side server(Role::server);
    Bytes message = open("session", 1);
    message.push_back(std::byte{0});
    EXPECT_NE(server.fault(message), "");
    Side client(Role::client);
    const ChannelId ours = client.connection.open_channel("session", {}, 1).value();
    Bytes answer = confirmation(ours, 3);
    answer.push_back(std::byte{0});
    EXPECT_NE(client.fault(answer), "");
    EXPECT_TRUE(client.outlet.events.empty());
}

TEST(Opening, a_client_is_never_asked_for_a_session) {
    Side client(Role::client, {}, gss::transport::detail::channel_types());
    client.take(open("session", 8));
    const Refused answer = refused(client.message());
    EXPECT_EQ(answer.recipient, 8U);
    EXPECT_EQ(answer.reason, 3U);
    EXPECT_EQ(client.all(), "");
}

TEST(Opening, unknown_types_are_refused_without_asking) {
    for (const std::string_view type : {"x11", "forwarded-tcpip", "direct-tcpip", "Session", "s"}) {
        Side server(Role::server, {}, gss::transport::detail::channel_types());
        server.take(open(type, 4));
        const Refused answer = refused(server.message());
        EXPECT_EQ(answer.recipient, 4U);
        EXPECT_EQ(answer.reason, 3U);
        EXPECT_EQ(answer.text, "unknown channel type");
        EXPECT_EQ(server.all(), "");
    }
}

TEST(Opening, names_that_are_none_are_faults) {
    using namespace std::string_literals;
    const std::string longest(64, 'x');
    Side server(Role::server);
    EXPECT_EQ(server.fault(open(longest, 1)), "");
    for (const std::string& name : {""s, longest + "x", "a b"s, "a\0"s, "\x7f"s, "\xc3\xa9"s}) {
        EXPECT_NE(Side(Role::server).fault(open(name, 1)), "");
        EXPECT_NE(Side(Role::server).fault(global(name, false)), "");
        Side with_channel(Role::server);
        const ChannelId channel = accept_session(with_channel);
        EXPECT_NE(with_channel.fault(request(channel, name, false)), "");
        EXPECT_FALSE(with_channel.connection.channel_request(channel, name, false, {}));
        EXPECT_FALSE(with_channel.connection.global_request(name, false, {}));
        EXPECT_FALSE(with_channel.connection.open_channel(name, {}, 1));
        EXPECT_EQ(with_channel.all(), "");
    }
}

TEST(Opening, refusals_say_why) {
    Side server(Role::server);
    const auto refusal = [&](Answer answer, ssh::Fed fed) {
        server.take(open("session", 3));
        const auto asked = server.event<ChannelOpenRequest>();
        EXPECT_EQ(asked.channel, 0U); // the number of the one before is free again
        EXPECT_EQ(server.connection.answer(asked.id, std::move(answer)), fed);
        return refused(server.message());
    };
    ChannelAnswer no;
    no.reason = 2;
    no.text = "not today";
    EXPECT_EQ(refusal(no, ssh::Fed::taken).reason, 2U);
    EXPECT_EQ(refusal(no, ssh::Fed::taken).text, "not today");
    no.reason = 0; // no such reason
    EXPECT_EQ(refusal(no, ssh::Fed::taken).reason, 1U);
    EXPECT_EQ(refusal(Refusal{}, ssh::Fed::taken).reason, 1U);
    // Another kind of answer is no yes.
    EXPECT_EQ(refusal(RequestAnswer{true, {}}, ssh::Fed::misuse).reason, 1U);
    no.text = std::string(100000, 'x') + "\xff";
    EXPECT_EQ(refusal(no, ssh::Fed::taken).text, std::string(1024, 'x'));
    no.text = "\xff";
    EXPECT_EQ(refusal(no, ssh::Fed::taken).text, "\\xff");
    ChannelAnswer large = yes();
    large.data.resize(1U << 20U);
    EXPECT_EQ(refusal(large, ssh::Fed::misuse).reason, 1U);
    EXPECT_EQ(server.all(), "");
}

TEST(Opening, texts_of_the_peer_are_escaped) {
    Side client(Role::client);
    const ChannelId channel = client.connection.open_channel("session", {}, 1).value();
    client.take(open_failure(channel, 4, "no\x1b[2J\n\xff"));
    const auto failed = client.event<ChannelOpenFailed>();
    EXPECT_EQ(failed.channel, channel);
    EXPECT_EQ(failed.reason, 4U);
    EXPECT_EQ(failed.text, "no\\x1b[2J\\x0a\\xff");
    // Its number is free, and it is nobody's.
    EXPECT_NE(client.fault(open_failure(channel, 4, "again")), "");
    EXPECT_EQ(client.connection.open_channel("session", {}, 1).value(), channel);
}

TEST(Opening, long_texts_are_faults) {
    Side client(Role::client);
    const ChannelId channel = client.connection.open_channel("session", {}, 1).value();
    EXPECT_NE(client.fault(open_failure(channel, 4, std::string(4097, 'x'))), "");
    EXPECT_TRUE(client.outlet.events.empty());
}

TEST(Opening, the_limit_of_channels_holds_for_both_sides) {
    SessionLimits limits;
    limits.channels = 3;
    Side server(Role::server, limits);
    static_cast<void>(accept_session(server, 100));
    server.take(open("session", 101)); // unanswered ones count
    static_cast<void>(server.event<ChannelOpenRequest>());
    EXPECT_TRUE(server.connection.open_channel(either, {}, 1));
    EXPECT_EQ(server.connection.open_channel(either, {}, 1).error().code(), ErrorCode::misuse);
    EXPECT_EQ(server.all(), "sent 90");
    server.take(open("session", 103));
    const Refused answer = refused(server.message());
    EXPECT_EQ(answer.recipient, 103U);
    EXPECT_EQ(answer.reason, 4U);
    EXPECT_EQ(server.all(), "");
    // One goes, one may come.
    server.take(bare(97, 0));
    EXPECT_EQ(server.all(), "sent 97, ChannelClosed");
    server.take(open("session", 103));
    EXPECT_EQ(server.event<ChannelOpenRequest>().channel, 0U);
}

// A number that is free for one side and taken for the other would mix two channels up.
TEST(Opening, numbers_are_used_again_after_both_have_closed_only) {
    Side client(Role::client);
    const ChannelId first = open_session(client, 7);
    ASSERT_TRUE(client.connection.close_channel(first));
    EXPECT_EQ(client.all(), "sent 97");
    EXPECT_NE(open_session(client, 8), first);
    client.take(bare(97, first));
    EXPECT_EQ(client.all(), "ChannelClosed");
    EXPECT_EQ(open_session(client, 7), first);
}

TEST(Opening, a_number_of_the_peers_that_is_in_use_is_a_fault) {
    Side server(Role::server);
    const ChannelId first = accept_session(server, 7);
    EXPECT_NE(server.fault(open("session", 7)), "");
    ASSERT_TRUE(server.connection.close_channel(first));
    EXPECT_NE(server.fault(open("session", 7)), "");
    server.take(bare(97, first));
    EXPECT_EQ(server.fault(open("session", 7)), "");
    // Also in a confirmation, and while the host thinks.
    const ChannelId ours = server.connection.open_channel(either, {}, 1).value();
    EXPECT_NE(server.fault(confirmation(ours, 7)), "");
}

TEST(Opening, nothing_may_be_done_with_a_channel_that_is_not_open) {
    Side server(Role::server);
    server.take(open("session", 7));
    const ChannelId asked = server.event<ChannelOpenRequest>().channel;
    const ChannelId opening = server.connection.open_channel(either, {}, 1).value();
    server.all();
    Connection& connection = server.connection;
    for (const ChannelId channel : {asked, opening, ChannelId{63}, ChannelId{most}}) {
        const auto check = [&](const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::misuse);
            EXPECT_EQ(error.subject(), "channel " + std::to_string(channel));
        };
        check(connection.send_data(channel, as_bytes("x"), 0).error());
        check(connection.send_eof(channel).error());
        check(connection.close_channel(channel).error());
        check(connection.channel_request(channel, "exec", true, {}).error());
        connection.consumed(channel, 1);
    }
    EXPECT_EQ(server.all(), "");
}

TEST(Opening, the_announced_packet_fits_the_longest_that_is_taken) {
    SessionLimits limits;
    limits.packet = 35000;
    Side client(Role::client, limits);
    ASSERT_TRUE(client.connection.open_channel("session", {}, 9));
    EXPECT_EQ(client.message(), open("session", 0, 9, 35000 - 512));
}

// CVE-2026-59843, CVE-2026-39834: a maximum packet of 0 or a window of 2^32 - 1 made peers spin.
TEST(Opening, sec_A2_24_packets_and_windows_at_their_limits) {
    for (const bool we_open : {false, true}) {
        const auto with = [&](Side& side, std::uint32_t window, std::uint32_t packet) {
            return we_open ? open_session(side, 7, 1000, window, packet)
                           : accept_session(side, 7, 1000, window, packet);
        };
        const Role role = we_open ? Role::client : Role::server;
        const Bytes data = noise(200000, 1);
        {
            Side side(role);
            const Bytes zero = we_open ? confirmation(0, 7, 1000, 0) : open("session", 7, 1000, 0);
            if (we_open) {
                ASSERT_TRUE(side.connection.open_channel("session", {}, 1));
                side.all();
            }
            EXPECT_NE(side.fault(zero).find("maximum packet size of 0"), std::string::npos);
            EXPECT_EQ(side.all(), "");
        }
        {
            Side side(role);
            const ChannelId channel = with(side, 3, 1);
            EXPECT_EQ(side.connection.send_data(channel, data, 0).value(), 3U);
            EXPECT_EQ(side.all(), "sent 94, sent 94, sent 94");
            EXPECT_EQ(side.connection.send_data(channel, data, 0).value(), 0U);
            side.take(adjust(channel, 1));
            EXPECT_EQ(side.all(), "ChannelWritable");
        }
        {
            Side side(role);
            const ChannelId channel = with(side, most, most);
            EXPECT_EQ(side.connection.send_data(channel, data, 0).value(), data.size());
            while (!side.outlet.sent.empty()) { // never more than we are willing to send
                EXPECT_LE(side.message().size(), 64U * 1024 + 9);
            }
            side.take(adjust(channel, 200000)); // 2^32 - 1 again
            EXPECT_NE(side.fault(adjust(channel, 1)), "");
        }
        {
            Side side(role);
            const ChannelId channel = with(side, 0, 1000);
            EXPECT_EQ(side.connection.send_data(channel, data, 0).value(), 0U);
            EXPECT_EQ(side.connection.send_data(channel, {}, 0).value(), 0U);
            EXPECT_EQ(side.all(), "");
            EXPECT_EQ(side.fault(adjust(channel, most)), "");
            EXPECT_NE(side.fault(adjust(channel, most)), "");
        }
    }
}

TEST(Opening, sec_A2_24_a_window_that_passes_its_limit_is_a_fault) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 1000, 1000);
    EXPECT_EQ(server.fault(adjust(channel, most - 1000)), "");
    EXPECT_EQ(server.fault(adjust(channel, 0)), "");
    EXPECT_NE(server.fault(adjust(channel, 1)), "");
    EXPECT_NE(server.fault(adjust(channel, most)), "");
}

} // namespace
} // namespace gss::test::transport
