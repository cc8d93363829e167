// SPDX-License-Identifier: Apache-2.0
// The messages of GSS key exchange (RFC 4462 s2 and s6, RFC 8732 s5.1), parsed and built.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gss::inline v0::ssh::wire {

/// Message numbers of RFC 4462 s6. Others use the same numbers: only a negotiated gss-* method
/// gives them this meaning.
namespace kexgss {
inline constexpr std::uint8_t init = 30;
inline constexpr std::uint8_t token = 31; ///< KEXGSS_CONTINUE
inline constexpr std::uint8_t complete = 32;
inline constexpr std::uint8_t host_key = 33;
inline constexpr std::uint8_t error = 34;
inline constexpr std::uint8_t group_request = 40;
inline constexpr std::uint8_t group = 41;

/// "KEXGSS_INIT"; empty for every other number.
[[nodiscard]] std::string_view name(std::uint8_t number) noexcept;
} // namespace kexgss

/// How public keys are written: groups as mpint e and f (RFC 4462 s2.1), ECDH as string Q_C and
/// Q_S (RFC 8732 s5.1).
enum class PublicForm : std::uint8_t { mpint, string };

// The longest fields that are taken, in octets.
inline constexpr std::size_t max_kex_token = 65536;
inline constexpr std::size_t max_group_value = 1024; ///< 8192 bits
inline constexpr std::size_t max_point = 133;        ///< an uncompressed point of nistp521
inline constexpr std::size_t max_mic = 4096;
inline constexpr std::size_t max_host_key = 32768;
inline constexpr std::size_t max_error_text = 4096;
inline constexpr std::size_t max_language_tag = 255;

// Views point into the payload that was parsed. A parser yields nothing when a field is missing,
// too long or not minimal, or octets are left over. Public keys are magnitudes or points that
// nobody has checked yet.

struct KexInit {
    BytesView token;
    BytesView public_key;
};
[[nodiscard]] std::optional<KexInit> parse_kex_init(BytesView payload, PublicForm form) noexcept;
[[nodiscard]] Bytes build(const KexInit& message, PublicForm form);

/// KEXGSS_CONTINUE; error tokens travel in it too.
struct KexToken {
    BytesView token;
};
[[nodiscard]] std::optional<KexToken> parse_kex_token(BytesView payload) noexcept;
[[nodiscard]] Bytes build(const KexToken& message);

struct KexComplete {
    BytesView public_key;
    BytesView mic;
    std::optional<BytesView> token; ///< present when the boolean is TRUE
};
[[nodiscard]] std::optional<KexComplete> parse_kex_complete(BytesView payload,
                                                            PublicForm form) noexcept;
[[nodiscard]] Bytes build(const KexComplete& message, PublicForm form);

struct KexHostKey {
    BytesView key; ///< K_S
};
[[nodiscard]] std::optional<KexHostKey> parse_kex_host_key(BytesView payload) noexcept;
[[nodiscard]] Bytes build(const KexHostKey& message);

struct KexError {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::string_view text; ///< as it came: not checked, nothing escaped
    std::string_view language;
};
[[nodiscard]] std::optional<KexError> parse_kex_error(BytesView payload) noexcept;
[[nodiscard]] Bytes build(const KexError& message);

struct KexGroupRequest {
    std::uint32_t min = 0;
    std::uint32_t preferred = 0;
    std::uint32_t max = 0;
};
[[nodiscard]] std::optional<KexGroupRequest> parse_kex_group_request(BytesView payload) noexcept;
[[nodiscard]] Bytes build(const KexGroupRequest& message);

struct KexGroup {
    BytesView p;
    BytesView g;
};
[[nodiscard]] std::optional<KexGroup> parse_kex_group(BytesView payload) noexcept;
[[nodiscard]] Bytes build(const KexGroup& message);

} // namespace gss::inline v0::ssh::wire
