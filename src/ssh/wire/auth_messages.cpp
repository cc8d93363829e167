// SPDX-License-Identifier: Apache-2.0
// The messages of user authentication, parsers and builders side by side.
#include "auth_messages.h"

#include <gssxx/ssh/mic_data.h>

#include "reader.h"
#include "writer.h"

#include <algorithm>

namespace gss::inline v0::ssh::wire {

namespace {

/// A reader that stands behind the message number, which whoever dispatched has looked at.
Reader fields_of(BytesView payload) noexcept {
    Reader reader(payload);
    static_cast<void>(reader.byte());
    return reader;
}

std::optional<BytesView> one_string(Reader reader, std::size_t most) noexcept {
    const BytesView octets = reader.string(most);
    return reader.done() ? std::optional(octets) : std::nullopt;
}

std::optional<BytesView> one_filled_string(Reader reader) noexcept {
    const auto octets = one_string(reader, max_token_size);
    return octets && !octets->empty() ? octets : std::nullopt;
}

Bytes one_string_message(std::uint8_t number, BytesView octets) {
    return Writer(number, 4 + octets.size()).string(octets).take();
}

Writer request_of(const RequestNames& names, std::string_view method, std::size_t rest) {
    Writer writer(number::request,
                  12 + names.user.size() + names.service.size() + method.size() + rest);
    writer.text(names.user).text(names.service).text(method);
    return writer;
}

/// RFC 4251 s5: "A name MUST have a non-zero length, and it MUST NOT contain a comma". "Terminating
/// null characters MUST NOT be used".
bool split_names(std::string_view list, std::vector<std::string>& names) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view name = list.substr(0, comma);
        if (!is_list_name(name) || comma + 1 == list.size() || names.size() == max_methods) {
            return false;
        }
        names.emplace_back(name);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return true;
}

} // namespace

bool is_list_name(std::string_view name) noexcept {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
        return letter > ' ' && letter < '\x7f' && letter != ',';
    });
}

std::optional<std::uint32_t> parse_unimplemented(BytesView payload) noexcept {
    Reader reader = fields_of(payload);
    const std::uint32_t packet = reader.uint32();
    return reader.done() ? std::optional(packet) : std::nullopt;
}

Bytes build_unimplemented(std::uint32_t packet) {
    return Writer(number::unimplemented, 4).uint32(packet).take();
}

std::optional<UserauthRequest> parse_request(BytesView payload) noexcept {
    Reader reader = fields_of(payload);
    UserauthRequest request;
    request.user = reader.text(max_user_size);
    request.service = reader.text(max_name_size);
    request.method = reader.text(max_name_size);
    if (reader.failed()) {
        return std::nullopt;
    }
    request.rest = payload.last(reader.left());
    return request;
}

std::optional<MechanismList> parse_mechanisms(BytesView rest) noexcept {
    Reader reader(rest);
    const std::size_t count = reader.uint32();
    // The smallest element has a length of four octets. Nothing is allocated for the count.
    if (count == 0 || count > max_mechanisms || count * 4 > reader.left()) {
        return std::nullopt;
    }
    MechanismList list;
    while (list.count < count) {
        list.elements[list.count++] = reader.string(max_oid_element_size);
    }
    return reader.done() ? std::optional(list) : std::nullopt;
}

std::optional<BytesView> parse_keyex_mic(BytesView rest) noexcept {
    return one_filled_string(Reader(rest));
}

// RFC 4462 s3.2: "Mechanism OIDs are encoded according to the ASN.1 Distinguished Encoding Rules".
Bytes build_with_mic_request(const RequestNames& names, const OidSet& mechanisms) {
    Writer writer = request_of(names, with_mic_method, 4 + 16 * mechanisms.size());
    writer.uint32(static_cast<std::uint32_t>(mechanisms.size()));
    for (const Oid& mechanism : mechanisms) {
        writer.string(mechanism.to_der());
    }
    return writer.take();
}

Bytes build_keyex_request(const RequestNames& names, BytesView mic) {
    return request_of(names, keyex_method, 4 + mic.size()).string(mic).take();
}

std::optional<UserauthFailure> parse_failure(BytesView payload) {
    Reader reader = fields_of(payload);
    const std::string_view list = reader.text(max_text_size);
    UserauthFailure failure;
    failure.partial = reader.boolean();
    if (!reader.done() || !split_names(list, failure.methods)) {
        return std::nullopt;
    }
    return failure;
}

Bytes build_failure(std::span<const std::string> methods, bool partial) {
    std::string list;
    for (const std::string& method : methods) {
        list += list.empty() ? "" : ",";
        list += method;
    }
    return Writer(number::failure, 5 + list.size()).text(list).boolean(partial).take();
}

bool is_bare(BytesView payload) noexcept {
    return payload.size() == 1;
}

Bytes build_success() {
    return Writer(number::success).take();
}

Bytes build_exchange_complete() {
    return Writer(number::exchange_complete).take();
}

std::optional<BytesView> parse_response(BytesView payload) noexcept {
    return one_string(fields_of(payload), max_token_size);
}

Bytes build_response(const Oid& mechanism) {
    return one_string_message(number::response, mechanism.to_der());
}

std::optional<BytesView> parse_token(BytesView payload) noexcept {
    return one_filled_string(fields_of(payload));
}

Bytes build_token(BytesView token) {
    return one_string_message(number::token, token);
}

Bytes build_error_token(BytesView token) {
    return one_string_message(number::error_token, token);
}

Bytes build_mic(BytesView mic) {
    return one_string_message(number::mic, mic);
}

std::optional<GssapiError> parse_error(BytesView payload) noexcept {
    Reader reader = fields_of(payload);
    GssapiError error;
    error.major = reader.uint32();
    error.minor = reader.uint32();
    error.text = reader.text(max_text_size);
    error.language = reader.text(max_name_size);
    return reader.done() ? std::optional(error) : std::nullopt;
}

Bytes build_error(const GssapiError& error) {
    return Writer(number::error, 16 + error.text.size() + error.language.size())
        .uint32(error.major)
        .uint32(error.minor)
        .text(error.text)
        .text(error.language)
        .take();
}

} // namespace gss::inline v0::ssh::wire
