// SPDX-License-Identifier: Apache-2.0
// The accounts that a test program sees instead of the system's: it has its own getpwnam_r.
//
// root and toor have uid 0, alice, bob, admin and the rest of the list are ordinary; the entry of
// "verbose" needs 20000 octets, that of "endless" more than anybody has, and for "broken" the
// database fails.
#pragma once

#include <string_view>

namespace gss::test {

inline constexpr std::string_view privileged_alias = "toor";
inline constexpr std::string_view verbose_account = "verbose";
inline constexpr std::string_view endless_account = "endless";
inline constexpr std::string_view broken_account = "broken";
inline constexpr std::string_view absent_account = "nobody-of-that-name";

/// How many look-ups there were.
[[nodiscard]] unsigned account_look_ups() noexcept;

} // namespace gss::test
