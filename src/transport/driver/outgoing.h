// SPDX-License-Identifier: Apache-2.0
// Octets on their way to a descriptor that may be slow.
#pragma once

#include "descriptor.h"
#include "quiet_write.h"

#include <gssxx/bytes.h>

#include <cstddef>
#include <utility>

namespace gss::inline v0::transport::detail {

/// Writes without waiting and keeps what could not be written. What it keeps is bounded by the
/// channel's window, as nothing is consumed before it is written.
class Outgoing {
public:
    Outgoing() noexcept = default;
    /// A descriptor of somebody else's.
    explicit Outgoing(int fd) noexcept : Outgoing(fd, kind_of(fd)) {
        if (Descriptor again(reopen_pipe(fd)); again.valid()) {
            reopened_ = std::move(again);
            fd_ = reopened_.get();
            kind_ = Kind::non_blocking;
        }
    }
    /// One whose flags are known.
    Outgoing(int fd, Kind kind) noexcept : fd_(fd), kind_(kind) {}

    /// Takes octets; returns how many were dealt with since the last call, of these or earlier
    /// ones. A descriptor that takes no more (EPIPE) swallows everything.
    [[nodiscard]] std::size_t put(BytesView octets);
    /// Writes on; returns as put() does.
    [[nodiscard]] std::size_t flush();
    [[nodiscard]] bool pending() const noexcept { return start_ < kept_.size(); }
    [[nodiscard]] bool broken() const noexcept { return broken_; }
    [[nodiscard]] int descriptor() const noexcept { return fd_; }
    /// The descriptor is gone: everything is swallowed from now on.
    void detach() noexcept {
        reopened_.reset();
        fd_ = -1;
        broken_ = true;
    }

private:
    [[nodiscard]] std::size_t write(BytesView octets);

    Descriptor reopened_;
    int fd_ = -1;
    Kind kind_ = Kind::other;
    Bytes kept_;
    std::size_t start_ = 0; ///< of kept_, before which everything was written
    bool broken_ = false;
};

} // namespace gss::inline v0::transport::detail
