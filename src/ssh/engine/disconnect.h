// SPDX-License-Identifier: Apache-2.0
// SSH_DISCONNECT_* reasons that engines give (RFC 4253 s11.1).
#pragma once

#include <cstdint>

namespace gss::inline v0::ssh::disconnect {

inline constexpr std::uint32_t none = 0; ///< the connection may go on
inline constexpr std::uint32_t protocol_error = 2;
inline constexpr std::uint32_t key_exchange_failed = 3;
inline constexpr std::uint32_t service_not_available = 7;
inline constexpr std::uint32_t by_application = 11;
inline constexpr std::uint32_t no_more_auth_methods = 14;

} // namespace gss::inline v0::ssh::disconnect
