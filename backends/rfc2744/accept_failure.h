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

/// The failure behind a step that wants another token, but whose @p answer is a KRB-ERROR:
/// Heimdal refuses a skewed clock like that, in the hope that the peer tries again.
[[nodiscard]] std::optional<Error> refusal_in_answer(const Library& library,
                                                     const detail::AcceptArguments& arguments,
                                                     BytesView token, BytesView answer,
                                                     const NativeStatus& status);

} // namespace gss::inline v0::rfc2744
