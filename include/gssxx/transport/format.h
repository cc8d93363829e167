// SPDX-License-Identifier: Apache-2.0
// Enumerators of the SSH transport as text, for logs and tests.
#pragma once

#include <gssxx/export.h>
#include <gssxx/transport/events.h>
#include <gssxx/transport/keys.h>
#include <gssxx/transport/known_hosts.h>

#include <concepts>
#include <ostream>
#include <string_view>

namespace gss::inline v0::transport {

// Enumerators by their names; "unknown" for numbers that have none.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(KeyType value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(HostAuthentication value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(PeerText::Kind value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(Disconnected::By value) noexcept;
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(HostKeyVerdict value) noexcept;

/// What operator<< writes as to_string() has it.
template <typename T>
concept Printable = std::same_as<T, KeyType> || std::same_as<T, HostAuthentication> ||
    std::same_as<T, PeerText::Kind> || std::same_as<T, Disconnected::By> ||
    std::same_as<T, HostKeyVerdict>;

template <Printable T>
std::ostream& operator<<(std::ostream& out, const T& value) {
    return out << to_string(value);
}

} // namespace gss::inline v0::transport
