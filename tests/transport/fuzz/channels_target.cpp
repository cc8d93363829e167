// SPDX-License-Identifier: Apache-2.0
// Channels and requests, either role, against a model of RFC 4254: what each message and each call
// of the host leads to is what the model says, and nothing besides.
//
// Octets: role, then steps (numbers of channels are one octet, amounts as Cursor::amount()):
//   0 message      payload (string)
//   1 open         type, sender, window, packet, data (string)
//   2 confirm      channel, sender, window, packet
//   3 refuse       channel, reason
//   4 adjust       channel, octets
//   5 data         channel, stream, size
//   6 bare         channel, which of EOF, CLOSE, SUCCESS, FAILURE
//   7 request      channel, type, want reply (bit 0; the others: octets of its own, by 512)
//   8 global       which of request, success, failure; type, want reply as with 7
//   9 answer       which question, kind, window, data (string)
//  10 host opens   type, window
//  11 host sends   channel, stream, size
//  12 dealt with   channel, octets
//  13 host ends    channel, EOF or CLOSE
//  14 host asks    channel or nobody, type, want reply
//  15 room         octets
#include "transport_targets.h"

#include "channels_model.h"
#include "connection.h"
#include "connection_messages.h"
#include "fuzz_input.h"
#include "messages.h"
#include "reader.h"
#include "writer.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace gss::test::fuzz {

namespace {

namespace message = transport::detail::message;
using ssh::wire::Reader;
using ssh::wire::Writer;
using transport::detail::ChannelType;
using transport::detail::Connection;
using transport::detail::SessionFault;

constexpr std::array<ChannelType, 2> types{{
    {.name = session_type, .server_may_be_asked = true, .extended_data = 1},
    {.name = either_type,
     .client_may_be_asked = true,
     .server_may_be_asked = true,
     .opens_with_data = true},
}};
constexpr std::array<std::string_view, 5> type_names{session_type, either_type, "x11", "exec", ""};

std::string_view type_name(std::uint8_t number) {
    return type_names[number % type_names.size()];
}

Bytes pattern_of(std::size_t size, unsigned seed) {
    Bytes octets(size);
    for (std::size_t i = 0; i < size; ++i) {
        octets[i] = static_cast<std::byte>((i * 31 + seed * 7) & 0xffU);
    }
    return octets;
}

class Outlet final : public transport::detail::DataOutlet {
public:
    void send(BytesView payload) override { send(payload, {}); }
    void send(BytesView head, BytesView body) override {
        Bytes& payload = sent.emplace_back(head.begin(), head.end());
        payload.insert(payload.end(), body.begin(), body.end());
        left -= std::min(left, body.size());
    }
    void put(transport::Event event) override { events.push_back(words_of(event)); }
    [[nodiscard]] RequestId new_id() noexcept override { return ++last_id; }
    [[nodiscard]] std::size_t room() const noexcept override { return left; }

    std::vector<Bytes> sent;
    std::vector<std::string> events;
    std::size_t left = 100000;
    RequestId last_id = 0;
};

transport::SessionLimits limits() {
    transport::SessionLimits limits;
    limits.packet = longest_packet;
    limits.channels = most_channels;
    limits.open_requests = most_requests;
    return limits;
}

class Run {
public:
    Run(BytesView input)
        : cursor_(input), role_(cursor_.flag() ? Role::server : Role::client), model_(role_),
          limits_(limits()), connection_(role_, limits_, outlet_, types) {}

    void all() {
        while (!cursor_.empty() && !ended_) {
            step();
            hold(ended_ || outlet_.last_id == model_.last_id(), "questions are asked once");
        }
    }

private:
    void step();
    void put_request(Writer& message);
    void host_step(unsigned what);

    // From the peer.
    void receive(const Bytes& payload);
    Expected expect(BytesView payload);
    Expected expect_opening(std::uint8_t number, Reader& reader, BytesView payload);
    Expected expect_for_channel(std::uint8_t number, Reader& reader);

    // From the host.
    void answer();
    void open();
    void send();
    void consume();
    void compare_call(bool succeeded, const Expected& expected);

    void compare(const Expected& expected);

    Cursor cursor_;
    Role role_;
    ChannelsModel model_;
    transport::SessionLimits limits_;
    Outlet outlet_;
    Connection connection_;
    bool ended_ = false;
};

Expected damaged() {
    Expected expected;
    expected.fault = true;
    return expected;
}

/// What RFC 4254 makes of it, whoever has put it together.
Expected Run::expect(BytesView payload) {
    Reader reader(payload);
    const std::uint8_t number = reader.byte();
    switch (number) {
    case message::global_request: {
        const std::string_view type = reader.text(payload.size());
        const bool want_reply = reader.boolean();
        return reader.failed() ? damaged() : model_.global_request(type, want_reply, reader.left());
    }
    case message::request_success:
        return model_.global_reply(true);
    case message::request_failure:
        return reader.done() ? model_.global_reply(false) : damaged();
    case message::channel_open:
    case message::channel_open_confirmation:
    case message::channel_open_failure:
        return expect_opening(number, reader, payload);
    default:
        return expect_for_channel(number, reader);
    }
}

Expected Run::expect_opening(std::uint8_t number, Reader& reader, BytesView payload) {
    if (number == message::channel_open) {
        const std::string_view type = reader.text(payload.size());
        const std::uint32_t sender = reader.uint32();
        const std::uint32_t window = reader.uint32();
        const std::uint32_t packet = reader.uint32();
        return reader.failed()
                   ? damaged()
                   : model_.open(type, sender, window, packet, payload.last(reader.left()));
    }
    const ChannelId channel = reader.uint32();
    if (number == message::channel_open_failure) {
        const std::uint32_t why = reader.uint32();
        static_cast<void>(reader.text(4096));
        static_cast<void>(reader.text(4096));
        return reader.done() ? model_.open_failure(channel, why) : damaged();
    }
    const std::uint32_t sender = reader.uint32();
    const std::uint32_t window = reader.uint32();
    const std::uint32_t packet = reader.uint32();
    return reader.failed()
               ? damaged()
               : model_.confirmation(channel, sender, window, packet, payload.last(reader.left()));
}

Expected Run::expect_for_channel(std::uint8_t number, Reader& reader) {
    const ChannelId channel = reader.uint32();
    if (number == message::channel_window_adjust) {
        const std::uint32_t octets = reader.uint32();
        return reader.done() ? model_.adjust(channel, octets) : damaged();
    }
    if (number == message::channel_data || number == message::channel_extended_data) {
        const bool extended = number == message::channel_extended_data;
        const std::uint32_t stream = extended ? reader.uint32() : 0;
        const BytesView octets = reader.string(reader.left());
        return reader.done() && !(extended && stream == 0) ? model_.data(channel, stream, octets)
                                                           : damaged();
    }
    if (number == message::channel_request) {
        const std::string_view type = reader.text(reader.left());
        const bool want_reply = reader.boolean();
        return reader.failed() ? damaged()
                               : model_.request(channel, type, want_reply, reader.left());
    }
    if (!reader.done()) {
        return damaged();
    }
    switch (number) {
    case message::channel_eof:
        return model_.eof(channel);
    case message::channel_close:
        return model_.close(channel);
    case message::channel_success:
    case message::channel_failure:
        return model_.reply(channel, number == message::channel_success);
    default:
        return damaged();
    }
}

void Run::receive(const Bytes& payload) {
    model_.room = outlet_.left != 0;
    const Expected expected = expect(payload);
    try {
        connection_.receive(payload);
    } catch (const SessionFault& fault) {
        hold(expected.fault, "what the RFC allows is no fault");
        hold(fault.disconnect_reason() == transport::detail::reason::protocol_error &&
                 fault.fault() == ssh::Fault::peer,
             "a peer's fault is the peer's");
        hold(outlet_.sent.empty() && outlet_.events.empty(), "nothing comes of a faulty message");
        ended_ = true;
        return;
    }
    hold(!expected.fault, "what has no place is a fault");
    compare(expected);
}

/// What came out is what was expected.
void Run::compare(const Expected& expected) {
    hold(outlet_.events == expected.events, "the events are those that the model expects");
    hold(outlet_.sent.size() == expected.sent.size(), "so many messages go out as are expected");
    for (std::size_t i = 0; i < expected.sent.size(); ++i) {
        const BytesView wanted(expected.sent[i]);
        BytesView sent(outlet_.sent[i]);
        if (std::to_integer<std::uint8_t>(wanted[0]) == message::channel_open_failure) {
            sent = sent.first(std::min(sent.size(), wanted.size()));
        }
        hold(std::ranges::equal(sent, wanted), "the messages are those that the model expects");
    }
    outlet_.sent.clear();
    outlet_.events.clear();
}

void Run::compare_call(bool succeeded, const Expected& expected) {
    hold(succeeded == !expected.fault, "a call fails exactly when it is misuse");
    compare(expected);
}

// Steps ------------------------------------------------------------------------------------------

void Run::step() {
    const unsigned what = cursor_.byte() % 16;
    if (what >= 9) {
        return host_step(what);
    }
    if (what == 0) {
        const BytesView payload = cursor_.string();
        return receive(Bytes(payload.begin(), payload.end()));
    }
    if (what == 1) {
        Writer open(message::channel_open);
        open.text(type_name(cursor_.byte())).uint32(cursor_.byte());
        open.uint32(cursor_.amount()).uint32(cursor_.amount());
        return receive(open.raw(cursor_.string()).take());
    }
    if (what == 8) {
        const unsigned which = cursor_.byte() % 3;
        Writer global(static_cast<std::uint8_t>(message::global_request + which));
        if (which == 0) {
            put_request(global);
        }
        return receive(global.take());
    }
    const ChannelId channel = cursor_.byte();
    constexpr std::array<std::uint8_t, 8> numbers{0,
                                                  0,
                                                  message::channel_open_confirmation,
                                                  message::channel_open_failure,
                                                  message::channel_window_adjust,
                                                  message::channel_data,
                                                  message::channel_eof,
                                                  message::channel_request};
    Writer payload(numbers[what]);
    payload.uint32(channel);
    if (what == 2) {
        payload.uint32(cursor_.byte()).uint32(cursor_.amount()).uint32(cursor_.amount());
    } else if (what == 3) {
        payload.uint32(cursor_.byte()).text("no \x1b[2J").text("en");
    } else if (what == 4) {
        payload.uint32(cursor_.amount());
    } else if (what == 5) {
        const std::uint32_t stream = cursor_.byte() % 3;
        const Bytes octets = pattern_of(cursor_.amount() % (longest_data + 2), channel);
        return receive(stream == 0 ? payload.string(octets).take()
                                   : Writer(message::channel_extended_data)
                                         .uint32(channel)
                                         .uint32(stream)
                                         .string(octets)
                                         .take());
    } else if (what == 6) {
        constexpr std::array<std::uint8_t, 4> bare{message::channel_eof, message::channel_close,
                                                   message::channel_success,
                                                   message::channel_failure};
        payload = Writer(bare[cursor_.byte() % bare.size()]);
        payload.uint32(channel);
    } else {
        put_request(payload);
    }
    receive(payload.take());
}

void Run::put_request(Writer& message) {
    const std::string_view type = type_name(cursor_.byte());
    const unsigned rest = cursor_.byte();
    constexpr std::size_t unit = 512;
    message.text(type).boolean((rest & 1U) != 0).raw(Bytes(rest / 2 * unit));
}

void Run::host_step(unsigned what) {
    switch (what) {
    case 9:
        return answer();
    case 10:
        return open();
    case 11:
        return send();
    case 12:
        return consume();
    case 13: {
        const ChannelId channel = cursor_.byte();
        const bool closes = cursor_.flag();
        const Expected expected = closes ? model_.own_close(channel) : model_.own_eof(channel);
        return compare_call(closes ? connection_.close_channel(channel).has_value()
                                   : connection_.send_eof(channel).has_value(),
                            expected);
    }
    case 14: {
        const ChannelId channel = cursor_.byte();
        const std::string_view type = type_name(cursor_.byte());
        const bool want_reply = cursor_.flag();
        if (channel == 0xff) {
            const Expected expected = model_.own_global(type, want_reply);
            return compare_call(connection_.global_request(type, want_reply, {}).has_value(),
                                expected);
        }
        const Expected expected = model_.own_request(channel, type, want_reply);
        return compare_call(connection_.channel_request(channel, type, want_reply, {}).has_value(),
                            expected);
    }
    default:
        outlet_.left = cursor_.amount() % 200000;
        model_.room = outlet_.left != 0;
        const Expected expected = model_.writable();
        connection_.writable();
        compare(expected);
    }
}

void Run::answer() {
    const std::size_t which = cursor_.byte();
    const unsigned kind = cursor_.byte() % 5;
    const std::uint32_t window = cursor_.amount();
    const BytesView data = cursor_.string();
    const std::vector<RequestId> open = model_.questions();
    const bool stale = open.empty() || which >= 0xf0;
    const RequestId id = stale ? outlet_.last_id + which - 0xef : open[which % open.size()];
    const bool of_channel = !stale && model_.asks_for_channel(id);
    const bool good = kind == 0;
    transport::Answer answer = transport::Refusal{};
    if (kind == 4) {
        answer = ssh::StepAnswer{};
    } else if (kind != 2 && of_channel == (kind != 3)) {
        transport::ChannelAnswer given;
        given.accepted = good || kind == 3;
        given.window = window;
        answer = std::move(given);
    } else if (kind != 2) {
        answer = transport::RequestAnswer{good || kind == 3, Bytes(data.begin(), data.end())};
    }
    Expected expected;
    ssh::Fed fed = ssh::Fed::stale;
    const bool known = std::ranges::find(open, id) != open.end();
    if (known) {
        fed = kind >= 3 ? ssh::Fed::misuse : ssh::Fed::taken;
        expected = of_channel ? model_.answer_open(id, good, window)
                              : model_.answer_request(id, good, data);
    }
    hold(connection_.answer(id, std::move(answer)) == fed, "an answer counts for its question");
    compare(expected);
}

void Run::open() {
    const std::string_view type = type_name(cursor_.byte());
    const std::uint32_t window = cursor_.amount();
    const bool fits = !type.empty() && !model_.full();
    const auto number = connection_.open_channel(type, {}, window);
    hold(number.has_value() == fits, "a channel can be asked for while there are few");
    compare(number ? model_.opening(type, *number, window) : Expected{});
}

void Run::send() {
    const ChannelId number = cursor_.byte();
    const std::uint32_t stream = cursor_.byte() % 3;
    const Bytes data = pattern_of(cursor_.amount() % 100000, number);
    ModelChannel* const channel = model_.usable(number);
    const std::uint32_t most_stream =
        channel != nullptr && channel->session && role_ == Role::server ? 1 : 0;
    const bool may = channel != nullptr && !channel->eof_sent && stream <= most_stream;
    const auto taken = connection_.send_data(number, data, stream);
    hold(taken.has_value() == may, "data goes out on a channel that takes it");
    std::size_t sent = 0;
    for (const Bytes& payload : outlet_.sent) {
        Reader reader(payload);
        const bool extended = reader.byte() == message::channel_extended_data;
        const std::uint32_t peer_number = reader.uint32();
        const std::uint32_t type = extended ? reader.uint32() : 0;
        const BytesView piece = reader.string(payload.size());
        hold(reader.done() && type == stream && channel != nullptr &&
                 peer_number == channel->peer_number &&
                 std::ranges::equal(piece, BytesView(data).subspan(sent, piece.size())),
             "data goes out as the host gave it");
        model_.data_sent(peer_number, type, piece.size());
        sent += piece.size();
    }
    outlet_.sent.clear();
    compare({});
    if (taken) {
        hold(*taken == sent, "what is said to be taken was sent");
        hold(sent == data.size() || channel->sent == channel->allowed || outlet_.left == 0,
             "what can be sent is sent");
        channel->wants_room = sent < data.size();
    }
}

void Run::consume() {
    const ChannelId number = cursor_.byte();
    const std::size_t octets = cursor_.amount();
    model_.consumed(number, octets);
    connection_.consumed(number, octets);
    hold(outlet_.sent.size() <= 1, "one message gives window back");
    for (const Bytes& payload : outlet_.sent) {
        Reader reader(payload);
        hold(reader.byte() == message::channel_window_adjust, "window is given back by adjusting");
        const std::uint32_t peer_number = reader.uint32();
        const std::uint32_t adjusted = reader.uint32();
        hold(reader.done(), "the message is whole");
        model_.adjusted(peer_number, adjusted);
    }
    outlet_.sent.clear();
    compare({});
    model_.check_progress(number);
}

} // namespace

void fuzz_channels(BytesView input) {
    Run(input).all();
}

} // namespace gss::test::fuzz
