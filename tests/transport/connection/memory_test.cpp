// SPDX-License-Identifier: Apache-2.0
// What a peer can make a connection keep. A program of its own: operator new counts.
#include "connection_rig.h"

#include "allocation_counter.h"

#include <gtest/gtest.h>

#include <functional>

namespace gss::test::transport {
namespace {

constexpr int many = 100000;

/// Bytes that are held more after many turns than after the first hundred.
std::size_t growth(const std::function<void()>& turn) {
    for (int i = 0; i < 100; ++i) {
        turn();
    }
    const std::size_t before = held_bytes();
    for (int i = 0; i < many; ++i) {
        turn();
    }
    const std::size_t after = held_bytes();
    return after > before ? after - before : 0;
}

/// A deque of the rig's keeps one block more or less.
constexpr std::size_t of_the_rig = 4096;

TEST(Memory, sec_A2_25_opening_and_refusing_keeps_nothing) {
    Side server(Role::server);
    EXPECT_LE(growth([&] {
                  server.take(open("session", 5));
                  const auto asked = server.event<ChannelOpenRequest>();
                  ASSERT_EQ(asked.channel, 0U);
                  ASSERT_EQ(server.connection.answer(asked.id, Refusal{}), ssh::Fed::taken);
                  ASSERT_EQ(server.all(), "sent 92");
              }),
              of_the_rig);
    EXPECT_LE(growth([&] {
                  server.take(open("nothing", 5)); // of a type that is unknown
                  ASSERT_EQ(server.all(), "sent 92");
              }),
              of_the_rig);
    // CVE-2026-39827: and what the peer refuses.
    EXPECT_LE(growth([&] {
                  const ChannelId channel = server.connection.open_channel(either, {}, 1).value();
                  server.take(open_failure(channel, 1, "no"));
                  ASSERT_EQ(server.all(), "sent 90, ChannelOpenFailed");
              }),
              of_the_rig);
}

TEST(Memory, sec_A2_25_past_the_limit_opens_are_refused_and_keep_nothing) {
    Side server(Role::server);
    for (std::uint32_t i = 0; i < server.limits.channels; ++i) {
        server.take(open("session", i));
    }
    server.all();
    std::uint32_t number = 1000;
    EXPECT_LE(growth([&] {
                  server.take(open("session", ++number));
                  ASSERT_EQ(server.all(), "sent 92");
              }),
              of_the_rig);
}

TEST(Memory, sec_A2_25_opening_and_closing_keeps_nothing) {
    Side server(Role::server);
    EXPECT_LE(growth([&] {
                  const ChannelId channel = accept_session(server);
                  ASSERT_EQ(channel, 0U);
                  server.take(request(channel, "exec", true)); // that nobody answers
                  server.take(data(channel, "x"));
                  server.take(bare(97, channel));
                  ASSERT_EQ(server.all(), "sent 97, ChannelRequest, ChannelData, ChannelClosed");
              }),
              of_the_rig);
}

TEST(Memory, requests_and_answers_keep_nothing) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server);
    EXPECT_LE(growth([&] {
                  server.take(request(channel, "keepalive@gssxx.test", true));
                  server.take(global("keepalive@gssxx.test", true));
                  const RequestId first = server.event<ChannelRequest>().id;
                  const RequestId second = server.event<GlobalRequest>().id;
                  ASSERT_EQ(server.connection.answer(first, Refusal{}), ssh::Fed::taken);
                  ASSERT_EQ(server.connection.answer(second, Refusal{}), ssh::Fed::taken);
                  ASSERT_EQ(server.all(), "sent 100, sent 82");
              }),
              of_the_rig);
    EXPECT_LE(growth([&] {
                  ASSERT_TRUE(server.connection.channel_request(channel, "x", true, {}));
                  ASSERT_TRUE(server.connection.global_request("x", true, {}));
                  server.take(bare(100, channel));
                  server.take(plain(82));
                  ASSERT_EQ(server.all(), "sent 98, sent 80, ChannelRequestAnswered, "
                                          "GlobalRequestAnswered");
              }),
              of_the_rig);
}

TEST(Memory, a_channel_holds_at_most_512_bytes) {
    Side server(Role::server);
    static_cast<void>(accept_session(server, 1000));
    const std::size_t before = held_bytes();
    for (std::uint32_t i = 0; i < 63; ++i) {
        static_cast<void>(accept_session(server, i));
    }
    const std::size_t each = (held_bytes() - before) / 63;
    RecordProperty("bytes_of_a_channel", static_cast<int>(each));
    EXPECT_GT(each, 0U); // it counts
    EXPECT_LE(each, 512U);
}

TEST(Memory, data_of_any_size_is_sent_without_memory_of_ours) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server, 7, 1000, 0xffffffff, 32768);
    class Nothing final : public gss::transport::detail::DataOutlet {
    public:
        void send(BytesView) override {}
        void send(BytesView, BytesView) override { ++messages; }
        void put(Event) override {}
        [[nodiscard]] RequestId new_id() noexcept override { return 1; }
        [[nodiscard]] std::size_t room() const noexcept override { return 1U << 30U; }
        int messages = 0;
    };
    Nothing outlet;
    Connection connection(Role::client, server.limits, outlet);
    ASSERT_EQ(connection.open_channel("session", {}, 1).value(), channel);
    connection.receive(confirmation(channel, 7, 0xffffffff, 32768));
    const Bytes block(1U << 20U);
    const std::size_t allocations = count_allocations(
        [&] { ASSERT_EQ(connection.send_data(channel, block, 0).value(), block.size()); });
    EXPECT_EQ(outlet.messages, 32);
    EXPECT_EQ(allocations, 0U);
}

} // namespace
} // namespace gss::test::transport
