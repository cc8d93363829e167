// SPDX-License-Identifier: Apache-2.0
// Enumerators of the SSH engines as text, for logs and tests.
#pragma once

#include <gssxx/export.h>
#include <gssxx/ssh/actions.h>
#include <gssxx/ssh/crypto.h>
#include <gssxx/ssh/method_names.h>

#include <concepts>
#include <ostream>
#include <string_view>

namespace gss::inline v0::ssh {

// Enumerators by their names; "unknown" for numbers that have none.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(KexFamily value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(KexKind value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(HashAlgorithm value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(EcdhCurve value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(ContextName::Use value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(Fault value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(StepAnswer::Status value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(AuthorizeAnswer::Decision value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(Fed value) noexcept;

/// What operator<< writes as to_string() has it.
template <typename T>
concept Printable =
    std::same_as<T, KexFamily> || std::same_as<T, KexKind> || std::same_as<T, HashAlgorithm> ||
    std::same_as<T, EcdhCurve> || std::same_as<T, ContextName::Use> || std::same_as<T, Fault> ||
    std::same_as<T, StepAnswer::Status> || std::same_as<T, AuthorizeAnswer::Decision> ||
    std::same_as<T, Fed> || std::same_as<T, KexMethod> || std::same_as<T, ContextName>;

template <Printable T>
std::ostream& operator<<(std::ostream& out, const T& value) {
    return out << to_string(value);
}

} // namespace gss::inline v0::ssh
