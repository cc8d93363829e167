// SPDX-License-Identifier: Apache-2.0
// The native library's rules: k5login, or krb5.conf's for the local name.
#include "account_rules.h"
#include "initiator_name.h"

#include <utility>

namespace gss::inline v0::ssh {

namespace {

AuthorizeAnswer ask_library(const AuthorizationRequest& request) {
    if (detail::is_anonymous(request)) {
        return deny("an anonymous initiator");
    }
    // Heimdal says yes for accounts that do not exist.
    switch (detail::look_up(request.user)) {
    case detail::Account::ordinary:
        break;
    case detail::Account::absent:
        return deny("no such account");
    case detail::Account::privileged:
        return deny("the account is privileged");
    case detail::Account::unknown:
        return deny("the system cannot tell whether there is such an account");
    }
    const Result<bool> may = request.principal.user_ok(request.user);
    if (!may.has_value()) {
        return deny(may.error().text());
    }
    return may.value()
               ? allow()
               : deny("the library does not let " + request.principal_text + " use the account");
}

} // namespace

Authorizer authorize_by_userok() {
    return ask_library;
}

} // namespace gss::inline v0::ssh
