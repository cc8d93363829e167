// SPDX-License-Identifier: Apache-2.0
// What channel requests carry (RFC 4254 s6): one pair of functions for each type.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace gss::inline v0::transport {

/// An environment variable (RFC 4254 s6.4).
struct EnvironmentVariable {
    std::string name;
    std::string value;
};

/// Why a command ended (RFC 4254 s6.10).
struct ExitSignal {
    std::string signal; ///< without "SIG"
    bool core_dumped = false;
    std::string text;
};

// The parse functions fail with invalid_token when the data is damaged or has octets left over.
[[nodiscard]] GSSXX_EXPORT Bytes exec_data(std::string_view command);
[[nodiscard]] GSSXX_EXPORT Result<std::string> parse_exec(BytesView data);
[[nodiscard]] GSSXX_EXPORT Bytes env_data(const EnvironmentVariable& variable);
[[nodiscard]] GSSXX_EXPORT Result<EnvironmentVariable> parse_env(BytesView data);
[[nodiscard]] GSSXX_EXPORT Bytes signal_data(std::string_view signal);
[[nodiscard]] GSSXX_EXPORT Result<std::string> parse_signal(BytesView data);
[[nodiscard]] GSSXX_EXPORT Bytes exit_status_data(std::uint32_t status);
[[nodiscard]] GSSXX_EXPORT Result<std::uint32_t> parse_exit_status(BytesView data);
[[nodiscard]] GSSXX_EXPORT Bytes exit_signal_data(const ExitSignal& ended);
[[nodiscard]] GSSXX_EXPORT Result<ExitSignal> parse_exit_signal(BytesView data);

} // namespace gss::inline v0::transport
