// SPDX-License-Identifier: Apache-2.0
// One command over one channel.
#include "client_state.h"
#include "escape.h"
#include "incoming.h"
#include "outgoing.h"
#include "waiting.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gss::inline v0::transport {

namespace {

constexpr std::string_view operation = "run a command";

Error failure(ErrorCode code, std::string message) {
    return {code, std::string(operation), std::move(message)};
}

/// The command's channel: what is asked for, what goes in, what comes out.
class Command {
public:
    Command(ClientSession& session, const RunOptions& options)
        : session_(session), options_(options) {
        if (options.input >= 0) {
            input_ = detail::Incoming(options.input);
        } else {
            input_ = detail::Incoming(options.input_octets);
        }
        const std::array<int, 2> descriptors{options.output, options.errors};
        for (std::size_t at = 0; at < ways_.size(); ++at) {
            if (descriptors.at(at) >= 0) {
                ways_.at(at) = detail::Outgoing(descriptors.at(at));
            }
        }
    }

    [[nodiscard]] Result<void> open() {
        const Result<ChannelId> channel = session_.open_channel("session");
        if (!channel) {
            return channel.error();
        }
        channel_ = *channel;
        return {};
    }

    /// True when the event was this channel's.
    bool take(const Event& event);
    /// Moves on what can be moved, and says what to wait for.
    void move(std::vector<pollfd>& waits);
    void ready(const std::vector<pollfd>& waits);
    void close() { static_cast<void>(session_.close_channel(channel_)); }
    /// There is no connection any more: what has come is still to be written.
    void connection_ended() noexcept { lost_ = true; }

    [[nodiscard]] bool pending() const noexcept { return ways_[0].pending() || ways_[1].pending(); }
    [[nodiscard]] bool over() const noexcept { return (closed_ || lost_) && !pending(); }
    /// The server has said how it ended, and that nothing more was to come.
    [[nodiscard]] bool complete() const noexcept {
        return closed_ || (no_more_ && (end_.status || end_.signal));
    }
    [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }
    [[nodiscard]] CommandEnd& end() noexcept { return end_; }

private:
    void ask();
    void data(const ChannelData& data);
    void request(const ChannelRequest& request);
    void give_up(const Error& error) {
        if (!error_) {
            error_ = error;
            close();
        }
    }

    ClientSession& session_;
    const RunOptions& options_;
    ChannelId channel_ = 0;
    bool running_ = false;
    bool closed_ = false;
    bool lost_ = false;    ///< the connection
    bool no_more_ = false; ///< output is to come
    bool said_eof_ = false;
    detail::Incoming input_;
    std::array<detail::Outgoing, 2> ways_; ///< output and errors
    CommandEnd end_;
    std::optional<Error> error_;
};

void Command::ask() {
    for (const EnvironmentVariable& variable : options_.environment) {
        static_cast<void>(session_.channel_request(channel_, "env", false, env_data(variable)));
    }
    const Result<void> asked =
        options_.command
            ? session_.channel_request(channel_, "exec", true, exec_data(*options_.command))
            : session_.channel_request(channel_, "shell", true);
    if (!asked) {
        give_up(asked.error());
    }
}

void Command::data(const ChannelData& data) {
    const std::size_t way = data.stream == 0 ? 0 : 1;
    detail::Outgoing& descriptor = ways_.at(way);
    if (descriptor.descriptor() >= 0) {
        const std::size_t done = descriptor.put(data.data);
        session_.consumed(channel_, done);
        return;
    }
    const std::size_t octets = data.data.size();
    if (options_.sink) {
        if (!options_.sink(static_cast<std::uint32_t>(way), data.data)) {
            give_up(failure(ErrorCode::failure, "the caller wants no more output"));
        }
    } else if (end_.output.size() + end_.errors.size() + octets > options_.most_collected) {
        give_up(failure(ErrorCode::failure, "there is more output than may be collected"));
    } else {
        (way == 0 ? end_.output : end_.errors) += as_text(data.data);
    }
    session_.consumed(channel_, octets);
}

void Command::request(const ChannelRequest& request) {
    bool known = false;
    if (request.type == "exit-status") {
        if (const Result<std::uint32_t> status = parse_exit_status(request.data)) {
            end_.status = *status;
            known = true;
        }
    } else if (request.type == "exit-signal") {
        if (Result<ExitSignal> signal = parse_exit_signal(request.data)) {
            end_.signal = *std::move(signal);
            end_.signal->signal = escape_control_characters(end_.signal->signal);
            end_.signal->text = escape_control_characters(end_.signal->text);
            known = true;
        }
    }
    session_.answer(request.id, RequestAnswer{known, {}});
}

bool Command::take(const Event& event) {
    if (const auto* opened = std::get_if<ChannelOpened>(&event);
        opened != nullptr && opened->channel == channel_) {
        ask();
    } else if (const auto* refused = std::get_if<ChannelOpenFailed>(&event);
               refused != nullptr && refused->channel == channel_) {
        closed_ = true;
        error_ = failure(ErrorCode::unauthorized,
                         "the server opens no channel: " +
                             (refused->text.empty() ? "reason " + std::to_string(refused->reason)
                                                    : refused->text));
    } else if (const auto* answered = std::get_if<ChannelRequestAnswered>(&event);
               answered != nullptr && answered->channel == channel_) {
        running_ = answered->ok;
        if (!answered->ok) {
            give_up(failure(ErrorCode::unauthorized, "the server refuses the command"));
        }
    } else if (const auto* octets = std::get_if<ChannelData>(&event);
               octets != nullptr && octets->channel == channel_) {
        data(*octets);
    } else if (const auto* asked = std::get_if<ChannelRequest>(&event);
               asked != nullptr && asked->channel == channel_) {
        request(*asked);
    } else if (const auto* last = std::get_if<ChannelEof>(&event);
               last != nullptr && last->channel == channel_) {
        no_more_ = true;
    } else if (const auto* gone = std::get_if<ChannelClosed>(&event);
               gone != nullptr && gone->channel == channel_) {
        closed_ = true;
    } else {
        return false;
    }
    return true;
}

void Command::move(std::vector<pollfd>& waits) {
    if (running_ && !closed_ && !lost_ && !error_) {
        static_cast<void>(input_.send(session_, channel_, 0));
        if (input_.finished() && !said_eof_) {
            said_eof_ = true;
            static_cast<void>(session_.send_eof(channel_));
        }
        if (input_.wants_read()) {
            waits.push_back({input_.descriptor(), POLLIN, 0});
        }
    }
    for (const detail::Outgoing& way : ways_) {
        if (way.pending()) {
            waits.push_back({way.descriptor(), POLLOUT, 0});
        }
    }
}

void Command::ready(const std::vector<pollfd>& waits) {
    for (const pollfd& one : waits) {
        if (one.revents != 0 && one.events == POLLIN) {
            input_.read();
        }
    }
    for (detail::Outgoing& way : ways_) {
        if (way.pending()) {
            const std::size_t done = way.flush();
            if (!closed_ && !lost_) {
                session_.consumed(channel_, done);
            }
        }
    }
}

/// Without a connection: until whoever reads the output takes more of it.
void wait_for_readers(std::vector<pollfd>& readers,
                      const std::optional<std::chrono::steady_clock::time_point>& until) {
    std::chrono::milliseconds limit{-1};
    if (until) {
        limit =
            std::max(std::chrono::milliseconds(0), std::chrono::ceil<std::chrono::milliseconds>(
                                                       *until - std::chrono::steady_clock::now()));
    }
    ::poll(readers.data(), readers.size(), detail::poll_limit(limit));
}

} // namespace

Result<CommandEnd> Client::run(const RunOptions& options) {
    State& state = *state_;
    if (!state.session.is_active()) {
        return state.ended(std::string(operation));
    }
    Command command(state.session, options);
    if (const Result<void> opened = command.open(); !opened) {
        return opened.error();
    }
    std::vector<pollfd> waits;
    bool late = false;
    for (;;) {
        waits.clear();
        while (std::optional<Event> event = state.pump.next()) {
            if (!command.take(*event)) {
                state.handle(*event);
            }
        }
        if (state.end) {
            command.connection_ended();
        }
        command.move(waits);
        if (command.over()) {
            break;
        }
        if (options.deadline.when() && State::Clock::now() >= *options.deadline.when()) {
            late = true;
            command.close();
            break;
        }
        if (state.end) {
            wait_for_readers(waits, options.deadline.when());
        } else {
            state.wait(waits, options.deadline.when());
        }
        command.ready(waits);
    }
    state.pump.flush();
    if (late) {
        return failure(ErrorCode::timed_out, "the command has not ended in time");
    }
    if (command.error()) {
        return *command.error();
    }
    if (!command.complete()) {
        return state.ended(std::string(operation));
    }
    return std::move(command.end());
}

} // namespace gss::inline v0::transport
