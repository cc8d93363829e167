// SPDX-License-Identifier: Apache-2.0
#include "kex_messages.h"

#include "reader.h"
#include "writer.h"

namespace gss::inline v0::ssh::wire {

std::string_view kexgss::name(std::uint8_t number) noexcept {
    switch (number) {
    case init:
        return "KEXGSS_INIT";
    case token:
        return "KEXGSS_CONTINUE";
    case complete:
        return "KEXGSS_COMPLETE";
    case host_key:
        return "KEXGSS_HOSTKEY";
    case error:
        return "KEXGSS_ERROR";
    case group_request:
        return "KEXGSS_GROUPREQ";
    case group:
        return "KEXGSS_GROUP";
    default:
        return {};
    }
}

namespace {

/// A reader behind the message number; failed when it is another one.
Reader after_number(BytesView payload, std::uint8_t number) noexcept {
    Reader reader(payload);
    if (reader.byte() != number) {
        reader.reject();
    }
    return reader;
}

template <typename T>
std::optional<T> complete_or_nothing(const Reader& reader, const T& message) noexcept {
    return reader.done() ? std::optional<T>(message) : std::nullopt;
}

BytesView read_public_key(Reader& reader, PublicForm form) noexcept {
    return form == PublicForm::mpint ? reader.mpint(max_group_value) : reader.string(max_point);
}

void write_public_key(Writer& writer, PublicForm form, BytesView key) {
    if (form == PublicForm::mpint) {
        writer.mpint(key);
    } else {
        writer.string(key);
    }
}

constexpr std::size_t length_size = 4;

} // namespace

// RFC 4462 s2.1: byte SSH_MSG_KEXGSS_INIT, string output_token, mpint e; RFC 8732 s5.1: string Q_C.
std::optional<KexInit> parse_kex_init(BytesView payload, PublicForm form) noexcept {
    Reader reader = after_number(payload, kexgss::init);
    KexInit message;
    message.token = reader.string(max_kex_token);
    message.public_key = read_public_key(reader, form);
    return complete_or_nothing(reader, message);
}

Bytes build(const KexInit& message, PublicForm form) {
    Writer writer(kexgss::init,
                  2 * length_size + 1 + message.token.size() + message.public_key.size());
    writer.string(message.token);
    write_public_key(writer, form, message.public_key);
    return writer.take();
}

// RFC 4462 s2.1: byte SSH_MSG_KEXGSS_CONTINUE, string output_token or error_token.
std::optional<KexToken> parse_kex_token(BytesView payload) noexcept {
    Reader reader = after_number(payload, kexgss::token);
    return complete_or_nothing(reader, KexToken{reader.string(max_kex_token)});
}

Bytes build(const KexToken& message) {
    return Writer(kexgss::token, length_size + message.token.size()).string(message.token).take();
}

// RFC 4462 s2.1: byte SSH_MSG_KEXGSS_COMPLETE, mpint f, string per_msg_token, boolean, and with
// TRUE string output_token; RFC 8732 s5.1: string Q_S.
std::optional<KexComplete> parse_kex_complete(BytesView payload, PublicForm form) noexcept {
    Reader reader = after_number(payload, kexgss::complete);
    KexComplete message;
    message.public_key = read_public_key(reader, form);
    message.mic = reader.string(max_mic);
    if (reader.boolean()) {
        message.token = reader.string(max_kex_token);
    }
    return complete_or_nothing(reader, message);
}

Bytes build(const KexComplete& message, PublicForm form) {
    const std::size_t token_size = message.token ? length_size + message.token->size() : 0;
    Writer writer(kexgss::complete, 2 * length_size + 2 + message.public_key.size() +
                                        message.mic.size() + token_size);
    write_public_key(writer, form, message.public_key);
    writer.string(message.mic).boolean(message.token.has_value());
    if (message.token) {
        writer.string(*message.token);
    }
    return writer.take();
}

// RFC 4462 s2.1: byte SSH_MSG_KEXGSS_HOSTKEY, string K_S.
std::optional<KexHostKey> parse_kex_host_key(BytesView payload) noexcept {
    Reader reader = after_number(payload, kexgss::host_key);
    return complete_or_nothing(reader, KexHostKey{reader.string(max_host_key)});
}

Bytes build(const KexHostKey& message) {
    return Writer(kexgss::host_key, length_size + message.key.size()).string(message.key).take();
}

// RFC 4462 s2.1: byte SSH_MSG_KEXGSS_ERROR, uint32 major_status, uint32 minor_status, string
// message, string language tag.
std::optional<KexError> parse_kex_error(BytesView payload) noexcept {
    Reader reader = after_number(payload, kexgss::error);
    KexError message;
    message.major = reader.uint32();
    message.minor = reader.uint32();
    message.text = reader.text(max_error_text);
    message.language = reader.text(max_language_tag);
    return complete_or_nothing(reader, message);
}

Bytes build(const KexError& message) {
    return Writer(kexgss::error, 4 * length_size + message.text.size() + message.language.size())
        .uint32(message.major)
        .uint32(message.minor)
        .text(message.text)
        .text(message.language)
        .take();
}

// RFC 4462 s2.2: byte SSH_MSG_KEXGSS_GROUPREQ, uint32 min, uint32 n, uint32 max.
std::optional<KexGroupRequest> parse_kex_group_request(BytesView payload) noexcept {
    Reader reader = after_number(payload, kexgss::group_request);
    KexGroupRequest message;
    message.min = reader.uint32();
    message.preferred = reader.uint32();
    message.max = reader.uint32();
    return complete_or_nothing(reader, message);
}

Bytes build(const KexGroupRequest& message) {
    return Writer(kexgss::group_request, 3 * length_size)
        .uint32(message.min)
        .uint32(message.preferred)
        .uint32(message.max)
        .take();
}

// RFC 4462 s2.2: byte SSH_MSG_KEXGSS_GROUP, mpint p, mpint g.
std::optional<KexGroup> parse_kex_group(BytesView payload) noexcept {
    Reader reader = after_number(payload, kexgss::group);
    KexGroup message;
    message.p = reader.mpint(max_group_value);
    message.g = reader.mpint(max_group_value);
    return complete_or_nothing(reader, message);
}

Bytes build(const KexGroup& message) {
    return Writer(kexgss::group, 2 * length_size + 2 + message.p.size() + message.g.size())
        .mpint(message.p)
        .mpint(message.g)
        .take();
}

} // namespace gss::inline v0::ssh::wire
