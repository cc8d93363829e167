// SPDX-License-Identifier: Apache-2.0
// The server's user authentication: requests, methods, counting and abandonment.
#include "server_session.h"

#include "auth_text.h"
#include "disconnect.h"
#include "server_keyex.h"
#include "server_with_mic.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::ssh::detail {

namespace {

/// A client may have sent so many messages before it saw that its attempt had failed.
constexpr unsigned most_late = 8;

// RFC 4462 s8: these names are "to be reserved, in order to avoid conflicts with implementations
// supporting an earlier version of this specification."
bool is_reserved(std::string_view method) noexcept {
    return method == "gssapi" || method == "external-keyx";
}

bool is_ours(std::string_view method) noexcept {
    return method == with_mic_method || method == keyex_method;
}

/// Whether a host may list it among its own. RFC 4252 s5.2: "none" "MUST NOT be listed".
bool may_be_listed(std::string_view method) noexcept {
    return wire::is_list_name(method) && !is_ours(method) && !is_reserved(method) &&
           method != "none";
}

std::string_view fault_of(const KexContext& kex) noexcept {
    if (!is_initial(kex.context)) {
        return "gssapi-keyex needs the context of the initial key exchange";
    }
    return kex.flags.contains(ContextFlag::integrity)
               ? std::string_view{}
               : "a key exchange without integrity: its flags are missing";
}

} // namespace

std::string_view fault_of(const ServerUserAuthOptions& options) {
    if (options.session_id.empty()) {
        return "there is no session id";
    }
    if (options.services.empty()) {
        return "there is no service";
    }
    if (options.most_failures == 0 || options.most_requests == 0) {
        return "a limit of 0 allows nothing";
    }
    if (options.with_mic && allowed_mechanisms(options.mechanisms).empty()) {
        return "there is no mechanism that SSH may use";
    }
    if (!std::all_of(options.other_methods.begin(), options.other_methods.end(), may_be_listed)) {
        return "a method that cannot be listed";
    }
    return options.key_exchange ? fault_of(*options.key_exchange) : std::string_view{};
}

ServerSession::ServerSession(const ServerUserAuthOptions& options)
    : options_(options), session_id_(BytesView(options.session_id)),
      contexts_(options.continues ? options.continues->context.number : 0) {
    secure_wipe(options_.session_id);
    options_.session_id.clear();
    if (options_.continues) {
        options_.continues->unread.clear(); // it arrives by receive()
    }
    // RFC 4462 s4: "It MUST NOT include this method if the initial key exchange was not performed
    // using a GSS-API-based key exchange method".
    if (keyex_useful(options_.key_exchange)) {
        methods_.emplace_back(keyex_method);
    }
    if (options_.with_mic) {
        methods_.emplace_back(with_mic_method);
    }
    methods_.insert(methods_.end(), options_.other_methods.begin(), options_.other_methods.end());
}

ServerState ServerSession::state() const noexcept {
    if (attempt_) {
        return attempt_->state();
    }
    return other_ ? ServerState::other : ServerState::idle;
}

// RFC 4462 s3.2: the client "MAY at any time continue with a new SSH_MSG_USERAUTH_REQUEST message,
// in which case the server MUST abandon the previous authentication attempt". A gssapi-keyex
// request is whole, though, and RFC 4252 s5.1 says: "The server MUST process each request
// completely [...] before processing the next request."
bool ServerSession::interrupts(BytesView payload) const noexcept {
    return attempt_ && attempt_->request().method == with_mic_method &&
           payload[0] == std::byte{wire::number::request};
}

void ServerSession::on_message(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    switch (const ServerCell cell = server_cell(state(), number)) {
    case ServerCell::begin:
        return take_request(payload);
    case ServerCell::ignore:
        if (!wire::parse_unimplemented(payload)) {
            fail(Fault::peer, disconnect::protocol_error, "a damaged message 3");
        }
        return;
    case ServerCell::late:
        return take_late();
    case ServerCell::fail:
    case ServerCell::held:
        return fail(Fault::peer, disconnect::protocol_error,
                    "message " + std::to_string(number) + " is none for a server to get here");
    default:
        return conclude(attempt_->message(cell, payload));
    }
}

void ServerSession::take_late() {
    if (late_left_ == 0) {
        return fail(Fault::peer, disconnect::protocol_error, "a message of no attempt");
    }
    --late_left_;
}

// RFC 4252 s5.1: "A SSH_MSG_USERAUTH_FAILURE message MUST NOT be sent for an aborted method."
void ServerSession::abandon() {
    other_.reset();
    release_context();
    if (const auto attempt = std::exchange(attempt_, nullptr)) {
        count_failure(attempt->request(), "the client began another attempt");
    }
}

void ServerSession::take_request(BytesView payload) {
    abandon();
    late_left_ = 0;
    if (ended()) {
        return;
    }
    const auto request = wire::parse_request(payload);
    if (!request) {
        return fail(Fault::peer, disconnect::protocol_error, "a damaged request");
    }
    if (++requests_ > options_.most_requests) {
        return fail(Fault::peer, disconnect::no_more_auth_methods, "too many requests");
    }
    // RFC 4252 s5: "If it is unable to flush an authentication state, it MUST disconnect if the
    // 'user name' or 'service name' changes." What has succeeded in part cannot be flushed here.
    if (const auto& before = options_.continues;
        before && (before->user != request->user || before->service != request->service)) {
        return fail(Fault::peer, disconnect::protocol_error,
                    "another user or service after a partial success");
    }
    begin(*request, payload);
}

std::string_view ServerSession::unacceptable(const wire::UserauthRequest& request) const {
    // RFC 4252 s5: "if the service does not exist, authentication MUST NOT be accepted."
    const auto& services = options_.services;
    if (std::find(services.begin(), services.end(), request.service) == services.end()) {
        return "an unknown service";
    }
    return is_user_name(request.user) ? std::string_view{} : "a user name that is none";
}

void ServerSession::begin(const wire::UserauthRequest& request, BytesView payload) {
    Request names{std::string(request.user), std::string(request.service),
                  std::string(request.method)};
    std::string_view why = unacceptable(request);
    if (why.empty()) {
        attempt_ = make_attempt(names, why);
    }
    if (!why.empty()) {
        return refuse(names, {std::string(why), true, {}});
    }
    if (attempt_) {
        return conclude(attempt_->begin(request.rest));
    }
    put(OtherRequest{names.user, names.service, names.method,
                     Bytes(payload.begin(), payload.end())});
    other_ = std::move(names);
}

std::unique_ptr<Attempt> ServerSession::make_attempt(const Request& request,
                                                     std::string_view& why) {
    AttemptHost& host = *this;
    if (request.method == keyex_method) {
        return std::make_unique<ServerKeyex>(host, request, options_.key_exchange);
    }
    if (is_reserved(request.method) || (request.method == with_mic_method && !options_.with_mic)) {
        why = "a method that is not offered";
        return nullptr;
    }
    if (request.method == with_mic_method) {
        const ServerWithMic::Policy policy{options_.mechanisms, options_.accept_without_integrity};
        const ContextName context{ContextName::Use::authentication, ++contexts_};
        return std::make_unique<ServerWithMic>(host, request, policy, context);
    }
    return nullptr;
}

Fed ServerSession::other_method_failed() {
    return guarded([this] { return refuse_other(); });
}

Fed ServerSession::refuse_other() {
    if (!other_) {
        return Fed::stale;
    }
    const Request request = *std::exchange(other_, std::nullopt);
    if (request.method == "none" && requests_ == 1) {
        send(wire::build_failure(methods_, false));
    } else {
        refuse(request, {"refused by the host", true, {}});
    }
    return Fed::taken;
}

void ServerSession::on_step(StepAnswer&& answer) {
    conclude(attempt_->stepped(std::move(answer)));
}

void ServerSession::on_verify(VerifyAnswer&& answer) {
    conclude(attempt_->verified(answer));
}

void ServerSession::conclude(Verdict&& verdict) {
    if (verdict) {
        // The attempt goes away, but not while it is looked at.
        const auto attempt = std::exchange(attempt_, nullptr);
        late_left_ = attempt->request().method == with_mic_method ? most_late : 0;
        refuse(attempt->request(), *verdict);
    }
}

void ServerSession::refuse(const Request& request, const Refusal& refusal) {
    // Before anything else can succeed: what was delegated goes with the context.
    release_context();
    count_failure(request, refusal.reason);
    if (ended()) {
        return;
    }
    if (refusal.step && options_.explain) {
        explain(*refusal.step);
    }
    if (refusal.answered) {
        send(wire::build_failure(methods_, false));
    }
}

// The one place where attempts are counted (RFC 4252 s4: "the implementation SHOULD limit the
// number of failed authentication attempts a client may perform in a single session").
void ServerSession::count_failure(const Request& request, std::string_view reason) {
    ++failures_;
    put(AttemptFailed{request.user, request.method, shown(reason), failures_});
    if (failures_ >= options_.most_failures) {
        fail(Fault::peer, disconnect::no_more_auth_methods, "too many failed attempts");
    }
}

// RFC 4462 s3.9: "the SSH_MSG_USERAUTH_GSSAPI_ERROR message MUST be sent first". s3.8: "The message
// text MUST be encoded in the UTF-8 encoding".
void ServerSession::explain(const StepAnswer& answer) {
    send(wire::build_error({answer.major, answer.minor, shown(answer.text), ""}));
    if (!answer.token.empty() && answer.token.size() <= max_token_size) {
        send(wire::build_error_token(answer.token));
    }
}

void ServerSession::on_authorize(AuthorizeAnswer&& answer) {
    switch (answer.decision) {
    case AuthorizeAnswer::Decision::allow:
        return accept();
    case AuthorizeAnswer::Decision::allow_partly:
        return accept_partly(std::move(answer.methods));
    case AuthorizeAnswer::Decision::deny:
        break;
    }
    // RFC 4462 s3.1: "If the user name is not authorized, then the authentication MUST fail."
    conclude(Refusal{"not authorized: " + answer.reason, true, {}});
}

AuthDone ServerSession::done() const {
    const Request& request = attempt_->request();
    const KexContext& who = attempt_->proven();
    return {request.user,
            request.service,
            request.method,
            who.context,
            who.mechanism,
            who.flags,
            false,
            {},
            {}};
}

void ServerSession::accept() {
    // What was delegated in the key exchange is nobody's when another method decides.
    if (options_.key_exchange && attempt_->request().method != keyex_method) {
        put(Release{options_.key_exchange->context});
    }
    send(wire::build_success());
    finish(done());
}

// RFC 4462 s4 of gssapi-keyex: "It MUST NOT include this method if the initial key exchange was not
// performed using a GSS-API-based key exchange method". Ours are named where they are offered.
bool ServerSession::may_go_on(const std::string& method) const {
    return is_ours(method) ? std::find(methods_.begin(), methods_.end(), method) != methods_.end()
                           : may_be_listed(method);
}

void ServerSession::accept_partly(std::vector<std::string> methods) {
    if (methods.empty() || !std::all_of(methods.begin(), methods.end(),
                                        [this](const auto& method) { return may_go_on(method); })) {
        return conclude(
            Refusal{"allowed in part, but no method is named that could go on", true, {}});
    }
    // RFC 4252 s5.1: "The value of 'partial success' MUST be TRUE if the authentication request to
    // which this is a response was successful."
    send(wire::build_failure(methods, true));
    AuthDone partly = done();
    partly.partial = true;
    partly.methods = std::move(methods);
    finish(std::move(partly));
}

} // namespace gss::inline v0::ssh::detail
