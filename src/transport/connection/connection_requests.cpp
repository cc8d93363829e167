// SPDX-License-Identifier: Apache-2.0
// Requests and replies (RFC 4254 s4, s5.4).
#include "connection.h"
#include "connection_messages.h"
#include "escape.h"

#include <utility>

namespace gss::inline v0::transport::detail {

using ssh::wire::Writer;

namespace {

/// What the host's answer says of a request.
struct Verdict {
    RequestAnswer answer;
    ssh::Fed fed = ssh::Fed::taken;
};

Verdict verdict(Answer&& answer) {
    if (RequestAnswer* const given = std::get_if<RequestAnswer>(&answer)) {
        if (given->data.size() <= largest_message) {
            return {std::move(*given), ssh::Fed::taken};
        }
        return {{}, ssh::Fed::misuse};
    }
    return {{}, std::holds_alternative<Refusal>(answer) ? ssh::Fed::taken : ssh::Fed::misuse};
}

/// Why the host may not send a request; nothing when it may.
std::string wrong_with(std::string_view type, BytesView data) {
    if (!is_name(type)) {
        return std::string("'").append(escape_control_characters(type)) +
               "' is no name of a request";
    }
    return data.size() > largest_message ? "too much data" : "";
}

} // namespace

// Within a channel -------------------------------------------------------------------------------

void Connection::receive_channel_request(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    const std::string_view type = reader.name();
    const bool want_reply = reader.boolean();
    const BytesView data = reader.rest();
    Channel& channel = peers_channel(reader.message(), number);
    if (channel.requests.size() >= limits_.open_requests) {
        channel_fault(reader.message(), number, "too many requests wait for an answer");
    }
    ChannelRequest question{outlet_.new_id(), number, std::string(type), want_reply,
                            Bytes(data.begin(), data.end())};
    channel.requests.add(question.id, want_reply);
    outlet_.put(std::move(question));
}

ssh::Fed Connection::answer_request(Channel& channel, RequestId id, Answer&& answer) {
    Verdict given = verdict(std::move(answer));
    // RFC 4254 s4: "replies that relate to the same channel MUST also be replied to in the right
    // order"
    for (const RequestAnswer& reply : channel.requests.answer(id, std::move(given.answer))) {
        if (!channel.close_sent) {
            outlet_.send(Writer(reply.ok ? message::channel_success : message::channel_failure)
                             .uint32(channel.peer_number)
                             .octets());
        }
    }
    return given.fed;
}

Result<void> Connection::channel_request(ChannelId number, std::string_view type, bool want_reply,
                                         BytesView data) {
    constexpr std::string_view what = "send a channel request";
    const Result<Channel*> found = hosts_channel(what, number);
    if (!found) {
        return found.error();
    }
    if (const std::string wrong = wrong_with(type, data); !wrong.empty()) {
        return channel_misuse(what, number, wrong);
    }
    Channel& channel = **found;
    if (want_reply) {
        channel.own_types.emplace_back(type);
    }
    outlet_.send(Writer(message::channel_request, data.size() + 80)
                     .uint32(channel.peer_number)
                     .text(type)
                     .boolean(want_reply)
                     .raw(data)
                     .octets());
    return {};
}

void Connection::receive_channel_reply(BytesView payload) {
    MessageReader reader(payload);
    const ChannelId number = reader.uint32();
    reader.end();
    Channel& channel = peers_channel(reader.message(), number);
    // RFC 4254 s5.4: "If 'want reply' is FALSE, no response will be sent to the request."
    if (channel.own_types.empty()) {
        channel_fault(reader.message(), number, "no request waits for an answer");
    }
    ChannelRequestAnswered event{number, std::move(channel.own_types.front()),
                                 reader.message() == message::channel_success};
    channel.own_types.pop_front();
    outlet_.put(std::move(event));
}

// Global ones ------------------------------------------------------------------------------------

void Connection::receive_global_request(BytesView payload) {
    MessageReader reader(payload);
    const std::string_view type = reader.name();
    const bool want_reply = reader.boolean();
    const BytesView data = reader.rest();
    if (global_requests_.size() >= limits_.open_requests) {
        message_fault(reader.message(), "too many requests wait for an answer");
    }
    GlobalRequest question{outlet_.new_id(), std::string(type), want_reply,
                           Bytes(data.begin(), data.end())};
    global_requests_.add(question.id, want_reply);
    outlet_.put(std::move(question));
}

ssh::Fed Connection::answer_global(RequestId id, Answer&& answer) {
    Verdict given = verdict(std::move(answer));
    // RFC 4254 s4: "replies to SSH_MSG_GLOBAL_REQUESTS MUST be sent in the same order as the
    // corresponding request messages"
    for (const RequestAnswer& reply : global_requests_.answer(id, std::move(given.answer))) {
        if (reply.ok) {
            outlet_.send(Writer(message::request_success).raw(reply.data).octets());
        } else {
            outlet_.send(Writer(message::request_failure).octets());
        }
    }
    return given.fed;
}

Result<void> Connection::global_request(std::string_view type, bool want_reply, BytesView data) {
    if (const std::string wrong = wrong_with(type, data); !wrong.empty()) {
        return Error(ErrorCode::misuse, "send a global request", wrong);
    }
    if (want_reply) {
        own_global_types_.emplace_back(type);
    }
    outlet_.send(Writer(message::global_request, data.size() + 80)
                     .text(type)
                     .boolean(want_reply)
                     .raw(data)
                     .octets());
    return {};
}

std::string Connection::next_global(std::uint8_t message) {
    if (own_global_types_.empty()) {
        message_fault(message, "no request waits for an answer");
    }
    std::string type = std::move(own_global_types_.front());
    own_global_types_.pop_front();
    return type;
}

void Connection::receive_global_success(BytesView payload) {
    MessageReader reader(payload);
    // RFC 4254 s4: "response specific data"
    const BytesView data = reader.rest();
    outlet_.put(GlobalRequestAnswered{next_global(reader.message()), true,
                                      Bytes(data.begin(), data.end())});
}

void Connection::receive_global_failure(BytesView payload) {
    MessageReader reader(payload);
    reader.end();
    outlet_.put(GlobalRequestAnswered{next_global(reader.message()), false, {}});
}

} // namespace gss::inline v0::transport::detail
