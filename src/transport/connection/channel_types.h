// SPDX-License-Identifier: Apache-2.0
// Which types of channel exist. A new one is a new row.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// A type of channel (RFC 4250 s4.9.1): who may be asked for it and what it carries.
struct ChannelType {
    std::string_view name;
    bool client_may_be_asked = false; ///< a server may open it
    bool server_may_be_asked = false;
    /// The highest type of extended data (RFC 4254 s5.2) from server to client; 0: none. No type
    /// of channel has any in the other direction.
    std::uint32_t extended_data = 0;
    /// The messages that open it and confirm it have fields of its own.
    bool opens_with_data = false;
};

/// All that we know.
[[nodiscard]] std::span<const ChannelType> channel_types() noexcept;

} // namespace gss::inline v0::transport::detail
