// SPDX-License-Identifier: Apache-2.0
// How channels begin (RFC 4254 s5.1).
#include "connection.h"
#include "connection_messages.h"
#include "escape.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::transport::detail {

using ssh::wire::Writer;

namespace {

/// What the peer allows for one message, bounded by what we are willing to send.
std::uint32_t checked_packet(std::uint8_t message, std::uint32_t announced) {
    // With 0 nothing could ever be sent. RFC 4254 s5.1: "The 'maximum packet size' specifies the
    // maximum size of an individual data packet that can be sent to the sender."
    if (announced == 0) {
        message_fault(message, "a maximum packet size of 0");
    }
    // RFC 4254 s5.2: "MUST NOT generate data packets larger than its transport layer is willing to
    // send, even if the remote end would be willing to accept very large packets."
    return std::min(announced, largest_data);
}

/// What we tell the peer in words: UTF-8, bounded.
std::string description(std::string_view text) {
    const std::string_view start = text.substr(0, longest_text / 4);
    return is_utf8(start) ? std::string(start) : escape_control_characters(start);
}

} // namespace

std::uint32_t Connection::announced_packet() const noexcept {
    // RFC 4254 s5.2: "MUST NOT advertise a maximum packet size that would result in transport
    // packets larger than its transport layer is willing to receive." Around data there are at most
    // 14 octets and 255 of padding.
    constexpr std::size_t around = 512;
    const std::size_t fits = limits_.packet > 2 * around ? limits_.packet - around : around;
    return static_cast<std::uint32_t>(std::min<std::size_t>(fits, largest_data));
}

std::size_t Connection::free_number() const noexcept {
    const auto free =
        std::find_if(channels_.begin(), channels_.end(), [](const auto& it) { return !it; });
    return static_cast<std::size_t>(free - channels_.begin());
}

void Connection::occupy(std::size_t number, std::unique_ptr<Channel> channel) {
    if (number == channels_.size()) {
        channels_.push_back(std::move(channel));
    } else {
        channels_[number] = std::move(channel);
    }
}

void Connection::release(ChannelId number) noexcept {
    channels_[number].reset();
}

void Connection::check_peer_number(std::uint32_t peer_number) const {
    for (const auto& channel : channels_) {
        // RFC 4254 s5.3: "the party may then reuse the channel number", and not before.
        if (channel && channel->stage != Channel::Stage::opening &&
            channel->peer_number == peer_number) {
            protocol_fault("the peer's number " + std::to_string(peer_number) +
                           " is that of another channel");
        }
    }
}

// What the peer opens ----------------------------------------------------------------------------

void Connection::receive_open(BytesView payload) {
    MessageReader reader(payload);
    const std::string_view name = reader.name();
    const std::uint32_t peer_number = reader.uint32();
    const std::uint32_t window = reader.uint32();
    const std::uint32_t packet = reader.uint32();
    const BytesView data = reader.rest();
    const std::uint32_t peer_packet = checked_packet(reader.message(), packet);
    check_peer_number(peer_number);

    const auto type = std::find_if(types_.begin(), types_.end(), [&](const ChannelType& known) {
        return known.name == name &&
               (role_ == Role::client ? known.client_may_be_asked : known.server_may_be_asked);
    });
    if (type == types_.end()) {
        return refuse_open(peer_number, open_failure::unknown_type, "unknown channel type");
    }
    if (!type->opens_with_data && !data.empty()) {
        message_fault(reader.message(), "octets are left over");
    }
    const std::size_t number = free_number();
    if (number >= limits_.channels) {
        return refuse_open(peer_number, open_failure::resource_shortage, "too many channels");
    }
    auto channel = std::make_unique<Channel>();
    channel->stage = Channel::Stage::asked;
    channel->type = &*type;
    channel->question = outlet_.new_id();
    channel->peer_number = peer_number;
    channel->peer_window = window;
    channel->peer_packet = peer_packet;
    ChannelOpenRequest question{channel->question, static_cast<ChannelId>(number),
                                std::string(name), Bytes(data.begin(), data.end())};
    occupy(number, std::move(channel));
    outlet_.put(std::move(question));
}

void Connection::refuse_open(std::uint32_t peer_number, std::uint32_t why, std::string_view text) {
    outlet_.send(Writer(message::channel_open_failure)
                     .uint32(peer_number)
                     .uint32(why)
                     .text(description(text))
                     .text("")
                     .octets());
}

ssh::Fed Connection::answer_open(ChannelId number, Answer&& answer) {
    Channel& channel = *channels_[number];
    const ChannelAnswer* const given = std::get_if<ChannelAnswer>(&answer);
    const bool sensible = given != nullptr && given->data.size() <= largest_message;
    if (!sensible || !given->accepted) {
        const std::uint32_t peer_number = channel.peer_number;
        release(number);
        if (!sensible) {
            refuse_open(peer_number, open_failure::prohibited, "");
            return std::holds_alternative<Refusal>(answer) ? ssh::Fed::taken : ssh::Fed::misuse;
        }
        const std::uint32_t why = given->reason == 0 ? open_failure::prohibited : given->reason;
        refuse_open(peer_number, why, given->text);
        return ssh::Fed::taken;
    }
    channel.stage = Channel::Stage::open;
    channel.first_window = channel.window = given->window;
    outlet_.send(Writer(message::channel_open_confirmation)
                     .uint32(channel.peer_number)
                     .uint32(number)
                     .uint32(given->window)
                     .uint32(announced_packet())
                     .raw(given->data)
                     .octets());
    return ssh::Fed::taken;
}

// What we open -----------------------------------------------------------------------------------

Result<ChannelId> Connection::open_channel(std::string_view type, BytesView data,
                                           std::uint32_t window) {
    constexpr std::string_view what = "open a channel";
    if (!is_name(type)) {
        return Error(ErrorCode::misuse, std::string(what),
                     std::string("'").append(escape_control_characters(type)) +
                         "' is no name of a type");
    }
    if (data.size() > largest_message) {
        return Error(ErrorCode::misuse, std::string(what), "too much data");
    }
    const std::size_t number = free_number();
    if (number >= limits_.channels) {
        return Error(ErrorCode::misuse, std::string(what), "too many channels");
    }
    auto channel = std::make_unique<Channel>();
    const auto known = std::find_if(types_.begin(), types_.end(),
                                    [&](const ChannelType& row) { return row.name == type; });
    channel->type = known == types_.end() ? nullptr : &*known;
    channel->first_window = channel->window = window;
    occupy(number, std::move(channel));
    outlet_.send(Writer(message::channel_open)
                     .text(type)
                     .uint32(static_cast<std::uint32_t>(number))
                     .uint32(window)
                     .uint32(announced_packet())
                     .raw(data)
                     .octets());
    return static_cast<ChannelId>(number);
}

void Connection::receive_confirmation(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    const std::uint32_t peer_number = reader.uint32();
    const std::uint32_t window = reader.uint32();
    const std::uint32_t packet = reader.uint32();
    const BytesView data = reader.rest();
    Channel* const channel = find(number);
    if (channel == nullptr || channel->stage != Channel::Stage::opening) {
        channel_fault(reader.message(), number, "nobody has asked for it");
    }
    if (channel->type != nullptr && !channel->type->opens_with_data) {
        reader.end();
    }
    channel->peer_packet = checked_packet(reader.message(), packet);
    check_peer_number(peer_number);
    channel->peer_number = peer_number;
    channel->peer_window = window;
    channel->stage = Channel::Stage::open;
    outlet_.put(ChannelOpened{number, Bytes(data.begin(), data.end())});
}

void Connection::receive_open_failure(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    const std::uint32_t why = reader.uint32();
    const std::string_view text = reader.text();
    static_cast<void>(reader.text()); // the language tag
    reader.end();
    Channel* const channel = find(number);
    if (channel == nullptr || channel->stage != Channel::Stage::opening) {
        channel_fault(reader.message(), number, "nobody has asked for it");
    }
    release(number);
    // RFC 4254 s5.1: "the client software should take the precautions discussed in [SSH-ARCH]"
    outlet_.put(ChannelOpenFailed{number, why, escape_control_characters(text)});
}

} // namespace gss::inline v0::transport::detail
