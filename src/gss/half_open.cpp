// SPDX-License-Identifier: Apache-2.0
#include "half_open.h"

#include "deadline_call.h"

#include <array>
#include <chrono>
#include <system_error>
#include <utility>

namespace gss::inline v0::detail {

namespace {

/// One native step together with the handle it works on, so that a worker can own both.
struct OwnedStep {
    ContextPtr context;
    NativeStep step;
};

NativeStep run(ContextInterface& context, const HalfOpenContext::Arguments& arguments,
               BytesView token) {
    if (const auto* initiate = std::get_if<0>(&arguments)) {
        return context.initiate(*initiate, token);
    }
    return context.accept(std::get<1>(arguments), token);
}

using FlagName = std::pair<ContextFlag, std::string_view>;
constexpr std::array flag_names{
    FlagName{ContextFlag::delegate_to_peer, "delegation"},
    FlagName{ContextFlag::mutual, "mutual authentication"},
    FlagName{ContextFlag::replay_detection, "replay detection"},
    FlagName{ContextFlag::sequence_detection, "sequence detection"},
    FlagName{ContextFlag::confidentiality, "confidentiality"},
    FlagName{ContextFlag::integrity, "integrity"},
    FlagName{ContextFlag::anonymity, "anonymity"},
    FlagName{ContextFlag::channel_bound, "channel bindings"},
};

std::string names_of(ContextFlags flags) {
    std::string names;
    for (const FlagName& entry : flag_names) {
        if (flags.contains(entry.first)) {
            names += (names.empty() ? "" : ", ") + std::string(entry.second);
            flags.erase(entry.first);
        }
    }
    return flags.empty()
               ? names
               : names + (names.empty() ? "" : ", ") + "flag bits " + std::to_string(flags.bits());
}

} // namespace

HalfOpenContext::HalfOpenContext(BackendPtr backend, Arguments&& arguments, ContextFlags required)
    : backend_(std::move(backend)), arguments_(std::move(arguments)), required_(required),
      protection_(Access::protection(backend_->new_context())) {}

std::string_view HalfOpenContext::operation() const noexcept {
    return arguments_.index() == 0 ? "gss_init_sec_context" : "gss_accept_sec_context";
}

const Oid* HalfOpenContext::mechanism() const noexcept {
    const ContextPtr& context = Access::of(protection_);
    return context && context->mechanism() ? &*context->mechanism() : nullptr;
}

NativeContextInfo HalfOpenContext::known() const {
    NativeContextInfo info;
    info.lifetime = granted_.lifetime;
    if (const Oid* named = mechanism()) {
        info.mechanism = *named;
    }
    info.flags = granted_.flags;
    if (const auto* initiate = std::get_if<0>(&arguments_)) {
        info.target = initiate->target;
        info.locally_initiated = true;
    }
    return info;
}

std::string HalfOpenContext::subject() const {
    const auto* initiate = std::get_if<0>(&arguments_);
    if (initiate == nullptr) {
        return {};
    }
    const Result<DisplayedName> displayed = initiate->target->display();
    return "target " + (displayed ? displayed->text : "that cannot be shown");
}

std::optional<Error> HalfOpenContext::refuse() const {
    if (state_ == State::established || state_ == State::finished) {
        return Error(ErrorCode::misuse, std::string(operation()),
                     "the context is established already");
    }
    if (state_ == State::failed) {
        return Error(ErrorCode::misuse, std::string(operation()),
                     "the context failed in an earlier step");
    }
    return std::nullopt;
}

Step HalfOpenContext::fail(Error error, Buffer token) {
    state_ = State::failed;
    Access::of(protection_).reset();
    granted_ = {};
    return {Step::Status::failed, std::move(token), std::move(error)};
}

Step HalfOpenContext::missing_protection() {
    ErrorDetails details;
    details.code = ErrorCode::insufficient_protection;
    details.operation = operation();
    if (const Oid* named = mechanism()) {
        details.mechanism = *named;
    }
    details.backend = backend_->name();
    details.subject = subject();
    details.messages.push_back("required but not granted: " + names_of(missing()));
    // No token: the peer must not come to believe in a context that we refuse.
    return fail(Error(std::move(details)));
}

Step HalfOpenContext::step(BytesView token, const Deadline& deadline) {
    // RFC 2743 s2.2.1, s2.2.2: only the initiator's first call goes without a token. Native
    // libraries have crashed on empty continuation tokens (CVE-2014-4344).
    const bool first_of_initiator = state_ == State::fresh && arguments_.index() == 0;
    if (token.empty() != first_of_initiator) {
        return fail(
            Error(ErrorCode::invalid_token, std::string(operation()),
                  token.empty() ? "an empty token" : "a token before the initiator's first step"));
    }
    if (token.size() > max_message_size) {
        return fail(Error(ErrorCode::invalid_token, std::string(operation()),
                          "a token of more octets than native libraries can count"));
    }
    // Whatever way this function is left but through settle(), the context has failed.
    state_ = State::failed;
    return deadline.when() && may_wait(token, deadline)
               ? step_on_worker(token, deadline)
               : settle(run(*Access::of(protection_), arguments_, token));
}

bool HalfOpenContext::may_wait(BytesView token, const Deadline& deadline) const {
    const auto* initiate = std::get_if<0>(&arguments_);
    return initiate == nullptr || !Access::of(protection_)->answers_at_once(*initiate, token) ||
           *deadline.when() <= std::chrono::steady_clock::now();
}

Step HalfOpenContext::step_on_worker(BytesView token, const Deadline& deadline) {
    std::optional<OwnedStep> owned;
    try {
        owned = call_until(backend_->workers(), deadline,
                           [context = std::move(Access::of(protection_)), arguments = arguments_,
                            input = Bytes(token.begin(), token.end())]() mutable {
                               NativeStep step = run(*context, arguments, input);
                               return OwnedStep{std::move(context), std::move(step)};
                           });
    } catch (const std::system_error& error) {
        return fail(no_thread(operation(), backend_->name(), error));
    }
    if (!owned) {
        return fail(deadline_passed(operation(), backend_->name(), subject()));
    }
    Access::of(protection_) = std::move(owned->context);
    return settle(std::move(owned->step));
}

Lifetime HalfOpenContext::lifetime_of(const NativeStep& native) const {
    if (!native.lifetime.is_expired()) {
        return native.lifetime;
    }
    // A mechanism that leaves the output alone seems to grant nothing. The library may be asked
    // about an open context only, and half-open ones are young.
    const Result<Lifetime> left = native.complete ? Access::of(protection_)->remaining_lifetime()
                                                  : Result<Lifetime>(Lifetime::not_supported());
    return left ? *left : native.lifetime;
}

Step HalfOpenContext::settle(NativeStep native) {
    if (native.error) {
        return fail(*std::move(native.error), std::move(native.token));
    }
    granted_ = {native.flags, native.lifetime, std::move(native.initiator),
                std::move(native.delegated)};
    const auto* initiate = std::get_if<0>(&arguments_);
    Access::live_for(protection_, lifetime_of(native),
                     initiate != nullptr ? initiate->target : granted_.initiator);
    if (!native.complete) {
        state_ = State::more;
        return {Step::Status::more, std::move(native.token), std::nullopt};
    }
    if (!missing().empty()) {
        return missing_protection();
    }
    state_ = State::established;
    // RFC 2743 s1.2.7: an established context is ready to protect; libraries differ in saying so.
    granted_.flags.insert(ContextFlag::protection_ready);
    return {Step::Status::done, std::move(native.token), std::nullopt};
}

std::optional<Error> HalfOpenContext::refuse_to_finish() {
    if (state_ != State::established) {
        return Error(ErrorCode::misuse, std::string(operation()),
                     state_ == State::finished ? "finish() was called before"
                                               : "the context is not established");
    }
    if (mechanism() == nullptr) {
        return fail(Error(ErrorCode::bad_mechanism, std::string(operation()),
                          "the library named no mechanism for the context"))
            .error;
    }
    return std::nullopt;
}

SecurityContext HalfOpenContext::take_context() {
    state_ = State::finished;
    Oid named = *Access::of(protection_)->mechanism();
    return Access::context(std::move(protection_), std::move(named), granted_.flags);
}

} // namespace gss::inline v0::detail
