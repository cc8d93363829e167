// SPDX-License-Identifier: Apache-2.0
#include <gssxx/credentials.h>

#include "access.h"
#include "backend_interface.h"
#include "deadline_call.h"

#include <string>
#include <system_error>
#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::AddArguments;
using detail::AddedNative;
using detail::BackendPtr;
using detail::CredentialPtr;

constexpr std::string_view acquire_operation = "gss_acquire_cred";
constexpr std::string_view add_operation = "gss_add_cred";
constexpr std::string_view store_operation = "gss_store_cred_into";

/// The native name behind an option, once it is known to belong to @p backend.
Result<detail::NamePtr> checked_name(const Name* name, const BackendPtr& backend,
                                     std::string_view operation) {
    if (name == nullptr) {
        return detail::NamePtr();
    }
    const detail::NamePtr& native = Access::of(*name);
    if (!native) {
        return detail::empty_object(operation);
    }
    if (!detail::same_library(native->backend(), backend)) {
        return detail::mixed_backends(operation, backend->name(), native->backend()->name());
    }
    return native;
}

std::string subject_of(const detail::NamePtr& name) {
    if (!name) {
        return "default credentials";
    }
    const Result<DisplayedName> displayed = name->display();
    return displayed ? displayed->text : "a name that cannot be shown";
}

Error element_exists(const BackendPtr& backend, const Oid& mechanism) {
    ErrorDetails details;
    details.code = ErrorCode::duplicate_element;
    details.operation = add_operation;
    details.mechanism = mechanism;
    details.backend = backend->name();
    details.subject = "mechanism " + mechanism.to_string();
    details.messages.emplace_back("the credentials have an element of this mechanism");
    return Error(std::move(details));
}

Result<AddArguments> add_arguments(const BackendPtr& backend,
                                   const detail::CredentialElements& present, const Oid& mechanism,
                                   const AddOptions& options) {
    if (present.contains(mechanism)) {
        // Heimdal 7.8 adds a second element, which nothing uses.
        return element_exists(backend, mechanism);
    }
    Result<detail::NamePtr> name = checked_name(options.name, backend, add_operation);
    if (!name) {
        return name.error();
    }
    return AddArguments{*std::move(name), mechanism, options.usage, options.initiator_lifetime,
                        options.acceptor_lifetime};
}

/// A new credential: the elements of what it was made from, and one more.
Result<AddedCredentials> to_public(Result<AddedNative> added, const detail::CredentialElements& old,
                                   const Oid& mechanism, CredentialUsage usage) {
    if (!added) {
        return added.error();
    }
    added->credential->elements() = old;
    added->credential->elements().insert(mechanism, usage);
    return AddedCredentials{Access::credentials(std::move(added->credential)),
                            std::move(added->element.mechanisms), added->element.initiator_lifetime,
                            added->element.acceptor_lifetime};
}

/// Runs @p call, which owns its arguments, until the deadline.
template <typename Call>
auto timed(const Deadline& deadline, std::string_view operation, const BackendPtr& backend,
           const detail::NamePtr& name, Call call) -> decltype(call()) {
    std::optional<decltype(call())> result;
    try {
        result = call_until(backend->workers(), deadline, std::move(call));
    } catch (const std::system_error& error) {
        return detail::no_thread(operation, backend->name(), error);
    }
    if (!result) {
        return detail::deadline_passed(operation, backend->name(), subject_of(name));
    }
    return *std::move(result);
}

Error store_refusal(ErrorCode code, const BackendPtr& backend, std::string subject,
                    std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = store_operation;
    details.backend = backend->name();
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

/// The cache that a store names and nothing else beside it.
Result<std::string> only_cache(const CredentialStore& store, const BackendPtr& backend) {
    for (const CredentialStore::Element& element : store.elements()) {
        if (element.first != "ccache") {
            return store_refusal(ErrorCode::unavailable, backend,
                                 "key \"" + std::string(element.first) + "\"",
                                 "credentials are stored in a ccache only");
        }
    }
    const std::optional<std::string_view> cache = store.find("ccache");
    if (!cache) {
        return store_refusal(ErrorCode::misuse, backend, {}, "the store names no ccache");
    }
    return std::string(*cache);
}

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
    return to_public(timed(options.deadline, add_operation, native, arguments->name,
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
    return to_public(timed(options.deadline, add_operation, self_->backend(), arguments->name,
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

Result<StoredCredentials> Credentials::store_into(const CredentialStore& store,
                                                  const StoreOptions& options) const {
    if (!self_) {
        return detail::empty_object(store_operation);
    }
    const BackendPtr& backend = self_->backend();
    Result<std::string> cache = only_cache(store, backend);
    if (!cache) {
        return cache.error();
    }
    if (!backend->supports(Capability::credential_storing, options.mechanism)) {
        return store_refusal(ErrorCode::unavailable, backend, "cache " + *cache,
                             "credentials of mechanism " + options.mechanism.to_string() +
                                 " are not stored");
    }
    if (!self_->elements().may_initiate(options.mechanism)) {
        return store_refusal(ErrorCode::no_credentials, backend, "cache " + *cache,
                             "the credentials are for accepting only");
    }
    return self_->store_into({*std::move(cache), options.mechanism, options.overwrite});
}

void Credentials::release() noexcept {
    self_.reset();
}

Backend Credentials::backend() const {
    return Access::backend(self_ ? self_->backend() : nullptr);
}

} // namespace gss::inline v0
