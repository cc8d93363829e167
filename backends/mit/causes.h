// SPDX-License-Identifier: Apache-2.0
// What MIT's texts mean, where its codes mean nothing.
#pragma once

#include "library.h"

#include <optional>
#include <string_view>

namespace gss::inline v0::detail {

/// MIT replaces a minor code by a number of its own, from 100001 on, when two mechanisms use the
/// same code (SPNEGO passes Kerberos codes on). Then only the text says what happened.
[[nodiscard]] std::optional<rfc2744::Finding>
mit_cause_of_text(rfc2744::Operation operation, std::uint32_t minor, std::string_view text);

} // namespace gss::inline v0::detail
