// SPDX-License-Identifier: Apache-2.0
// Families of gss-* methods by the names that Algorithms has for them.
#pragma once

#include <gssxx/ssh/method_names.h>

#include <string_view>

namespace gss::inline v0::transport::detail {

/// "gss-curve25519-sha256": the prefix without the '-' that the mechanism's suffix follows.
[[nodiscard]] inline std::string_view name_of(const ssh::KexFamilyInfo& family) noexcept {
    return family.prefix.substr(0, family.prefix.size() - 1);
}

/// Null for every other name.
[[nodiscard]] inline const ssh::KexFamilyInfo* find_gss_family(std::string_view name) noexcept {
    for (const ssh::KexFamilyInfo& family : ssh::kex_families()) {
        if (name_of(family) == name) {
            return &family;
        }
    }
    return nullptr;
}

} // namespace gss::inline v0::transport::detail
