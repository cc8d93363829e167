// SPDX-License-Identifier: Apache-2.0
// What the ready-made authorizers ask of the initiator's name.
#pragma once

#include <gssxx/ssh/authorization.h>

#include <optional>
#include <string>

namespace gss::inline v0::ssh::detail {

/// True for an initiator that did not say who it is, by the context's flags, by the type of its
/// name, or by the principal that Kerberos has for nobody (RFC 6112 s3).
[[nodiscard]] bool is_anonymous(const AuthorizationRequest& request);
[[nodiscard]] bool is_anonymous(const Name& principal, ContextFlags flags);

/// The text of a Kerberos principal as RFC 1964 s2.1 writes it, escapes included, from its exported
/// form; nothing when that is damaged, composite, or of another mechanism.
[[nodiscard]] std::optional<std::string> kerberos_text(BytesView exported_name);

} // namespace gss::inline v0::ssh::detail
