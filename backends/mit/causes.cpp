// SPDX-License-Identifier: Apache-2.0
#include "causes.h"

#include <array>

namespace gss::inline v0::detail {

namespace {

struct Fragment {
    std::string_view text;
    ErrorCode code;
};

// From MIT's message catalogue; more particular ones first.
constexpr std::array fragments{
    Fragment{"Cannot contact any KDC", ErrorCode::kdc_unreachable},
    Fragment{"Cannot find KDC for realm", ErrorCode::realm_unknown},
    Fragment{"Client '", ErrorCode::client_unknown},
    Fragment{"Client not found in Kerberos database", ErrorCode::client_unknown},
    Fragment{"not found in Kerberos database", ErrorCode::service_unknown},
    Fragment{"Clock skew too great", ErrorCode::clock_skew},
    Fragment{"Ticket not yet valid", ErrorCode::clock_skew},
    Fragment{"Ticket expired", ErrorCode::credentials_expired},
    Fragment{"Request is a replay", ErrorCode::replayed_token},
    Fragment{"No Kerberos credentials available", ErrorCode::ccache_not_found},
    Fragment{"Can't find client principal", ErrorCode::ccache_not_found},
    Fragment{"No credentials cache found", ErrorCode::ccache_not_found},
    Fragment{"Credential cache is empty", ErrorCode::ccache_not_found},
    Fragment{"KDC policy rejects request", ErrorCode::unauthorized},
    Fragment{"Illegal cross-realm ticket", ErrorCode::unauthorized},
    Fragment{"Preauthentication failed", ErrorCode::decrypt_failed},
    Fragment{"cannot decrypt ticket", ErrorCode::decrypt_failed},
    Fragment{"Decrypt integrity check failed", ErrorCode::decrypt_failed},
    Fragment{"Message stream modified", ErrorCode::decrypt_failed},
    Fragment{"found in keytab", ErrorCode::key_not_found},
    Fragment{"Key table entry not found", ErrorCode::key_not_found},
    Fragment{"Wrong principal in request", ErrorCode::key_not_found},
};

constexpr std::uint32_t first_replaced_code = 100001;

bool reads_token(rfc2744::Operation operation) noexcept {
    return operation == rfc2744::Operation::accept ||
           operation == rfc2744::Operation::initiate_reply;
}

} // namespace

std::optional<rfc2744::Finding> mit_cause_of_text(rfc2744::Operation operation, std::uint32_t minor,
                                                  std::string_view text) {
    if (minor < first_replaced_code || minor > 2 * first_replaced_code) {
        return std::nullopt;
    }
    // The text of minor code 0: a token so malformed that no code was thought of.
    if (text == "Success" && reads_token(operation)) {
        return rfc2744::Finding{ErrorCode::invalid_token, "the token is malformed"};
    }
    for (const Fragment& fragment : fragments) {
        if (text.find(fragment.text) != std::string_view::npos) {
            return rfc2744::Finding{fragment.code, {}};
        }
    }
    return std::nullopt;
}

} // namespace gss::inline v0::detail
