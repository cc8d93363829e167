// SPDX-License-Identifier: Apache-2.0
// What a Kerberos token says in the clear. Nothing of it is verified.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0 {

/// What follows a Kerberos token id, xx 00 (RFC 4121 s4.1); empty for other tokens.
[[nodiscard]] BytesView inner_token(BytesView token, std::byte id) noexcept;

/// The service that a Kerberos ticket is for (RFC 4120 s5.3).
struct TicketService {
    std::vector<std::string> components; ///< "host", "localhost"
    std::string realm;
    std::uint32_t enctype = 0;
    std::optional<std::uint32_t> key_version;

    /// "host/localhost@REALM", for people.
    [[nodiscard]] std::string principal() const;
};

/// True for a framed token that says it is an AP-REQ (RFC 4121 s4.1), readable or not.
[[nodiscard]] bool is_ap_request(BytesView token) noexcept;

/// The ticket inside a framed AP-REQ (RFC 4121 s4.1); nothing for any other token.
[[nodiscard]] std::optional<TicketService> ticket_service(BytesView token);

} // namespace gss::inline v0
