// SPDX-License-Identifier: Apache-2.0
// Two engines that talk to each other, and a record of what they said.
#pragma once

#include "conversation.h"
#include "scripted_host.h"

#include <functional>
#include <vector>

namespace gss::test {

/// What run_pair may be told.
struct PairHooks {
    /// Sees every message before it is delivered and returns what is delivered in its place: the
    /// same, altered, nothing, or several. Without it every message arrives as it was sent.
    std::function<std::vector<Bytes>(const Sent& message)> deliver;
    /// Sees every action that is neither a message nor a question to the host.
    std::function<void(Side side, const ssh::Action& action)> action;
};

/// Without questions and Releases.
using PairRun = Conversation;

/// Pumps until neither side has an action or a message left, or 1000 messages were sent. Start the
/// client before. Questions are answered at once.
[[nodiscard]] PairRun run_pair(ssh::Engine& client, ssh::Engine& server, ScriptedHost& client_host,
                               ScriptedHost& server_host, const PairHooks& hooks = {});

/// Takes actions of one engine until there is none: questions are answered by @p host, messages go
/// to the end of @p sent, the rest to @p others.
void drain(ssh::Engine& engine, ScriptedHost& host, std::vector<Bytes>& sent,
           std::vector<ssh::Action>& others);

} // namespace gss::test
