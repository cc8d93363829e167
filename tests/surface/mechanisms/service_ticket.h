// SPDX-License-Identifier: Apache-2.0
// What a KDC has sealed into a service ticket, which no call of GSSAPI tells.
#pragma once

#include <cstdint>
#include <string>

namespace gss::test {

/// Parts of EncTicketPart (RFC 4120 s5.3).
struct SealedTicket {
    std::string client;
    /// Bit 12 of the flags: a KDC has checked the transited realms (RFC 4120 s2.7).
    bool transited_checked = false;
    /// The contents of the transited field: names of realms, DOMAIN-X500-COMPRESS.
    std::string transited;
};

/// Opens the ticket for @p service in the cache with the keytab's key, by MIT's libkrb5.
/// Throws std::runtime_error when that fails.
[[nodiscard]] SealedTicket open_ticket(const std::string& ccache, const std::string& keytab,
                                       const std::string& service);

} // namespace gss::test
