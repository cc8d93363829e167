// SPDX-License-Identifier: Apache-2.0
// What the public calls on credentials have in common: checks of their options, and deadlines.
#pragma once

#include <gssxx/credentials.h>

#include "access.h"
#include "backend_interface.h"
#include "deadline_call.h"

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace gss::inline v0::detail {

inline constexpr std::string_view add_operation = "gss_add_cred";

/// The native name behind an option, once it is known to belong to @p backend.
[[nodiscard]] inline Result<NamePtr> checked_name(const Name* name, const BackendPtr& backend,
                                                  std::string_view operation) {
    if (name == nullptr) {
        return NamePtr();
    }
    const NamePtr& native = Access::of(*name);
    if (!native) {
        return empty_object(operation);
    }
    if (!same_library(native->backend(), backend)) {
        return mixed_backends(operation, backend->name(), native->backend()->name());
    }
    return native;
}

inline std::string subject_of(const NamePtr& name) {
    if (!name) {
        return "default credentials";
    }
    const Result<DisplayedName> displayed = name->display();
    return displayed ? displayed->text : "a name that cannot be shown";
}

inline Error element_exists(const BackendPtr& backend, const Oid& mechanism) {
    ErrorDetails details;
    details.code = ErrorCode::duplicate_element;
    details.operation = add_operation;
    details.mechanism = mechanism;
    details.backend = backend->name();
    details.subject = "mechanism " + mechanism.to_string();
    details.messages.emplace_back("the credentials have an element of this mechanism");
    return Error(std::move(details));
}

[[nodiscard]] inline Result<AddArguments> add_arguments(const BackendPtr& backend,
                                                        const CredentialElements& present,
                                                        const Oid& mechanism,
                                                        const AddOptions& options) {
    if (present.contains(mechanism)) {
        // Heimdal 7.8 adds a second element, which nothing uses.
        return element_exists(backend, mechanism);
    }
    Result<NamePtr> name = checked_name(options.name, backend, add_operation);
    if (!name) {
        return name.error();
    }
    return AddArguments{
        *std::move(name),          mechanism,    options.usage, options.initiator_lifetime,
        options.acceptor_lifetime, options.store};
}

/// A new credential: the elements of what it was made from, and one more.
[[nodiscard]] inline Result<AddedCredentials> grown(Result<AddedNative> added,
                                                    const CredentialElements& old,
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
           const NamePtr& name, Call call) -> decltype(call()) {
    std::optional<decltype(call())> result;
    try {
        result = call_until(backend->workers(), deadline, std::move(call));
    } catch (const std::system_error& error) {
        return no_thread(operation, backend->name(), error);
    }
    if (!result) {
        return deadline_passed(operation, backend->name(), subject_of(name));
    }
    return *std::move(result);
}

} // namespace gss::inline v0::detail
