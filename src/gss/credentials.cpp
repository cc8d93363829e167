// SPDX-License-Identifier: Apache-2.0
#include <gssxx/credentials.h>

#include "access.h"
#include "backend_interface.h"
#include "credential_common.h"

#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::AddArguments;
using detail::AddedNative;
using detail::BackendPtr;

constexpr std::string_view acquire_operation = "gss_acquire_cred";
using detail::add_arguments;
using detail::add_operation;
using detail::checked_name;
using detail::grown;
using detail::timed;

Result<CredentialInfo> to_public(Result<detail::NativeCredentialInfo> native) {
    if (!native) {
        return native.error();
    }
    return CredentialInfo{Access::optional_name(std::move(native->name)), native->lifetime,
                          native->usage, std::move(native->mechanisms)};
}

} // namespace

Result<AcquiredCredentials> Credentials::acquire(const Backend& backend, CredentialUsage usage,
                                                 const AcquireOptions& options) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(acquire_operation);
    }
    Result<detail::NamePtr> name = checked_name(options.name, native, acquire_operation);
    if (!name) {
        return name.error();
    }
    const detail::NamePtr for_messages = *name;
    Result<detail::AcquiredNative> acquired = timed(
        options.deadline, acquire_operation, native, for_messages,
        [native, arguments = detail::AcquireArguments{
                     *std::move(name), options.mechanisms, usage, options.lifetime, options.store,
                     options.tell_lifetime}] { return native->acquire(arguments); });
    if (!acquired) {
        return acquired.error();
    }
    acquired->credential->elements().insert(acquired->mechanisms, usage);
    return AcquiredCredentials{Credentials(std::move(acquired->credential)),
                               std::move(acquired->mechanisms), acquired->lifetime};
}

Result<AddedCredentials> Credentials::add_to_default(const Backend& backend, const Oid& mechanism,
                                                     const AddOptions& options) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(add_operation);
    }
    Result<AddArguments> arguments = add_arguments(native, {}, mechanism, options);
    if (!arguments) {
        return arguments.error();
    }
    return grown(timed(options.deadline, add_operation, native, arguments->name,
                       [native, owned = *arguments] { return native->add_to_default(owned); }),
                 {}, mechanism, options.usage);
}

Result<CredentialInfo> Credentials::inquire_default(const Backend& backend,
                                                    CredentialFields fields) {
    const BackendPtr& native = Access::of(backend);
    return native ? to_public(native->inquire_default_credential(fields))
                  : detail::empty_object("gss_inquire_cred");
}

Result<AddedCredentials> Credentials::add(const Oid& mechanism, const AddOptions& options) const {
    if (!self_) {
        return detail::empty_object(add_operation);
    }
    Result<AddArguments> arguments =
        add_arguments(self_->backend(), self_->elements(), mechanism, options);
    if (!arguments) {
        return arguments.error();
    }
    return grown(timed(options.deadline, add_operation, self_->backend(), arguments->name,
                       [self = self_, owned = *arguments] { return self->add(owned); }),
                 self_->elements(), mechanism, options.usage);
}

Result<AddedElement> Credentials::add_in_place(const Oid& mechanism, const AddOptions& options) {
    if (!self_) {
        return detail::empty_object(add_operation);
    }
    if (options.deadline.when()) {
        // A late native call would change a credential that the caller goes on using.
        return Error(ErrorCode::misuse, std::string(add_operation),
                     "no deadline is possible when adding in place: use add()");
    }
    const Result<AddArguments> arguments =
        add_arguments(self_->backend(), self_->elements(), mechanism, options);
    if (!arguments) {
        return arguments.error();
    }
    Result<AddedNative> added = self_->add_in_place(*arguments);
    if (!added) {
        return added.error();
    }
    self_->elements().insert(mechanism, options.usage);
    return std::move(added->element);
}

Result<CredentialInfo> Credentials::inquire(CredentialFields fields) const {
    return self_ ? to_public(self_->inquire(fields)) : detail::empty_object("gss_inquire_cred");
}

Result<MechanismCredentialInfo> Credentials::inquire_by_mechanism(const Oid& mechanism,
                                                                  CredentialFields fields) const {
    if (!self_) {
        return detail::empty_object("gss_inquire_cred_by_mech");
    }
    Result<detail::NativeMechanismCredentialInfo> native =
        self_->inquire_by_mechanism(mechanism, fields);
    if (!native) {
        return native.error();
    }
    return MechanismCredentialInfo{Access::optional_name(std::move(native->name)),
                                   native->initiator_lifetime, native->acceptor_lifetime,
                                   native->usage};
}

void Credentials::release() noexcept {
    self_.reset();
}

Backend Credentials::backend() const {
    return Access::backend(self_ ? self_->backend() : nullptr);
}

} // namespace gss::inline v0
