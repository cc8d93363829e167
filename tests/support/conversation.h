// SPDX-License-Identifier: Apache-2.0
// What two SSH engines said to each other, for every way of running a pair of them.
#pragma once

#include <gssxx/ssh/actions.h>
#include <gssxx/ssh/engine.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>
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

/// The last action of that kind; null when there is none.
template <typename T>
[[nodiscard]] const T* last_of(const std::vector<ssh::Action>& actions) noexcept {
    const T* found = nullptr;
    for (const ssh::Action& action : actions) {
        if (const T* one = std::get_if<T>(&action)) {
            found = one;
        }
    }
    return found;
}

/// All actions that an engine has, in order; questions are not answered.
[[nodiscard]] inline std::vector<ssh::Action> take_all(ssh::Engine& engine) {
    std::vector<ssh::Action> actions;
    while (auto action = engine.poll()) {
        actions.push_back(std::move(*action));
    }
    return actions;
}

/// What was said, and what came of it.
struct Conversation {
    std::vector<Sent> messages; ///< in order, as sent
    /// Of each side what is neither a message nor done for it by its host, in order.
    std::vector<ssh::Action> client;
    std::vector<ssh::Action> server;

    /// The numbers of the messages, in order.
    [[nodiscard]] std::vector<unsigned> numbers() const {
        std::vector<unsigned> found;
        found.reserve(messages.size());
        for (const Sent& message : messages) {
            found.push_back(message.number());
        }
        return found;
    }
    /// The last action of that kind of one side; null when there is none.
    template <typename T>
    [[nodiscard]] const T* last(Side side) const noexcept {
        return last_of<T>(side == Side::client ? client : server);
    }
};

} // namespace gss::test
