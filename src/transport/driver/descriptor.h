// SPDX-License-Identifier: Apache-2.0
// Owns a file descriptor; waiting on one.
#pragma once

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>
#include <utility>

namespace gss::inline v0::transport::detail {

/// Closes the descriptor on destruction. Move-only.
class Descriptor {
public:
    Descriptor() noexcept = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
    void reset() noexcept {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }

private:
    int fd_ = -1;
};

/// The text of an errno, the thread-safe way.
[[nodiscard]] inline std::string system_text(int error) {
    return std::generic_category().message(error);
}

/// What poll(2) takes: 0 only for no time at all, and -1 for ever.
[[nodiscard]] inline int poll_limit(std::chrono::milliseconds limit) noexcept {
    constexpr std::chrono::milliseconds longest{3'600'000};
    return limit.count() < 0 ? -1 : static_cast<int>(std::min(limit, longest).count());
}

/// Waits for one descriptor. Returns what poll(2) does; EINTR counts as nothing.
[[nodiscard]] inline int wait_for(int fd, short events, std::chrono::milliseconds limit) noexcept {
    pollfd one{fd, events, 0};
    const int found = ::poll(&one, 1, poll_limit(limit));
    return found < 0 && errno == EINTR ? 0 : found;
}

} // namespace gss::inline v0::transport::detail
