// SPDX-License-Identifier: Apache-2.0
#include <gssxx/establishment.h>

#include "access.h"
#include "context_info.h"
#include "half_open.h"

#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::BackendPtr;
using detail::HalfOpenContext;

constexpr std::string_view initiate_operation = "gss_init_sec_context";
constexpr std::string_view accept_operation = "gss_accept_sec_context";

Step refused(Error error) {
    return {Step::Status::failed, {}, std::move(error)};
}

/// The native credential behind an option, once it is known to belong to @p backend.
Result<detail::CredentialPtr> checked_credentials(const Credentials* credentials,
                                                  const BackendPtr& backend,
                                                  std::string_view operation) {
    if (credentials == nullptr) {
        return detail::CredentialPtr();
    }
    const detail::CredentialPtr& native = Access::of(*credentials);
    if (!native) {
        return detail::empty_object(operation);
    }
    if (!detail::same_library(native->backend(), backend)) {
        return detail::mixed_backends(operation, backend->name(), native->backend()->name());
    }
    return native;
}

Error wrong_usage(const BackendPtr& backend, std::string_view operation, std::string message) {
    ErrorDetails details;
    details.code = ErrorCode::no_credentials;
    details.operation = operation;
    details.backend = backend->name();
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

} // namespace

HalfOpen::HalfOpen(std::unique_ptr<detail::HalfOpenContext> self) noexcept
    : self_(std::move(self)) {}
HalfOpen::HalfOpen(HalfOpen&&) noexcept = default;
HalfOpen& HalfOpen::operator=(HalfOpen&&) noexcept = default;
HalfOpen::~HalfOpen() = default;

bool HalfOpen::established() const noexcept {
    return self_ && self_->state() == HalfOpenContext::State::established;
}

ContextFlags HalfOpen::flags() const noexcept {
    return self_ ? self_->flags() : ContextFlags();
}

Result<ContextInfo> HalfOpen::inquire() const {
    constexpr std::string_view operation = "gss_inquire_context";
    if (!self_) {
        return detail::empty_object(operation);
    }
    switch (self_->state()) {
    case HalfOpenContext::State::more:
        return detail::to_public(self_->known());
    case HalfOpenContext::State::established:
        return detail::to_public(Access::of(self_->protection())->inquire());
    default:
        return Error(ErrorCode::no_context, std::string(operation),
                     "there is no context in this state");
    }
}

Result<MessageProtection*> HalfOpen::early_protection() {
    constexpr std::string_view operation = "early protection";
    if (!self_) {
        return detail::empty_object(operation);
    }
    const bool under_way = self_->state() == HalfOpenContext::State::more ||
                           self_->state() == HalfOpenContext::State::established;
    if (!under_way || !self_->flags().contains(ContextFlag::protection_ready)) {
        return Error(ErrorCode::no_context, std::string(operation),
                     "the mechanism has not granted it (GSS_C_PROT_READY_FLAG)");
    }
    if (!self_->missing().empty()) {
        return Error(ErrorCode::insufficient_protection, std::string(operation),
                     "what was required of the context is not granted yet");
    }
    return &self_->protection();
}

Result<Initiator> Initiator::create(const Name& target, const InitiateOptions& options) {
    const detail::NamePtr& native_target = Access::of(target);
    if (!native_target) {
        return detail::empty_object(initiate_operation);
    }
    const BackendPtr& backend = native_target->backend();
    Result<detail::CredentialPtr> credentials =
        checked_credentials(options.credentials, backend, initiate_operation);
    if (!credentials) {
        return credentials.error();
    }
    if (*credentials && !(*credentials)->elements().may_initiate(options.mechanism)) {
        return wrong_usage(backend, initiate_operation, "the credentials are for accepting only");
    }
    return Initiator(std::make_unique<HalfOpenContext>(
        backend,
        detail::InitiateArguments{native_target, *std::move(credentials), options.mechanism,
                                  options.flags, options.lifetime, options.channel_bindings,
                                  options.context_options},
        options.required));
}

Step Initiator::step(BytesView token, Deadline deadline) {
    if (!self_) {
        return refused(detail::empty_object(initiate_operation));
    }
    if (std::optional<Error> error = self_->refuse()) {
        return refused(*std::move(error));
    }
    return self_->step(token, deadline);
}

Result<SecurityContext> Initiator::finish() {
    if (!self_) {
        return detail::empty_object(initiate_operation);
    }
    if (std::optional<Error> refused = self_->refuse_to_finish()) {
        return *std::move(refused);
    }
    return self_->take_context();
}

Result<Acceptor> Acceptor::create(const Backend& backend, const AcceptOptions& options) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(accept_operation);
    }
    Result<detail::CredentialPtr> credentials =
        checked_credentials(options.credentials, native, accept_operation);
    if (!credentials) {
        return credentials.error();
    }
    if (*credentials && !(*credentials)->elements().may_accept()) {
        return wrong_usage(native, accept_operation, "the credentials are for initiating only");
    }
    return Acceptor(std::make_unique<HalfOpenContext>(
        native,
        detail::AcceptArguments{*std::move(credentials), options.channel_bindings,
                                options.accept_delegation},
        options.required));
}

Step Acceptor::step(BytesView token, Deadline deadline) {
    if (!self_) {
        return refused(detail::empty_object(accept_operation));
    }
    if (std::optional<Error> error = self_->refuse()) {
        return refused(*std::move(error));
    }
    return self_->step(token, deadline);
}

Result<AcceptedContext> Acceptor::finish() {
    if (!self_) {
        return detail::empty_object(accept_operation);
    }
    if (std::optional<Error> refused = self_->refuse_to_finish()) {
        return *std::move(refused);
    }
    HalfOpenContext::Granted& granted = self_->granted();
    const Lifetime lifetime = granted.lifetime;
    std::optional<Name> initiator = Access::optional_name(std::move(granted.initiator));
    detail::CredentialPtr delegated = std::move(granted.delegated);
    AcceptedContext accepted{self_->take_context(), std::move(initiator), std::nullopt, lifetime};
    if (delegated) {
        delegated->elements().insert(accepted.context.mechanism(), CredentialUsage::initiate);
        accepted.delegated = Access::credentials(std::move(delegated));
    }
    return accepted;
}

} // namespace gss::inline v0
