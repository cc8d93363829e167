// SPDX-License-Identifier: Apache-2.0
// Short ways to make the errors of this room.
#pragma once

#include <gssxx/error.h>

#include <string>
#include <system_error>
#include <utility>

namespace gss::inline v0::realm {

/// An error with the thing that it is about.
[[nodiscard]] inline Error fault(ErrorCode code, std::string operation, std::string subject,
                                 std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = std::move(operation);
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

/// An operation of the system that failed with @p number, an errno.
[[nodiscard]] inline Error system_fault(std::string operation, std::string subject, int number) {
    return fault(ErrorCode::failure, std::move(operation), std::move(subject),
                 std::generic_category().message(number));
}

} // namespace gss::inline v0::realm
