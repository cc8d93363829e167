// SPDX-License-Identifier: Apache-2.0
#include "incoming.h"

#include <sched.h>

#include <cerrno>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::size_t room_size = std::size_t{64} * 1024;
/// Whoever writes so much at once is about to write more, and a packet, a system call and a wakeup
/// of the peer for each piece would cost more than what they carry.
constexpr std::size_t bulk = 4096;
constexpr std::size_t enough = room_size / 2;
/// A writer of single octets does not keep us from everything else.
constexpr int most_turns = 8;

} // namespace

void Incoming::read() {
    if (!wants_read()) {
        return;
    }
    room_.resize(room_size);
    const ssize_t octets = read_now(fd_, kind_, room_);
    if (octets > 0) {
        rest_ = BytesView(room_).first(gather(static_cast<std::size_t>(octets)));
    } else if (octets == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) {
        ended_ = true;
    }
}

std::size_t Incoming::gather(std::size_t octets) {
    for (int turn = 0; turn < most_turns && octets >= bulk && octets < enough; ++turn) {
        ::sched_yield(); // the writer may need this processor
        const ssize_t more = read_now(fd_, kind_, MutableBytes(room_).subspan(octets));
        if (more <= 0) {
            ended_ = more == 0; // a terminal says so once; what is wrong comes again
            break;
        }
        octets += static_cast<std::size_t>(more);
    }
    return octets;
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
