// SPDX-License-Identifier: Apache-2.0
// Requests and replies, of channels and global ones.
#include "connection_rig.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace gss::test::transport {
namespace {

const RequestAnswer yes{true, {}};
const RequestAnswer no{false, {}};

TEST(Requests, say_what_came) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server);
    server.take(request(channel, "exec", true, "abc"));
    const auto asked = server.event<ChannelRequest>();
    EXPECT_EQ(asked.channel, channel);
    EXPECT_EQ(asked.type, "exec");
    EXPECT_TRUE(asked.want_reply);
    EXPECT_EQ(text_of(asked.data), "abc");
    EXPECT_EQ(server.connection.answer(asked.id, yes), ssh::Fed::taken);
    EXPECT_EQ(server.message(), bare(99, 7));
    EXPECT_EQ(server.connection.answer(asked.id, yes), ssh::Fed::stale);
    EXPECT_EQ(server.all(), "");
}

TEST(Requests, without_want_reply_get_none) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server);
    server.take(request(channel, "env", false));
    server.take(global("keepalive@gssxx.test", false));
    EXPECT_EQ(server.connection.answer(server.event<ChannelRequest>().id, yes), ssh::Fed::taken);
    EXPECT_EQ(server.connection.answer(server.event<GlobalRequest>().id, yes), ssh::Fed::taken);
    EXPECT_EQ(server.all(), "");
}

TEST(Requests, are_refused_when_nobody_answers_or_the_answer_is_of_another_kind) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server);
    Connection& connection = server.connection;
    ChannelAnswer opened;
    opened.accepted = true;
    RequestAnswer large{true, {}};
    large.data.resize(1U << 20U);
    const std::array<std::pair<Answer, ssh::Fed>, 4> answers{{
        {Refusal{}, ssh::Fed::taken},
        {opened, ssh::Fed::misuse},
        {HostKeyAnswer{true, ""}, ssh::Fed::misuse},
        {large, ssh::Fed::misuse},
    }};
    for (const auto& [answer, fed] : answers) {
        server.take(request(channel, "exec", true));
        EXPECT_EQ(connection.answer(server.event<ChannelRequest>().id, Answer(answer)), fed);
        EXPECT_EQ(server.message(), bare(100, 7));
        server.take(global("tcpip-forward", true));
        EXPECT_EQ(connection.answer(server.event<GlobalRequest>().id, Answer(answer)), fed);
        EXPECT_EQ(server.message(), plain(82));
    }
    EXPECT_EQ(server.all(), "");
}

// RFC 4254 s5.4: a reply does not say which request it answers, but for its place.
TEST(Requests, replies_leave_in_the_order_of_the_requests_however_answers_come) {
    std::array<std::size_t, 5> order{};
    std::iota(order.begin(), order.end(), 0U);
    do {
        Side server(Role::server);
        const ChannelId channel = accept_session(server);
        std::array<RequestId, 5> ids{};
        std::array<RequestId, 5> global_ids{};
        for (std::size_t i = 0; i < 5; ++i) {
            server.take(request(channel, "r" + std::to_string(i), i != 2));
            ids.at(i) = server.event<ChannelRequest>().id;
            server.take(global("g" + std::to_string(i), i != 2));
            global_ids.at(i) = server.event<GlobalRequest>().id;
        }
        std::array<bool, 5> answered{};
        std::string replies;
        for (const std::size_t which : order) {
            // Of each, the second and the fifth are refused.
            const bool ok = which != 1 && which != 4;
            EXPECT_EQ(server.connection.answer(ids.at(which), ok ? yes : no), ssh::Fed::taken);
            EXPECT_EQ(server.connection.answer(global_ids.at(which), ok ? yes : no),
                      ssh::Fed::taken);
            EXPECT_EQ(server.connection.answer(ids.at(which), yes), ssh::Fed::stale);
            answered.at(which) = true;
            const std::string sent = server.all();
            replies += sent.empty() ? "" : sent + ", ";
            const auto first_open = std::find(answered.begin(), answered.end(), false);
            const auto expected = std::count_if(
                answered.begin(), first_open, [&](const bool& it) { return &it != &answered[2]; });
            EXPECT_EQ(std::count(replies.begin(), replies.end(), ','), 2 * expected);
        }
        std::string of_channel;
        std::string of_global;
        for (std::size_t at = replies.find("sent "); at != std::string::npos;
             at = replies.find("sent ", at + 1)) {
            const std::string number = replies.substr(at + 5, replies.find(',', at) - at - 5);
            (number.front() == '8' ? of_global : of_channel) += number + " ";
        }
        EXPECT_EQ(of_channel, "99 100 99 100 ");
        EXPECT_EQ(of_global, "81 82 81 82 ");
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Requests, of_different_channels_do_not_wait_for_each_other) {
    Side server(Role::server);
    const ChannelId first = accept_session(server, 7);
    const ChannelId second = accept_session(server, 8);
    server.take(request(first, "exec", true));
    server.take(request(second, "exec", true));
    server.take(global("x", true));
    const auto of_first = server.event<ChannelRequest>();
    const auto of_second = server.event<ChannelRequest>();
    EXPECT_EQ(server.connection.answer(server.event<GlobalRequest>().id, yes), ssh::Fed::taken);
    EXPECT_EQ(server.connection.answer(of_second.id, yes), ssh::Fed::taken);
    EXPECT_EQ(server.message(), plain(81));
    EXPECT_EQ(server.message(), bare(99, 8));
    EXPECT_EQ(server.connection.answer(of_first.id, no), ssh::Fed::taken);
    EXPECT_EQ(server.message(), bare(100, 7));
}

TEST(Requests, a_global_success_carries_data) {
    for (const Role role : {Role::client, Role::server}) {
        Side side(role);
        side.take(global("tcpip-forward", true, "data"));
        const auto asked = side.event<GlobalRequest>();
        EXPECT_EQ(text_of(asked.data), "data");
        EXPECT_TRUE(asked.want_reply);
        const BytesView port = as_bytes("1234");
        EXPECT_EQ(side.connection.answer(asked.id, RequestAnswer{true, {port.begin(), port.end()}}),
                  ssh::Fed::taken);
        EXPECT_EQ(side.message(), plain(81, "1234"));
        side.take(global("tcpip-forward", true));
        EXPECT_EQ(side.connection.answer(side.event<GlobalRequest>().id,
                                         RequestAnswer{false, {port.begin(), port.end()}}),
                  ssh::Fed::taken);
        EXPECT_EQ(side.message(), plain(82)); // a failure has none
        EXPECT_EQ(side.all(), "");
    }
}

TEST(Requests, ours_are_answered_in_order) {
    Side client(Role::client);
    const ChannelId channel = open_session(client);
    ASSERT_TRUE(client.connection.channel_request(channel, "env", false, as_bytes("zz")));
    EXPECT_EQ(client.message(), request(7, "env", false, "zz"));
    ASSERT_TRUE(client.connection.channel_request(channel, "first", true, {}));
    ASSERT_TRUE(client.connection.channel_request(channel, "second", true, {}));
    EXPECT_EQ(client.all(), "sent 98, sent 98");
    client.take(bare(100, channel));
    client.take(bare(99, channel));
    const auto first = client.event<ChannelRequestAnswered>();
    EXPECT_EQ(first.channel, channel);
    EXPECT_EQ(first.type, "first");
    EXPECT_FALSE(first.ok);
    const auto second = client.event<ChannelRequestAnswered>();
    EXPECT_EQ(second.type, "second");
    EXPECT_TRUE(second.ok);
    EXPECT_NE(client.fault(bare(99, channel)), "");
}

// Keepalive: whatever the answer is, it is one.
TEST(Requests, global_ones_of_ours_are_answered_in_order) {
    for (const Role role : {Role::client, Role::server}) {
        Side side(role);
        ASSERT_TRUE(side.connection.global_request("quiet@gssxx.test", false, {}));
        ASSERT_TRUE(side.connection.global_request("keepalive@openssh.com", true, {}));
        ASSERT_TRUE(side.connection.global_request("tcpip-forward", true, as_bytes("q")));
        EXPECT_EQ(side.message(), global("quiet@gssxx.test", false));
        EXPECT_EQ(side.message(), global("keepalive@openssh.com", true));
        EXPECT_EQ(side.message(), global("tcpip-forward", true, "q"));
        side.take(plain(82));
        side.take(plain(81, "port"));
        const auto first = side.event<GlobalRequestAnswered>();
        EXPECT_EQ(first.type, "keepalive@openssh.com");
        EXPECT_FALSE(first.ok);
        const auto second = side.event<GlobalRequestAnswered>();
        EXPECT_EQ(second.type, "tcpip-forward");
        EXPECT_TRUE(second.ok);
        EXPECT_EQ(text_of(second.data), "port");
        EXPECT_NE(side.fault(plain(82)), "");
        EXPECT_NE(side.fault(plain(81)), "");
    }
}

TEST(Requests, answers_still_come_after_our_close) {
    Side client(Role::client);
    const ChannelId channel = open_session(client);
    ASSERT_TRUE(client.connection.channel_request(channel, "exec", true, {}));
    ASSERT_TRUE(client.connection.close_channel(channel));
    client.all();
    client.take(bare(99, channel));
    EXPECT_EQ(client.all(), "ChannelRequestAnswered");
    EXPECT_NE(client.fault(bare(99, channel)), "");
}

// The peer's CLOSE ends what was open: an answer that comes later answers nothing.
TEST(Requests, questions_end_with_their_channel) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server);
    server.take(request(channel, "exec", true));
    const auto asked = server.event<ChannelRequest>();
    server.take(bare(97, channel));
    EXPECT_EQ(server.all(), "sent 97, ChannelClosed");
    EXPECT_EQ(server.connection.answer(asked.id, yes), ssh::Fed::stale);
    EXPECT_EQ(accept_session(server, 9), channel); // and not one of the channel after it
    EXPECT_EQ(server.connection.answer(asked.id, yes), ssh::Fed::stale);
    EXPECT_EQ(server.all(), "");
}

TEST(Requests, too_many_that_wait_are_a_fault) {
    SessionLimits limits;
    limits.open_requests = 4;
    Side server(Role::server, limits);
    const ChannelId channel = accept_session(server);
    for (int i = 0; i < 4; ++i) {
        server.take(request(channel, "exec", i % 2 == 0));
        server.take(global("x", i % 2 == 0));
    }
    EXPECT_NE(server.fault(request(channel, "exec", false)).find("too many"), std::string::npos);
    EXPECT_NE(server.fault(global("x", false)).find("too many"), std::string::npos);
    EXPECT_EQ(server.outlet.events.size(), 8U);
    // Answered ones that wait for their turn count, too; else they would be a queue without end.
    const RequestId first = std::get<ChannelRequest>(server.outlet.events[0]).id;
    const RequestId second = std::get<ChannelRequest>(server.outlet.events[2]).id;
    EXPECT_EQ(server.connection.answer(second, yes), ssh::Fed::taken);
    EXPECT_NE(server.fault(request(channel, "exec", false)), "");
    EXPECT_EQ(server.connection.answer(first, yes), ssh::Fed::taken);
    EXPECT_EQ(server.fault(request(channel, "exec", false)), "");
}

// A host that thinks about requests must not hold a quarter of a mebibyte for each of them.
TEST(Requests, octets_that_wait_are_bounded) {
    Side server(Role::server);
    const ChannelId channel = accept_session(server);
    const std::string half(40 * 1024, 'x');
    const std::string long_one(100 * 1024, 'x');
    server.take(request(channel, "exec", true, half));
    server.take(global("x", true, half));
    EXPECT_NE(server.fault(request(channel, "exec", true, half)).find("too many"),
              std::string::npos);
    EXPECT_NE(server.fault(global("x", true, half)).find("too many"), std::string::npos);
    // One at a time may be long; the next comes when it is answered.
    for (const transport::Event& event : server.outlet.events) {
        EXPECT_EQ(server.connection.answer(*transport::question_id(event), yes), ssh::Fed::taken);
    }
    EXPECT_EQ(server.fault(request(channel, "exec", true, long_one)), "");
    EXPECT_EQ(server.fault(global("x", true, long_one)), "");
}

TEST(Requests, too_large_ones_of_ours_are_misuse) {
    Side client(Role::client);
    const ChannelId channel = open_session(client);
    const Bytes largest(255 * 1024);
    const Bytes larger(255 * 1024 + 1);
    EXPECT_TRUE(client.connection.channel_request(channel, "exec", true, largest));
    EXPECT_EQ(client.all(), "sent 98");
    EXPECT_FALSE(client.connection.channel_request(channel, "exec", true, larger));
    EXPECT_FALSE(client.connection.global_request("x", true, larger));
    EXPECT_FALSE(client.connection.open_channel("x", larger, 1));
    EXPECT_EQ(client.all(), "");
    // Of those that were not sent no answer is expected.
    client.take(bare(99, channel));
    EXPECT_NE(client.fault(bare(99, channel)), "");
}

} // namespace
} // namespace gss::test::transport
