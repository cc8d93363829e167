// SPDX-License-Identifier: Apache-2.0
// Hashed names in files of known hosts: "|1|salt|HMAC-SHA1(salt, name)", both in Base64.
#pragma once

#include <cstdint>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// True for a field that says of itself that it is a hashed name.
[[nodiscard]] bool is_hashed_name(std::string_view field) noexcept;
/// What a hashed name says of a name. That it could not be computed is no "no": the line may be the
/// one that revokes the key.
enum class HashedName : std::uint8_t { same, other, not_computed };

/// Is the hashed name that of @p name? Damaged ones are nobody's.
[[nodiscard]] HashedName compare_hashed_name(std::string_view field, std::string_view name);

} // namespace gss::inline v0::transport::detail
