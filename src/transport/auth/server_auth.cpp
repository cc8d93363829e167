// SPDX-License-Identifier: Apache-2.0
// User authentication of a server: the service, whose turn a message is, partial success, the end.
#include "server_auth.h"

#include "auth_messages.h"
#include "escape.h"
#include "messages.h"
#include "reader.h"
#include "writer.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::string_view auth_service = "ssh-userauth";
/// Requests of one session, failed or not: nobody needs so many.
constexpr unsigned most_requests = 64;

bool has(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_gss(std::string_view method) noexcept {
    return method == ssh::with_mic_method || method == ssh::keyex_method;
}

} // namespace

void ServerAuth::Counting::put(Event event) {
    if (auto* failed = std::get_if<ssh::AttemptFailed>(&event)) {
        failures_ = earlier_ + failed->failures;
        failed->failures = failures_;
        if (!reason_.empty()) {
            failed->reason = escape_control_characters(std::exchange(reason_, {}));
        }
    }
    outlet_.put(std::move(event));
}

ServerAuth::ServerAuth(const ServerOptions& options, Outlet& outlet)
    : options_(options), outlet_(outlet), bridge_(outlet_) {}

ServerAuth::~ServerAuth() = default;

void ServerAuth::ready(AuthGround ground) {
    session_id_ = SecretBytes(BytesView(ground.session_id));
    secure_wipe(ground.session_id);
    key_exchange_ = kex_context(ground);
    std::vector<std::string> methods = options_.other_methods;
    if (options_.keyex) {
        methods.emplace_back(ssh::keyex_method);
    }
    if (options_.with_mic) {
        methods.emplace_back(ssh::with_mic_method);
    }
    make_engine(std::nullopt, methods);
    phase_ = Phase::service;
}

void ServerAuth::make_engine(const std::optional<ssh::AuthDone>& continues,
                             const std::vector<std::string>& methods) {
    ssh::ServerUserAuthOptions options;
    options.session_id.assign(session_id_.view().begin(), session_id_.view().end());
    options.mechanisms = options_.mechanisms;
    options.with_mic = has(methods, ssh::with_mic_method);
    if (has(methods, ssh::keyex_method)) {
        options.key_exchange = key_exchange_;
    }
    std::copy_if(methods.begin(), methods.end(), std::back_inserter(options.other_methods),
                 [](const std::string& method) { return !is_gss(method); });
    options.most_failures = options_.most_failures - outlet_.failures();
    options.most_requests = most_requests - requests_;
    options.explain = options_.explain;
    options.continues = continues;

    auto made = ssh::ServerUserAuth::create(options);
    secure_wipe(options.session_id);
    if (!made) {
        throw SessionFault(reason::by_application, made.error().text(), ssh::Fault::misuse);
    }
    engine_ = std::make_unique<ssh::ServerUserAuth>(*std::move(made));
    outlet_.next_engine();
    offered_ = methods;
    if (!options.key_exchange) {
        offered_.erase(std::remove(offered_.begin(), offered_.end(), ssh::keyex_method),
                       offered_.end());
    }
}

void ServerAuth::receive(BytesView payload) {
    if (payload.empty()) {
        protocol_fault("an empty message");
    }
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    if (number == message::unimplemented && phase_ != Phase::keys) {
        return take_unimplemented(payload);
    }
    if (number == message::service_request) {
        return take_service_request(payload);
    }
    if (number == message::userauth_request && phase_ == Phase::open) {
        return take_request(payload);
    }
    // RFC 4252 s5.1: "When SSH_MSG_USERAUTH_SUCCESS has been sent, any further authentication
    // requests received after that SHOULD be silently ignored."
    if (number == message::userauth_request && phase_ == Phase::done) {
        return;
    }
    if (number < message::userauth_first || number > message::userauth_last ||
        phase_ != Phase::open) {
        message_out_of_place(number);
    }
    take_method_message(payload);
}

// RFC 4462 s3.8: the server "MUST ignore any SSH_MSG_UNIMPLEMENTED sent by the client".
void ServerAuth::take_unimplemented(BytesView payload) {
    if (!ssh::wire::parse_unimplemented(payload)) {
        protocol_fault("a damaged UNIMPLEMENTED");
    }
}

void ServerAuth::take_service_request(BytesView payload) {
    // Once: whoever is logged in has the service behind it, and what is under way is not restarted.
    if (phase_ != Phase::service) {
        message_out_of_place(message::service_request);
    }
    ssh::wire::Reader reader(payload.subspan(1));
    const std::string_view service = reader.text(ssh::wire::max_name_size);
    if (!reader.done()) {
        protocol_fault("a damaged SERVICE_REQUEST");
    }
    // RFC 4253 s10: "If the server rejects the service request, it SHOULD send an appropriate
    // SSH_MSG_DISCONNECT message and MUST disconnect."
    if (service != auth_service) {
        throw SessionFault(reason::service_not_available, "only ssh-userauth may be asked for");
    }
    phase_ = Phase::open;
    outlet_.send(ssh::wire::Writer(message::service_accept).text(auth_service).octets());
}

void ServerAuth::take_request(BytesView payload) {
    show_banner();
    // RFC 4252 s5.1: "A request that requires further messages to be exchanged will be aborted by a
    // subsequent request." An answer to its question is late from now on.
    attempt_.reset();
    ++requests_;
    engine_->receive(payload);
    run();
}

void ServerAuth::take_method_message(BytesView payload) {
    if (attempt_) {
        return conclude(attempt_->message(payload));
    }
    engine_->receive(payload);
    run();
}

// RFC 4252 s5.4: "text to be displayed to the client user before authentication is attempted";
// "with line breaks indicated by CRLF pairs".
void ServerAuth::show_banner() {
    if (options_.banner.empty() || std::exchange(banner_shown_, true)) {
        return;
    }
    std::string text;
    for (const char letter : options_.banner) {
        text += letter == '\n' && !text.ends_with('\r') ? "\r\n" : std::string(1, letter);
    }
    outlet_.send(
        ssh::wire::Writer(message::userauth_banner, 8 + text.size()).text(text).text({}).octets());
}

void ServerAuth::run() {
    while (engine_) {
        std::optional<ssh::OtherRequest> other;
        std::optional<ssh::AuthDone> done;
        bridge_.drain(*engine_, [&](ssh::Action&& action) {
            if (auto* asked = std::get_if<ssh::OtherRequest>(&action)) {
                if (other) {
                    secure_wipe(other->payload); // abandoned by the next one
                }
                other = std::move(*asked);
            } else if (auto* succeeded = std::get_if<ssh::AuthDone>(&action)) {
                done = std::move(*succeeded);
            } else if (auto* failed = std::get_if<ssh::Fail>(&action)) {
                throw SessionFault(failed->disconnect_reason, std::move(failed->text),
                                   failed->fault);
            }
        });
        if (done) {
            return engine_done(std::move(*done));
        }
        if (!other) {
            return;
        }
        take_other(std::move(*other));
    }
}

bool ServerAuth::offered(std::string_view method) const {
    const ServerMethod* row = server_method(method);
    return row != nullptr && (row->unlisted || has(offered_, method));
}

void ServerAuth::take_other(ssh::OtherRequest&& request) {
    // What is not configured is not there: no request reaches a handler that nobody has asked for.
    if (!offered(request.method)) {
        secure_wipe(request.payload);
        return refuse("a method that is not offered");
    }
    method_ = request.method;
    attempt_ = server_method(method_)->make(
        {outlet_, session_id_.view(), std::move(request.user), std::move(request.service)});
    const auto parsed = ssh::wire::parse_request(request.payload);
    MethodVerdict verdict = attempt_->begin(parsed ? parsed->rest : BytesView());
    secure_wipe(request.payload); // there may be a password in it
    conclude(std::move(verdict));
}

void ServerAuth::conclude(MethodVerdict&& verdict) {
    if (!verdict) {
        return;
    }
    switch (verdict->what) {
    case MethodEnd::What::refused:
        attempt_.reset();
        return refuse(std::move(verdict->reason));
    case MethodEnd::What::replied:
        attempt_.reset();
        return;
    case MethodEnd::What::allowed:
        return accept();
    case MethodEnd::What::allowed_partly:
        return accept_partly(std::move(verdict->methods));
    }
}

// The engine counts, answers and ends the session when there were too many.
void ServerAuth::refuse(std::string reason) {
    outlet_.explain(std::move(reason));
    engine_->other_method_failed();
    run();
    outlet_.explain({});
}

void ServerAuth::accept() {
    outlet_.send(ssh::wire::build_success());
    engine_->cancel();
    bridge_.drain(*engine_, [](ssh::Action&& /*the end that we have made*/) {});
    if (key_exchange_ && !kex_proven_) {
        // What was delegated in the key exchange is nobody's when another method decides.
        outlet_.put(ssh::Release{key_exchange_->context});
    }
    log_in({attempt_->user(), attempt_->service(), method_, std::nullopt});
}

void ServerAuth::accept_partly(std::vector<std::string>&& methods) {
    const auto attempt = std::exchange(attempt_, nullptr);
    const auto may_go_on = [this](const std::string& method) {
        const ServerMethod* row = server_method(method);
        return row != nullptr ? !row->unlisted : is_gss(method) && has(offered_, method);
    };
    if (methods.empty() || !std::all_of(methods.begin(), methods.end(), may_go_on)) {
        return refuse("allowed in part, but no method is named that could go on");
    }
    // RFC 4252 s5.1: "The value of 'partial success' MUST be TRUE if the authentication request to
    // which this is a response was successful."
    outlet_.send(ssh::wire::build_failure(methods, true));
    // No context and no mechanism has to do with it: nobody looks at these two.
    go_on({attempt->user(),
           attempt->service(),
           method_,
           {ssh::ContextName::Use::authentication, 0},
           mechanism::krb5(),
           {},
           true,
           std::move(methods)});
}

void ServerAuth::engine_done(ssh::AuthDone&& done) {
    if (done.context.use == ssh::ContextName::Use::authentication) {
        last_context_ = std::max(last_context_, done.context.number);
    }
    kex_proven_ = kex_proven_ || done.method == ssh::keyex_method;
    if (done.partial) {
        return go_on(std::move(done));
    }
    // The engine has released the context of a key exchange that it knew.
    if (key_exchange_ && !kex_proven_ && !has(offered_, ssh::keyex_method)) {
        outlet_.put(ssh::Release{key_exchange_->context});
    }
    LoggedIn who{done.user, done.service, done.method, std::nullopt};
    who.gss = std::move(done);
    log_in(std::move(who));
}

void ServerAuth::go_on(ssh::AuthDone&& partly) {
    if (requests_ >= most_requests) {
        throw SessionFault(reason::no_more_auth_methods, "too many requests");
    }
    const std::vector<std::string> methods = std::move(partly.methods);
    // From it the engine counts its contexts on; those that were proven keep their names.
    partly.context = {ssh::ContextName::Use::authentication, last_context_};
    bridge_.forget();
    make_engine(partly, methods);
}

void ServerAuth::log_in(LoggedIn&& who) {
    phase_ = Phase::done;
    user_ = who.user;
    attempt_.reset();
    engine_.reset();
    bridge_.forget();
    outlet_.put(std::move(who));
}

ssh::Fed ServerAuth::answer(RequestId id, Answer&& answer) {
    if (phase_ == Phase::done || !engine_) {
        return ssh::Fed::stale; // perhaps it is another part's
    }
    if (attempt_ && attempt_->question() != 0 && attempt_->question() == id) {
        conclude(attempt_->answered(std::move(answer)));
        return ssh::Fed::taken;
    }
    if (!bridge_.owns(id)) {
        return ssh::Fed::stale;
    }
    const ssh::Fed fed = bridge_.answer(*engine_, id, std::move(answer));
    run();
    return fed;
}

} // namespace gss::inline v0::transport::detail
