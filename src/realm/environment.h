// SPDX-License-Identifier: Apache-2.0
// NAME=VALUE lists.
#pragma once

#include "site.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gss::inline v0::realm {

/// Everything that points programs and libraries at the realm.
[[nodiscard]] std::vector<std::string> realm_environment(const Site& site, std::uint16_t port);
/// What the realm's own programs get besides: a fixed search path, the C locale, a home.
[[nodiscard]] std::vector<std::string> tool_environment(const Site& site, std::uint16_t port);
/// @p base with @p over over it; of pairs with one name the last one stays.
[[nodiscard]] std::vector<std::string> merge_environment(std::vector<std::string> base,
                                                         const std::vector<std::string>& over);

} // namespace gss::inline v0::realm
