// SPDX-License-Identifier: Apache-2.0
// Makes the NTLM mechanism known to the process (Debian: gss-ntlmssp).
#pragma once

#include <filesystem>
#include <string_view>

namespace gss::test {

/// The user in the file that both sides read: her domain and name.
inline constexpr std::string_view ntlm_user = "DOMAIN\\carol";

/// Another one there, and his password.
inline constexpr std::string_view other_ntlm_user = "DOMAIN\\dave";
inline constexpr std::string_view other_ntlm_password = "hidden";

/// Writes a file of NTLM users for NTLM_USER_FILE into the realm's folder: "DOMAIN:user:password"
/// lines. The first one is the default initiator.
[[nodiscard]] std::filesystem::path write_ntlm_users(std::string_view file_name,
                                                     std::string_view lines);

} // namespace gss::test
