// SPDX-License-Identifier: Apache-2.0
// The acceptor's side of the sample protocol, for every example that is a server.
#pragma once

#include "sample_protocol.h"

#include <gssxx/gssxx.h>

namespace example {

/// Acceptor credentials for "service@host"; without a mechanism for all that the library has.
[[nodiscard]] gss::Credentials acceptor_credentials(const gss::Backend& backend,
                                                    std::string_view service,
                                                    const std::optional<gss::Oid>& mechanism);

/// Accepts one context.
[[nodiscard]] gss::AcceptedContext accept_context(TokenStream& stream, const gss::Backend& backend,
                                                  const gss::AcceptOptions& options);

/// Shows and answers the peer's messages until it says that it has no more.
void answer_messages(TokenStream& stream, gss::SecurityContext& context);

} // namespace example
