// SPDX-License-Identifier: Apache-2.0
// The octets that user authentication signs.
#include <gssxx/ssh/mic_data.h>

#include "writer.h"

namespace gss::inline v0::ssh {

Bytes mic_data(const MicInput& input) {
    constexpr std::uint8_t userauth_request = 50;
    // RFC 4462 s3.5: "The contents of the MIC field are obtained by calling GSS_GetMIC() over the
    // following [...] string session identifier, byte SSH_MSG_USERAUTH_REQUEST, string user name,
    // string service, string "gssapi-with-mic"". RFC 4462 s4 says the same of "gssapi-keyex".
    wire::Writer data;
    data.string(input.session_id)
        .byte(userauth_request)
        .text(input.user)
        .text(input.service)
        .text(input.method);
    return data.take();
}

} // namespace gss::inline v0::ssh
