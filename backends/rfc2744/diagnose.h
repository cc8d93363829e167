// SPDX-License-Identifier: Apache-2.0
// On failure paths: what the files behind a failure say, where the native status does not tell.
#pragma once

#include "credential_files.h"
#include "sources.h"

#include <optional>

namespace gss::inline v0::rfc2744 {

/// The cause of a failure of @p operation that came out as @p code and for which @p sources were
/// needed, when they know it better. Reads the files.
[[nodiscard]] std::optional<Finding> diagnose(ErrorCode code, Operation operation,
                                              const Sources& sources);

} // namespace gss::inline v0::rfc2744
