// SPDX-License-Identifier: Apache-2.0
// A client from connecting to its goodbye.
#include <gssxx/transport/client.h>

#include "client_state.h"
#include "escape.h"
#include "fault.h"

#include <gssxx/ssh/token.h>

#include <algorithm>
#include <utility>

namespace gss::inline v0::transport {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view operation = "connect by SSH";
/// For the last words of a connection.
constexpr milliseconds farewell{2000};

bool is_gss(const AuthMethod& method) {
    return std::holds_alternative<WithGssapiMic>(method) ||
           std::holds_alternative<WithGssapiKeyex>(method);
}

/// With or without the suffix of a mechanism.
bool is_gss_name(std::string_view key_exchange) {
    return key_exchange.starts_with("gss-");
}

/// There is GSS to be left out, or none.
bool wants_gss(const ConnectOptions& options) {
    return std::ranges::any_of(options.methods, is_gss) ||
           std::ranges::any_of(options.session.algorithms.key_exchange, is_gss_name);
}

/// Something is left when GSS is taken out.
bool has_alternative(const ConnectOptions& options) {
    return !std::ranges::all_of(options.methods, is_gss) &&
           !std::ranges::all_of(options.session.algorithms.key_exchange, is_gss_name);
}

void take_gss_out(ConnectOptions& options) {
    std::erase_if(options.session.algorithms.key_exchange, is_gss_name);
    std::erase_if(options.methods, is_gss);
}

/// Makes the first token that the key exchange will ask for, or else user authentication.
Result<void> prepare_first_token(ssh::Driver& gss, const ConnectOptions& options) {
    const bool by_key_exchange =
        std::ranges::any_of(options.session.algorithms.key_exchange, is_gss_name);
    bool delegate = options.session.delegate;
    for (const AuthMethod& method : options.methods) {
        const auto* with_mic = std::get_if<WithGssapiMic>(&method);
        delegate = with_mic != nullptr && !by_key_exchange ? with_mic->delegate : delegate;
    }
    ContextFlags flags = ssh::ssh_required_flags;
    if (delegate) {
        flags.insert(ContextFlag::delegate_to_peer);
    }
    const OidSet mechanisms = ssh::allowed_mechanisms(options.session.mechanisms);
    return mechanisms.empty() ? Result<void>() : gss.prepare(*mechanisms.begin(), flags);
}

Result<ssh::Driver> make_driver(const ConnectOptions& options) {
    ssh::DriverOptions contexts;
    contexts.host = options.gss_host;
    contexts.credentials = options.credentials;
    contexts.iakerb = options.session.mechanisms.iakerb;
    contexts.step_limit = options.step_limit;
    return ssh::Driver::create(*options.backend, std::move(contexts));
}

} // namespace

void Client::State::log(int level, const std::string& line) const {
    if (options.log) {
        options.log(level, line);
    }
}

void Client::State::handle(Event& event) {
    if (const auto* keys = std::get_if<KeysExchanged>(&event)) {
        ++exchanges;
        host = keys->host;
        const AgreedAlgorithms& agreed = keys->algorithms;
        log(1, std::string(keys->initial ? "keys exchanged: " : "keys exchanged anew: ") +
                   agreed.key_exchange + ", host key " +
                   (agreed.host_key.empty() ? "none" : agreed.host_key) + ", cipher " +
                   agreed.cipher_client_to_server + " " + agreed.mac_client_to_server +
                   (agreed.cipher_client_to_server == agreed.cipher_server_to_client
                        ? ""
                        : ", from the server " + agreed.cipher_server_to_client + " " +
                              agreed.mac_server_to_client) +
                   (agreed.strict ? ", strict" : ""));
        if (keys->host == HostAuthentication::by_gss) {
            log(1, "the server is known by its Kerberos key");
        }
        if (keys->context) {
            log(2, "GSS context: " + ssh::to_string(*keys->context));
        }
    } else if (auto* text = std::get_if<PeerText>(&event)) {
        if (text->kind == PeerText::Kind::debug) {
            log(2, "the server says: " + text->text);
        } else if (options.banner) {
            options.banner(text->text);
        }
    } else if (auto* over = std::get_if<Disconnected>(&event)) {
        end = std::move(*over);
        log(2, "the connection has ended: " + end->text);
    } else if (auto* request = std::get_if<ChannelRequest>(&event)) {
        session.answer(request->id, RequestAnswer{});
    }
    // Other questions are refused when the next event is asked for.
}

Error Client::State::ended(std::string what) const {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = std::move(what);
    details.subject = options.gss_host;
    if (!end) {
        details.messages.emplace_back("the connection has ended");
        return Error(std::move(details));
    }
    std::string text = end->text.empty() ? "no reason was given" : end->text;
    if (end->by == Disconnected::By::peer) {
        text = "the server ended the connection: " + text;
    } else if (end->by == Disconnected::By::lost) {
        text = "the connection was lost" + (end->text.empty() ? std::string() : ": " + end->text);
    }
    if (end->fault == ssh::Fault::local && gss && gss->last_error()) {
        details.code = gss->last_error()->code();
    }
    details.messages.push_back(std::move(text));
    if (!skipped.empty()) {
        details.messages.push_back(skipped);
    }
    return Error(std::move(details));
}

void Client::State::wait(std::vector<pollfd>& others,
                         const std::optional<Clock::time_point>& until) {
    milliseconds limit{-1};
    if (until) {
        limit = std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*until - Clock::now()));
    }
    pump.wait(others, limit);
}

Result<Client> Client::connect(std::string_view destination, ConnectOptions options) {
    const Result<HostAndPort> where = parse_host_and_port(destination);
    if (!where) {
        return where.error();
    }
    if (options.gss_host.empty()) {
        options.gss_host = where->host;
    }
    const milliseconds limit =
        options.login_limit.count() > 0 ? options.login_limit : milliseconds(-1);
    Result<std::unique_ptr<Stream>> stream = connect_tcp(destination, limit);
    if (!stream) {
        return stream.error();
    }
    return open(*std::move(stream), std::move(options));
}

Result<Client> Client::open(std::unique_ptr<Stream> stream, ConnectOptions options) {
    if (!stream || options.methods.empty()) {
        return Error(ErrorCode::misuse, std::string(operation),
                     stream ? "no method to log in by" : "no stream");
    }
    if (!options.backend) {
        take_gss_out(options);
    }
    if (options.methods.empty()) {
        return Error(ErrorCode::misuse, std::string(operation),
                     "every method to log in by wants a backend");
    }
    std::string skipped;
    std::optional<ssh::Driver> gss;
    const bool wanted = options.backend && wants_gss(options);
    const bool dispensable = wanted && has_alternative(options);
    if (options.backend) {
        Result<ssh::Driver> driver = make_driver(options);
        if (!driver) {
            return driver.error();
        }
        gss = *std::move(driver);
    }
    if (dispensable) {
        // A GSS key exchange that fails ends the connection (RFC 4462 s2.1), so that no other
        // method could be tried after it: whether there are tickets at all is seen beforehand. A
        // refusal of our own is no lack of tickets, and no reason for something weaker: it is met
        // again when the token is due.
        if (const Result<void> prepared = prepare_first_token(*gss, options);
            !prepared && prepared.error().code() != ErrorCode::insufficient_protection) {
            skipped = "GSS is left out: " + prepared.error().text();
            take_gss_out(options);
        }
    }
    Result<ClientSession> session = ClientSession::create(options.session);
    if (!session) {
        return session.error();
    }
    Client client(std::make_unique<State>(std::move(options), std::move(stream), std::move(gss),
                                          *std::move(session)));
    if (!skipped.empty()) {
        client.state_->log(1, skipped);
        client.state_->skipped = std::move(skipped);
    }
    client.state_->pump.flush();
    if (wanted && !dispensable) {
        // While the server makes up its first words. A failure is met again when the token is due.
        static_cast<void>(prepare_first_token(*client.state_->gss, client.state_->options));
    }
    if (const Result<void> in = client.state_->log_in(); !in) {
        return in.error();
    }
    return client;
}

Client::Client(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&& other) noexcept {
    if (this != &other) {
        close();
        state_ = std::move(other.state_);
    }
    return *this;
}
Client::~Client() {
    close();
}

Result<void> Client::rekey(const Credentials* renewed) {
    State& state = *state_;
    if (renewed != nullptr && state.gss) {
        state.gss->use_credentials(renewed);
    }
    const std::uint64_t before = state.exchanges;
    if (const Result<void> begun = state.session.rekey(); !begun && !state.session.is_active()) {
        return state.ended("exchange keys anew");
    }
    std::vector<pollfd> nothing;
    for (;;) {
        while (std::optional<Event> event = state.pump.next()) {
            state.handle(*event);
        }
        if (state.end) {
            return state.ended("exchange keys anew");
        }
        if (state.exchanges != before) {
            state.pump.flush();
            return {};
        }
        state.wait(nothing, std::nullopt);
    }
}

void Client::idle(milliseconds time) {
    State& state = *state_;
    const State::Clock::time_point until = State::Clock::now() + time;
    std::vector<pollfd> nothing;
    for (;;) {
        while (std::optional<Event> event = state.pump.next()) {
            state.handle(*event);
        }
        if (state.end || State::Clock::now() >= until) {
            return;
        }
        state.wait(nothing, until);
    }
}

void Client::close() {
    if (state_ && state_->session.is_active()) {
        state_->session.disconnect(detail::reason::by_application, "goodbye");
        state_->pump.finish(farewell);
    } else if (state_) {
        state_->pump.finish(milliseconds(0));
    }
}

ClientSession& Client::session() noexcept {
    return state_->session;
}

const ClientSession& Client::session() const noexcept {
    return state_->session;
}

const std::string& Client::method() const noexcept {
    return state_->method;
}

HostAuthentication Client::host_authentication() const noexcept {
    return state_->host;
}

} // namespace gss::inline v0::transport
