// SPDX-License-Identifier: Apache-2.0
#include "incoming.h"

#include <cerrno>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::size_t room_size = std::size_t{64} * 1024;

} // namespace

void Incoming::read() {
    if (!wants_read()) {
        return;
    }
    room_.resize(room_size);
    const ssize_t octets = read_now(fd_, kind_, room_);
    if (octets > 0) {
        rest_ = BytesView(room_).first(static_cast<std::size_t>(octets));
    } else if (octets == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) {
        ended_ = true;
    }
}

bool Incoming::send(Session& session, ChannelId channel, std::uint32_t stream) {
    while (!rest_.empty()) {
        const Result<std::size_t> taken = session.send_data(channel, rest_, stream);
        if (!taken) {
            stop();
            return false;
        }
        if (*taken == 0) {
            break;
        }
        rest_ = rest_.subspan(*taken);
    }
    return true;
}

} // namespace gss::inline v0::transport::detail
