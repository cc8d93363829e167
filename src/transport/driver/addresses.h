// SPDX-License-Identifier: Apache-2.0
// Addresses of sockets.
#pragma once

#include <gssxx/transport/stream.h>

#include <optional>

namespace gss::inline v0::transport::detail {

/// Nothing for what is no socket of a network.
[[nodiscard]] std::optional<Endpoints> endpoints_of(int fd);

} // namespace gss::inline v0::transport::detail
