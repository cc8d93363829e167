// SPDX-License-Identifier: Apache-2.0
#include "connection_messages.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gss::inline v0::transport::detail {

std::string message_name(std::uint8_t message) {
    static constexpr std::array<std::pair<std::uint8_t, std::string_view>, 14> names{{
        {message::global_request, "GLOBAL_REQUEST"},
        {message::request_success, "REQUEST_SUCCESS"},
        {message::request_failure, "REQUEST_FAILURE"},
        {message::channel_open, "CHANNEL_OPEN"},
        {message::channel_open_confirmation, "CHANNEL_OPEN_CONFIRMATION"},
        {message::channel_open_failure, "CHANNEL_OPEN_FAILURE"},
        {message::channel_window_adjust, "CHANNEL_WINDOW_ADJUST"},
        {message::channel_data, "CHANNEL_DATA"},
        {message::channel_extended_data, "CHANNEL_EXTENDED_DATA"},
        {message::channel_eof, "CHANNEL_EOF"},
        {message::channel_close, "CHANNEL_CLOSE"},
        {message::channel_request, "CHANNEL_REQUEST"},
        {message::channel_success, "CHANNEL_SUCCESS"},
        {message::channel_failure, "CHANNEL_FAILURE"},
    }};
    for (const auto& [number, name] : names) {
        if (number == message) {
            return "SSH_MSG_" + std::string(name);
        }
    }
    return "message " + std::to_string(message);
}

void message_fault(std::uint8_t message, std::string_view why) {
    protocol_fault(message_name(message) + ": " + std::string(why));
}

void channel_fault(std::uint8_t message, ChannelId channel, std::string_view why) {
    protocol_fault(message_name(message) + " for channel " + std::to_string(channel) + ": " +
                   std::string(why));
}

Error channel_misuse(std::string_view what, ChannelId channel, std::string_view why) {
    ErrorDetails details;
    details.code = ErrorCode::misuse;
    details.operation = what;
    details.subject = "channel " + std::to_string(channel);
    details.messages.emplace_back(why);
    return Error(std::move(details));
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && text.size() <= longest_name &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

MessageReader::MessageReader(BytesView payload)
    : payload_(payload), reader_(payload), message_(reader_.byte()) {}

std::string_view MessageReader::name() {
    const std::string_view name = reader_.text(payload_.size());
    // RFC 4251 s6: "MUST be printable US-ASCII, non-empty strings no longer than 64 characters"
    if (!reader_.failed() && !is_name(name)) {
        message_fault(message_, "its type is no name");
    }
    return name;
}

BytesView MessageReader::rest() {
    if (reader_.failed()) {
        message_fault(message_, "it is damaged");
    }
    return payload_.last(reader_.left());
}

void MessageReader::end() const {
    if (!reader_.done()) {
        message_fault(message_, reader_.failed() ? "it is damaged" : "octets are left over");
    }
}

} // namespace gss::inline v0::transport::detail
