// SPDX-License-Identifier: Apache-2.0
// A connection with a peer that the test plays, and two connections that talk to each other.
#pragma once

#include "connection.h"

#include "writer.h"

#include <gssxx/bytes.h>
#include <gssxx/transport/session.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace gss::test::transport {

using namespace gss::transport;
using gss::transport::detail::ChannelType;
using gss::transport::detail::Connection;
using gss::transport::detail::Role;
using ssh::wire::Writer;

/// Keeps what a connection sends and says. Octets of ChannelData are copied, as their view ends.
class TestOutlet final : public gss::transport::detail::DataOutlet {
public:
    void send(BytesView payload) override { sent.emplace_back(payload.begin(), payload.end()); }
    void send(BytesView head, BytesView body) override;
    void put(Event event) override;
    [[nodiscard]] RequestId new_id() noexcept override { return ++last_id; }
    [[nodiscard]] std::size_t room() const noexcept override { return left; }

    std::deque<Bytes> sent;
    std::deque<Event> events;
    std::size_t left = std::size_t{1} << 40U; ///< of room
    bool room_shrinks = false;                ///< what is sent takes room
    std::list<Bytes> octets;                  ///< that events view
    RequestId last_id = 0;
};

/// "session", and one that either side may open.
inline constexpr std::string_view either = "either@gssxx.test";
[[nodiscard]] std::span<const ChannelType> test_types() noexcept;

/// A connection, its limits and all that comes out of it.
struct Side {
    explicit Side(Role role, SessionLimits with = {},
                  std::span<const ChannelType> types = test_types())
        : limits(with), connection(role, limits, outlet, types) {}

    /// Feeds a message; the text of the fault, or nothing.
    [[nodiscard]] std::string fault(BytesView payload);
    /// Feeds a message that must be taken.
    void take(BytesView payload);
    /// The next event, which must be of that type.
    template <typename T>
    [[nodiscard]] T event() {
        if (outlet.events.empty() || !std::holds_alternative<T>(outlet.events.front())) {
            wrong_event();
        }
        T found = std::get<T>(outlet.events.front());
        outlet.events.pop_front();
        return found;
    }
    /// The next message; empty when there is none.
    [[nodiscard]] Bytes message();
    /// All messages and events that are there, as words: "sent 97, ChannelClosed".
    std::string all();

    SessionLimits limits;
    TestOutlet outlet;
    Connection connection;

private:
    [[noreturn]] void wrong_event() const;
};

/// The type of an event, in words.
[[nodiscard]] std::string name_of(const Event& event);

// Messages of the peer's.
[[nodiscard]] Bytes open(std::string_view type, std::uint32_t sender, std::uint32_t window = 1000,
                         std::uint32_t packet = 1000);
[[nodiscard]] Bytes confirmation(std::uint32_t recipient, std::uint32_t sender,
                                 std::uint32_t window = 1000, std::uint32_t packet = 1000);
[[nodiscard]] Bytes open_failure(std::uint32_t recipient, std::uint32_t why, std::string_view text);
[[nodiscard]] Bytes adjust(std::uint32_t recipient, std::uint32_t octets);
[[nodiscard]] Bytes data(std::uint32_t recipient, std::string_view octets);
[[nodiscard]] Bytes extended(std::uint32_t recipient, std::uint32_t type, std::string_view octets);
/// EOF, CLOSE, CHANNEL_SUCCESS, CHANNEL_FAILURE.
[[nodiscard]] Bytes bare(std::uint8_t message, std::uint32_t recipient);
[[nodiscard]] Bytes request(std::uint32_t recipient, std::string_view type, bool want_reply,
                            std::string_view rest = {});
[[nodiscard]] Bytes global(std::string_view type, bool want_reply, std::string_view rest = {});
[[nodiscard]] Bytes plain(std::uint8_t message, std::string_view rest = {});

/// A server with an open session channel that the peer has opened with number @p peer_number; our
/// number is the result's.
[[nodiscard]] ChannelId accept_session(Side& server, std::uint32_t peer_number = 7,
                                       std::uint32_t our_window = 1000,
                                       std::uint32_t peer_window = 1000,
                                       std::uint32_t peer_packet = 1000);
/// A client with a session channel that the peer has confirmed.
[[nodiscard]] ChannelId open_session(Side& client, std::uint32_t peer_number = 7,
                                     std::uint32_t our_window = 1000,
                                     std::uint32_t peer_window = 1000,
                                     std::uint32_t peer_packet = 1000);

[[nodiscard]] std::string text_of(BytesView octets);

/// Two connections. A message goes over when pump() says so; hosts are played by the test.
class Pair {
public:
    Pair() : client(Role::client), server(Role::server) {}
    /// Carries messages both ways until none is there; true when any was.
    bool pump();

    /// The maximum packet size that each tells the other instead of its own; 0: its own.
    std::uint32_t packet_of_client = 0;
    std::uint32_t packet_of_server = 0;
    std::size_t largest_seen_by_client = 0; ///< octets of data in one message
    std::size_t largest_seen_by_server = 0;
    Side client;
    Side server;

private:
    static bool carry(Side& from, Side& to, std::uint32_t packet, std::size_t& largest);
};

/// Pseudo-random octets, the same for the same seed.
[[nodiscard]] Bytes noise(std::size_t size, std::uint32_t seed);

} // namespace gss::test::transport
