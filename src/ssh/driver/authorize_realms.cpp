// SPDX-License-Identifier: Apache-2.0
// Principals of trusted realms in accounts of their own name.
#include "account_rules.h"
#include "initiator_name.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gss::inline v0::ssh {

namespace {

/// A principal of one plain component.
struct PlainPrincipal {
    std::string_view name;
    std::string_view realm;
};

/// Nothing for every principal that could be taken for another: of several components, with an
/// escape or a control character, a machine's ("box$"), or without name or realm.
std::optional<PlainPrincipal> plain(std::string_view text) {
    const auto is_special = [](char letter) {
        return letter == '/' || letter == '\\' || letter == '\x7f' ||
               static_cast<unsigned char>(letter) < ' ';
    };
    const std::size_t at = text.find('@');
    if (at == std::string_view::npos || at != text.rfind('@') ||
        std::any_of(text.begin(), text.end(), is_special)) {
        return std::nullopt;
    }
    const PlainPrincipal principal{text.substr(0, at), text.substr(at + 1)};
    if (principal.name.empty() || principal.realm.empty() || principal.name.ends_with('$')) {
        return std::nullopt;
    }
    return principal;
}

AuthorizeAnswer decide(const std::vector<RealmRule>& rules, const AuthorizationRequest& request) {
    // The exported form, not the displayed one: names of different kinds may look alike.
    const std::optional<std::string> text = detail::kerberos_text(request.exported_name);
    const std::optional<PlainPrincipal> principal = text ? plain(*text) : std::nullopt;
    if (!principal) {
        return deny(request.principal_text + " is no plain principal of a realm");
    }
    if (principal->name != request.user) {
        return deny(request.principal_text + " has another name than the account");
    }
    bool trusted = false;
    for (const RealmRule& rule : rules) {
        if (rule.realm != principal->realm) {
            continue;
        }
        trusted = true;
        if (std::ranges::find(rule.privileged, request.user) != rule.privileged.end()) {
            return allow();
        }
    }
    if (!trusted) {
        return deny("no rule for the realm of " + request.principal_text);
    }
    return detail::is_perhaps_privileged(request.user)
               ? deny("the account is privileged, or the system cannot tell")
               : allow();
}

} // namespace

Authorizer authorize_realms(std::vector<RealmRule> rules) {
    return [rules = std::move(rules)](const AuthorizationRequest& request) {
        return detail::is_anonymous(request) ? deny("an anonymous initiator")
                                             : decide(rules, request);
    };
}

} // namespace gss::inline v0::ssh
