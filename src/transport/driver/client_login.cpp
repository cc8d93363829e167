// SPDX-License-Identifier: Apache-2.0
// Logging in: one method after another.
#include "client_state.h"
#include "escape.h"
#include "fault.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gss::inline v0::transport {

namespace {

constexpr std::string_view operation = "log in";

std::string_view name_of(const AuthMethod& method) {
    struct Names {
        std::string_view operator()(const WithNone&) const { return "none"; }
        std::string_view operator()(const WithPassword&) const { return "password"; }
        std::string_view operator()(const WithPublicKey&) const { return "publickey"; }
        std::string_view operator()(const WithGssapiMic&) const { return "gssapi-with-mic"; }
        std::string_view operator()(const WithGssapiKeyex&) const { return "gssapi-keyex"; }
    };
    return std::visit(Names(), method);
}

std::string list_of(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + escape_control_characters(name);
    }
    return text.empty() ? "nothing" : text;
}

} // namespace

std::optional<std::string> Client::State::begin(AuthMethod&& next) {
    const bool by_gss =
        session.algorithms() && session.algorithms()->key_exchange.starts_with("gss-");
    if (std::holds_alternative<WithGssapiKeyex>(next) && !by_gss) {
        return "the key exchange was none by GSS";
    }
    const Result<void> begun = session.authenticate(options.user, std::move(next));
    return begun ? std::nullopt : std::optional(begun.error().text());
}

bool Client::State::try_next() {
    tried.resize(options.methods.size());
    for (std::size_t at = 0; at < options.methods.size(); ++at) {
        const std::string name(name_of(options.methods[at]));
        if (tried[at]) {
            continue;
        }
        if (has_list && std::ranges::find(listed, name) == listed.end()) {
            continue; // it may be listed after a partial success
        }
        tried[at] = true;
        log(1, "trying " + name);
        const std::optional<std::string> refused = begin(std::move(options.methods[at]));
        if (!refused) {
            return true;
        }
        failures.push_back(name + ": " + *refused);
        log(1, failures.back());
    }
    return false;
}

void Client::State::failed(const AuthFailed& event) {
    listed = event.methods;
    has_list = true;
    const std::string name = escape_control_characters(event.method);
    if (event.partial) {
        log(1, name + " has succeeded; the server wants another one of: " + list_of(listed));
        return;
    }
    failures.push_back(name + ": " +
                       (event.reason.empty() ? "the server refused it" : event.reason));
    log(1, failures.back());
}

Error Client::State::no_method_left() const {
    ErrorDetails details;
    details.code = ErrorCode::unauthorized;
    details.operation = operation;
    details.subject = escape_control_characters(options.user);
    details.messages = failures;
    for (std::size_t at = 0; at < options.methods.size(); ++at) {
        if (!tried[at]) {
            details.messages.push_back(std::string(name_of(options.methods[at])) +
                                       ": the server does not offer it");
        }
    }
    if (!skipped.empty()) {
        details.messages.push_back(skipped);
    }
    if (has_list) {
        details.messages.push_back("the server offers " + list_of(listed));
    }
    return Error(std::move(details));
}

Result<void> Client::State::log_in() {
    std::optional<Clock::time_point> until;
    if (options.login_limit.count() > 0) {
        until = opened + options.login_limit;
    }
    std::vector<pollfd> nothing;
    const auto give_up = [this] {
        Error error = no_method_left();
        session.disconnect(detail::reason::no_more_auth_methods, "no method is left to log in by");
        return error;
    };
    for (;;) {
        while (std::optional<Event> event = pump.next()) {
            if (auto* question = std::get_if<HostKeyQuestion>(&*event)) {
                HostKeyAnswer answer = options.host_key
                                           ? options.host_key(*question)
                                           : HostKeyAnswer{false, "nobody knows host keys here"};
                log(1, "host key " + question->key.fingerprint() + ": " +
                           (answer.accepted ? "accepted" : answer.reason));
                session.answer(question->id, std::move(answer));
                continue;
            }
            if (const auto* failure = std::get_if<AuthFailed>(&*event)) {
                failed(*failure);
                if (!try_next()) {
                    return give_up();
                }
                continue;
            }
            if (auto* in = std::get_if<LoggedIn>(&*event)) {
                method = std::move(in->method);
                logged_in = true;
                log(1, "logged in as " + escape_control_characters(in->user) + " by " +
                           escape_control_characters(method));
                return {};
            }
            const auto* keys = std::get_if<KeysExchanged>(&*event);
            const bool first = keys != nullptr && keys->initial;
            handle(*event);
            if (first) {
                log(2, "the server is " + session.peer_version());
                if (!try_next()) {
                    return give_up();
                }
            }
        }
        if (end) {
            Error error = ended("connect by SSH");
            if (!failures.empty()) {
                ErrorDetails details = error.details();
                details.messages.insert(details.messages.begin(), failures.begin(), failures.end());
                return Error(std::move(details));
            }
            return error;
        }
        if (until && Clock::now() >= *until) {
            session.disconnect(detail::reason::by_application, "logging in took too long");
            return Error(ErrorCode::timed_out, std::string(operation),
                         "nobody was logged in in time");
        }
        wait(nothing, until);
    }
}

} // namespace gss::inline v0::transport
