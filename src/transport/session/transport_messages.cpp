// SPDX-License-Identifier: Apache-2.0
#include "transport_messages.h"

#include "escape.h"
#include "fault.h"
#include "messages.h"
#include "reader.h"
#include "writer.h"

#include <algorithm>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::size_t most_language = 64;
constexpr std::size_t most_ignored = std::size_t{256} * 1024;

[[noreturn]] void damaged(std::string_view name) {
    protocol_fault("a damaged SSH_MSG_" + std::string(name));
}

ssh::wire::Reader body(BytesView payload) {
    return ssh::wire::Reader(payload.subspan(1));
}

/// Texts that are for people are cut, not refused.
std::string shown(BytesView text) {
    return escape_control_characters(as_text(text.first(std::min(text.size(), most_text))));
}

} // namespace

Bytes build_disconnect(std::uint32_t reason, std::string_view text) {
    ssh::wire::Writer writer(message::disconnect);
    return writer.uint32(reason).text(text).text("").take();
}

Bytes build_ignore(BytesView content) {
    ssh::wire::Writer writer(message::ignore);
    return writer.string(content).take();
}

Bytes build_unimplemented(std::uint32_t sequence) {
    ssh::wire::Writer writer(message::unimplemented);
    return writer.uint32(sequence).take();
}

DisconnectMessage parse_disconnect(BytesView payload) {
    ssh::wire::Reader reader = body(payload);
    DisconnectMessage message;
    message.reason = reader.uint32();
    message.text = shown(reader.string(most_ignored));
    (void)reader.string(most_language);
    if (!reader.done()) {
        damaged("DISCONNECT");
    }
    return message;
}

void parse_ignore(BytesView payload) {
    ssh::wire::Reader reader = body(payload);
    (void)reader.string(most_ignored);
    if (!reader.done()) {
        damaged("IGNORE");
    }
}

void parse_unimplemented(BytesView payload) {
    ssh::wire::Reader reader = body(payload);
    (void)reader.uint32();
    if (!reader.done()) {
        damaged("UNIMPLEMENTED");
    }
}

std::string parse_debug(BytesView payload) {
    ssh::wire::Reader reader = body(payload);
    const bool display = reader.boolean();
    std::string text = shown(reader.string(most_ignored));
    (void)reader.string(most_language);
    if (!reader.done()) {
        damaged("DEBUG");
    }
    return display ? text : std::string();
}

} // namespace gss::inline v0::transport::detail
