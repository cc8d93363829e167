// SPDX-License-Identifier: Apache-2.0
#include "plain_pair.h"

#include "plain_packets.h"
#include "state_access.h"

#include <algorithm>

namespace gss::test {

using transport::detail::StateAccess;

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
                size = plain_packet_size(out);
                const BytesView payload = plain_payload(out.first(size));
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
