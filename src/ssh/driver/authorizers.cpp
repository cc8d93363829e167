// SPDX-License-Identifier: Apache-2.0
// Answers, and authorizers made of other authorizers.
#include "account_rules.h"

#include <gssxx/ssh/authorization.h>

#include <utility>

namespace gss::inline v0::ssh {

using Decision = AuthorizeAnswer::Decision;

AuthorizeAnswer allow() {
    AuthorizeAnswer answer;
    answer.decision = Decision::allow;
    return answer;
}

AuthorizeAnswer deny(std::string reason) {
    AuthorizeAnswer answer;
    answer.reason = std::move(reason);
    return answer;
}

Authorizer any_of(std::vector<Authorizer> authorizers) {
    return [authorizers = std::move(authorizers)](const AuthorizationRequest& request) {
        AuthorizeAnswer last = deny("no authorizer decides");
        for (const Authorizer& authorizer : authorizers) {
            if (!authorizer) {
                continue;
            }
            last = authorizer(request);
            if (last.decision != Decision::deny) {
                return last;
            }
        }
        return last;
    };
}

Authorizer refuse_privileged(Authorizer next) {
    return [next = std::move(next)](const AuthorizationRequest& request) {
        if (!next) {
            return deny("no authorizer decides");
        }
        if (detail::is_perhaps_privileged(request.user)) {
            return deny("the account is privileged, or the system cannot tell");
        }
        return next(request);
    };
}

} // namespace gss::inline v0::ssh
