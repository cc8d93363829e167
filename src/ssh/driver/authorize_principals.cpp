// SPDX-License-Identifier: Apache-2.0
// A list of principals, compared as names of the mechanism and never as text.
#include "initiator_name.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace gss::inline v0::ssh {

namespace {

/// IAKERB brings principals of Kerberos.
const Oid& name_mechanism(const Oid& mechanism) {
    return mechanism == mechanism::iakerb() ? mechanism::krb5() : mechanism;
}

/// True when the text of a principal ends with its realm. An escaped '@' belongs to the name.
bool has_realm(std::string_view principal) noexcept {
    for (std::size_t at = 0; at < principal.size(); ++at) {
        if (principal[at] == '\\') {
            ++at;
        } else if (principal[at] == '@') {
            return at + 1 < principal.size();
        }
    }
    return false;
}

/// True when @p rule names exactly the principal whose exported form the request has.
bool names(const PrincipalRule& rule, const AuthorizationRequest& request) {
    // Without a realm the name would become one of whatever realm krb5.conf says today.
    if (!has_realm(rule.principal)) {
        return false;
    }
    const Result<Name> written =
        Name::import_name(request.principal.backend(), rule.principal, name_type::krb5_principal());
    if (!written) {
        return false;
    }
    const Result<Name> canonical = written->canonicalize(name_mechanism(request.mechanism));
    if (!canonical) {
        return false;
    }
    // RFC 2743 s1.1.5: for access control lists there are names that "may be compared directly
    // (e.g., with memcmp())".
    const Result<Buffer> wanted = canonical->export_name();
    return wanted && std::ranges::equal(wanted->view(), request.exported_name);
}

} // namespace

Authorizer authorize_principals(std::vector<PrincipalRule> rules) {
    return [rules = std::move(rules)](const AuthorizationRequest& request) {
        if (!ExportedName::parse(request.exported_name)) {
            return deny("the principal has no exported name to compare");
        }
        for (const PrincipalRule& rule : rules) {
            if (rule.user == request.user && names(rule, request)) {
                return allow();
            }
        }
        return deny("no rule lets " + request.principal_text + " use the account");
    };
}

} // namespace gss::inline v0::ssh
