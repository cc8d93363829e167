// SPDX-License-Identifier: Apache-2.0
#include "channels_model.h"

#include "messages.h"
#include "writer.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace gss::test::fuzz {

namespace message = transport::detail::message;
using ssh::wire::Writer;

namespace {

Expected faulty() {
    Expected expected;
    expected.fault = true;
    return expected;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

/// The replies that are due, in the order of the requests.
template <typename Reply>
void answer_in_order(std::deque<AskedRequest>& requests, const Reply& reply) {
    while (!requests.empty() && requests.front().answer) {
        if (requests.front().want_reply) {
            reply(requests.front());
        }
        requests.pop_front();
    }
}

AskedRequest* unanswered(std::deque<AskedRequest>& requests, RequestId id) {
    const auto found = std::ranges::find_if(
        requests, [id](const AskedRequest& one) { return one.id == id && !one.answer; });
    return found == requests.end() ? nullptr : &*found;
}

bool no_more_fit(const std::deque<AskedRequest>& requests, std::size_t octets) {
    std::size_t open = octets;
    for (const AskedRequest& one : requests) {
        open += one.answer ? 0 : one.octets;
    }
    return requests.size() >= most_requests || (!requests.empty() && open > most_request_octets);
}

} // namespace

std::string words(std::string_view kind, std::uint64_t number, std::string_view text, bool flag) {
    return std::string(kind) + " " + std::to_string(number) + " " + std::string(text) +
           (flag ? " yes" : "");
}

std::string words_of(const transport::Event& event) {
    return std::visit(
        [](const auto& which) -> std::string {
            using T = std::decay_t<decltype(which)>;
            if constexpr (std::is_same_v<T, transport::ChannelOpenRequest>) {
                return words("asked for", which.channel, which.type);
            } else if constexpr (std::is_same_v<T, transport::ChannelOpened>) {
                return words("opened", which.channel);
            } else if constexpr (std::is_same_v<T, transport::ChannelOpenFailed>) {
                hold_shown(which.text);
                return words("refused", which.channel, std::to_string(which.reason));
            } else if constexpr (std::is_same_v<T, transport::ChannelData>) {
                return words("data " + std::to_string(which.stream), which.channel,
                             as_text(which.data));
            } else if constexpr (std::is_same_v<T, transport::ChannelWritable>) {
                return words("writable", which.channel);
            } else if constexpr (std::is_same_v<T, transport::ChannelEof>) {
                return words("eof", which.channel);
            } else if constexpr (std::is_same_v<T, transport::ChannelClosed>) {
                return words("closed", which.channel);
            } else if constexpr (std::is_same_v<T, transport::ChannelRequest>) {
                return words("request", which.channel, which.type, which.want_reply);
            } else if constexpr (std::is_same_v<T, transport::ChannelRequestAnswered>) {
                return words("answered", which.channel, which.type, which.ok);
            } else if constexpr (std::is_same_v<T, transport::GlobalRequest>) {
                return words("global", 0, which.type, which.want_reply);
            } else if constexpr (std::is_same_v<T, transport::GlobalRequestAnswered>) {
                return words("globally answered", 0, which.type, which.ok);
            } else {
                broken("an event of another part");
            }
        },
        event);
}

// From the peer ----------------------------------------------------------------------------------

Expected ChannelsModel::open(std::string_view type, std::uint32_t sender, std::uint32_t window,
                             std::uint32_t packet, BytesView data) {
    if (!is_name(type) || packet == 0 || number_in_use(sender)) {
        return faulty();
    }
    Expected expected;
    const bool session = type == session_type;
    const auto refusal = [&](std::uint32_t why) {
        // The words are for people: compared without them.
        expected.sent = {Writer(message::channel_open_failure).uint32(sender).uint32(why).take()};
        return expected;
    };
    // RFC 4254 s6.1: "Client implementations SHOULD reject any session channel open requests".
    if (session ? role_ == Role::client : type != either_type) {
        return refusal(3);
    }
    if (session && !data.empty()) {
        return faulty();
    }
    if (channels_.size() >= most_channels) {
        return refusal(4);
    }
    const ChannelId number = free_number();
    ModelChannel& channel = channels_[number];
    channel.stage = ModelChannel::Stage::asked;
    channel.session = session;
    channel.question = ++last_id_;
    channel.peer_number = sender;
    channel.allowed = window;
    channel.packet = packet;
    expected.events = {words("asked for", number, type)};
    return expected;
}

Expected ChannelsModel::confirmation(ChannelId number, std::uint32_t sender, std::uint32_t window,
                                     std::uint32_t packet, BytesView data) {
    ModelChannel* const channel = find(number);
    if (channel == nullptr || channel->stage != ModelChannel::Stage::opening || packet == 0 ||
        number_in_use(sender) || (channel->session && !data.empty())) {
        return faulty();
    }
    channel->stage = ModelChannel::Stage::open;
    channel->peer_number = sender;
    channel->allowed = window;
    channel->packet = packet;
    return {false, {}, {words("opened", number)}};
}

Expected ChannelsModel::open_failure(ChannelId number, std::uint32_t why) {
    ModelChannel* const channel = find(number);
    if (channel == nullptr || channel->stage != ModelChannel::Stage::opening) {
        return faulty();
    }
    channels_.erase(number);
    return {false, {}, {words("refused", number, std::to_string(why))}};
}

Expected ChannelsModel::adjust(ChannelId number, std::uint32_t octets) {
    ModelChannel* const channel = open_channel(number);
    // RFC 4254 s5.2: "The window MUST NOT be increased above 2^32 - 1 bytes."
    if (channel == nullptr ||
        channel->allowed - channel->sent + octets > std::numeric_limits<std::uint32_t>::max()) {
        return faulty();
    }
    channel->allowed += octets;
    Expected expected;
    wake(number, *channel, expected);
    return expected;
}

void ChannelsModel::wake(ChannelId number, ModelChannel& channel, Expected& expected) const {
    if (channel.wants_room && channel.allowed > channel.sent && room) {
        channel.wants_room = false;
        expected.events.push_back(words("writable", number));
    }
}

Expected ChannelsModel::writable() {
    Expected expected;
    for (auto& [number, channel] : channels_) {
        wake(number, channel, expected);
    }
    return expected;
}

Expected ChannelsModel::data(ChannelId number, std::uint32_t stream, BytesView octets) {
    ModelChannel* const channel = open_channel(number);
    const std::uint32_t most_stream =
        channel != nullptr && channel->session && role_ == Role::client ? 1 : 0;
    if (channel == nullptr || stream > most_stream || channel->eof_received ||
        octets.size() > longest_data || octets.size() > channel->granted - channel->spent) {
        return faulty();
    }
    channel->spent += octets.size();
    if (channel->closed || octets.empty()) {
        return {};
    }
    channel->handed += octets.size();
    return {false, {}, {words("data " + std::to_string(stream), number, as_text(octets))}};
}

Expected ChannelsModel::eof(ChannelId number) {
    ModelChannel* const channel = open_channel(number);
    if (channel == nullptr || channel->eof_received) {
        return faulty();
    }
    channel->eof_received = true;
    return channel->closed ? Expected{} : Expected{false, {}, {words("eof", number)}};
}

Expected ChannelsModel::close(ChannelId number) {
    ModelChannel* const channel = open_channel(number);
    if (channel == nullptr) {
        return faulty();
    }
    Expected expected;
    if (!channel->closed) {
        expected.sent = {Writer(message::channel_close).uint32(channel->peer_number).take()};
    }
    channels_.erase(number);
    expected.events = {words("closed", number)};
    return expected;
}

Expected ChannelsModel::request(ChannelId number, std::string_view type, bool want_reply,
                                std::size_t octets) {
    ModelChannel* const channel = open_channel(number);
    if (channel == nullptr || !is_name(type) || no_more_fit(channel->requests, octets)) {
        return faulty();
    }
    channel->requests.push_back({++last_id_, want_reply, octets, {}, {}});
    return {false, {}, {words("request", number, type, want_reply)}};
}

Expected ChannelsModel::reply(ChannelId number, bool ok) {
    ModelChannel* const channel = open_channel(number);
    if (channel == nullptr || channel->own_requests.empty()) {
        return faulty();
    }
    Expected expected;
    expected.events = {words("answered", number, channel->own_requests.front(), ok)};
    channel->own_requests.pop_front();
    return expected;
}

Expected ChannelsModel::global_request(std::string_view type, bool want_reply, std::size_t octets) {
    if (!is_name(type) || no_more_fit(global_, octets)) {
        return faulty();
    }
    global_.push_back({++last_id_, want_reply, octets, {}, {}});
    return {false, {}, {words("global", 0, type, want_reply)}};
}

Expected ChannelsModel::global_reply(bool ok) {
    if (own_global_.empty()) {
        return faulty();
    }
    Expected expected;
    expected.events = {words("globally answered", 0, own_global_.front(), ok)};
    own_global_.pop_front();
    return expected;
}

// From the host ----------------------------------------------------------------------------------

Expected ChannelsModel::answer_open(RequestId id, bool accepted, std::uint32_t window) {
    const auto found = std::ranges::find_if(channels_, [id](const auto& entry) {
        return entry.second.stage == ModelChannel::Stage::asked && entry.second.question == id;
    });
    ModelChannel& channel = found->second;
    Expected expected;
    if (!accepted) {
        expected.sent = {
            Writer(message::channel_open_failure).uint32(channel.peer_number).uint32(1).take()};
        channels_.erase(found);
        return expected;
    }
    channel.stage = ModelChannel::Stage::open;
    channel.granted = channel.first = window;
    expected.sent = {Writer(message::channel_open_confirmation)
                         .uint32(channel.peer_number)
                         .uint32(found->first)
                         .uint32(window)
                         .uint32(longest_data)
                         .take()};
    return expected;
}

Expected ChannelsModel::answer_request(RequestId id, bool ok, BytesView data) {
    Expected expected;
    if (AskedRequest* const request = unanswered(global_, id)) {
        request->answer = ok;
        request->data.assign(data.begin(), data.end());
        answer_in_order(global_, [&](const AskedRequest& one) {
            Writer reply(*one.answer ? message::request_success : message::request_failure);
            expected.sent.push_back(*one.answer ? reply.raw(one.data).take() : reply.take());
        });
        return expected;
    }
    for (auto& entry : channels_) {
        ModelChannel& channel = entry.second;
        if (AskedRequest* const request = unanswered(channel.requests, id)) {
            request->answer = ok;
            answer_in_order(channel.requests, [&](const AskedRequest& one) {
                if (!channel.closed) {
                    expected.sent.push_back(
                        Writer(*one.answer ? message::channel_success : message::channel_failure)
                            .uint32(channel.peer_number)
                            .take());
                }
            });
            return expected;
        }
    }
    return expected;
}

Expected ChannelsModel::opening(std::string_view type, ChannelId number, std::uint32_t window) {
    hold(is_name(type), "only what has a name can be opened");
    hold(channels_.size() < most_channels, "no more channels than the limit says");
    hold(number == free_number(), "a new channel has a number that is free");
    ModelChannel& channel = channels_[number];
    channel.session = type == session_type;
    channel.granted = channel.first = window;
    Expected expected;
    expected.sent = {Writer(message::channel_open)
                         .text(type)
                         .uint32(number)
                         .uint32(window)
                         .uint32(longest_data)
                         .take()};
    return expected;
}

Expected ChannelsModel::own_eof(ChannelId number) {
    ModelChannel* const channel = usable(number);
    if (channel == nullptr || channel->eof_sent) {
        return faulty();
    }
    channel->eof_sent = true;
    channel->wants_room = false;
    return {false, {Writer(message::channel_eof).uint32(channel->peer_number).take()}, {}};
}

Expected ChannelsModel::own_close(ChannelId number) {
    ModelChannel* const channel = usable(number);
    if (channel == nullptr) {
        return faulty();
    }
    channel->closed = true;
    channel->wants_room = false;
    return {false, {Writer(message::channel_close).uint32(channel->peer_number).take()}, {}};
}

Expected ChannelsModel::own_request(ChannelId number, std::string_view type, bool want_reply) {
    ModelChannel* const channel = usable(number);
    if (channel == nullptr || !is_name(type)) {
        return faulty();
    }
    if (want_reply) {
        channel->own_requests.emplace_back(type);
    }
    return {false,
            {Writer(message::channel_request)
                 .uint32(channel->peer_number)
                 .text(type)
                 .boolean(want_reply)
                 .take()},
            {}};
}

Expected ChannelsModel::own_global(std::string_view type, bool want_reply) {
    if (!is_name(type)) {
        return faulty();
    }
    if (want_reply) {
        own_global_.emplace_back(type);
    }
    return {false, {Writer(message::global_request).text(type).boolean(want_reply).take()}, {}};
}

void ChannelsModel::consumed(ChannelId number, std::size_t octets) {
    if (ModelChannel* const channel = find(number)) {
        channel->consumed = std::min<std::uint64_t>(channel->handed, channel->consumed + octets);
    }
}

void ChannelsModel::check_progress(ChannelId number) {
    const ModelChannel* const channel = usable(number);
    if (channel != nullptr && !channel->eof_received && channel->first != 0) {
        hold(channel->consumed < channel->handed || channel->granted > channel->spent,
             "whoever's data was dealt with may send more");
    }
}

void ChannelsModel::adjusted(std::uint32_t peer_number, std::uint32_t octets) {
    ModelChannel& channel = by_peer_number(peer_number);
    hold(octets != 0 && !channel.closed && !channel.eof_received,
         "a window grows only where more data may come");
    channel.granted += octets;
    hold(channel.granted <= channel.first + channel.consumed,
         "the peer gets back no more window than was dealt with");
}

void ChannelsModel::data_sent(std::uint32_t peer_number, std::uint32_t stream, std::size_t size) {
    ModelChannel& channel = by_peer_number(peer_number);
    hold(!channel.closed && !channel.eof_sent, "no data goes out after EOF or CLOSE");
    hold(size != 0 && size <= channel.packet, "no more than the peer's maximum packet size");
    hold(stream == 0 || (stream == 1 && channel.session && role_ == Role::server),
         "extended data goes from server to client, in sessions");
    channel.sent += size;
    hold(channel.sent <= channel.allowed, "no more data goes out than the peer's window");
}

// What there is ----------------------------------------------------------------------------------

ModelChannel* ChannelsModel::find(ChannelId number) {
    const auto found = channels_.find(number);
    return found == channels_.end() ? nullptr : &found->second;
}

ModelChannel* ChannelsModel::open_channel(ChannelId number) {
    ModelChannel* const channel = find(number);
    return channel != nullptr && channel->stage == ModelChannel::Stage::open ? channel : nullptr;
}

ModelChannel* ChannelsModel::usable(ChannelId number) {
    ModelChannel* const channel = open_channel(number);
    return channel != nullptr && !channel->closed ? channel : nullptr;
}

bool ChannelsModel::number_in_use(std::uint32_t peer_number) const {
    return std::ranges::any_of(channels_, [&](const auto& entry) {
        return entry.second.stage != ModelChannel::Stage::opening &&
               entry.second.peer_number == peer_number;
    });
}

ModelChannel& ChannelsModel::by_peer_number(std::uint32_t peer_number) {
    for (auto& [number, channel] : channels_) {
        if (channel.stage == ModelChannel::Stage::open && channel.peer_number == peer_number) {
            return channel;
        }
    }
    broken("a message about a channel goes out while it is open");
}

ChannelId ChannelsModel::free_number() const {
    ChannelId number = 0;
    while (channels_.contains(number)) {
        ++number;
    }
    return number;
}

std::vector<RequestId> ChannelsModel::questions() const {
    std::vector<RequestId> open;
    const auto add = [&](const std::deque<AskedRequest>& requests) {
        for (const AskedRequest& request : requests) {
            if (!request.answer) {
                open.push_back(request.id);
            }
        }
    };
    add(global_);
    for (const auto& [number, channel] : channels_) {
        if (channel.stage == ModelChannel::Stage::asked) {
            open.push_back(channel.question);
        }
        add(channel.requests);
    }
    std::ranges::sort(open);
    return open;
}

bool ChannelsModel::asks_for_channel(RequestId id) const {
    return std::ranges::any_of(channels_, [id](const auto& entry) {
        return entry.second.stage == ModelChannel::Stage::asked && entry.second.question == id;
    });
}

} // namespace gss::test::fuzz
