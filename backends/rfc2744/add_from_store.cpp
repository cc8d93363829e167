// SPDX-License-Identifier: Apache-2.0
// Elements of credentials from the cache and keytab that a caller names.
#include "credential_store_calls.h"

#include "convert.h"
#include "library_backend.h"
#include "native_name.h"
#include "status.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view operation = "gss_add_cred_from";

/// All of the store that may be shown.
std::string subject_of(const detail::AddArguments& arguments) {
    std::string subject = rfc2744::subject_of(arguments.name);
    for (const auto& [key, value] : arguments.store.elements()) {
        if (key != "password") {
            subject.append(", ").append(key).append(" ").append(value);
        }
    }
    return subject;
}

Result<detail::AddedNative> call_add_from(const detail::BackendPtr& backend,
                                          const NativeCredential* input,
                                          const detail::AddArguments& arguments) {
    const Library& library = static_cast<const LibraryBackend&>(*backend).native();
    OidArgument mechanism(arguments.mechanism);
    StoreArgument store(arguments.store);
    OutputCredential credential(backend);
    OutputOidSet mechanisms(library);
    abi::Uint32 initiator_lifetime = 0;
    abi::Uint32 acceptor_lifetime = 0;
    NativeStatus status;
    status.major = library.call().add_cred_from(
        &status.minor, input == nullptr ? nullptr : input->handle(), handle_of(arguments.name),
        mechanism.get(), static_cast<int>(arguments.usage), to_native(arguments.initiator_lifetime),
        to_native(arguments.acceptor_lifetime), store.get(), credential.get(), mechanisms.get(),
        &initiator_lifetime, &acceptor_lifetime);
    if (status.major != abi::status_complete) {
        return make_error(library, {operation, Operation::credential, status, arguments.mechanism,
                                    subject_of(arguments)});
    }
    CredentialOrigin origin = input == nullptr ? CredentialOrigin() : input->origin();
    if (!origin.name) {
        origin.name = arguments.name;
    }
    detail::AddedNative added{
        credential.take(std::move(origin)),
        {mechanisms.copy(), to_lifetime(initiator_lifetime), to_lifetime(acceptor_lifetime)}};
    if (!added.credential) {
        return credential_refusal(library, operation, ErrorCode::failure, subject_of(arguments),
                                  "the library reported success and gave no credential");
    }
    return added;
}

/// A credential with that one element, which is all that the library can make of a store.
Result<detail::AddedNative> acquire_element(const detail::BackendPtr& backend,
                                            const detail::AddArguments& arguments) {
    const bool initiates = arguments.usage != CredentialUsage::accept;
    Result<detail::AcquiredNative> acquired = acquire_from_store(
        backend,
        {arguments.name, OidSet{arguments.mechanism}, arguments.usage,
         initiates ? arguments.initiator_lifetime : arguments.acceptor_lifetime, arguments.store});
    if (!acquired) {
        return acquired.error();
    }
    detail::AddedNative added;
    added.element.mechanisms = acquired->mechanisms;
    (initiates ? added.element.initiator_lifetime : added.element.acceptor_lifetime) =
        acquired->lifetime;
    added.credential = std::move(acquired->credential);
    return added;
}

} // namespace

Result<detail::AddedNative> add_from_store(const detail::BackendPtr& backend,
                                           const NativeCredential* input,
                                           const detail::AddArguments& arguments) {
    const Library& library = static_cast<const LibraryBackend&>(*backend).native();
    if (std::optional<Error> refused = refuse_contradictions(library, operation, arguments.store,
                                                             arguments.usage, arguments.name)) {
        return *std::move(refused);
    }
    if (library.call().add_cred_from != nullptr) {
        return call_add_from(backend, input, arguments);
    }
    if (input == nullptr) {
        return acquire_element(backend, arguments);
    }
    // gss_export_cred and gss_import_cred do not make one of two either: of an import of both
    // only one element is left.
    return credential_refusal(library, operation, ErrorCode::unavailable, subject_of(arguments),
                              "the library lacks this call, and no other one adds an element of a "
                              "store to credentials that exist: acquire new ones");
}

} // namespace gss::inline v0::rfc2744
