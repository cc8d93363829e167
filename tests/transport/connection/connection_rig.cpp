// SPDX-License-Identifier: Apache-2.0
#include "connection_rig.h"

#include "connection_messages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace gss::test::transport {

namespace message = gss::transport::detail::message;

void TestOutlet::send(BytesView head, BytesView body) {
    Bytes& payload = sent.emplace_back(head.begin(), head.end());
    payload.insert(payload.end(), body.begin(), body.end());
    if (room_shrinks) {
        left -= std::min(left, payload.size());
    }
}

void TestOutlet::put(Event event) {
    if (ChannelData* const came = std::get_if<ChannelData>(&event)) {
        if (events.empty()) {
            octets.clear(); // all of them have been seen
        }
        octets.emplace_back(came->data.begin(), came->data.end());
        came->data = octets.back();
    }
    events.push_back(std::move(event));
}

std::span<const ChannelType> test_types() noexcept {
    static constexpr std::array<ChannelType, 2> types{{
        {.name = "session", .server_may_be_asked = true, .extended_data = 1},
        {.name = either,
         .client_may_be_asked = true,
         .server_may_be_asked = true,
         .opens_with_data = true},
    }};
    return types;
}

std::string Side::fault(BytesView payload) {
    try {
        connection.receive(payload);
    } catch (const gss::transport::detail::SessionFault& fault) {
        EXPECT_EQ(fault.disconnect_reason(), gss::transport::detail::reason::protocol_error);
        EXPECT_EQ(fault.fault(), ssh::Fault::peer);
        EXPECT_FALSE(fault.text().empty());
        return fault.text();
    }
    return {};
}

void Side::take(BytesView payload) {
    const std::string text = fault(payload);
    if (!text.empty()) {
        throw std::runtime_error("a fault where none was expected: " + text);
    }
}

void Side::wrong_event() const {
    throw std::runtime_error("not the expected event: " + (outlet.events.empty()
                                                               ? std::string("none")
                                                               : name_of(outlet.events.front())));
}

Bytes Side::message() {
    if (outlet.sent.empty()) {
        return {};
    }
    Bytes first = std::move(outlet.sent.front());
    outlet.sent.pop_front();
    return first;
}

std::string Side::all() {
    std::string words;
    const auto add = [&](const std::string& word) { words += (words.empty() ? "" : ", ") + word; };
    for (const Bytes& payload : outlet.sent) {
        add("sent " + std::to_string(std::to_integer<int>(payload.at(0))));
    }
    for (const Event& event : outlet.events) {
        add(name_of(event));
    }
    outlet.sent.clear();
    outlet.events.clear();
    outlet.octets.clear();
    return words;
}

std::string name_of(const Event& event) {
    static const std::map<std::size_t, std::string> names{
        {Event(ChannelOpenRequest{}).index(), "ChannelOpenRequest"},
        {Event(ChannelOpened{}).index(), "ChannelOpened"},
        {Event(ChannelOpenFailed{}).index(), "ChannelOpenFailed"},
        {Event(ChannelData{}).index(), "ChannelData"},
        {Event(ChannelWritable{}).index(), "ChannelWritable"},
        {Event(ChannelEof{}).index(), "ChannelEof"},
        {Event(ChannelClosed{}).index(), "ChannelClosed"},
        {Event(ChannelRequest{}).index(), "ChannelRequest"},
        {Event(ChannelRequestAnswered{}).index(), "ChannelRequestAnswered"},
        {Event(GlobalRequest{}).index(), "GlobalRequest"},
        {Event(GlobalRequestAnswered{}).index(), "GlobalRequestAnswered"},
    };
    const auto found = names.find(event.index());
    return found == names.end() ? "an event of another part" : found->second;
}

Bytes open(std::string_view type, std::uint32_t sender, std::uint32_t window,
           std::uint32_t packet) {
    return Writer(message::channel_open)
        .text(type)
        .uint32(sender)
        .uint32(window)
        .uint32(packet)
        .take();
}

Bytes confirmation(std::uint32_t recipient, std::uint32_t sender, std::uint32_t window,
                   std::uint32_t packet) {
    return Writer(message::channel_open_confirmation)
        .uint32(recipient)
        .uint32(sender)
        .uint32(window)
        .uint32(packet)
        .take();
}

Bytes open_failure(std::uint32_t recipient, std::uint32_t why, std::string_view text) {
    return Writer(message::channel_open_failure)
        .uint32(recipient)
        .uint32(why)
        .text(text)
        .text("en")
        .take();
}

Bytes adjust(std::uint32_t recipient, std::uint32_t octets) {
    return Writer(message::channel_window_adjust).uint32(recipient).uint32(octets).take();
}

Bytes data(std::uint32_t recipient, std::string_view octets) {
    return Writer(message::channel_data).uint32(recipient).text(octets).take();
}

Bytes extended(std::uint32_t recipient, std::uint32_t type, std::string_view octets) {
    return Writer(message::channel_extended_data)
        .uint32(recipient)
        .uint32(type)
        .text(octets)
        .take();
}

Bytes bare(std::uint8_t number, std::uint32_t recipient) {
    return Writer(number).uint32(recipient).take();
}

Bytes request(std::uint32_t recipient, std::string_view type, bool want_reply,
              std::string_view rest) {
    return Writer(message::channel_request)
        .uint32(recipient)
        .text(type)
        .boolean(want_reply)
        .raw(as_bytes(rest))
        .take();
}

Bytes global(std::string_view type, bool want_reply, std::string_view rest) {
    return Writer(message::global_request)
        .text(type)
        .boolean(want_reply)
        .raw(as_bytes(rest))
        .take();
}

Bytes plain(std::uint8_t number, std::string_view rest) {
    return Writer(number).raw(as_bytes(rest)).take();
}

ChannelId accept_session(Side& server, std::uint32_t peer_number, std::uint32_t our_window,
                         std::uint32_t peer_window, std::uint32_t peer_packet) {
    server.take(open("session", peer_number, peer_window, peer_packet));
    const auto asked = server.event<ChannelOpenRequest>();
    ChannelAnswer yes;
    yes.accepted = true;
    yes.window = our_window;
    EXPECT_EQ(server.connection.answer(asked.id, yes), ssh::Fed::taken);
    EXPECT_EQ(server.all(), "sent 91");
    return asked.channel;
}

ChannelId open_session(Side& client, std::uint32_t peer_number, std::uint32_t our_window,
                       std::uint32_t peer_window, std::uint32_t peer_packet) {
    const ChannelId channel = client.connection.open_channel("session", {}, our_window).value();
    client.take(confirmation(channel, peer_number, peer_window, peer_packet));
    EXPECT_EQ(client.all(), "sent 90, ChannelOpened");
    return channel;
}

std::string text_of(BytesView octets) {
    return std::string(as_text(octets));
}

namespace {

void put_uint32(Bytes& payload, std::size_t offset, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        payload.at(offset + i) = static_cast<std::byte>((value >> (24 - 8 * i)) & 0xffU);
    }
}

} // namespace

bool Pair::carry(Side& from, Side& to, std::uint32_t packet, std::size_t& largest) {
    bool any = false;
    while (!from.outlet.sent.empty()) {
        Bytes payload = from.message();
        const auto number = std::to_integer<std::uint8_t>(payload.at(0));
        if (packet != 0 && number == message::channel_open_confirmation) {
            put_uint32(payload, 13, packet);
        } else if (packet != 0 && number == message::channel_open) {
            put_uint32(payload, 5 + std::to_integer<std::size_t>(payload.at(4)) + 8, packet);
        } else if (number == message::channel_data) {
            largest = std::max(largest, payload.size() - 9);
        } else if (number == message::channel_extended_data) {
            largest = std::max(largest, payload.size() - 13);
        }
        to.take(payload);
        any = true;
    }
    return any;
}

bool Pair::pump() {
    bool any = false;
    for (bool more = true; more; any = any || more) {
        more = carry(client, server, packet_of_client, largest_seen_by_server);
        more = carry(server, client, packet_of_server, largest_seen_by_client) || more;
    }
    return any;
}

Bytes noise(std::size_t size, std::uint32_t seed) {
    Bytes octets(size);
    std::uint32_t state = seed * 2654435761U + 1;
    for (std::byte& octet : octets) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::byte>(state >> 24U);
    }
    return octets;
}

} // namespace gss::test::transport
