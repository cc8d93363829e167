// SPDX-License-Identifier: Apache-2.0
// Data, windows, and how channels end (RFC 4254 s5.2, s5.3).
#include "connection.h"
#include "connection_messages.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace gss::inline v0::transport::detail {

using ssh::wire::Writer;

namespace {

/// Puts the head of a data message together where it needs no memory of the heap.
class DataHead {
public:
    DataHead(std::uint32_t peer_number, std::uint32_t stream) {
        byte(stream == 0 ? message::channel_data : message::channel_extended_data);
        uint32(peer_number);
        if (stream != 0) {
            uint32(stream);
        }
    }
    /// The head for that much data.
    [[nodiscard]] BytesView with_size(std::size_t size) {
        const std::size_t start = used_;
        uint32(static_cast<std::uint32_t>(size));
        const BytesView head(octets_.data(), used_);
        used_ = start;
        return head;
    }

private:
    void byte(std::uint8_t value) { octets_[used_++] = std::byte{value}; }
    void uint32(std::uint32_t value) {
        for (unsigned shift = 32; shift != 0;) {
            shift -= 8;
            byte(static_cast<std::uint8_t>((value >> shift) & 0xffU));
        }
    }
    std::array<std::byte, 13> octets_{};
    std::size_t used_ = 0;
};

} // namespace

// From the peer ----------------------------------------------------------------------------------

void Connection::receive_adjust(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    const std::uint32_t octets = reader.uint32();
    reader.end();
    Channel& channel = peers_channel(reader.message(), number);
    // RFC 4254 s5.2: "The window MUST NOT be increased above 2^32 - 1 bytes."
    if (octets > std::numeric_limits<std::uint32_t>::max() - channel.peer_window) {
        channel_fault(reader.message(), number, "a window of more than 2^32 - 1 octets");
    }
    channel.peer_window += octets;
    wake(number, channel);
}

void Connection::receive_data(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    const BytesView data = reader.string();
    reader.end();
    take_data(number, peers_channel(reader.message(), number), 0, data);
}

void Connection::receive_extended_data(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    const std::uint32_t stream = reader.uint32();
    const BytesView data = reader.string();
    reader.end();
    Channel& channel = peers_channel(reader.message(), number);
    // RFC 4254 s5.2: "The available types and their interpretation depend on the type of channel."
    const std::uint32_t most =
        role_ == Role::client && channel.type != nullptr ? channel.type->extended_data : 0;
    if (stream == 0 || stream > most) {
        channel_fault(reader.message(), number,
                      "the channel has no data of type " + std::to_string(stream));
    }
    take_data(number, channel, stream, data);
}

void Connection::take_data(ChannelId number, Channel& channel, std::uint32_t stream,
                           BytesView data) {
    const std::uint8_t message =
        stream == 0 ? message::channel_data : message::channel_extended_data;
    // RFC 4254 s5.3: "When a party will no longer send more data to a channel, it SHOULD send
    // SSH_MSG_CHANNEL_EOF."
    if (channel.eof_received) {
        channel_fault(message, number, "data after EOF");
    }
    // RFC 4254 s5.2: "The maximum amount of data allowed is determined by the maximum packet size
    // for the channel, and the current window size, whichever is smaller."
    if (data.size() > announced_packet()) {
        channel_fault(message, number, "more data than the maximum packet size");
    }
    if (data.size() > channel.window) {
        channel_fault(message, number, "more data than the window has room for");
    }
    // RFC 4254 s5.2: "The window size is decremented by the amount of data sent."
    channel.window -= static_cast<std::uint32_t>(data.size());
    if (channel.close_sent || data.empty()) {
        return;
    }
    channel.unread += static_cast<std::uint32_t>(data.size());
    outlet_.put(ChannelData{number, stream, data});
}

void Connection::receive_eof(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    reader.end();
    Channel& channel = peers_channel(reader.message(), number);
    if (channel.eof_received) {
        channel_fault(reader.message(), number, "a second EOF");
    }
    channel.eof_received = true;
    if (!channel.close_sent) {
        outlet_.put(ChannelEof{number});
    }
}

void Connection::receive_close(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    reader.end();
    const Channel& channel = peers_channel(reader.message(), number);
    // RFC 4254 s5.3: "Upon receiving this message, a party MUST send back an SSH_MSG_CHANNEL_CLOSE
    // unless it has already sent this message for the channel."
    if (!channel.close_sent) {
        outlet_.send(Writer(message::channel_close).uint32(channel.peer_number).octets());
    }
    release(number);
    outlet_.put(ChannelClosed{number});
}

void Connection::wake(ChannelId number, Channel& channel) {
    if (channel.cut_short && channel.peer_window != 0 && outlet_.room() != 0) {
        channel.cut_short = false;
        outlet_.put(ChannelWritable{number});
    }
}

void Connection::writable() {
    for (std::size_t number = 0; number < channels_.size(); ++number) {
        if (channels_[number]) {
            wake(static_cast<ChannelId>(number), *channels_[number]);
        }
    }
}

// From the host ----------------------------------------------------------------------------------

Result<std::size_t> Connection::send_data(ChannelId number, BytesView data, std::uint32_t stream) {
    constexpr std::string_view what = "send data";
    const Result<Channel*> found = hosts_channel(what, number);
    if (!found) {
        return found.error();
    }
    Channel& channel = **found;
    if (channel.eof_sent) {
        return channel_misuse(what, number, "EOF has been sent");
    }
    const std::uint32_t most =
        role_ == Role::server && channel.type != nullptr ? channel.type->extended_data : 0;
    if (stream > most) {
        return channel_misuse(what, number, "it has no data of type " + std::to_string(stream));
    }
    DataHead head(channel.peer_number, stream);
    std::size_t taken = 0;
    while (taken < data.size()) {
        // Asked anew each time: what surrounds the data takes room, too.
        const std::size_t size =
            std::min({data.size() - taken, static_cast<std::size_t>(channel.peer_window),
                      static_cast<std::size_t>(channel.peer_packet), outlet_.room()});
        if (size == 0) {
            break;
        }
        outlet_.send(head.with_size(size), data.subspan(taken, size));
        channel.peer_window -= static_cast<std::uint32_t>(size);
        taken += size;
    }
    channel.cut_short = taken < data.size();
    return taken;
}

void Connection::consumed(ChannelId number, std::size_t octets) {
    Channel* const channel = find(number);
    if (channel == nullptr) {
        return;
    }
    const auto dealt_with =
        static_cast<std::uint32_t>(std::min<std::size_t>(octets, channel->unread));
    channel->unread -= dealt_with;
    channel->owed += dealt_with;
    // Early enough for a peer that sends at full speed, and seldom enough to cost nothing: a small
    // window is half used then, and never can all of one be owed, so that nobody waits for good.
    const std::uint32_t enough = std::min(channel->first_window / 2, 2 * announced_packet());
    if (channel->owed == 0 || channel->owed < enough || channel->eof_received ||
        channel->close_sent) {
        return;
    }
    outlet_.send(Writer(message::channel_window_adjust)
                     .uint32(channel->peer_number)
                     .uint32(channel->owed)
                     .octets());
    channel->window += channel->owed;
    channel->owed = 0;
}

Result<void> Connection::send_eof(ChannelId number) {
    constexpr std::string_view what = "send EOF";
    const Result<Channel*> found = hosts_channel(what, number);
    if (!found) {
        return found.error();
    }
    Channel& channel = **found;
    if (channel.eof_sent) {
        return channel_misuse(what, number, "EOF has been sent");
    }
    channel.eof_sent = true;
    channel.cut_short = false;
    outlet_.send(Writer(message::channel_eof).uint32(channel.peer_number).octets());
    return {};
}

Result<void> Connection::close_channel(ChannelId number) {
    const Result<Channel*> found = hosts_channel("close a channel", number);
    if (!found) {
        return found.error();
    }
    Channel& channel = **found;
    channel.close_sent = true;
    channel.cut_short = false;
    outlet_.send(Writer(message::channel_close).uint32(channel.peer_number).octets());
    return {};
}

} // namespace gss::inline v0::transport::detail
