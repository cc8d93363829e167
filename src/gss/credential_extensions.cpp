// SPDX-License-Identifier: Apache-2.0
// Credentials by password and of somebody else; what is set on credentials and asked of them.
#include <gssxx/credentials.h>

#include "credential_common.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::AddArguments;
using detail::BackendPtr;
using detail::timed;

constexpr std::string_view password_operation = "gss_acquire_cred_with_password";
constexpr std::string_view add_password_operation = "gss_add_cred_with_password";
constexpr std::string_view impersonate_operation = "gss_acquire_cred_impersonate_name";
constexpr std::string_view add_impersonate_operation = "gss_add_cred_impersonate_name";
constexpr std::string_view option_operation = "gss_set_cred_option";

Error refusal(ErrorCode code, std::string_view operation, const BackendPtr& backend,
              std::string subject, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.backend = backend->name();
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

/// Native libraries read a password up to its first NUL, and some ask a terminal for one that is
/// empty.
Result<detail::Password> checked_password(std::string_view password, CredentialUsage usage,
                                          const BackendPtr& backend, std::string_view operation) {
    if (usage == CredentialUsage::accept) {
        return refusal(ErrorCode::malformed_parameter, operation, backend, "usage",
                       "a password is for initiating");
    }
    if (password.empty() || password.find('\0') != std::string_view::npos) {
        return refusal(ErrorCode::malformed_parameter, operation, backend, "password",
                       password.empty() ? "the password is empty"
                                        : "a NUL octet inside the password");
    }
    auto octets = std::make_shared<SecretBytes>(password.size() + 1);
    std::ranges::copy(as_bytes(password), octets->data());
    return detail::Password(std::move(octets));
}

Result<AcquiredCredentials> to_public(Result<detail::AcquiredNative> acquired,
                                      CredentialUsage usage) {
    if (!acquired) {
        return acquired.error();
    }
    acquired->credential->elements().insert(acquired->mechanisms, usage);
    return AcquiredCredentials{Access::credentials(std::move(acquired->credential)),
                               std::move(acquired->mechanisms), acquired->lifetime};
}

/// Options of an element whose name is an argument of its own.
AddOptions with_name(const AddOptions& options, const Name& name) {
    AddOptions named = options;
    named.name = &name;
    named.store = {};
    return named;
}

/// An option whose value is an address of native memory: those that MIT's own functions set.
bool is_address_option(const Oid& option) {
    // 1.2.840.113554.1.2.2.5
    static constexpr std::string_view arc("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05", 10);
    return as_text(option.content()).starts_with(arc);
}

} // namespace

Result<AcquiredCredentials> Credentials::acquire_with_password(const Backend& backend,
                                                               const Name& name,
                                                               std::string_view password,
                                                               const PasswordOptions& options) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(password_operation);
    }
    Result<detail::NamePtr> whose = detail::checked_name(&name, native, password_operation);
    if (!whose) {
        return whose.error();
    }
    Result<detail::Password> secret =
        checked_password(password, options.usage, native, password_operation);
    if (!secret) {
        return secret.error();
    }
    return to_public(
        timed(options.deadline, password_operation, native, *whose,
              [native,
               arguments = detail::PasswordArguments{*whose, *std::move(secret), options.mechanisms,
                                                     options.usage, options.lifetime}] {
                  return native->acquire_with_password(arguments);
              }),
        options.usage);
}

Result<AddedCredentials> Credentials::add_with_password(const Oid& mechanism, const Name& name,
                                                        std::string_view password,
                                                        const AddOptions& options) const {
    if (!self_) {
        return detail::empty_object(add_password_operation);
    }
    const BackendPtr& backend = self_->backend();
    Result<AddArguments> arguments =
        detail::add_arguments(backend, self_->elements(), mechanism, with_name(options, name));
    if (!arguments) {
        return arguments.error();
    }
    Result<detail::Password> secret =
        checked_password(password, options.usage, backend, add_password_operation);
    if (!secret) {
        return secret.error();
    }
    return detail::grown(timed(options.deadline, add_password_operation, backend, arguments->name,
                               [self = self_, owned = *arguments, secret = *std::move(secret)] {
                                   return self->add_with_password(owned, secret);
                               }),
                         self_->elements(), mechanism, options.usage);
}

Result<AcquiredCredentials> Credentials::impersonate(const Name& name,
                                                     const ImpersonateOptions& options) const {
    if (!self_) {
        return detail::empty_object(impersonate_operation);
    }
    const BackendPtr& backend = self_->backend();
    Result<detail::NamePtr> whose = detail::checked_name(&name, backend, impersonate_operation);
    if (!whose) {
        return whose.error();
    }
    if (!self_->elements().may_initiate(mechanism::krb5())) {
        return refusal(ErrorCode::no_credentials, impersonate_operation, backend, "impersonator",
                       "the impersonator's credentials are for accepting only");
    }
    const OidSet mechanisms =
        options.mechanisms.empty() ? OidSet{mechanism::krb5()} : options.mechanisms;
    return to_public(
        timed(options.deadline, impersonate_operation, backend, *whose,
              [backend, arguments = detail::ImpersonateArguments{self_, *whose, mechanisms,
                                                                 options.lifetime}] {
                  return backend->impersonate(arguments);
              }),
        CredentialUsage::initiate);
}

Result<AddedCredentials> Credentials::add_impersonating(const Credentials& impersonator,
                                                        const Oid& mechanism, const Name& name,
                                                        const AddOptions& options) const {
    if (!self_ || !impersonator.self_) {
        return detail::empty_object(add_impersonate_operation);
    }
    const BackendPtr& backend = self_->backend();
    if (!detail::same_library(backend, impersonator.self_->backend())) {
        return detail::mixed_backends(add_impersonate_operation, backend->name(),
                                      impersonator.self_->backend()->name());
    }
    if (!impersonator.self_->elements().may_initiate(mechanism::krb5())) {
        return refusal(ErrorCode::no_credentials, add_impersonate_operation, backend,
                       "impersonator", "the impersonator's credentials are for accepting only");
    }
    if (options.usage != CredentialUsage::initiate) {
        return refusal(ErrorCode::malformed_parameter, add_impersonate_operation, backend, "usage",
                       "credentials of somebody else are for initiating");
    }
    Result<AddArguments> arguments =
        detail::add_arguments(backend, self_->elements(), mechanism, with_name(options, name));
    if (!arguments) {
        return arguments.error();
    }
    return detail::grown(timed(options.deadline, add_impersonate_operation, backend,
                               arguments->name,
                               [self = self_, owned = *arguments, other = impersonator.self_] {
                                   return self->add_impersonating(owned, other);
                               }),
                         self_->elements(), mechanism, options.usage);
}

Result<std::optional<std::string>> Credentials::impersonator() const {
    return self_ ? self_->impersonator() : detail::empty_object("gss_inquire_cred_by_oid");
}

Result<void> Credentials::set_negotiable_mechanisms(const OidSet& mechanisms) {
    constexpr std::string_view operation = "gss_set_neg_mechs";
    if (!self_) {
        return detail::empty_object(operation);
    }
    if (mechanisms.empty()) {
        return refusal(ErrorCode::malformed_parameter, operation, self_->backend(), "mechanisms",
                       "no mechanism at all");
    }
    return self_->set_negotiable_mechanisms(mechanisms);
}

Result<void> Credentials::set_option(const Oid& option, std::optional<BytesView> value) {
    if (!self_) {
        return detail::empty_object(option_operation);
    }
    if (is_address_option(option)) {
        return refusal(ErrorCode::misuse, option_operation, self_->backend(),
                       "option " + option.to_string(),
                       "its value is an address of native memory: see gssxx/krb5/credentials.h");
    }
    return self_->set_option(option, value);
}

Result<std::vector<Buffer>> Credentials::inquire_by_oid(const Oid& question) const {
    return self_ ? self_->inquire_by_oid(question)
                 : detail::empty_object("gss_inquire_cred_by_oid");
}

} // namespace gss::inline v0
