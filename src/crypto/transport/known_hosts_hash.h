// SPDX-License-Identifier: Apache-2.0
// Hashed names in files of known hosts: "|1|salt|HMAC-SHA1(salt, name)", both in Base64.
#pragma once

#include <string_view>

namespace gss::inline v0::transport::detail {

/// True for a field that says of itself that it is a hashed name.
[[nodiscard]] bool is_hashed_name(std::string_view field) noexcept;
/// True when the hashed name is that of @p name. Damaged ones are nobody's.
[[nodiscard]] bool hashed_name_is(std::string_view field, std::string_view name);

} // namespace gss::inline v0::transport::detail
