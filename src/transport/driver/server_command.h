// SPDX-License-Identifier: Apache-2.0
// One command of one channel, on the server.
#pragma once

#include "child.h"
#include "incoming.h"
#include "outgoing.h"

#include <gssxx/transport/server.h>

#include <poll.h>

#include <cstddef>
#include <optional>
#include <vector>

namespace gss::inline v0::transport::detail {

/// A process, or the answer of a function, between its channel and its end. Stays where it is.
class ServerCommand {
public:
    ServerCommand(ChannelId channel, CommandOutput answer);
    ServerCommand(ChannelId channel, Child child);
    ServerCommand(const ServerCommand&) = delete;
    ServerCommand& operator=(const ServerCommand&) = delete;
    ~ServerCommand() = default;

    /// Input from the client. Returns how many octets were dealt with.
    [[nodiscard]] std::size_t input(BytesView octets);
    void input_ended();
    void signal(int number) noexcept;

    /// Sends what the channel takes; at the end of the command the channel is closed. Says what to
    /// wait for.
    void move(Session& session, std::vector<pollfd>& waits);
    /// After the wait.
    void ready(Session& session, const std::vector<pollfd>& waits);
    /// Nothing tells when the process ends: ask often.
    [[nodiscard]] bool wants_polling() const noexcept {
        return child_ && !end_ && child_->descriptor() < 0;
    }
    /// The channel is gone: the process, if one is left.
    [[nodiscard]] std::optional<Child> take_child() noexcept;

private:
    void wait_for_input(std::vector<pollfd>& waits);
    void close(Session& session);
    void say_status(Session& session, std::uint32_t status) const;

    ChannelId channel_;
    std::optional<Child> child_;
    CommandOutput answer_;
    Outgoing input_;
    Incoming output_;
    Incoming errors_;
    std::optional<ChildEnd> end_; ///< of the process
    bool input_over_ = false;
    bool closed_ = false;
    // Where in the list of descriptors ours are.
    std::optional<std::size_t> input_at_;
    std::optional<std::size_t> output_at_;
    std::optional<std::size_t> errors_at_;
    std::optional<std::size_t> end_at_;
};

} // namespace gss::inline v0::transport::detail
