// SPDX-License-Identifier: Apache-2.0
// Data, windows, EOF and CLOSE.
#include "connection_rig.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace gss::test::transport {
namespace {

std::string received(Side& side, std::uint32_t stream = 0) {
    const auto octets = side.event<ChannelData>();
    EXPECT_EQ(octets.stream, stream);
    return text_of(octets.data);
}

TEST(Data, goes_out_in_packets_that_the_peer_takes) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 1000, 10, 4);
    EXPECT_EQ(server.connection.send_data(channel, as_bytes("abcdefghijkl"), 0).value(), 10U);
    EXPECT_EQ(server.message(), data(7, "abcd"));
    EXPECT_EQ(server.message(), data(7, "efgh"));
    EXPECT_EQ(server.message(), data(7, "ij"));
    EXPECT_EQ(server.all(), "");
    // The rest waits for the window, of which the host is told once.
    EXPECT_EQ(server.connection.send_data(channel, as_bytes("kl"), 0).value(), 0U);
    server.take(adjust(channel, 1));
    EXPECT_EQ(server.event<ChannelWritable>().channel, channel);
    server.take(adjust(channel, 1));
    EXPECT_EQ(server.all(), "");
    EXPECT_EQ(server.connection.send_data(channel, as_bytes("kl"), 0).value(), 2U);
    EXPECT_EQ(server.message(), data(7, "kl"));
    server.take(adjust(channel, 5));
    EXPECT_EQ(server.all(), ""); // nobody waits
}

TEST(Data, stderr_goes_from_a_server_to_a_client_only) {
    Side server(Role::server);
    const ChannelId at_server = accept_session(server, 7, 1000, 3);
    EXPECT_EQ(server.connection.send_data(at_server, as_bytes("err!"), 1).value(), 3U);
    EXPECT_EQ(server.message(), extended(7, 1, "err")); // of the same window
    EXPECT_EQ(server.connection.send_data(at_server, as_bytes("x"), 2).error().code(),
              ErrorCode::misuse);
    EXPECT_NE(server.fault(extended(at_server, 1, "x")), "");
    EXPECT_EQ(server.all(), "");

    Side client(Role::client);
    const ChannelId at_client = open_session(client);
    EXPECT_FALSE(client.connection.send_data(at_client, as_bytes("x"), 1));
    client.take(extended(at_client, 1, "from there"));
    EXPECT_EQ(received(client, 1), "from there");
    EXPECT_NE(client.fault(extended(at_client, 0, "x")), "");
    EXPECT_NE(client.fault(extended(at_client, 2, "x")), "");
    EXPECT_NE(client.fault(extended(at_client, 0xffffffff, "x")), "");
    EXPECT_EQ(client.all(), "");
}

TEST(Data, other_types_have_no_stderr) {
    Side client(Role::client);
    for (const std::string_view type : {either, std::string_view("own@gssxx.test")}) {
        const ChannelId channel = client.connection.open_channel(type, {}, 1000).value();
        client.take(confirmation(channel, 70 + channel));
        client.all();
        client.take(data(channel, "x"));
        EXPECT_EQ(received(client), "x");
        EXPECT_NE(client.fault(extended(channel, 1, "x")), "");
    }
}

TEST(Data, more_than_the_window_is_a_fault) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 5);
    server.take(data(channel, "abc"));
    EXPECT_EQ(received(server), "abc");
    EXPECT_NE(server.fault(data(channel, "def")).find("window"), std::string::npos);
    EXPECT_EQ(server.all(), "");
    // Dealt with: as much again. 2 are left and 3 come back.
    server.connection.consumed(channel, 3);
    EXPECT_EQ(server.message(), adjust(7, 3));
    server.take(data(channel, "defgh"));
    EXPECT_EQ(received(server), "defgh");
    EXPECT_NE(server.fault(data(channel, "i")), "");
}

TEST(Data, stderr_takes_of_the_same_window) {
    Side client(Role::client);
    const ChannelId channel = open_session(client, 7, 5);
    client.take(extended(channel, 1, "abc"));
    EXPECT_EQ(client.fault(data(channel, "de")), "");
    EXPECT_NE(client.fault(extended(channel, 1, "f")), "");
}

TEST(Data, more_than_the_maximum_packet_is_a_fault) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 1U << 20U);
    server.take(data(channel, std::string(64 * 1024, 'x')));
    EXPECT_NE(server.fault(data(channel, std::string(64 * 1024 + 1, 'x'))), "");
    EXPECT_EQ(server.all(), "ChannelData");
}

TEST(Data, empty_data_changes_nothing) {
    Side client(Role::client);
    const ChannelId channel = open_session(client, 7, 0);
    client.take(data(channel, ""));
    client.take(extended(channel, 1, ""));
    EXPECT_EQ(client.connection.send_data(channel, {}, 0).value(), 0U);
    EXPECT_EQ(client.all(), "");
}

// A host that says more than it got would let the peer send without end.
TEST(Data, no_more_is_given_back_than_has_come) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 10);
    server.connection.consumed(channel, 1000);
    EXPECT_EQ(server.all(), "");
    server.take(data(channel, "abcdefgh"));
    server.connection.consumed(channel, 1000);
    EXPECT_EQ(server.message(), adjust(7, 8));
    server.connection.consumed(channel, 1000);
    server.connection.consumed(77, 1000);
    EXPECT_EQ(server.all(), "ChannelData");
}

TEST(Data, windows_are_given_back_in_lumps) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 100);
    server.take(data(channel, std::string(100, 'x')));
    for (int i = 0; i < 49; ++i) {
        server.connection.consumed(channel, 1);
    }
    EXPECT_EQ(server.all(), "ChannelData");
    server.connection.consumed(channel, 1);
    EXPECT_EQ(server.message(), adjust(7, 50));
    // A large window: after two packets.
    const ChannelId large = accept_session(server, 8, 2U << 20U);
    for (int i = 0; i < 3; ++i) {
        server.take(data(large, std::string(64 * 1024, 'x')));
    }
    server.connection.consumed(large, 128 * 1024 - 1);
    EXPECT_EQ(server.all(), "ChannelData, ChannelData, ChannelData");
    server.connection.consumed(large, 1);
    EXPECT_EQ(server.message(), adjust(8, 128 * 1024));
}

// CVE-2025-22869: with a stalled peer, what the application writes must not pile up.
TEST(Data, sec_A2_09_without_room_nothing_is_taken) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 1000, 0xffffffff, 0xffffffff);
    const ChannelId other = accept_session(server, 8, 1000, 0xffffffff, 0xffffffff);
    const Bytes block = noise(1U << 20U, 5);
    server.outlet.left = 0;
    for (int i = 0; i < 1024; ++i) { // 1 GiB
        ASSERT_EQ(server.connection.send_data(channel, block, 0).value(), 0U);
        ASSERT_EQ(server.connection.send_data(channel, block, 1).value(), 0U);
    }
    EXPECT_EQ(server.connection.send_data(other, block, 0).value(), 0U);
    server.connection.writable(); // there is none yet
    EXPECT_EQ(server.all(), "");
    // What is queued never exceeds the room by more than the head of one message.
    server.outlet.room_shrinks = true;
    for (const std::size_t room : {1U, 5U, 13U, 100U, 65536U, 65537U, 262144U}) {
        server.outlet.left = room;
        const std::size_t taken = server.connection.send_data(channel, block, 0).value();
        EXPECT_GT(taken, 0U);
        EXPECT_LE(taken, room);
        std::size_t queued = 0;
        while (!server.outlet.sent.empty()) {
            queued += server.message().size();
        }
        EXPECT_LE(queued, room + 9);
    }
    server.outlet.left = 1000;
    server.connection.writable();
    EXPECT_EQ(server.event<ChannelWritable>().channel, channel);
    EXPECT_EQ(server.event<ChannelWritable>().channel, other);
    server.connection.writable();
    EXPECT_EQ(server.all(), ""); // said once
}

TEST(Data, sec_A2_09_room_and_window_must_both_be_there) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 1000, 0);
    EXPECT_EQ(server.connection.send_data(channel, as_bytes("x"), 0).value(), 0U);
    server.connection.writable();
    EXPECT_EQ(server.all(), "");
    server.outlet.left = 0;
    server.take(adjust(channel, 10));
    EXPECT_EQ(server.all(), "");
    server.outlet.left = 10;
    server.connection.writable();
    EXPECT_EQ(server.all(), "ChannelWritable");
}

TEST(Data, eof_is_the_end_of_one_direction) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server);
    server.take(bare(96, channel));
    EXPECT_EQ(server.all(), "ChannelEof");
    // The other one goes on.
    EXPECT_EQ(server.connection.send_data(channel, as_bytes("x"), 0).value(), 1U);
    ASSERT_TRUE(server.connection.send_eof(channel));
    EXPECT_EQ(server.all(), "sent 94, sent 96");
    EXPECT_EQ(server.connection.send_eof(channel).error().code(), ErrorCode::misuse);
    EXPECT_EQ(server.connection.send_data(channel, as_bytes("x"), 0).error().code(),
              ErrorCode::misuse);
    EXPECT_TRUE(server.connection.channel_request(channel, "exit-status", false, {}));
    EXPECT_EQ(server.message(), request(7, "exit-status", false));
    EXPECT_NE(server.fault(data(channel, "x")).find("after EOF"), std::string::npos);
    EXPECT_NE(server.fault(bare(96, channel)), "");
    EXPECT_EQ(server.all(), "");
}

TEST(Data, after_eof_no_window_is_given_back) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 10);
    server.take(data(channel, "abcdefghij"));
    server.take(bare(96, channel));
    server.connection.consumed(channel, 10);
    EXPECT_EQ(server.all(), "ChannelData, ChannelEof");
}

TEST(Data, a_close_is_answered_with_one) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7);
    server.take(bare(97, channel));
    EXPECT_EQ(server.message(), bare(97, 7));
    EXPECT_EQ(server.event<ChannelClosed>().channel, channel);
    EXPECT_EQ(server.connection.close_channel(channel).error().code(), ErrorCode::misuse);
    EXPECT_EQ(server.all(), "");
}

TEST(Data, our_close_is_not_sent_twice) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7);
    EXPECT_EQ(server.connection.send_data(channel, noise(5000, 1), 0).value(), 1000U);
    server.all();
    ASSERT_TRUE(server.connection.close_channel(channel));
    EXPECT_EQ(server.message(), bare(97, 7));
    EXPECT_EQ(server.connection.close_channel(channel).error().code(), ErrorCode::misuse);
    EXPECT_FALSE(server.connection.send_data(channel, as_bytes("x"), 0));
    EXPECT_FALSE(server.connection.send_eof(channel));
    EXPECT_FALSE(server.connection.channel_request(channel, "exit-status", false, {}));
    // What the peer sent before it knew: within the window, and nobody hears of it.
    server.take(data(channel, std::string(900, 'x')));
    server.connection.consumed(channel, 900);
    server.take(adjust(channel, 10));
    server.connection.writable();
    server.take(bare(96, channel));
    EXPECT_EQ(server.all(), "");
    // But a request of the peer's is told, and nothing is replied to it.
    server.take(request(channel, "exit-status", true, "1234"));
    const auto asked = server.event<ChannelRequest>();
    EXPECT_EQ(server.connection.answer(asked.id, RequestAnswer{true, {}}), ssh::Fed::taken);
    EXPECT_EQ(server.all(), "");
    server.take(bare(97, channel));
    EXPECT_EQ(server.all(), "ChannelClosed");
}

TEST(Data, the_window_holds_after_our_close) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 1000);
    ASSERT_TRUE(server.connection.close_channel(channel));
    server.take(data(channel, std::string(1000, 'x')));
    EXPECT_NE(server.fault(data(channel, "x")), "");
}

} // namespace
} // namespace gss::test::transport
