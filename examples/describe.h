// SPDX-License-Identifier: Apache-2.0
// Text for people.
#pragma once

#include <gssxx/gssxx.h>

#include <string>
#include <string_view>

namespace example {

/// "mutual authentication, integrity"; bits without a name as a number.
[[nodiscard]] std::string describe(gss::ContextFlags flags);
/// "9 h 59 min 58 s", "indefinite", "not told".
[[nodiscard]] std::string describe(gss::Lifetime lifetime);
/// "krb5 (1.2.840.113554.1.2.2)".
[[nodiscard]] std::string describe(const gss::Oid& oid);
/// The name as the library shows it, or "nobody".
[[nodiscard]] std::string describe(const std::optional<gss::Name>& name);
/// What a peer sent, fit for a terminal.
[[nodiscard]] std::string printable(std::string_view text);

/// "krb5" and "spnego" to their OIDs.
[[nodiscard]] const gss::Oid& mechanism_named(std::string_view name);

/// Opens the backend of that name, for no name the first that there is.
[[nodiscard]] gss::Backend open_backend(std::string_view name);

} // namespace example
