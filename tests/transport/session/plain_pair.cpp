// SPDX-License-Identifier: Apache-2.0
#include "plain_pair.h"

#include "session_state.h"
#include "writer.h"

#include <algorithm>

namespace gss::inline v0::transport::detail {

/// What a session keeps to itself.
struct StateAccess : Session {
    static Session::State& state(Session& session) { return *(session.*&StateAccess::state_); }
    static PacketWriter& writer(Session& session) { return state(session).writer_; }
    static PacketReader& reader(Session& session) { return state(session).reader_; }
};

} // namespace gss::inline v0::transport::detail

namespace gss::test {

using transport::detail::StateAccess;

Bytes plain_packet(BytesView payload) {
    const std::size_t padding = 8 - (payload.size() + 5) % 8 + 8;
    return ssh::wire::Writer()
        .uint32(static_cast<std::uint32_t>(1 + payload.size() + padding))
        .byte(static_cast<std::uint8_t>(padding))
        .raw(payload)
        .raw(Bytes(padding))
        .take();
}

void send_raw(transport::Session& session, BytesView payload) {
    StateAccess::writer(session).write(payload);
}

std::size_t waiting_octets(transport::Session& session) {
    return StateAccess::reader(session).waiting();
}

void PlainPair::settle(End which) {
    SessionEnd& end = at(which);
    end.drain();
    StateAccess::reader(end.session).use(transport::detail::no_protection());
    StateAccess::writer(end.session).use(transport::detail::no_protection());
}

void PlainPair::collect() {
    for (const End from : {End::client, End::server}) {
        settle(from);
        BytesView out = at(from).session.output();
        std::size_t taken = 0;
        while (!out.empty()) {
            std::size_t size = 0;
            Sent sent;
            if (!greeted_[index(from)]) {
                size = as_text(out).find('\n') + 1;
                greeted_[index(from)] = true;
            } else {
                std::size_t length = 0;
                for (std::size_t i = 0; i < 4; ++i) {
                    length = length << 8U | std::to_integer<std::size_t>(out[i]);
                }
                size = 4 + length;
                const auto padding = std::to_integer<std::size_t>(out[4]);
                const BytesView payload = out.subspan(5, length - 1 - padding);
                sent.payload.assign(payload.begin(), payload.end());
                sent_[index(from)].push_back(sent.payload);
            }
            sent.octets.assign(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(size));
            queue(other(from)).push_back(std::move(sent));
            out = out.subspan(size);
            taken += size;
        }
        at(from).session.sent(taken);
    }
}

void PlainPair::feed(End to, BytesView octets) {
    const MutableBytes space = at(to).session.input(octets.size());
    std::copy(octets.begin(), octets.end(), space.begin());
    at(to).session.received(octets.size());
    collect();
}

bool PlainPair::deliver(End to) {
    if (queue(to).empty()) {
        return false;
    }
    const Sent next = std::move(queue(to).front());
    queue(to).pop_front();
    feed(to, next.octets);
    return true;
}

void PlainPair::run() {
    collect();
    while (deliver(End::client) || deliver(End::server)) {
    }
}

void PlainPair::inject(End to, BytesView payload) {
    feed(to, plain_packet(payload));
}

} // namespace gss::test
