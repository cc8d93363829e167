// SPDX-License-Identifier: Apache-2.0
// Waiting on a descriptor, and what the system says.
#pragma once

#include "descriptor.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

namespace gss::inline v0::transport::detail {

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
