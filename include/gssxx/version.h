// SPDX-License-Identifier: Apache-2.0
// The version of the library.
#pragma once

#include <gssxx/export.h>

#include <string_view>

namespace gss::inline v0 {

/// "MAJOR.MINOR.PATCH" of the library that is loaded.
[[nodiscard]] GSSXX_EXPORT std::string_view version() noexcept;

} // namespace gss::inline v0
