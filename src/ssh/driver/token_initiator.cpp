// SPDX-License-Identifier: Apache-2.0
#include "token_rules.h"

#include <gssxx/ssh/token.h>

#include <utility>

namespace gss::inline v0::ssh {

namespace {

// RFC 4462 s2.1: "the client MUST set mutual_req_flag to "true" to request that mutual
// authentication be performed. It also MUST set integ_req_flag to "true"", "deleg_req_flag MAY be
// set to "true" to request access delegation, if requested by the user", "replay_det_req_flag and
// sequence_req_flag [...] SHOULD be set to "false"". RFC 4462 s3.4 does without mutual
// authentication, OpenSSH's servers do not.
ContextFlags flags_to_ask_for(const TokenInitiatorOptions& options) noexcept {
    ContextFlags flags = ssh_required_flags;
    if (options.delegate) {
        flags.insert(ContextFlag::delegate_to_peer);
    }
    if (options.anonymous) {
        flags.insert(ContextFlag::anonymity);
    }
    return flags;
}

} // namespace

TokenInitiator::TokenInitiator(Initiator initiator, const TokenInitiatorOptions& options,
                               std::optional<std::string> delegates_to)
    : initiator_(std::move(initiator)), mechanism_(options.mechanism),
      anonymous_(options.anonymous), delegates_to_(std::move(delegates_to)) {}

Result<TokenInitiator> TokenInitiator::create(const Name& target,
                                              const TokenInitiatorOptions& options) {
    if (std::optional<Error> refused = detail::refuse_mechanism(options.mechanism, options.iakerb,
                                                                detail::initiate_operation)) {
        return *std::move(refused);
    }
    InitiateOptions initiate;
    initiate.credentials = options.credentials;
    initiate.mechanism = options.mechanism;
    initiate.flags = flags_to_ask_for(options);
    initiate.required = ssh_required_flags;
    // RFC 4462 s7.2: "channel bindings SHOULD NOT be specified in the calls during context
    // establishment".
    initiate.channel_bindings = std::nullopt;
    std::optional<std::string> delegates_to;
    if (options.delegate) {
        Result<std::optional<std::string>> host = detail::host_in(target);
        if (!host) {
            return host.error();
        }
        delegates_to = *std::move(host);
    }
    Result<Initiator> initiator = Initiator::create(target, initiate);
    if (!initiator) {
        return initiator.error();
    }
    return TokenInitiator(*std::move(initiator), options, std::move(delegates_to));
}

Step TokenInitiator::step(BytesView token, Deadline deadline) {
    if (std::optional<Error> refused = detail::refuse_size(token, detail::initiate_operation)) {
        return refuse(*std::move(refused));
    }
    return settle(initiator_.step(token, deadline));
}

Step TokenInitiator::settle(Step step) {
    if (step.failed()) {
        return step;
    }
    // RFC 7546 s3.1: anon_state is looked at before a token goes out.
    if (anonymous_ && !initiator_.flags().contains(ContextFlag::anonymity)) {
        return refuse(Error(ErrorCode::insufficient_protection,
                            std::string(detail::initiate_operation),
                            "the library would tell the peer who we are"));
    }
    if (delegates_to_) {
        if (std::optional<Error> refused =
                detail::refuse_other_service(step.token.view(), *delegates_to_)) {
            return refuse(*std::move(refused));
        }
    }
    if (step.more()) {
        const Result<ContextInfo> info = initiator_.inquire();
        if (info && info->mechanism && *info->mechanism != mechanism_) {
            return refuse(
                detail::other_mechanism(mechanism_, *info->mechanism, detail::initiate_operation));
        }
        return step;
    }
    Result<SecurityContext> context = initiator_.finish();
    if (!context) {
        return refuse(context.error());
    }
    if (context->mechanism() != mechanism_) {
        return refuse(
            detail::other_mechanism(mechanism_, context->mechanism(), detail::initiate_operation));
    }
    context_ = *std::move(context);
    return step;
}

Step TokenInitiator::refuse(Error error) noexcept {
    const Initiator gone = std::move(initiator_);
    context_.reset();
    return {Step::Status::failed, {}, std::move(error)};
}

Result<SecurityContext> TokenInitiator::finish() {
    if (!context_) {
        return Error(ErrorCode::misuse, std::string(detail::initiate_operation),
                     "there is no established context to hand out");
    }
    SecurityContext context = *std::move(context_);
    context_.reset();
    return context;
}

} // namespace gss::inline v0::ssh
