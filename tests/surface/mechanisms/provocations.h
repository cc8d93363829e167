// SPDX-License-Identifier: Apache-2.0
// The one attempt to make a real library, or the binding, fail with each normalised code.
#pragma once

#include <gssxx/gssxx.h>

#include <optional>

namespace gss::test {

using Outcome = std::optional<Error>;

/// What came of the attempt to get @p code: the failure, whichever it was.
[[nodiscard]] Outcome provoke(ErrorCode code, const Backend& library);

} // namespace gss::test
