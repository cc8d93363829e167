// SPDX-License-Identifier: Apache-2.0
// The messages of user authentication (RFC 4252 s5, RFC 4462 s3 and s4): parsers and builders.
//
// A parser takes a whole payload, message number first, and yields nothing when the payload is not
// exactly that message: cut, with trailing octets, over a limit, or with an empty field that may
// not be empty. What it yields points into the payload; only name-lists are copied.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/oid.h>
#include <gssxx/ssh/mechanism_policy.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::ssh::wire {

/// Message numbers (RFC 4253 s12, RFC 4252 s6, RFC 4462 s6).
namespace number {
inline constexpr std::uint8_t unimplemented = 3;
inline constexpr std::uint8_t request = 50;
inline constexpr std::uint8_t failure = 51;
inline constexpr std::uint8_t success = 52;
inline constexpr std::uint8_t banner = 53;
inline constexpr std::uint8_t method_first = 60;
inline constexpr std::uint8_t response = 60;
inline constexpr std::uint8_t token = 61;
inline constexpr std::uint8_t exchange_complete = 63;
inline constexpr std::uint8_t error = 64;
inline constexpr std::uint8_t error_token = 65;
inline constexpr std::uint8_t mic = 66;
inline constexpr std::uint8_t method_last = 79;
} // namespace number

/// The longest user name that is read, in octets.
inline constexpr std::size_t max_user_size = 1024;
/// The longest name of a service or method. RFC 4251 s6 allows 64.
inline constexpr std::size_t max_name_size = 256;
/// The longest name-list and the longest text of an error, in octets.
inline constexpr std::size_t max_text_size = 4096;
/// The most names of a name-list that are read.
inline constexpr std::size_t max_methods = 64;
/// The longest DER element of an OID: tag, a length of two octets, content.
inline constexpr std::size_t max_oid_element_size = 3 + Oid::max_size;

/// SSH_MSG_UNIMPLEMENTED: the number of the packet that was rejected.
[[nodiscard]] std::optional<std::uint32_t> parse_unimplemented(BytesView payload) noexcept;
[[nodiscard]] Bytes build_unimplemented(std::uint32_t packet);

/// SSH_MSG_USERAUTH_REQUEST: what all methods have in common, and the rest as it came.
struct UserauthRequest {
    std::string_view user;
    std::string_view service;
    std::string_view method;
    BytesView rest;
};
[[nodiscard]] std::optional<UserauthRequest> parse_request(BytesView payload) noexcept;

/// The rest of a gssapi-with-mic request: DER elements, unchecked.
struct MechanismList {
    std::array<BytesView, max_mechanisms> elements;
    std::size_t count = 0;

    [[nodiscard]] std::span<const BytesView> view() const noexcept {
        return std::span(elements).first(count);
    }
};
/// Nothing for an empty list and for one of more than max_mechanisms.
[[nodiscard]] std::optional<MechanismList> parse_mechanisms(BytesView rest) noexcept;
/// The rest of a gssapi-keyex request.
[[nodiscard]] std::optional<BytesView> parse_keyex_mic(BytesView rest) noexcept;

struct RequestNames {
    std::string_view user;
    std::string_view service;
};
[[nodiscard]] Bytes build_with_mic_request(const RequestNames& names, const OidSet& mechanisms);
[[nodiscard]] Bytes build_keyex_request(const RequestNames& names, BytesView mic);

/// SSH_MSG_USERAUTH_FAILURE.
struct UserauthFailure {
    std::vector<std::string> methods;
    bool partial = false;
};
[[nodiscard]] std::optional<UserauthFailure> parse_failure(BytesView payload);
[[nodiscard]] Bytes build_failure(std::span<const std::string> methods, bool partial);

/// SSH_MSG_USERAUTH_SUCCESS and SSH_MSG_USERAUTH_GSSAPI_EXCHANGE_COMPLETE have no fields.
[[nodiscard]] bool is_bare(BytesView payload) noexcept;
[[nodiscard]] Bytes build_success();
[[nodiscard]] Bytes build_exchange_complete();

/// SSH_MSG_USERAUTH_GSSAPI_RESPONSE: the DER element, unchecked and perhaps empty.
[[nodiscard]] std::optional<BytesView> parse_response(BytesView payload) noexcept;
[[nodiscard]] Bytes build_response(const Oid& mechanism);

/// SSH_MSG_USERAUTH_GSSAPI_TOKEN, _ERRTOK and _MIC: one string that is not empty.
[[nodiscard]] std::optional<BytesView> parse_token(BytesView payload) noexcept;
[[nodiscard]] Bytes build_token(BytesView token);
[[nodiscard]] Bytes build_error_token(BytesView token);
[[nodiscard]] Bytes build_mic(BytesView mic);

/// SSH_MSG_USERAUTH_GSSAPI_ERROR. The text is a stranger's.
struct GssapiError {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::string_view text;
    std::string_view language;
};
[[nodiscard]] std::optional<GssapiError> parse_error(BytesView payload) noexcept;
/// The text must be UTF-8.
[[nodiscard]] Bytes build_error(const GssapiError& error);

/// True when @p name may stand in a name-list (RFC 4251 s5): printable US-ASCII without a comma,
/// and not empty.
[[nodiscard]] bool is_list_name(std::string_view name) noexcept;

} // namespace gss::inline v0::ssh::wire
