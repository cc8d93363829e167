// SPDX-License-Identifier: Apache-2.0
#include "plain_session.h"

#include "messages.h"
#include "plain_packets.h"
#include "state_access.h"

#include <algorithm>

namespace gss::test::fuzz {

using transport::detail::StateAccess;

PlainSession::PlainSession(const transport::ClientOptions& options)
    : session_(transport::ClientSession::create(options).value()) {}

PlainSession::PlainSession(const transport::ServerOptions& options)
    : session_(transport::ServerSession::create(options).value()) {}

transport::Session& PlainSession::session() noexcept {
    return std::visit([](auto& which) -> transport::Session& { return which; }, session_);
}

void PlainSession::settle(bool receiving) {
    using transport::detail::no_protection;
    StateAccess::writer(session()).use(no_protection());
    if (receiving) {
        StateAccess::reader(session()).use(no_protection());
    }
}

void PlainSession::octets(BytesView octets) {
    std::ranges::copy(octets, session().input(octets.size()).begin());
    session().received(octets.size());
}

void PlainSession::packet(BytesView payload) {
    octets(plain_packet(payload));
}

std::optional<transport::Event> PlainSession::poll() {
    std::optional<transport::Event> event = session().poll();
    settle(event && std::holds_alternative<transport::KeysExchanged>(*event));
    if (const auto id = event ? transport::question_id(*event) : std::nullopt) {
        session().defer(*id);
    }
    return event;
}

ssh::Fed PlainSession::answer(transport::RequestId id, transport::Answer&& answer) {
    const ssh::Fed fed = session().answer(id, std::move(answer));
    settle(false);
    return fed;
}

std::vector<Bytes> PlainSession::take_sent() {
    std::vector<Bytes> sent;
    BytesView out = session().output();
    const std::size_t all = out.size();
    if (!greeted_ && !out.empty()) {
        greeted_ = true;
        out = out.subspan(as_text(out).find('\n') + 1);
    }
    while (!out.empty()) {
        const std::size_t size = plain_packet_size(out);
        const BytesView payload = plain_payload(out.first(size));
        sent.emplace_back(payload.begin(), payload.end());
        if (payload[0] == std::byte{transport::detail::message::newkeys}) {
            break;
        }
        out = out.subspan(size);
    }
    session().sent(all);
    return sent;
}

} // namespace gss::test::fuzz
