// SPDX-License-Identifier: Apache-2.0
// Credentials by password.
#include "convert.h"
#include "library_backend.h"
#include "native_credential.h"
#include "native_name.h"
#include "status.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view acquire_operation = "gss_acquire_cred_with_password";
constexpr std::string_view add_operation = "gss_add_cred_with_password";

/// The password without the NUL behind it, which is there for libraries that look for one.
abi::BufferDesc password_buffer(const detail::Password& password) noexcept {
    return input_buffer(password->view().first(password->size() - 1));
}

Error no_such_call(const Library& library, std::string_view operation) {
    return credential_refusal(library, operation, ErrorCode::unavailable, {},
                              "the library lacks this call");
}

Error no_credential(const Library& library, std::string_view operation,
                    const detail::NamePtr& name) {
    return credential_refusal(library, operation, ErrorCode::failure, subject_of(name),
                              "the library reported success and gave no credential");
}

} // namespace

Result<detail::AcquiredNative>
LibraryBackend::acquire_with_password(const detail::PasswordArguments& arguments) const {
    if (library_.call().acquire_cred_with_password == nullptr) {
        return no_such_call(library_, acquire_operation);
    }
    abi::BufferDesc password = password_buffer(arguments.password);
    OidSetArgument desired(arguments.mechanisms);
    const detail::BackendPtr self = shared_from_this();
    OutputCredential credential(self);
    OutputOidSet mechanisms(library_);
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    status.major = library_.call().acquire_cred_with_password(
        &status.minor, handle_of(arguments.name), &password, to_native(arguments.lifetime),
        desired.get(), static_cast<int>(arguments.usage), credential.get(), mechanisms.get(),
        &lifetime);
    if (status.major != abi::status_complete) {
        return make_error(
            library_, {acquire_operation, Operation::credential, status,
                       arguments.mechanisms.empty() ? mechanism::krb5() : arguments.mechanisms[0],
                       subject_of(arguments.name)});
    }
    CredentialOrigin origin;
    origin.name = arguments.name;
    detail::AcquiredNative acquired{credential.take(std::move(origin)), mechanisms.copy(),
                                    to_lifetime(lifetime)};
    if (!acquired.credential) {
        return no_credential(library_, acquire_operation, arguments.name);
    }
    return acquired;
}

Result<detail::AddedNative>
NativeCredential::add_with_password(const detail::AddArguments& arguments,
                                    const detail::Password& password) const {
    const Library& library = library_of(*this);
    if (library.call().add_cred_with_password == nullptr) {
        return no_such_call(library, add_operation);
    }
    if (std::optional<Error> refused = refuse_to_add(library, arguments.mechanism, add_operation)) {
        return *std::move(refused);
    }
    if (!library.traits.supports(Capability::adding_from_store, arguments.mechanism)) {
        // Heimdal's fails for every input that has no element of the mechanism yet.
        return credential_refusal(library, add_operation, ErrorCode::unavailable,
                                  subject_of(arguments.name),
                                  "the library adds such an element to no credentials that exist: "
                                  "acquire new ones");
    }
    abi::BufferDesc octets = password_buffer(password);
    OidArgument mechanism(arguments.mechanism);
    Result<detail::CredentialPtr> copy = copy_by_export(*this, add_operation);
    if (!copy) {
        return copy.error();
    }
    OutputOidSet mechanisms(library);
    abi::Uint32 initiator_lifetime = 0;
    abi::Uint32 acceptor_lifetime = 0;
    NativeStatus status;
    status.major = library.call().add_cred_with_password(
        &status.minor, handle_of(*copy), handle_of(arguments.name), mechanism.get(), &octets,
        static_cast<int>(arguments.usage), to_native(arguments.initiator_lifetime),
        to_native(arguments.acceptor_lifetime), nullptr, mechanisms.get(), &initiator_lifetime,
        &acceptor_lifetime);
    if (status.major != abi::status_complete) {
        return make_error(library, {add_operation, Operation::credential, status,
                                    arguments.mechanism, subject_of(arguments.name)});
    }
    return detail::AddedNative{
        *std::move(copy),
        {mechanisms.copy(), to_lifetime(initiator_lifetime), to_lifetime(acceptor_lifetime)}};
}

} // namespace gss::inline v0::rfc2744
