// SPDX-License-Identifier: Apache-2.0
#include "outgoing.h"

#include <cerrno>

namespace gss::inline v0::transport::detail {

std::size_t Outgoing::write(BytesView octets) {
    std::size_t done = 0;
    while (!broken_ && done < octets.size()) {
        const ssize_t written = write_now(fd_, kind_, octets.subspan(done));
        if (written > 0) {
            done += static_cast<std::size_t>(written);
        } else if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return done;
        } else {
            broken_ = true;
        }
    }
    return broken_ ? octets.size() : done;
}

std::size_t Outgoing::put(BytesView octets) {
    if (pending()) {
        kept_.insert(kept_.end(), octets.begin(), octets.end());
        return flush();
    }
    const std::size_t done = write(octets);
    const BytesView rest = octets.subspan(done);
    kept_.assign(rest.begin(), rest.end());
    start_ = 0;
    return done;
}

std::size_t Outgoing::flush() {
    const std::size_t done = write(BytesView(kept_).subspan(start_));
    start_ += done;
    if (start_ == kept_.size()) {
        kept_.clear();
        start_ = 0;
    } else if (start_ > kept_.size() / 2) {
        kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(start_));
        start_ = 0;
    }
    return done;
}

} // namespace gss::inline v0::transport::detail
