// SPDX-License-Identifier: Apache-2.0
// The Error of a failed gss_accept_sec_context, with what the token says about itself.
#pragma once

#include "backend_interface.h"
#include "library.h"

#include <optional>

namespace gss::inline v0::rfc2744 {

/// @p mechanism is the one whose minor status it is, where that is known.
[[nodiscard]] Error accept_failure(const Library& library, const detail::AcceptArguments& arguments,
                                   BytesView token, const NativeStatus& status,
                                   const std::optional<Oid>& mechanism);

} // namespace gss::inline v0::rfc2744
