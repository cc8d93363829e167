// SPDX-License-Identifier: Apache-2.0
#include "scripted_pair.h"

#include <deque>
#include <utility>

namespace gss::test {

void drain(ssh::Engine& engine, ScriptedHost& host, std::vector<Bytes>& sent,
           std::vector<ssh::Action>& others) {
    while (auto action = engine.poll()) {
        if (auto* message = std::get_if<ssh::SendMessage>(&*action)) {
            sent.push_back(std::move(message->payload));
        } else if (!host.handle(engine, *action)) {
            others.push_back(std::move(*action));
        }
    }
}

namespace {

/// One side of a pair, with what is on its way to it.
struct End {
    ssh::Engine& engine;
    ScriptedHost& host;
    std::vector<ssh::Action>& others;
    std::deque<Bytes> inbox;
};

void drain_end(Side side, End& end, End& peer, PairRun& run, const PairHooks& hooks) {
    std::vector<Bytes> sent;
    const std::size_t before = end.others.size();
    drain(end.engine, end.host, sent, end.others);
    for (std::size_t i = before; hooks.action && i < end.others.size(); ++i) {
        hooks.action(side, end.others[i]);
    }
    for (Bytes& payload : sent) {
        Sent message{side, std::move(payload)};
        if (hooks.deliver) {
            for (Bytes& delivered : hooks.deliver(message)) {
                peer.inbox.push_back(std::move(delivered));
            }
        } else {
            peer.inbox.push_back(message.payload);
        }
        run.messages.push_back(std::move(message));
    }
}

} // namespace

PairRun run_pair(ssh::Engine& client, ssh::Engine& server, ScriptedHost& client_host,
                 ScriptedHost& server_host, const PairHooks& hooks) {
    constexpr std::size_t most_messages = 1000;
    PairRun run;
    End client_end{client, client_host, run.client, {}};
    End server_end{server, server_host, run.server, {}};
    do {
        drain_end(Side::client, client_end, server_end, run, hooks);
        drain_end(Side::server, server_end, client_end, run, hooks);
        for (End* end : {&client_end, &server_end}) {
            if (!end->inbox.empty()) {
                end->engine.receive(end->inbox.front());
                end->inbox.pop_front();
            }
        }
        drain_end(Side::client, client_end, server_end, run, hooks);
        drain_end(Side::server, server_end, client_end, run, hooks);
    } while ((!client_end.inbox.empty() || !server_end.inbox.empty()) &&
             run.messages.size() < most_messages);
    return run;
}

} // namespace gss::test
