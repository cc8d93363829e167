// SPDX-License-Identifier: Apache-2.0
// AP-REQs with any checksum in the authenticator, made by MIT's libkrb5: what a hostile but
// authentic initiator could send.
#pragma once

#include <gssxx/bytes.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gss::test {

/// The checksum of an authenticator.
struct RequestChecksum {
    std::int32_t type = 0x8003; ///< RFC 4121 s4.1.1
    std::string content;        ///< of 0x8003 the checksum itself, of others what is summed up
};

/// A framed AP-REQ of the default cache's principal for host/localhost; no checksum: none at all.
[[nodiscard]] Bytes make_request(const std::optional<RequestChecksum>& checksum);

/// Frames the inner octets of a token (RFC 2743 s3.1), here for Kerberos: 60 length 06 09 ...
[[nodiscard]] Bytes framed(std::string_view mechanism_content, std::string_view inner);

/// The content octets of the Kerberos and SPNEGO identifiers.
inline constexpr std::string_view kerberos_identifier{"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 9};
inline constexpr std::string_view spnego_identifier{"\x2b\x06\x01\x05\x05\x02", 6};

} // namespace gss::test
