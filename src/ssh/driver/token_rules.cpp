// SPDX-License-Identifier: Apache-2.0
#include "token_rules.h"

#include <utility>

namespace gss::inline v0::ssh::detail {

std::optional<Error> refuse_mechanism(const Oid& mechanism, bool iakerb,
                                      std::string_view operation) {
    MechanismPolicy policy;
    policy.mechanisms = {mechanism};
    policy.iakerb = iakerb;
    if (allows(policy, mechanism)) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = ErrorCode::bad_mechanism;
    details.operation = operation;
    details.mechanism = mechanism;
    details.messages.push_back("SSH must not use the mechanism " + mechanism.to_string());
    return Error(std::move(details));
}

std::optional<Error> refuse_size(BytesView token, std::string_view operation) {
    if (token.size() <= max_token_size) {
        return std::nullopt;
    }
    return Error(ErrorCode::invalid_token, std::string(operation),
                 "a token of " + std::to_string(token.size()) + " octets");
}

Error other_mechanism(const Oid& wanted, const Oid& used, std::string_view operation) {
    ErrorDetails details;
    details.code = ErrorCode::bad_mechanism;
    details.operation = operation;
    details.mechanism = wanted;
    details.messages.push_back("the library used the mechanism " + used.to_string() +
                               " instead of " + wanted.to_string());
    return Error(std::move(details));
}

} // namespace gss::inline v0::ssh::detail
