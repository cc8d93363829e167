// SPDX-License-Identifier: Apache-2.0
#include "connection.h"

#include "connection_messages.h"

#include <utility>

namespace gss::inline v0::transport::detail {

Connection::Connection(Role role, const SessionLimits& limits, DataOutlet& outlet,
                       std::span<const ChannelType> types)
    : role_(role), limits_(limits), outlet_(outlet), types_(types) {}

Connection::~Connection() = default;

bool Connection::knows(std::uint8_t message) noexcept {
    return (message >= message::global_request && message <= message::request_failure) ||
           (message >= message::channel_open && message <= message::channel_failure);
}

void Connection::receive(BytesView payload) {
    const std::uint8_t number =
        payload.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(payload[0]);
    switch (number) {
    case message::global_request:
        return receive_global_request(payload);
    case message::request_success:
        return receive_global_success(payload);
    case message::request_failure:
        return receive_global_failure(payload);
    case message::channel_open:
        return receive_open(payload);
    case message::channel_open_confirmation:
        return receive_confirmation(payload);
    case message::channel_open_failure:
        return receive_open_failure(payload);
    case message::channel_window_adjust:
        return receive_adjust(payload);
    case message::channel_data:
        return receive_data(payload);
    case message::channel_extended_data:
        return receive_extended_data(payload);
    case message::channel_eof:
        return receive_eof(payload);
    case message::channel_close:
        return receive_close(payload);
    case message::channel_request:
        return receive_channel_request(payload);
    case message::channel_success:
    case message::channel_failure:
        return receive_channel_reply(payload);
    default:
        message_fault(number, "it is none of the connection protocol");
    }
}

ssh::Fed Connection::answer(RequestId id, Answer&& answer) {
    if (global_requests_.owns(id)) {
        return answer_global(id, std::move(answer));
    }
    for (std::size_t number = 0; number < channels_.size(); ++number) {
        Channel* const channel = channels_[number].get();
        if (channel == nullptr) {
            continue;
        }
        if (channel->stage == Channel::Stage::asked && channel->question == id) {
            return answer_open(static_cast<ChannelId>(number), std::move(answer));
        }
        if (channel->requests.owns(id)) {
            return answer_request(*channel, id, std::move(answer));
        }
    }
    return ssh::Fed::stale;
}

Channel* Connection::find(ChannelId number) const noexcept {
    return number < channels_.size() ? channels_[number].get() : nullptr;
}

Channel& Connection::peers_channel(std::uint8_t message, ChannelId number) const {
    Channel* const channel = find(number);
    if (channel == nullptr) {
        // Also what comes after the peer's CLOSE: that one has ended the channel, as ours goes out
        // at once. RFC 4254 s5.3: "The channel is considered closed for a party when it has both
        // sent and received SSH_MSG_CHANNEL_CLOSE"
        channel_fault(message, number, "there is no such channel");
    }
    if (channel->stage != Channel::Stage::open) {
        channel_fault(message, number, "the channel is not open yet");
    }
    return *channel;
}

Result<Channel*> Connection::hosts_channel(std::string_view what, ChannelId number) const {
    Channel* const channel = find(number);
    if (channel == nullptr) {
        return channel_misuse(what, number, "there is no such channel");
    }
    if (channel->stage != Channel::Stage::open) {
        return channel_misuse(what, number, "it is not open yet");
    }
    if (channel->close_sent) {
        return channel_misuse(what, number, "it has been closed");
    }
    return channel;
}

} // namespace gss::inline v0::transport::detail
