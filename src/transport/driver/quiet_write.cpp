// SPDX-License-Identifier: Apache-2.0
#include "quiet_write.h"

#include "waiting.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <csignal>
#include <ctime>
#include <string>

namespace gss::inline v0::transport::detail {

namespace {

/// Holds SIGPIPE back from this thread and takes away the one that a write has raised.
class WithoutSigpipe {
public:
    WithoutSigpipe() noexcept {
        ::sigemptyset(&pipe_);
        ::sigaddset(&pipe_, SIGPIPE);
        sigset_t pending;
        ::sigemptyset(&pending);
        ::sigpending(&pending);
        was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
    }
    WithoutSigpipe(const WithoutSigpipe&) = delete;
    WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
    ~WithoutSigpipe() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    void take() const noexcept {
        if (!was_pending_) {
            const timespec now{};
            while (::sigtimedwait(&pipe_, nullptr, &now) < 0 && errno == EINTR) {
            }
        }
    }

private:
    sigset_t pipe_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

/// poll(2) says whether a call would wait; without flags that others would see.
bool is_ready(int fd, short events) noexcept {
    return wait_for(fd, events, std::chrono::milliseconds(0)) > 0;
}

} // namespace

namespace {

/// Of the devices of memory null, zero and full; another one of them, kmsg, waits for the kernel.
bool never_waits(dev_t device) noexcept {
    constexpr unsigned memory = 1;
    constexpr unsigned null = 3;
    constexpr unsigned zero = 5;
    constexpr unsigned full = 7;
    const unsigned which = minor(device);
    return major(device) == memory && (which == null || which == zero || which == full);
}

} // namespace

Kind kind_of(int fd) noexcept {
    struct stat about {};
    if (::fstat(fd, &about) != 0) {
        return Kind::other;
    }
    if (S_ISREG(about.st_mode) || S_ISBLK(about.st_mode) ||
        (S_ISCHR(about.st_mode) && never_waits(about.st_rdev))) {
        return Kind::non_blocking;
    }
    return S_ISSOCK(about.st_mode) ? Kind::socket : Kind::other;
}

int reopen_pipe(int fd) noexcept {
    struct stat about {};
    if (::fstat(fd, &about) != 0 || !S_ISFIFO(about.st_mode)) {
        return -1;
    }
    constexpr std::size_t longest = 40;
    std::array<char, longest> path{"/proc/self/fd/"};
    const std::size_t known = std::char_traits<char>::length(path.data());
    std::to_chars(path.data() + known, path.data() + path.size() - 1, fd);
    return ::open(path.data(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

ssize_t write_without_signal(int fd, BytesView data) noexcept {
    struct sigaction now {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) {
        return ::write(fd, data.data(), data.size());
    }
    const WithoutSigpipe guard;
    const ssize_t written = ::write(fd, data.data(), data.size());
    if (written < 0 && errno == EPIPE) {
        guard.take();
        errno = EPIPE;
    }
    return written;
}

namespace {

/// As many pieces as can be written without waiting.
ssize_t write_in_pieces(int fd, BytesView data) noexcept {
    const WithoutSigpipe guard;
    std::size_t done = 0;
    while (done < data.size() && is_ready(fd, POLLOUT)) {
        const BytesView rest = data.subspan(done);
        const ssize_t written =
            ::write(fd, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
        if (written <= 0) {
            const int error = errno;
            if (written < 0 && error == EPIPE) {
                guard.take();
            }
            errno = error;
            // What is wrong will be wrong the next time, too.
            return done > 0 ? static_cast<ssize_t>(done) : written;
        }
        done += static_cast<std::size_t>(written);
    }
    if (done == 0 && !data.empty()) {
        errno = EAGAIN;
        return -1;
    }
    return static_cast<ssize_t>(done);
}

} // namespace

ssize_t write_now(int fd, Kind kind, BytesView data) noexcept {
    ssize_t written = 0;
    if (kind == Kind::socket) {
        written = ::send(fd, data.data(), data.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    } else if (kind == Kind::non_blocking) {
        written = write_without_signal(fd, data);
    } else {
        written = write_in_pieces(fd, data);
    }
    if (written < 0 && errno == EINTR) {
        errno = EAGAIN;
    }
    return written;
}

ssize_t read_now(int fd, Kind kind, MutableBytes room) noexcept {
    ssize_t octets = 0;
    if (kind == Kind::socket) {
        octets = ::recv(fd, room.data(), room.size(), MSG_DONTWAIT);
    } else if (kind == Kind::non_blocking || is_ready(fd, POLLIN)) {
        octets = ::read(fd, room.data(), room.size());
    } else {
        errno = EAGAIN;
        return -1;
    }
    if (octets < 0 && errno == EINTR) {
        errno = EAGAIN;
    }
    return octets;
}

} // namespace gss::inline v0::transport::detail
