// SPDX-License-Identifier: Apache-2.0
#include "native_context.h"

#include "accept_failure.h"
#include "convert.h"
#include "file_guard.h"
#include "impersonate.h"
#include "initial_token.h"
#include "library_backend.h"
#include "message_failure.h"
#include "native_credential.h"
#include "native_name.h"
#include "status.h"

#include <gssxx/mechanism.h>

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

bool is_step_status(abi::Uint32 major) noexcept {
    return major == abi::status_complete || major == abi::status_continue_needed;
}

/// Refuses what would make a library read damaged files on which it crashes.
std::optional<Error> refuse_damaged_for(const Library& library, const GuardedCall& call,
                                        const detail::CredentialPtr& credential) {
    if (!library.traits.crashes_on_damaged_files) {
        return std::nullopt;
    }
    return credential ? refuse_damaged(library, call, origin_of(credential).guarded)
                      : refuse_damaged(library, call, guarded_sources(library, call.usage));
}

/// The same failure, which also concerns @p thing.
Error about(const Error& error, const std::string& thing) {
    ErrorDetails details = error.details();
    details.subject = thing + (details.subject.empty() ? "" : ", ") + details.subject;
    return Error(std::move(details));
}

/// Credentials that have no element of that mechanism.
bool are_for_others(const detail::CredentialPtr& credential, const Oid& mechanism) {
    const auto info = credential->inquire(CredentialField::mechanisms);
    return info && info->mechanisms && !info->mechanisms->contains(mechanism);
}

/// The default credentials are never taken in place of what a caller chose.
std::optional<Error> refuse_other_elements(const Library& library,
                                           const detail::InitiateArguments& arguments) {
    std::optional<Error> refused = refuse_missing_element(
        library, "gss_init_sec_context", arguments.credentials, arguments.mechanism);
    return refused ? std::optional(about(*refused, "target " + text_of(arguments.target)))
                   : std::nullopt;
}

/// Initiator credentials whose ticket has expired, which Heimdal reports as one that is missing.
bool have_expired(const detail::CredentialPtr& credential) {
    if (!credential) {
        return false;
    }
    const auto info = credential->inquire(CredentialField::lifetime);
    return info && info->lifetime && info->lifetime->is_expired();
}

} // namespace

NativeContext::NativeContext(detail::BackendPtr backend, abi::ContextHandle handle) noexcept
    : ContextInterface(std::move(backend)), library_(library_of(*this)), handle_(handle) {}

NativeContext::~NativeContext() {
    destroy();
}

void NativeContext::destroy() noexcept {
    target_.reset();
    if (handle_ != nullptr) {
        abi::Uint32 minor = 0;
        library_.call().delete_sec_context(&minor, &handle_, nullptr);
        handle_ = nullptr;
    }
}

Error NativeContext::error(std::string_view operation, Operation kind, NativeStatus status,
                           std::string subject) const {
    return make_error(library_, {operation, kind, status, mechanism_, std::move(subject)});
}

Error NativeContext::incoming_error(std::string_view operation, NativeStatus status, TokenForm form,
                                    BytesView token) const {
    ErrorDetails details = error(operation, Operation::message, status).details();
    details.code = incoming_code(details.code, form, token);
    if (const Result<detail::NativeContextInfo> info = inquire()) {
        details.subject = "context from " + text_of(info->initiator);
        if (info->target) {
            details.subject += " to " + text_of(info->target);
        }
    }
    return Error(std::move(details));
}

std::optional<Error> NativeContext::refuse_cut(std::string_view operation, TokenForm form,
                                               BytesView token) const {
    if (!library_.traits.reads_past_cut_tokens || !ends_early(form, token)) {
        return std::nullopt;
    }
    ErrorDetails details = bad_token(operation, form, token, "no token, or a cut one").details();
    if (const Result<detail::NativeContextInfo> info = inquire()) {
        details.subject =
            "context from " + text_of(info->initiator) + " to " + text_of(info->target);
    }
    return Error(std::move(details));
}

std::optional<Error> NativeContext::refuse_without_context(std::string_view operation) const {
    if (handle_ != nullptr) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = ErrorCode::no_context;
    details.operation = operation;
    details.backend = library_.traits.name;
    details.messages.emplace_back("there is no native context");
    return Error(std::move(details));
}

Result<void> NativeContext::adopt() {
    Result<detail::NativeContextInfo> info = inquire();
    if (!info) {
        return info.error();
    }
    mechanism_ = std::move(info->mechanism);
    flags_ = info->flags;
    initiates_ = info->locally_initiated;
    return {};
}

Error NativeContext::initiate_error(const detail::InitiateArguments& arguments, Operation kind,
                                    NativeStatus status) {
    if (!mechanism_) {
        mechanism_ = arguments.mechanism;
    }
    Failure failure{"gss_init_sec_context",
                    kind,
                    status,
                    mechanism_,
                    "target " + text_of(arguments.target),
                    {}};
    if (!arguments.credentials) {
        // NTLM has no caches of tickets.
        if (mechanism_ != mechanism::ntlm()) {
            failure.sources = default_sources(library_, CredentialUsage::initiate);
        }
    } else if (are_for_others(arguments.credentials, arguments.mechanism)) {
        failure.subject += ", credentials that are not for mechanism ";
        failure.subject += arguments.mechanism.to_string();
    } else if (const Sources& chosen = origin_of(arguments.credentials).guarded; chosen.chosen) {
        failure.sources.cache = chosen.cache;
        failure.sources.chosen = true;
    }
    Error error = make_error(library_, std::move(failure));
    if (error.code() == ErrorCode::ccache_not_found && have_expired(arguments.credentials)) {
        ErrorDetails details = error.details();
        details.code = ErrorCode::credentials_expired;
        details.messages.emplace_back("the tickets of the credentials have expired");
        return Error(std::move(details));
    }
    return error;
}

std::optional<Error> NativeContext::refuse_answer(const detail::InitiateArguments& arguments,
                                                  BytesView answer) const {
    if (!library_.traits.reads_unframed_answers) {
        return std::nullopt;
    }
    const bool kerberos = arguments.mechanism == mechanism::krb5();
    const bool spnego = arguments.mechanism == mechanism::spnego();
    // Answers in DCE style have no frame, and the library knows that.
    if ((!kerberos && !spnego) || arguments.flags.contains(ContextFlag::dce_style) ||
        (kerberos ? is_kerberos_answer(answer) : is_spnego_answer(answer))) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = ErrorCode::invalid_token;
    details.operation = "gss_init_sec_context";
    details.mechanism = arguments.mechanism;
    details.backend = library_.traits.name;
    details.subject = "target " + text_of(arguments.target);
    details.messages.emplace_back("the answer is no whole token of the mechanism");
    return Error(std::move(details));
}

void NativeContext::learn_mechanism(const abi::OidDesc* actual) {
    if (mechanism_ && is_oid(actual, *mechanism_)) {
        return; // most steps name what is known already
    }
    if (std::optional<Oid> named = to_oid(actual)) {
        mechanism_ = std::move(named);
    }
}

detail::NativeStep NativeContext::initiate(const detail::InitiateArguments& arguments,
                                           BytesView token) {
    detail::NativeStep step;
    const bool first = handle_ == nullptr;
    if (first) {
        step.error =
            refuse_damaged_for(library_, {"gss_init_sec_context", CredentialUsage::initiate, {}},
                               arguments.credentials);
        if (step.error) {
            step.error = about(*step.error, "target " + text_of(arguments.target));
            return step;
        }
        step.error = refuse_other_elements(library_, arguments);
        if (step.error) {
            return step;
        }
        if (arguments.credentials) {
            step.error =
                get_proxy_ticket(library_, origin_of(arguments.credentials), arguments.target);
            if (step.error) {
                return step;
            }
        }
        initiates_ = true;
        step.error = set_early_options(arguments);
        if (step.error) {
            destroy();
            return step;
        }
    } else {
        step.error = refuse_answer(arguments, token);
        if (step.error) {
            destroy();
            return step;
        }
    }
    abi::NameHandle const target = target_of(arguments);
    negotiated_ = arguments.mechanism == mechanism::spnego();
    OidArgument mechanism(arguments.mechanism);
    BindingsArgument bindings(arguments.bindings);
    abi::BufferDesc input = input_buffer(token);
    OutputBuffer output(library_);
    abi::OidDesc* actual = nullptr;
    abi::Uint32 flags = 0;
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    // The handle is read back after every call: libraries create, keep or delete it as they like.
    status.major = library_.call().init_sec_context(
        &status.minor, handle_of(arguments.credentials), &handle_, target, mechanism.get(),
        arguments.flags.bits(), to_native(arguments.lifetime), bindings.get(),
        token.empty() ? nullptr : &input, &actual, output.get(), &flags, &lifetime);
    step.token = output.take(Buffer::Content::open);
    if (!mechanism_ && is_oid(actual, arguments.mechanism)) {
        mechanism_ = arguments.mechanism; // which is well-formed
    }
    learn_mechanism(actual);
    if (!is_step_status(status.major)) {
        step.error = initiate_error(
            arguments, first ? Operation::initiate : Operation::initiate_reply, status);
        destroy();
        return step;
    }
    step.complete = status.major == abi::status_complete;
    if (step.complete) {
        target_.reset();
    }
    step.flags = flags_ = ContextFlags::from_bits(flags);
    step.lifetime = to_lifetime(lifetime);
    return step;
}

bool NativeContext::answers_at_once(const detail::InitiateArguments& arguments,
                                    BytesView token) const {
    return arguments.mechanism == mechanism::krb5() && is_kerberos_reply(token) &&
           (target_ || !is_imported_in_each_step(arguments));
}

bool NativeContext::is_imported_in_each_step(const detail::InitiateArguments& arguments) const {
    return library_.traits.imports_target_in_each_step && arguments.target &&
           form_of(arguments.target) != NameForm::mechanism;
}

abi::NameHandle NativeContext::target_of(const detail::InitiateArguments& arguments) {
    if (!target_ && handle_ == nullptr && arguments.mechanism == mechanism::krb5() &&
        is_imported_in_each_step(arguments)) {
        // What does not succeed here fails below, in the words of the call itself.
        if (Result<detail::NamePtr> imported =
                arguments.target->canonicalize(arguments.mechanism)) {
            target_ = *std::move(imported);
        }
    }
    return handle_of(target_ ? target_ : arguments.target);
}

detail::NativeStep NativeContext::accept(const detail::AcceptArguments& arguments,
                                         BytesView token) {
    detail::NativeStep step;
    step.error = refuse_damaged_for(
        library_, {"gss_accept_sec_context", CredentialUsage::accept, {}}, arguments.credentials);
    if (step.error) {
        return step;
    }
    negotiated_ = negotiated_ || (library_.traits.negotiated_names_are_strange &&
                                  framed_mechanism(token) == mechanism::spnego());
    BindingsArgument bindings(arguments.bindings);
    abi::BufferDesc input = input_buffer(token);
    OutputBuffer output(library_);
    OutputName initiator(backend());
    OutputCredential delegated(backend());
    abi::OidDesc* actual = nullptr;
    abi::Uint32 flags = 0;
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    status.major = library_.call().accept_sec_context(
        &status.minor, &handle_, handle_of(arguments.credentials), &input, bindings.get(),
        initiator.get(), &actual, output.get(), &flags, &lifetime,
        arguments.accept_delegation ? delegated.get() : nullptr);
    step.token = output.take(Buffer::Content::open);
    learn_mechanism(actual);
    step.error =
        is_step_status(status.major)
            ? refusal_in_answer(library_, arguments, token, step.token, status)
            : std::optional(accept_failure(library_, arguments, token, status, mechanism_));
    if (step.error) {
        destroy();
        return step;
    }
    step.complete = status.major == abi::status_complete;
    if (step.complete && mechanism_ == mechanism::iakerb() && is_hollow()) {
        step.error = Error(ErrorCode::no_context, "gss_accept_sec_context",
                           "the library accepted a token of IAKERB that asks no KDC for anything, "
                           "and gave no context for it");
        destroy();
        return step;
    }
    step.flags = flags_ = ContextFlags::from_bits(flags);
    step.lifetime = to_lifetime(lifetime);
    step.initiator = settled(initiator.take());
    // RFC 2744 s5.1: the delegated handle is valid only when the flag says so.
    if (step.flags.contains(ContextFlag::delegate_to_peer)) {
        step.delegated = delegated.take();
    }
    return step;
}

Result<detail::NativeContextInfo> NativeContext::inquire() const {
    constexpr std::string_view operation = "gss_inquire_context";
    if (std::optional<Error> refused = refuse_without_context(operation)) {
        return *std::move(refused);
    }
    OutputName initiator(backend());
    OutputName target(backend());
    abi::Uint32 lifetime = 0;
    abi::OidDesc* mechanism = nullptr;
    abi::Uint32 flags = 0;
    int local = 0;
    int open = 0;
    NativeStatus status;
    const bool wants_names = !(library_.traits.leaks_names_of_expired_context && has_expired());
    const Result<bool> has_target = knows_target();
    if (!has_target.has_value()) {
        return has_target.error();
    }
    status.major = library_.call().inquire_context(
        &status.minor, handle_, wants_names ? initiator.get() : nullptr,
        wants_names && *has_target ? target.get() : nullptr, &lifetime, &mechanism, &flags, &local,
        &open);
    const bool expired =
        status.routine() == static_cast<std::uint32_t>(abi::Routine::context_expired);
    if (status.major != abi::status_complete && !expired) {
        return error(operation, Operation::context, status);
    }
    detail::NativeContextInfo info;
    info.initiator = settled(initiator.take());
    info.target = settled(target.take());
    info.lifetime = expired ? Lifetime(std::chrono::seconds(0)) : to_lifetime(lifetime);
    // gss-ntlmssp 1.2 says zero here of every context that lives, and the truth there.
    if (info.lifetime.is_expired() && open != 0) {
        const Result<Lifetime> left = remaining_lifetime();
        if (!left) {
            return left.error();
        }
        info.lifetime = *left;
    }
    info.mechanism = to_oid(mechanism);
    info.flags = ContextFlags::from_bits(flags);
    info.locally_initiated = local != 0;
    info.open = open != 0;
    return info;
}

bool NativeContext::is_hollow() const {
    // MIT 1.20 forgets the context of an initiator that had its ticket already and begins with an
    // AP-REQ: it says that it is established, and every call on it that there is none.
    const Result<Lifetime> left = remaining_lifetime();
    return !left && left.error().code() == ErrorCode::no_context;
}

detail::NamePtr NativeContext::settled(detail::NamePtr name) const {
    if (!name || !negotiated_ || !library_.traits.negotiated_names_are_strange) {
        return name;
    }
    const Result<Buffer> exported = name->export_name();
    if (!exported) {
        return name;
    }
    const Result<detail::NamePtr> own = backend()->import_name(*exported, name_type::exported());
    return own ? *own : name;
}

Result<bool> NativeContext::knows_target() const {
    // An acceptor of NTLM has no name of its own, and gss-ntlmssp 1.2 reads from address zero to
    // copy it. What an imported context is is not known before it was asked for.
    if (mechanism_) {
        return *mechanism_ != mechanism::ntlm() || initiates_;
    }
    NativeStatus status;
    abi::Uint32 lifetime = 0;
    abi::OidDesc* named = nullptr;
    abi::Uint32 flags = 0;
    int local = 0;
    int open = 0;
    status.major = library_.call().inquire_context(&status.minor, handle_, nullptr, nullptr,
                                                   &lifetime, &named, &flags, &local, &open);
    if (status.major != abi::status_complete &&
        status.routine() != static_cast<std::uint32_t>(abi::Routine::context_expired)) {
        return error("gss_inquire_context", Operation::context, status);
    }
    return local != 0 || to_oid(named) != mechanism::ntlm();
}

bool NativeContext::has_expired() const {
    const Result<Lifetime> left = remaining_lifetime();
    return left && left->is_expired();
}

Result<Lifetime> NativeContext::remaining_lifetime() const {
    constexpr std::string_view operation = "gss_context_time";
    if (std::optional<Error> refused = refuse_without_context(operation)) {
        return *std::move(refused);
    }
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    status.major = library_.call().context_time(&status.minor, handle_, &lifetime);
    // RFC 2744 s5.6: an expired context yields GSS_S_CONTEXT_EXPIRED; here, nothing is left.
    if (status.routine() == static_cast<std::uint32_t>(abi::Routine::context_expired)) {
        return Lifetime(std::chrono::seconds(0));
    }
    if (status.major != abi::status_complete) {
        return error(operation, Operation::context, status);
    }
    return to_lifetime(lifetime);
}

Result<Buffer> NativeContext::export_context() {
    constexpr std::string_view operation = "gss_export_sec_context";
    if (std::optional<Error> refused = refuse_without_context(operation)) {
        return *std::move(refused);
    }
    OutputBuffer token(library_);
    NativeStatus status;
    status.major = library_.call().export_sec_context(&status.minor, &handle_, token.get());
    if (status.major != abi::status_complete) {
        token.wipe();
        return error(operation, Operation::context, status);
    }
    destroy(); // both libraries have done so; RFC 2744 s5.15 demands it
    return token.take(Buffer::Content::secret);
}

Result<void> NativeContext::process_token(BytesView token) {
    constexpr std::string_view operation = "gss_process_context_token";
    if (std::optional<Error> refused = refuse_without_context(operation)) {
        return *std::move(refused);
    }
    abi::BufferDesc input = input_buffer(token);
    NativeStatus status;
    status.major = library_.call().process_context_token(&status.minor, handle_, &input);
    if (status.major != abi::status_complete) {
        return error(operation, Operation::context, status);
    }
    return {};
}

Result<Buffer> NativeContext::delete_with_token() {
    constexpr std::string_view operation = "gss_delete_sec_context";
    if (std::optional<Error> refused = refuse_without_context(operation)) {
        return *std::move(refused);
    }
    OutputBuffer token(library_);
    NativeStatus status;
    status.major = library_.call().delete_sec_context(&status.minor, &handle_, token.get());
    if (status.major != abi::status_complete) {
        return error(operation, Operation::context, status);
    }
    handle_ = nullptr;
    return token.take(Buffer::Content::open);
}

} // namespace gss::inline v0::rfc2744
