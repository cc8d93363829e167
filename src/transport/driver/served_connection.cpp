// SPDX-License-Identifier: Apache-2.0
#include "served_connection.h"

#include "escape.h"
#include "fault.h"

#include <algorithm>
#include <csignal>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

using std::chrono::milliseconds;

/// For the last words of a connection.
constexpr milliseconds farewell{2000};
/// Between hanging a process up and killing it.
constexpr milliseconds grace{2000};
/// The same at the end of the connection, for all processes together.
constexpr milliseconds at_the_end{500};
/// How often is looked whether a process has ended, where nothing tells.
constexpr milliseconds look_again{20};
constexpr std::size_t most_variables = 64;
constexpr std::size_t most_variable_octets = std::size_t{32} * 1024;

bool has_nul(const std::string& text) {
    return text.find('\0') != std::string::npos;
}

} // namespace

ServedConnection::ServedConnection(Parts parts, const ServeOptions& options, ServerHandler& handler,
                                   int stop, const std::function<void()>& logged_in)
    : options_(options), handler_(handler), stop_(stop), on_login_(logged_in),
      parts_(std::move(parts)),
      pump_(parts_.session, *parts_.stream, parts_.gss ? &*parts_.gss : nullptr),
      endpoints_(parts_.stream->endpoints()) {
    pump_.keep_alive(options.keepalive);
    pump_.weigh_with([this](const ssh::Authorize& question, ssh::AuthorizeAnswer answer) {
        answer = weigh(question.user, question.method, std::move(answer));
        if (answer.decision == ssh::AuthorizeAnswer::Decision::allow_partly) {
            partly_.push_back(question.context);
        }
        return answer;
    });
}

void ServedConnection::end(std::uint32_t reason, std::string_view text) {
    parts_.session.disconnect(reason, text);
}

milliseconds ServedConnection::patience() const {
    milliseconds limit{-1};
    const auto at_most = [&limit](milliseconds other) {
        limit = limit.count() < 0 ? other : std::min(limit, other);
    };
    const auto until = [](Clock::time_point when) {
        return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(when - Clock::now()));
    };
    if (!logged_in_ && options_.login_limit.count() > 0) {
        at_most(until(begun_ + options_.login_limit));
    }
    for (const Dying& one : dying_) {
        at_most(one.child.descriptor() >= 0 ? until(one.until) : look_again);
    }
    for (const auto& [id, channel] : channels_) {
        if (channel.command && channel.command->wants_polling()) {
            at_most(look_again);
        }
    }
    return limit;
}

void ServedConnection::run() {
    std::vector<pollfd> waits;
    for (;;) {
        while (std::optional<Event> event = pump_.next()) {
            handle(*event);
        }
        if (over_) {
            break;
        }
        waits.clear();
        if (stop_ >= 0) {
            waits.push_back({stop_, POLLIN, 0});
        }
        for (auto& [id, channel] : channels_) {
            if (channel.command) {
                channel.command->move(parts_.session, waits);
            }
        }
        for (const Dying& one : dying_) {
            if (one.child.descriptor() >= 0) {
                waits.push_back({one.child.descriptor(), POLLIN, 0});
            }
        }
        pump_.wait(waits, patience());
        for (auto& [id, channel] : channels_) {
            if (channel.command) {
                channel.command->ready(parts_.session, waits);
            }
        }
        look_after_the_dying();
        if (stop_ >= 0 && waits.front().revents != 0) {
            end(reason::by_application, "the server is going down");
        } else if (!logged_in_ && options_.login_limit.count() > 0 &&
                   Clock::now() >= begun_ + options_.login_limit) {
            end(reason::by_application, "nobody has logged in in time");
        }
    }
    pump_.finish(farewell);
    // Whatever becomes of the commands, the tickets are gone now.
    cache_.reset();
    end_commands();
}

void ServedConnection::end_commands() {
    std::vector<Child> children;
    for (auto& [id, channel] : channels_) {
        if (channel.command) {
            if (std::optional<Child> child = channel.command->take_child()) {
                children.push_back(*std::move(child));
            }
        }
    }
    for (Dying& one : dying_) {
        children.push_back(std::move(one.child));
    }
    channels_.clear();
    dying_.clear();
    if (const std::size_t left = end_all(std::move(children), at_the_end); left > 0) {
        log(0, std::to_string(left) + " processes of commands do not end");
    }
}

void ServedConnection::look_after_the_dying() {
    std::erase_if(dying_, [this](Dying& one) {
        if (one.child.ended()) {
            return true;
        }
        if (Clock::now() < one.until) {
            return false;
        }
        if (!one.killed) {
            one.killed = true;
            one.child.signal(SIGKILL);
            one.until = Clock::now() + grace;
            return false;
        }
        log(0, "the process of a command does not end");
        one.child.give_up();
        return true;
    });
}

void ServedConnection::handle(Event& event) {
    Session& session = parts_.session;
    if (const auto* data = std::get_if<ChannelData>(&event)) {
        handle(*data);
    } else if (const auto* open = std::get_if<ChannelOpenRequest>(&event)) {
        handle(*open);
    } else if (const auto* request = std::get_if<ChannelRequest>(&event)) {
        handle(*request);
    } else if (const auto* eof = std::get_if<ChannelEof>(&event)) {
        const auto found = channels_.find(eof->channel);
        if (found != channels_.end() && found->second.command) {
            found->second.command->input_ended();
        }
    } else if (const auto* closed = std::get_if<ChannelClosed>(&event)) {
        close(closed->channel);
    } else if (const auto* keys = std::get_if<KeysExchanged>(&event)) {
        handle(*keys);
    } else if (const auto* in = std::get_if<LoggedIn>(&event)) {
        handle(*in);
    } else if (const auto* failure = std::get_if<ssh::AttemptFailed>(&event)) {
        handle(*failure);
    } else if (const auto* none = std::get_if<NoneRequest>(&event)) {
        session.answer(none->id, weigh(none->user, "none", handler_.none(*none)));
    } else if (const auto* password = std::get_if<PasswordRequest>(&event)) {
        session.answer(password->id,
                       weigh(password->user, "password", handler_.password(*password)));
    } else if (const auto* key = std::get_if<PublicKeyRequest>(&event)) {
        ssh::AuthorizeAnswer answer = handler_.public_key(*key);
        // Only a signature logs somebody in; the question before it is answered by itself.
        session.answer(key->id, key->signed_by_owner
                                    ? weigh(key->user, "publickey", std::move(answer))
                                    : std::move(answer));
    } else if (const auto* text = std::get_if<PeerText>(&event)) {
        log(2, "the client says: " + text->text);
    } else if (const auto* end = std::get_if<Disconnected>(&event)) {
        over_ = true;
        const char* who = end->by == Disconnected::By::us     ? "ended by us"
                          : end->by == Disconnected::By::peer ? "ended by the client"
                                                              : "lost";
        log(1, std::string("connection ") + who + (end->text.empty() ? "" : ": ") + end->text);
        if (parts_.gss && parts_.gss->last_error() && !logged_in_) {
            log(1, parts_.gss->last_error()->text());
        }
    }
    // Every other question is refused when the next event is asked for.
}

void ServedConnection::handle(const ChannelOpenRequest& question) {
    ChannelAnswer answer;
    constexpr std::uint32_t prohibited = 1;
    constexpr std::uint32_t resource_shortage = 4;
    answer.accepted = question.type == "session" && channels_.size() < options_.most_commands;
    if (answer.accepted) {
        channels_[question.channel];
    } else {
        answer.reason = question.type == "session" ? resource_shortage : prohibited;
        answer.text = question.type == "session" ? "too many channels" : "not here";
    }
    parts_.session.answer(question.id, std::move(answer));
}

void ServedConnection::handle(const ChannelData& data) {
    const auto found = channels_.find(data.channel);
    const std::size_t octets = data.data.size();
    const bool wanted = found != channels_.end() && found->second.command && data.stream == 0;
    parts_.session.consumed(data.channel,
                            wanted ? found->second.command->input(data.data) : octets);
}

void ServedConnection::handle(const ChannelRequest& question) {
    const auto found = channels_.find(question.channel);
    if (found == channels_.end()) {
        return; // refused
    }
    Channel& channel = found->second;
    if (question.type == "exec" || question.type == "shell") {
        // The answer goes out before anything of the command does.
        parts_.session.answer(question.id,
                              RequestAnswer{start(question.channel, channel, question), {}});
    } else if (question.type == "env") {
        parts_.session.answer(question.id, RequestAnswer{set_variable(channel, question), {}});
    } else if (question.type == "signal") {
        parts_.session.answer(question.id, RequestAnswer{signal(channel, question), {}});
    }
}

bool ServedConnection::set_variable(Channel& channel, const ChannelRequest& question) {
    Result<EnvironmentVariable> variable = parse_env(question.data);
    // What a process is started with ends at the first NUL: nobody shall have looked at more of it.
    if (!variable || has_nul(variable->name) || has_nul(variable->value) || channel.command ||
        channel.variables.size() >= most_variables) {
        return false;
    }
    const std::size_t octets = variable->name.size() + variable->value.size();
    if (channel.octets + octets > most_variable_octets || !handler_.accept_variable(*variable)) {
        return false;
    }
    channel.octets += octets;
    channel.variables.push_back(*std::move(variable));
    return true;
}

bool ServedConnection::signal(const Channel& channel, const ChannelRequest& question) {
    const Result<std::string> name = parse_signal(question.data);
    const std::optional<int> number = name ? signal_number(*name) : std::nullopt;
    if (!number || !channel.command) {
        return false;
    }
    channel.command->signal(*number);
    return true;
}

bool ServedConnection::start(ChannelId id, Channel& channel, const ChannelRequest& question) {
    // RFC 4254 s6.5: "Only one of these requests can succeed per channel."
    if (channel.command) {
        return false;
    }
    if (dying_.size() >= options_.most_commands) {
        log(0, "too many commands that were given up are still there");
        return false;
    }
    CommandRequest request;
    request.user = parts_.session.user();
    request.endpoints = endpoints_;
    request.environment = channel.variables;
    if (question.type == "exec") {
        Result<std::string> command = parse_exec(question.data);
        if (!command || has_nul(*command)) {
            return false;
        }
        request.command = *std::move(command);
    }
    if (cache_) {
        std::erase_if(request.environment, [](const EnvironmentVariable& variable) {
            return variable.name == "KRB5CCNAME";
        });
        request.environment.push_back({"KRB5CCNAME", cache_->name()});
    }
    log(1, request.command ? "command: " + escape_control_characters(*request.command) : "shell");
    CommandAnswer answer = handler_.run(request);
    if (auto* output = std::get_if<CommandOutput>(&answer)) {
        channel.command = std::make_unique<ServerCommand>(id, std::move(*output));
        return true;
    }
    const auto* process = std::get_if<ProcessOptions>(&answer);
    if (process == nullptr) {
        return false;
    }
    Result<Child> child = Child::start(*process);
    if (!child) {
        log(0, child.error().text());
        return false;
    }
    channel.command = std::make_unique<ServerCommand>(id, *std::move(child));
    return true;
}

void ServedConnection::close(ChannelId id) {
    const auto found = channels_.find(id);
    if (found == channels_.end()) {
        return;
    }
    if (found->second.command) {
        if (std::optional<Child> child = found->second.command->take_child()) {
            child->hang_up();
            dying_.push_back({*std::move(child), Clock::now() + grace, false});
        }
    }
    channels_.erase(found);
}

} // namespace gss::inline v0::transport::detail
