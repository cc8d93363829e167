// SPDX-License-Identifier: Apache-2.0
// read(2) and write(2) that neither wait nor raise SIGPIPE, on descriptors of any kind.
#pragma once

#include <gssxx/bytes.h>

#include <sys/types.h>

namespace gss::inline v0::transport::detail {

/// What a descriptor is, which decides how not to wait for it.
enum class Kind : unsigned char {
    socket,
    non_blocking, ///< O_NONBLOCK is set, and is ours
    other,
};
[[nodiscard]] Kind kind_of(int fd) noexcept;

/// Writes without waiting. -1 with errno EAGAIN when nothing can be written now, EPIPE when the
/// other end is gone. Pipes and terminals get at most PIPE_BUF octets at once, because more could
/// wait (POSIX, write(2)).
[[nodiscard]] ssize_t write_now(int fd, Kind kind, BytesView data) noexcept;
/// Reads without waiting. -1 with errno EAGAIN when nothing is there.
[[nodiscard]] ssize_t read_now(int fd, Kind kind, MutableBytes room) noexcept;
/// write(2) without SIGPIPE: whoever uses this library has not asked to be ended by it.
[[nodiscard]] ssize_t write_without_signal(int fd, BytesView data) noexcept;

} // namespace gss::inline v0::transport::detail
