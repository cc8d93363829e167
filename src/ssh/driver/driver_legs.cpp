// SPDX-License-Identifier: Apache-2.0
// The legs of establishment, as a driver runs them.
#include "driver_state.h"

#include <utility>

namespace gss::inline v0::ssh {

namespace {

/// An authenticator is good for five minutes by both clocks; a peer may think long before it wants
/// the token.
constexpr std::chrono::minutes token_age{1};

detail::Reader reader_of(const GssStep& action) noexcept {
    return action.initiate ? detail::Reader::user : detail::Reader::stranger;
}

Error wrong_order(std::string message) {
    return {ErrorCode::misuse, "run a leg of an SSH context", std::move(message)};
}

} // namespace

Deadline Driver::State::deadline() const {
    return options.step_limit.count() > 0 ? Deadline::after(options.step_limit) : Deadline();
}

StepAnswer Driver::State::failed(const Error& error, detail::Reader reader, BytesView token) {
    last_error = error;
    return detail::failed_step(backend, error, reader, token);
}

StepAnswer Driver::State::step(const GssStep& action) {
    const auto found = contexts.find(action.context);
    if (action.first) {
        if (found != contexts.end()) {
            return failed(wrong_order("there is such a context already"), reader_of(action));
        }
        if (std::optional<Prepared> ready = take_prepared(action)) {
            if (!ready->context) {
                last_error = std::move(ready->error);
            } else {
                contexts.emplace(action.context, *std::move(ready->context));
            }
            return std::move(ready->answer);
        }
        if (const Result<void> begun = begin(action); !begun) {
            return failed(begun.error(), reader_of(action));
        }
    } else if (found == contexts.end()) {
        return failed(wrong_order("there is no such context"), reader_of(action));
    }
    const auto entry = contexts.find(action.context);
    StepAnswer answer = run_leg(action, entry->second);
    if (answer.status == StepAnswer::Status::failed &&
        !std::holds_alternative<EstablishedContext>(entry->second)) {
        contexts.erase(entry);
    }
    return answer;
}

Result<void> Driver::State::prepare(const Oid& mechanism, ContextFlags flags) {
    prepared.reset();
    Prepared ready{GssStep{0, {}, true, true, mechanism, flags, {}}, {}, {}, {}};
    if (Result<Context> context = begin_initiator(ready.action); !context) {
        ready.answer = failed(context.error(), reader_of(ready.action));
    } else {
        ready.answer = run_leg(ready.action, *context);
        if (ready.answer.status != StepAnswer::Status::failed) {
            ready.context = *std::move(context);
        }
    }
    if (!ready.context) {
        ready.error = last_error;
    }
    prepared = std::move(ready);
    return prepared->error ? Result<void>(*prepared->error) : Result<void>();
}

std::optional<Driver::State::Prepared> Driver::State::take_prepared(const GssStep& action) {
    if (!action.initiate || !prepared) {
        return std::nullopt;
    }
    std::optional<Prepared> ready = std::exchange(prepared, std::nullopt);
    // Nobody in particular cannot log in: that is for begin_initiator() to refuse.
    const bool nobody = action.flags.contains(ContextFlag::anonymity) &&
                        action.context.use == ContextName::Use::authentication;
    if (nobody || ready->action.mechanism != action.mechanism ||
        ready->action.flags != action.flags || Clock::now() - ready->made > token_age) {
        return std::nullopt;
    }
    return ready;
}

Result<void> Driver::State::begin(const GssStep& action) {
    Result<Context> context = action.initiate ? begin_initiator(action) : begin_acceptor(action);
    if (!context) {
        return context.error();
    }
    contexts.emplace(action.context, *std::move(context));
    return {};
}

Result<Driver::State::Context> Driver::State::begin_initiator(const GssStep& action) const {
    TokenInitiatorOptions initiate;
    initiate.mechanism = action.mechanism;
    initiate.iakerb = options.iakerb;
    initiate.credentials = options.credentials;
    initiate.delegate = action.flags.contains(ContextFlag::delegate_to_peer);
    initiate.anonymous = action.flags.contains(ContextFlag::anonymity);
    if (initiate.anonymous && action.context.use == ContextName::Use::authentication) {
        return wrong_order("nobody in particular cannot log in");
    }
    const Result<Name> target = target_name(backend, options.host);
    if (!target) {
        return target.error();
    }
    Result<TokenInitiator> initiator = TokenInitiator::create(*target, initiate);
    if (!initiator) {
        return initiator.error();
    }
    return Context(*std::move(initiator));
}

Result<Driver::State::Context> Driver::State::begin_acceptor(const GssStep& action) const {
    const bool key_exchange = action.context.use == ContextName::Use::key_exchange;
    TokenAcceptorOptions accept;
    accept.mechanism = action.mechanism;
    accept.iakerb = options.iakerb;
    accept.credentials = options.credentials;
    accept.accept_delegation = options.accept_delegation;
    // RFC 4462 s2.1: without either "the key exchange MUST fail".
    accept.require_mutual = key_exchange || options.require_mutual;
    accept.require_integrity = key_exchange || options.require_integrity;
    Result<TokenAcceptor> acceptor = TokenAcceptor::create(backend, accept);
    if (!acceptor) {
        return acceptor.error();
    }
    return Context(*std::move(acceptor));
}

StepAnswer Driver::State::run_leg(const GssStep& action, Context& context) {
    TokenInitiator* const initiator = std::get_if<TokenInitiator>(&context);
    TokenAcceptor* const acceptor = std::get_if<TokenAcceptor>(&context);
    if (initiator == nullptr && acceptor == nullptr) {
        return failed(wrong_order("the context is established already"), reader_of(action));
    }
    if ((initiator != nullptr) != action.initiate) {
        return failed(wrong_order("the context has the other role"), reader_of(action));
    }
    const Step step = initiator != nullptr ? initiator->step(action.token, deadline())
                                           : acceptor->step(action.token, deadline());
    if (step.failed()) {
        return failed(*step.error, reader_of(action), step.token);
    }
    StepAnswer answer;
    answer.status = step.done() ? StepAnswer::Status::done : StepAnswer::Status::more;
    answer.flags = initiator != nullptr ? initiator->flags() : acceptor->flags();
    answer.token.assign(step.token.view().begin(), step.token.view().end());
    if (step.done()) {
        if (const Result<void> taken = establish(context); !taken) {
            return failed(taken.error(), reader_of(action));
        }
        answer.mechanism = std::get<EstablishedContext>(context).context.mechanism();
    }
    return answer;
}

Result<void> Driver::State::establish(Context& context) {
    if (auto* initiator = std::get_if<TokenInitiator>(&context)) {
        Result<SecurityContext> established = initiator->finish();
        if (!established) {
            return established.error();
        }
        context = EstablishedContext(*std::move(established));
        return {};
    }
    Result<AcceptedContext> accepted = std::get<TokenAcceptor>(context).finish();
    if (!accepted) {
        return accepted.error();
    }
    EstablishedContext established(std::move(accepted->context));
    established.accepted = true;
    established.principal = std::move(accepted->initiator);
    established.delegated = std::move(accepted->delegated);
    established.lifetime = accepted->lifetime;
    context = std::move(established);
    return {};
}

} // namespace gss::inline v0::ssh
