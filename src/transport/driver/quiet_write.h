// SPDX-License-Identifier: Apache-2.0
// read(2) and write(2) that neither wait nor raise SIGPIPE, on descriptors of any kind.
#pragma once

#include <gssxx/bytes.h>

#include <sys/types.h>

namespace gss::inline v0::transport::detail {

/// What a descriptor is, which decides how not to wait for it.
enum class Kind : unsigned char {
    socket,
    non_blocking, ///< O_NONBLOCK is set, and is ours; or a file or /dev/null,
                  ///< which never make anybody wait
    other,
};
[[nodiscard]] Kind kind_of(int fd) noexcept;

/// The writing end of the pipe that @p fd is, opened once more with O_NONBLOCK, so that those who
/// share @p fd see nothing of it; -1 when it is no pipe, or the system has no way.
[[nodiscard]] int reopen_pipe(int fd) noexcept;

/// Writes without waiting. -1 with errno EAGAIN when nothing can be written now, EPIPE when the
/// other end is gone. Pipes and terminals get PIPE_BUF octets at a time, because more could wait
/// (POSIX, write(2)).
[[nodiscard]] ssize_t write_now(int fd, Kind kind, BytesView data) noexcept;
/// Reads without waiting. -1 with errno EAGAIN when nothing is there.
[[nodiscard]] ssize_t read_now(int fd, Kind kind, MutableBytes room) noexcept;
/// write(2) without SIGPIPE: whoever uses this library has not asked to be ended by it.
[[nodiscard]] ssize_t write_without_signal(int fd, BytesView data) noexcept;

} // namespace gss::inline v0::transport::detail
