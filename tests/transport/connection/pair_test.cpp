// SPDX-License-Identifier: Apache-2.0
// Two connections that talk to each other: what is sent arrives, whatever windows and packets are.
#include "connection_rig.h"

#include <gssxx/transport/channel_requests.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gss::test::transport {
namespace {

ChannelAnswer yes(std::uint32_t window) {
    ChannelAnswer answer;
    answer.accepted = true;
    answer.window = window;
    return answer;
}

/// Opens a channel from one side to the other; its numbers there and there.
struct Numbers {
    ChannelId opener = 0;
    ChannelId other = 0;
};

Numbers open_between(Pair& pair, Side& opener, Side& other, std::string_view type,
                     std::uint32_t window_of_opener, std::uint32_t window_of_other) {
    Numbers numbers;
    numbers.opener = opener.connection.open_channel(type, {}, window_of_opener).value();
    pair.pump();
    const auto asked = other.event<ChannelOpenRequest>();
    numbers.other = asked.channel;
    EXPECT_EQ(other.connection.answer(asked.id, yes(window_of_other)), ssh::Fed::taken);
    pair.pump();
    EXPECT_EQ(opener.event<ChannelOpened>().channel, numbers.opener);
    return numbers;
}

/// One direction of one channel: all that is to be sent, and all that has come.
struct Flow {
    Side* from = nullptr;
    ChannelId from_number = 0;
    Side* to = nullptr;
    ChannelId to_number = 0;
    std::uint32_t stream = 0;
    Bytes content{};
    std::size_t chunk = 0;   ///< what the host gives at a time
    std::size_t swallow = 0; ///< what the other host deals with at a time

    std::size_t sent = 0;
    bool blocked = false;
    Bytes arrived{};
    std::size_t unread = 0;
};

void send_some(Flow& flow) {
    while (!flow.blocked && flow.sent < flow.content.size()) {
        const BytesView rest = BytesView(flow.content).subspan(flow.sent);
        const BytesView chunk = rest.first(std::min(rest.size(), flow.chunk));
        const std::size_t taken =
            flow.from->connection.send_data(flow.from_number, chunk, flow.stream).value();
        ASSERT_LE(taken, chunk.size());
        flow.sent += taken;
        flow.blocked = taken < chunk.size();
    }
}

/// Gives the events of a side to the flows that they belong to.
void sort_events(Side& side, std::vector<Flow>& flows) {
    while (!side.outlet.events.empty()) {
        const Event event = std::move(side.outlet.events.front());
        side.outlet.events.pop_front();
        bool found = false;
        if (const auto* const data = std::get_if<ChannelData>(&event)) {
            for (Flow& flow : flows) {
                if (flow.to == &side && flow.to_number == data->channel &&
                    flow.stream == data->stream) {
                    flow.arrived.insert(flow.arrived.end(), data->data.begin(), data->data.end());
                    flow.unread += data->data.size();
                    found = true;
                }
            }
        } else if (const auto* const writable = std::get_if<ChannelWritable>(&event)) {
            for (Flow& flow : flows) {
                if (flow.from == &side && flow.from_number == writable->channel) {
                    flow.blocked = false;
                    found = true;
                }
            }
        }
        ASSERT_TRUE(found) << name_of(event);
    }
}

void swallow_some(Flow& flow) {
    const std::size_t now = std::min(flow.unread, flow.swallow);
    flow.to->connection.consumed(flow.to_number, now);
    flow.unread -= now;
}

/// Runs until nothing moves any more.
void run(Pair& pair, std::vector<Flow>& flows) {
    for (bool moved = true; moved;) {
        for (Flow& flow : flows) {
            send_some(flow);
        }
        moved = pair.pump();
        sort_events(pair.client, flows);
        sort_events(pair.server, flows);
        for (Flow& flow : flows) {
            moved = moved || flow.unread != 0;
            swallow_some(flow);
        }
        if (testing::Test::HasFatalFailure()) {
            return;
        }
    }
    for (const Flow& flow : flows) {
        EXPECT_EQ(flow.sent, flow.content.size()) << "stalled";
        EXPECT_TRUE(flow.arrived == flow.content) << "altered";
    }
}

TEST(Pair, data_arrives_whole_through_every_window_and_packet) {
    constexpr std::size_t size = 20011;
    for (const std::uint32_t window : {1U, 2U, 3U, 100U, 4093U, 65536U, 2U << 20U}) {
        for (const std::uint32_t packet : {1U, 2U, 7U, 1021U, 32768U, 0xffffffffU}) {
            if (window < 100 && packet > 7) {
                continue; // the window decides
            }
            for (const std::size_t swallow : {std::size_t{1}, std::size_t{61}, size}) {
                if (swallow == 1 && window > 4093) {
                    continue;
                }
                Pair pair;
                pair.packet_of_client = packet;
                pair.packet_of_server = packet;
                const Numbers numbers =
                    open_between(pair, pair.client, pair.server, "session", window, window);
                std::vector<Flow> flows(2);
                flows[0] = {
                    &pair.client, numbers.opener, &pair.server, numbers.other, 0, noise(size, 1),
                    997,          swallow};
                flows[1] = {&pair.server,   numbers.other, &pair.client, numbers.opener, 0,
                            noise(size, 2), 5000,          swallow};
                run(pair, flows);
                EXPECT_LE(pair.largest_seen_by_client, std::min(packet, window));
                EXPECT_LE(pair.largest_seen_by_server, std::min(packet, window));
                if (HasFailure()) {
                    FAIL() << "window " << window << ", packet " << packet << ", " << swallow;
                }
            }
        }
    }
}

TEST(Pair, two_streams_of_one_channel_arrive_apart) {
    Pair pair;
    pair.packet_of_client = 333;
    const Numbers numbers = open_between(pair, pair.client, pair.server, "session", 1000, 1000);
    std::vector<Flow> flows(2);
    for (std::uint32_t stream = 0; stream < 2; ++stream) {
        flows[stream] = {&pair.server, numbers.other,        &pair.client, numbers.opener,
                         stream,       noise(10007, stream), 501,          200};
    }
    run(pair, flows);
}

TEST(Pair, channels_that_either_side_opened_do_not_touch_each_other) {
    Pair pair;
    std::vector<Flow> flows;
    // Numbers differ between the sides: the server has opened one that was refused meanwhile.
    EXPECT_EQ(pair.server.connection.open_channel(either, {}, 1).value(), 0U);
    for (std::uint32_t i = 0; i < 12; ++i) {
        const bool by_client = i % 3 != 0;
        Side& opener = by_client ? pair.client : pair.server;
        Side& other = by_client ? pair.server : pair.client;
        if (i == 0) {
            pair.pump();
            const RequestId id = pair.client.event<ChannelOpenRequest>().id;
            EXPECT_EQ(pair.client.connection.answer(id, Refusal{}), ssh::Fed::taken);
            pair.pump();
            EXPECT_EQ(pair.server.event<ChannelOpenFailed>().channel, 0U);
        }
        const Numbers numbers = open_between(pair, opener, other, by_client ? "session" : either,
                                             100 + 531 * i, 9000 - 700 * i);
        flows.push_back({&opener, numbers.opener, &other, numbers.other, 0, noise(30000 + i, i),
                         100 + i, 2000});
        flows.push_back({&other, numbers.other, &opener, numbers.opener, 0,
                         noise(31000 + i, 100 + i), 7000 + i, 17 * (i + 1)});
    }
    run(pair, flows);
    // And they end one by one.
    for (std::size_t i = 0; i < flows.size(); i += 2) {
        Flow& flow = flows[i];
        ASSERT_TRUE(flow.from->connection.send_eof(flow.from_number));
        pair.pump();
        EXPECT_EQ(flow.to->event<ChannelEof>().channel, flow.to_number);
        ASSERT_TRUE((i % 4 == 0 ? flow.from : flow.to)
                        ->connection.close_channel(i % 4 == 0 ? flow.from_number : flow.to_number));
        pair.pump();
        EXPECT_EQ(flow.from->event<ChannelClosed>().channel, flow.from_number);
        EXPECT_EQ(flow.to->event<ChannelClosed>().channel, flow.to_number);
    }
    EXPECT_EQ(pair.client.all(), "");
    EXPECT_EQ(pair.server.all(), "");
}

TEST(Pair, both_sides_may_close_at_once) {
    Pair pair;
    const Numbers numbers = open_between(pair, pair.client, pair.server, "session", 1000, 1000);
    ASSERT_TRUE(pair.client.connection.close_channel(numbers.opener));
    ASSERT_TRUE(pair.server.connection.close_channel(numbers.other));
    pair.pump();
    EXPECT_EQ(pair.client.all(), "ChannelClosed");
    EXPECT_EQ(pair.server.all(), "ChannelClosed");
}

// One whole command as a host sees it.
TEST(Pair, a_command_runs) {
    Pair pair;
    Side& client = pair.client;
    Side& server = pair.server;
    const Numbers numbers = open_between(pair, client, server, "session", 1000, 1000);
    ASSERT_TRUE(
        client.connection.channel_request(numbers.opener, "env", false, env_data({"LANG", "C"})));
    ASSERT_TRUE(client.connection.channel_request(numbers.opener, "exec", true, exec_data("true")));
    pair.pump();
    const auto env = server.event<ChannelRequest>();
    EXPECT_EQ(parse_env(env.data).value().value, "C");
    const auto exec = server.event<ChannelRequest>();
    EXPECT_EQ(parse_exec(exec.data).value(), "true");
    EXPECT_EQ(server.connection.answer(exec.id, RequestAnswer{true, {}}), ssh::Fed::taken);
    pair.pump();
    EXPECT_EQ(client.all(), ""); // the first question is open; an answer to it goes nowhere
    EXPECT_EQ(server.connection.answer(env.id, Refusal{}), ssh::Fed::taken);
    pair.pump();
    EXPECT_TRUE(client.event<ChannelRequestAnswered>().ok);
    ASSERT_TRUE(server.connection.send_data(numbers.other, as_bytes("out"), 0));
    ASSERT_TRUE(server.connection.send_data(numbers.other, as_bytes("err"), 1));
    ASSERT_TRUE(server.connection.send_eof(numbers.other));
    ASSERT_TRUE(server.connection.channel_request(numbers.other, "exit-status", false,
                                                  exit_status_data(3)));
    ASSERT_TRUE(server.connection.close_channel(numbers.other));
    pair.pump();
    EXPECT_EQ(text_of(client.event<ChannelData>().data), "out");
    EXPECT_EQ(text_of(client.event<ChannelData>().data), "err");
    static_cast<void>(client.event<ChannelEof>());
    const auto status = client.event<ChannelRequest>();
    EXPECT_EQ(status.type, "exit-status");
    EXPECT_EQ(parse_exit_status(status.data).value(), 3U);
    EXPECT_EQ(client.all(), "ChannelClosed");
    EXPECT_EQ(server.all(), "ChannelClosed");
}

} // namespace
} // namespace gss::test::transport
