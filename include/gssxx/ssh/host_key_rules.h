// SPDX-License-Identifier: Apache-2.0
// The "null" host key algorithm (RFC 4462 s5): who lists it, and what it goes with. For the KEXINIT
// of SSH stacks.
#pragma once

#include <gssxx/export.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::ssh {

/// The host key algorithm of a host without a host key.
inline constexpr std::string_view null_host_key_algorithm = "null";

/// True when a key exchange by @p kex_method can do with the host key algorithm. "null" has neither
/// key nor signature and fits gss-* methods only; every other algorithm fits every method.
[[nodiscard]] GSSXX_EXPORT bool host_key_fits(std::string_view algorithm,
                                              std::string_view kex_method) noexcept;

/// The host key algorithms of a client's KEXINIT: @p own, and "null" at the end when @p kex_methods
/// has a gss-* method, because whoever supports one of those supports "null".
[[nodiscard]] GSSXX_EXPORT std::vector<std::string>
client_host_key_algorithms(std::span<const std::string> own,
                           std::span<const std::string> kex_methods);

/// The host key algorithms of a server's KEXINIT. A server lists "null" alone or not at all: the
/// result is @p own without "null", or "null" when nothing else is left and @p kex_methods has a
/// gss-* method. Empty when there is neither: that server cannot exchange keys.
[[nodiscard]] GSSXX_EXPORT std::vector<std::string>
server_host_key_algorithms(std::span<const std::string> own,
                           std::span<const std::string> kex_methods);

/// The host key algorithm to use with @p kex_method: the first of the client's that the server has
/// too and that fits the method (RFC 4253 s7.1). Nothing when there is none: that method cannot be
/// used, and the next one is tried.
[[nodiscard]] GSSXX_EXPORT std::optional<std::string>
select_host_key_algorithm(std::string_view kex_method, std::span<const std::string> client,
                          std::span<const std::string> server);

} // namespace gss::inline v0::ssh
