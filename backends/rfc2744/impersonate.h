// SPDX-License-Identifier: Apache-2.0
// S4U2Self and S4U2Proxy where the library's GSSAPI has no calls for them.
#pragma once

#include "native_credential.h"

#include <optional>

namespace gss::inline v0::rfc2744 {

/// True when the library's libkrb5 can impersonate.
[[nodiscard]] bool can_impersonate_by_krb5(const Library& library) noexcept;

/// Puts a ticket for @p target into the cache of credentials that libkrb5 got for somebody else
/// (S4U2Proxy), unless the target is the impersonator; nothing happens to other credentials.
[[nodiscard]] std::optional<Error> get_proxy_ticket(const Library& library,
                                                    const CredentialOrigin& origin,
                                                    const detail::NamePtr& target);

} // namespace gss::inline v0::rfc2744
