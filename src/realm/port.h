// SPDX-License-Identifier: Apache-2.0
// A loopback port that is ours although another process listens on it.
#pragma once

#include "descriptor.h"

#include <gssxx/result.h>

#include <cstdint>

namespace gss::inline v0::realm {

/// Holds a TCP port of 127.0.0.1 by a socket that is bound and never listens. Programs that set
/// SO_REUSEADDR, as both KDCs do, can still listen on it; the kernel gives it to nobody who asks
/// for any free port. Without this two MIT KDCs of one user can come to share a port silently,
/// because they set SO_REUSEPORT too, and the port of a stopped KDC is lost.
class PortReservation {
public:
    PortReservation() noexcept = default;
    /// A port that is free for TCP and UDP.
    [[nodiscard]] static Result<PortReservation> make();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
    Descriptor socket_;
    std::uint16_t port_ = 0;
};

} // namespace gss::inline v0::realm
