// SPDX-License-Identifier: Apache-2.0
#include "server_command.h"

#include <sys/wait.h>

#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

std::optional<std::size_t> add(std::vector<pollfd>& waits, int fd, short events) {
    waits.push_back({fd, events, 0});
    return waits.size() - 1;
}

bool is_ready(const std::vector<pollfd>& waits, std::optional<std::size_t> at) {
    return at && *at < waits.size() && waits[*at].revents != 0;
}

} // namespace

ServerCommand::ServerCommand(ChannelId channel, CommandOutput answer)
    : channel_(channel), answer_(std::move(answer)), output_(as_bytes(answer_.output)),
      errors_(as_bytes(answer_.errors)) {
    input_.detach();
}

ServerCommand::ServerCommand(ChannelId channel, Child child)
    : channel_(channel), child_(std::move(child)), input_(child_->input(), Kind::non_blocking),
      output_(child_->output(), Kind::non_blocking), errors_(child_->errors(), Kind::non_blocking) {
}

std::size_t ServerCommand::input(BytesView octets) {
    return input_.put(octets);
}

void ServerCommand::input_ended() {
    input_over_ = true;
}

void ServerCommand::signal(int number) noexcept {
    if (child_) {
        child_->signal(number);
    }
}

std::optional<Child> ServerCommand::take_child() noexcept {
    std::optional<Child> child;
    if (child_ && !end_) {
        child = std::move(child_);
    }
    child_.reset();
    return child;
}

void ServerCommand::wait_for_input(std::vector<pollfd>& waits) {
    input_at_.reset();
    if (input_.pending()) {
        input_at_ = add(waits, input_.descriptor(), POLLOUT);
    } else if (child_ && (input_over_ || input_.broken()) && input_.descriptor() >= 0) {
        input_.detach();
        child_->close_input();
    }
}

void ServerCommand::move(Session& session, std::vector<pollfd>& waits) {
    output_at_.reset();
    errors_at_.reset();
    end_at_.reset();
    if (closed_) {
        input_at_.reset();
        return;
    }
    static_cast<void>(output_.send(session, channel_, 0));
    static_cast<void>(errors_.send(session, channel_, 1));
    const bool said_all = output_.finished() && errors_.finished();
    if (said_all && (!child_ || end_)) {
        close(session);
        return;
    }
    wait_for_input(waits);
    if (output_.wants_read()) {
        output_at_ = add(waits, output_.descriptor(), POLLIN);
    }
    if (errors_.wants_read()) {
        errors_at_ = add(waits, errors_.descriptor(), POLLIN);
    }
    // While output is still to come the end of the process is no news.
    if (said_all && child_ && child_->descriptor() >= 0) {
        end_at_ = add(waits, child_->descriptor(), POLLIN);
    }
}

void ServerCommand::ready(Session& session, const std::vector<pollfd>& waits) {
    if (closed_) {
        return;
    }
    if (is_ready(waits, input_at_)) {
        session.consumed(channel_, input_.flush());
    }
    if (is_ready(waits, output_at_)) {
        output_.read();
    }
    if (is_ready(waits, errors_at_)) {
        errors_.read();
    }
    if (child_ && !end_ && output_.finished() && errors_.finished()) {
        end_ = child_->ended();
    }
}

void ServerCommand::say_status(Session& session, std::uint32_t status) const {
    static_cast<void>(
        session.channel_request(channel_, "exit-status", false, exit_status_data(status)));
}

void ServerCommand::close(Session& session) {
    closed_ = true;
    // RFC 4254 s6.10: "Returning the status is RECOMMENDED." Of a process that somebody else has
    // waited for nobody knows it, and nothing is said.
    if (!end_) {
        say_status(session, answer_.status);
    } else if (end_->status && WIFSIGNALED(*end_->status)) {
        ExitSignal ended;
        ended.signal = signal_name(WTERMSIG(*end_->status));
        ended.core_dumped = WCOREDUMP(*end_->status);
        static_cast<void>(
            session.channel_request(channel_, "exit-signal", false, exit_signal_data(ended)));
    } else if (end_->status) {
        say_status(session, static_cast<std::uint32_t>(WEXITSTATUS(*end_->status)));
    }
    static_cast<void>(session.send_eof(channel_));
    static_cast<void>(session.close_channel(channel_));
}

} // namespace gss::inline v0::transport::detail
