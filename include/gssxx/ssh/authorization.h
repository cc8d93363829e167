// SPDX-License-Identifier: Apache-2.0
// May this principal use that account? A step of its own after a good MIC, and never skipped.
#pragma once

#include <gssxx/credentials.h>
#include <gssxx/export.h>
#include <gssxx/flags.h>
#include <gssxx/name.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>
#include <gssxx/ssh/actions.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::ssh {

/// Everything that is known of somebody who wants to log in.
struct AuthorizationRequest {
    std::string user; ///< the account, as the client sent it
    std::string service;
    std::string method;
    const Name& principal;      ///< the authenticated initiator
    std::string principal_text; ///< for rules that are written by people
    Bytes exported_name;        ///< for comparison; empty when the library cannot export it
    Oid mechanism;
    ContextFlags flags;
    const Credentials* delegated = nullptr; ///< null when none were taken over
};

/// Yes, no, or not alone; see AuthorizeAnswer.
using Authorizer = std::function<AuthorizeAnswer(const AuthorizationRequest& request)>;

[[nodiscard]] GSSXX_EXPORT AuthorizeAnswer allow();
[[nodiscard]] GSSXX_EXPORT AuthorizeAnswer deny(std::string reason);

/// Asks the native library (gss_userok: k5login, or the krb5.conf rules for the local name). The
/// account must exist: Heimdal says yes without one. Refuses anonymous initiators and accounts with
/// uid 0. May read files of the account; not for a process that cannot.
[[nodiscard]] GSSXX_EXPORT Authorizer authorize_by_userok();

/// One line of a principal list: that principal, and no other, may use that account.
struct PrincipalRule {
    std::string user;
    std::string principal; ///< "alice@REALM": compared as names of the mechanism, octet for octet
};
/// Allows what a rule names, the account root and other privileged users included.
[[nodiscard]] GSSXX_EXPORT Authorizer authorize_principals(std::vector<PrincipalRule> rules);

/// Principals of a realm may use the account of their own name: "alice@REALM" becomes "alice".
/// Never for names with another component, an escape, a NUL or a '$' at the end, and never for a
/// privileged user, unless RealmRule::privileged lists it.
struct RealmRule {
    std::string realm;
    std::vector<std::string> privileged; ///< privileged users that are allowed all the same
};
[[nodiscard]] GSSXX_EXPORT Authorizer authorize_realms(std::vector<RealmRule> rules);

/// The first answer that is not a denial; the last denial when there is none. Denies when empty.
[[nodiscard]] GSSXX_EXPORT Authorizer any_of(std::vector<Authorizer> authorizers);
/// Denies privileged users (root, and every account whose uid is 0, on systems that can tell)
/// before it asks @p next.
[[nodiscard]] GSSXX_EXPORT Authorizer refuse_privileged(Authorizer next);

} // namespace gss::inline v0::ssh
