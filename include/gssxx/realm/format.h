// SPDX-License-Identifier: Apache-2.0
// Enumerators of throwaway realms as text, for logs and tests.
#pragma once

#include <gssxx/export.h>
#include <gssxx/realm/options.h>

#include <concepts>
#include <ostream>
#include <string_view>

namespace gss::inline v0::realm {

// Enumerators by their names; "unknown" for numbers that have none.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(KdcKind value) noexcept;

/// What operator<< writes as to_string() has it.
template <typename T>
concept Printable = std::same_as<T, KdcKind>;

template <Printable T>
std::ostream& operator<<(std::ostream& out, const T& value) {
    return out << to_string(value);
}

} // namespace gss::inline v0::realm
