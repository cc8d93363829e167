// SPDX-License-Identifier: Apache-2.0
#include "token_rules.h"

#include <gssxx/ssh/token.h>

#include <utility>

namespace gss::inline v0::ssh {

namespace {

ContextFlags flags_to_require(const TokenAcceptorOptions& options) noexcept {
    ContextFlags flags;
    if (options.require_mutual) {
        flags.insert(ContextFlag::mutual);
    }
    if (options.require_integrity) {
        flags.insert(ContextFlag::integrity);
    }
    return flags;
}

} // namespace

TokenAcceptor::TokenAcceptor(Acceptor acceptor, Oid mechanism) noexcept
    : acceptor_(std::move(acceptor)), mechanism_(std::move(mechanism)) {}

Result<TokenAcceptor> TokenAcceptor::create(const Backend& backend,
                                            const TokenAcceptorOptions& options) {
    if (std::optional<Error> refused =
            detail::refuse_mechanism(options.mechanism, options.iakerb, detail::accept_operation)) {
        return *std::move(refused);
    }
    AcceptOptions accept;
    accept.required = flags_to_require(options);
    accept.accept_delegation = options.accept_delegation;
    accept.credentials = options.credentials;
    std::optional<Credentials> acquired;
    if (accept.credentials == nullptr) {
        // The library's own default would bring a parser for every mechanism that it has.
        AcquireOptions acquire;
        acquire.mechanisms = {options.mechanism};
        Result<AcquiredCredentials> result =
            Credentials::acquire(backend, CredentialUsage::accept, acquire);
        if (!result) {
            return result.error();
        }
        acquired = std::move(result->credentials);
        accept.credentials = &*acquired;
    }
    Result<Acceptor> acceptor = Acceptor::create(backend, accept);
    if (!acceptor) {
        return acceptor.error();
    }
    return TokenAcceptor(*std::move(acceptor), options.mechanism);
}

Step TokenAcceptor::step(BytesView token, Deadline deadline) {
    if (std::optional<Error> refused = detail::refuse_size(token, detail::accept_operation)) {
        return refuse(*std::move(refused));
    }
    if (std::exchange(first_, false)) {
        const Result<void> framed = check_first_token(token, mechanism_);
        if (!framed) {
            return refuse(framed.error());
        }
    }
    return settle(acceptor_.step(token, deadline));
}

Step TokenAcceptor::settle(Step step) {
    if (step.failed()) {
        return step;
    }
    if (step.more()) {
        const Result<ContextInfo> info = acceptor_.inquire();
        if (info && info->mechanism && *info->mechanism != mechanism_) {
            return refuse(
                detail::other_mechanism(mechanism_, *info->mechanism, detail::accept_operation));
        }
        return step;
    }
    Result<AcceptedContext> accepted = acceptor_.finish();
    if (!accepted) {
        return refuse(accepted.error());
    }
    const Oid& used = accepted->context.mechanism();
    if (used != mechanism_) {
        return refuse(detail::other_mechanism(mechanism_, used, detail::accept_operation));
    }
    context_ = *std::move(accepted);
    return step;
}

Step TokenAcceptor::refuse(Error error) noexcept {
    const Acceptor gone = std::move(acceptor_);
    context_.reset();
    return {Step::Status::failed, {}, std::move(error)};
}

Result<AcceptedContext> TokenAcceptor::finish() {
    if (!context_) {
        return Error(ErrorCode::misuse, std::string(detail::accept_operation),
                     "there is no established context to hand out");
    }
    AcceptedContext context = *std::move(context_);
    context_.reset();
    return context;
}

} // namespace gss::inline v0::ssh
