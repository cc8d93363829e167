// SPDX-License-Identifier: Apache-2.0
#include "channel_types.h"

#include <array>

namespace gss::inline v0::transport::detail {

std::span<const ChannelType> channel_types() noexcept {
    // RFC 4254 s6.1: "Client implementations SHOULD reject any session channel open requests".
    static constexpr std::array<ChannelType, 1> types{
        {{.name = "session", .server_may_be_asked = true, .extended_data = 1}}};
    return types;
}

} // namespace gss::inline v0::transport::detail
