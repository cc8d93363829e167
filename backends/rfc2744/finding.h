// SPDX-License-Identifier: Apache-2.0
// A cause that was found out, beside what the native status says.
#pragma once

#include <gssxx/error.h>

#include <string>

namespace gss::inline v0::rfc2744 {

/// A cause with its sentence for people; no sentence where the native texts have said it.
struct Finding {
    ErrorCode code = ErrorCode::failure;
    std::string message;
};

} // namespace gss::inline v0::rfc2744
