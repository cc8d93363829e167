// SPDX-License-Identifier: Apache-2.0
#include <gssxx/ssh/driver.h>

#include "driver_state.h"
#include "initiator_name.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

namespace gss::inline v0::ssh {

namespace {

/// RFC 4253 s11.1, as engines give it when their host cancels them.
constexpr std::uint32_t disconnect_by_application = 11;

} // namespace

EstablishedContext* Driver::State::established(const ContextName& name) noexcept {
    const auto found = contexts.find(name);
    return found == contexts.end() ? nullptr : std::get_if<EstablishedContext>(&found->second);
}

std::string Driver::State::no_context() {
    last_error = Error(ErrorCode::no_context, "answer an SSH engine",
                       "there is no established context of that name");
    return "there is no such context";
}

std::string Driver::State::text(const Error& error, const EstablishedContext& context) {
    last_error = error;
    return detail::text_of(backend, error,
                           context.accepted ? detail::Reader::stranger : detail::Reader::user);
}

AuthorizeAnswer Driver::State::authorize(const Authorize& action) {
    EstablishedContext* const context = established(action.context);
    if (context == nullptr || !context->accepted) {
        return deny(no_context());
    }
    AuthorizeAnswer answer = ask_authorizer(action, *context);
    if (answer.decision == AuthorizeAnswer::Decision::deny) {
        // What was delegated by somebody who may not log in is of no use to anybody else.
        context->delegated.reset();
    }
    return answer;
}

AuthorizeAnswer Driver::State::ask_authorizer(const Authorize& action,
                                              const EstablishedContext& context) {
    if (!options.authorizer) {
        return deny("no authorizer decides");
    }
    if (!context.principal) {
        return deny("the library gave no name of the initiator");
    }
    if (detail::is_anonymous(*context.principal, context.context.flags())) {
        return deny("an anonymous initiator");
    }
    const Result<DisplayedName> displayed = context.principal->display();
    if (!displayed) {
        last_error = displayed.error();
        return deny(displayed.error().text());
    }
    AuthorizationRequest request{action.user,
                                 action.service,
                                 action.method,
                                 *context.principal,
                                 displayed->text,
                                 {},
                                 context.context.mechanism(),
                                 context.context.flags(),
                                 context.delegated ? &*context.delegated : nullptr};
    if (const Result<Buffer> exported = context.principal->export_name()) {
        request.exported_name.assign(exported->view().begin(), exported->view().end());
    }
    try {
        return options.authorizer(request);
    } catch (const std::exception& thrown) {
        // Whoever cannot decide does not allow.
        return deny("the authorizer failed: " + std::string(thrown.what()));
    } catch (...) {
        return deny("the authorizer failed");
    }
}

void Driver::State::note(const AuthDone& done) noexcept {
    if (EstablishedContext* const context = established(done.context)) {
        context->logged_in = true;
        context->partly = true;
    }
    if (!done.partial) {
        prepared.reset(); // it may hold delegated tickets
        somebody_logged_in = true;
        for (auto& [name, context] : contexts) {
            if (auto* const found = std::get_if<EstablishedContext>(&context)) {
                found->partly = false; // what had succeeded in part has become part of the login
            }
        }
        drop_delegated();
    }
}

void Driver::State::note(const Fail& failure) noexcept {
    // A host cancels an engine when another method has succeeded, and then a partial success before
    // it counts. Every other end of a server's engine is the end of the session.
    const bool cancelled =
        failure.fault == Fault::local && failure.disconnect_reason == disconnect_by_application;
    for (auto& [name, context] : contexts) {
        auto* const found = std::get_if<EstablishedContext>(&context);
        if (found != nullptr && found->partly && !cancelled) {
            found->logged_in = false;
        }
    }
    prepared.reset();
    drop_delegated();
}

// CVE-2005-2798: credentials that came with a method that did not succeed must not stay.
void Driver::State::drop_delegated() noexcept {
    for (auto& [name, context] : contexts) {
        auto* const other = std::get_if<EstablishedContext>(&context);
        if (other != nullptr && !other->logged_in) {
            other->delegated.reset();
        }
    }
}

Driver::Driver(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Driver::Driver(Driver&&) noexcept = default;
Driver& Driver::operator=(Driver&&) noexcept = default;
Driver::~Driver() = default;

Result<Driver> Driver::create(const Backend& backend, DriverOptions options) {
    if (options.credentials != nullptr && options.credentials->backend() != backend) {
        return Error(ErrorCode::misuse, "make an SSH driver", "credentials of another backend");
    }
    if (options.step_limit.count() < 0) {
        return Error(ErrorCode::misuse, "make an SSH driver", "a negative time limit");
    }
    return Driver(std::make_unique<State>(backend, std::move(options)));
}

// A driver that was moved from has no contexts: the answers' own defaults all say no.

Result<void> Driver::prepare(const Oid& mechanism, ContextFlags flags) {
    return state_
               ? state_->prepare(mechanism, flags)
               : Error(ErrorCode::misuse, "prepare a first token", "a driver that was moved from");
}

StepAnswer Driver::step(const GssStep& action) {
    return state_ ? state_->step(action) : StepAnswer();
}

MicAnswer Driver::get_mic(const GetMic& action) {
    if (!state_) {
        return {};
    }
    EstablishedContext* const context = state_->established(action.context);
    if (context == nullptr) {
        return {std::nullopt, state_->no_context()};
    }
    const Result<Buffer> mic = context->context.get_mic(action.data.view());
    if (!mic) {
        return {std::nullopt, state_->text(mic.error(), *context)};
    }
    return {Bytes(mic->view().begin(), mic->view().end()), {}};
}

VerifyAnswer Driver::verify_mic(const VerifyMic& action) {
    if (!state_) {
        return {};
    }
    EstablishedContext* const context = state_->established(action.context);
    if (context == nullptr) {
        return {false, state_->no_context()};
    }
    // RFC 4462 s2.1: "any other GSS-API call returns a major_status other than GSS_S_COMPLETE":
    // supplementary bits are failures, too. Nobody asks these contexts for out-of-order delivery.
    const Result<VerifiedMic> verified =
        context->context.verify_mic(action.data.view(), action.mic);
    if (!verified) {
        return {false, state_->text(verified.error(), *context)};
    }
    return {verified->order == Order::in_order, {}};
}

AuthorizeAnswer Driver::authorize(const Authorize& action) {
    return state_ ? state_->authorize(action) : AuthorizeAnswer();
}

void Driver::release(const ContextName& context) noexcept {
    if (state_) {
        state_->contexts.erase(context);
    }
}

bool Driver::handle(Engine& engine, const Action& action) {
    if (const auto* step_action = std::get_if<GssStep>(&action)) {
        engine.answer(step_action->id, step(*step_action));
        return true;
    }
    if (const auto* mic_action = std::get_if<GetMic>(&action)) {
        engine.answer(mic_action->id, get_mic(*mic_action));
        return true;
    }
    if (const auto* verify_action = std::get_if<VerifyMic>(&action)) {
        engine.answer(verify_action->id, verify_mic(*verify_action));
        return true;
    }
    if (const auto* authorize_action = std::get_if<Authorize>(&action)) {
        engine.answer(authorize_action->id, authorize(*authorize_action));
        return true;
    }
    if (const auto* release_action = std::get_if<Release>(&action)) {
        release(release_action->context);
        return true;
    }
    note(action);
    return false;
}

void Driver::note(const Action& action) noexcept {
    if (const auto* done = std::get_if<AuthDone>(&action); done != nullptr && state_) {
        state_->note(*done);
    }
    if (const auto* failure = std::get_if<Fail>(&action); failure != nullptr && state_) {
        state_->note(*failure);
    }
}

void Driver::run(Engine& engine, const std::function<void(Action)>& put) {
    while (std::optional<Action> action = engine.poll()) {
        if (!handle(engine, *action)) {
            put(*std::move(action));
        }
    }
}

SecurityContext* Driver::context(const ContextName& name) noexcept {
    EstablishedContext* const found = state_ ? state_->established(name) : nullptr;
    return found != nullptr ? &found->context : nullptr;
}

std::optional<Peer> Driver::take_peer(const ContextName& name) {
    EstablishedContext* const found = state_ ? state_->established(name) : nullptr;
    if (found == nullptr || !found->accepted || !found->logged_in ||
        std::exchange(found->taken, true)) {
        return std::nullopt;
    }
    return Peer{std::exchange(found->principal, std::nullopt),
                std::exchange(found->delegated, std::nullopt), found->lifetime};
}

std::optional<Peer> Driver::take_renewed(const ContextName& name, const Name& principal) {
    EstablishedContext* const found = state_ ? state_->established(name) : nullptr;
    if (found == nullptr || !found->accepted || !state_->somebody_logged_in ||
        name.use != ContextName::Use::key_exchange || std::exchange(found->taken, true)) {
        return std::nullopt;
    }
    Peer peer{std::exchange(found->principal, std::nullopt),
              std::exchange(found->delegated, std::nullopt), found->lifetime};
    if (!peer.principal) {
        return std::nullopt;
    }
    // RFC 2743 s1.1.5: for access control lists there are names that "may be compared directly
    // (e.g., with memcmp())".
    const Result<Buffer> now = peer.principal->export_name();
    const Result<Buffer> before = principal.export_name();
    if (!now || !before || !std::ranges::equal(now->view(), before->view())) {
        return std::nullopt;
    }
    return peer;
}

void Driver::use_credentials(const Credentials* credentials) noexcept {
    if (state_) {
        state_->options.credentials = credentials;
        state_->prepared.reset();
    }
}

const std::optional<Error>& Driver::last_error() const noexcept {
    static const std::optional<Error> none;
    return state_ ? state_->last_error : none;
}

} // namespace gss::inline v0::ssh
