// SPDX-License-Identifier: Apache-2.0
// Two engines that talk to each other, and a record of what they said.
#pragma once

#include "scripted_host.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace gss::test {

enum class Side : std::uint8_t { client, server };

/// A message as its sender put it out.
struct Sent {
    Side from = Side::client;
    Bytes payload;

    [[nodiscard]] unsigned number() const noexcept {
        return payload.empty() ? 0 : std::to_integer<unsigned>(payload[0]);
    }
};

/// What run_pair may be told.
struct PairHooks {
    /// Sees every message before it is delivered and returns what is delivered in its place: the
    /// same, altered, nothing, or several. Without it every message arrives as it was sent.
    std::function<std::vector<Bytes>(const Sent& message)> deliver;
    /// Sees every action that is neither a message nor a question to the host.
    std::function<void(Side side, const ssh::Action& action)> action;
};

/// What happened.
struct PairRun {
    std::vector<Sent> messages; ///< in order, as sent
    /// Everything else that is no question and no Release, in order.
    std::vector<ssh::Action> client;
    std::vector<ssh::Action> server;

    /// The numbers of the messages, in order.
    [[nodiscard]] std::vector<unsigned> numbers() const;
    /// The last action of that kind of one side; null when there is none.
    template <typename T>
    [[nodiscard]] const T* last(Side side) const noexcept {
        const T* found = nullptr;
        for (const ssh::Action& action : side == Side::client ? client : server) {
            if (const T* one = std::get_if<T>(&action)) {
                found = one;
            }
        }
        return found;
    }
};

/// Pumps until neither side has an action or a message left, or 1000 messages were sent. Start the
/// client before. Questions are answered at once.
[[nodiscard]] PairRun run_pair(ssh::Engine& client, ssh::Engine& server, ScriptedHost& client_host,
                               ScriptedHost& server_host, const PairHooks& hooks = {});

/// Takes actions of one engine until there is none: questions are answered by @p host, messages go
/// to the end of @p sent, the rest to @p others.
void drain(ssh::Engine& engine, ScriptedHost& host, std::vector<Bytes>& sent,
           std::vector<ssh::Action>& others);

} // namespace gss::test
