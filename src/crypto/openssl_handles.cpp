// SPDX-License-Identifier: Apache-2.0
// What OpenSSL's failures become.
#include "openssl_handles.h"

namespace gss::inline v0::ssh::detail {

Error openssl_failure(std::string_view operation, std::string_view function, ErrorCode code) {
    std::string message(function);
    const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
    message += reason == nullptr ? " failed" : std::string(" failed: ") + reason;
    return {code, std::string(operation), std::move(message)};
}

Error bad_peer_key(std::string_view operation, std::string what) {
    return {ErrorCode::malformed_parameter, std::string(operation),
            "the peer's public key " + std::move(what)};
}

} // namespace gss::inline v0::ssh::detail
