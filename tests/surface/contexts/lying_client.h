// SPDX-License-Identifier: Apache-2.0
// An initiator that claims what no KDC has told it.
#pragma once

#include <gssxx/bytes.h>

#include <cstdint>
#include <string>

namespace gss::test {

/// The first token of a context without mutual authentication, made with MIT's libkrb5: its
/// authenticator carries authorization data of that type (RFC 4120 s5.5.1). The cache has to have
/// the service's ticket already. Throws std::runtime_error when that fails.
[[nodiscard]] Bytes token_with_claim(const std::string& ccache, const std::string& service,
                                     std::int32_t type, const std::string& claim);

} // namespace gss::test
