// SPDX-License-Identifier: Apache-2.0
#include "native_credential.h"

#include "convert.h"
#include "library_backend.h"
#include "native_name.h"
#include "status.h"

#include <memory>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

const Library& library_of(const detail::BackendPtr& backend) noexcept {
    return static_cast<const LibraryBackend&>(*backend).native();
}

/// Whose credentials, and where the library looks for them.
std::string subject_of(const Library& library, const detail::NamePtr& name, CredentialUsage usage) {
    std::string subject = name ? "credentials of " + text_of(name) : "default credentials";
    if (usage != CredentialUsage::accept) {
        subject += ", " + default_cache(library);
    }
    if (usage != CredentialUsage::initiate) {
        subject += ", " + default_keytab(library);
    }
    return subject;
}

/// gss_add_cred into @p output, or into @p input itself when @p output is null.
Result<AddedElement> call_add(const Library& library, abi::CredentialHandle input,
                              const detail::AddArguments& arguments,
                              abi::CredentialHandle* output) {
    OidArgument mechanism(arguments.mechanism);
    OutputOidSet mechanisms(library);
    abi::Uint32 initiator_lifetime = 0;
    abi::Uint32 acceptor_lifetime = 0;
    NativeStatus status;
    status.major = library.call().add_cred(
        &status.minor, input, handle_of(arguments.name), mechanism.get(),
        static_cast<int>(arguments.usage), to_native(arguments.initiator_lifetime),
        to_native(arguments.acceptor_lifetime), output, mechanisms.get(), &initiator_lifetime,
        &acceptor_lifetime);
    if (status.major != abi::status_complete) {
        return make_error(library,
                          {"gss_add_cred", Operation::credential, status, arguments.mechanism,
                           subject_of(library, arguments.name, arguments.usage)});
    }
    return AddedElement{mechanisms.copy(), to_lifetime(initiator_lifetime),
                        to_lifetime(acceptor_lifetime)};
}

Error not_a_credential(std::string_view operation, const Library& library) {
    ErrorDetails details;
    details.operation = operation;
    details.backend = library.traits.name;
    details.messages.emplace_back("the library reported success and gave no credential");
    return Error(std::move(details));
}

} // namespace

NativeCredential::~NativeCredential() {
    abi::Uint32 minor = 0;
    rfc2744::library_of(*this).call().release_cred(&minor, &handle_);
}

Result<detail::AddedNative> NativeCredential::add(const detail::AddArguments& arguments) const {
    return rfc2744::add(backend(), handle_, arguments);
}

Result<detail::AddedNative> NativeCredential::add_in_place(const detail::AddArguments& arguments) {
    Result<AddedElement> added = call_add(rfc2744::library_of(*this), handle_, arguments, nullptr);
    if (!added) {
        return added.error();
    }
    return detail::AddedNative{nullptr, *std::move(added)};
}

Result<detail::NativeCredentialInfo> NativeCredential::inquire(CredentialFields fields) const {
    return rfc2744::inquire(backend(), handle_, fields);
}

Result<detail::NativeMechanismCredentialInfo>
NativeCredential::inquire_by_mechanism(const Oid& mechanism, CredentialFields fields) const {
    const Library& library = rfc2744::library_of(*this);
    OidArgument oid(mechanism);
    OutputName name(backend());
    abi::Uint32 initiator_lifetime = 0;
    abi::Uint32 acceptor_lifetime = 0;
    int usage = 0;
    NativeStatus status;
    const bool wants_lifetime = fields.contains(CredentialField::lifetime);
    status.major = library.call().inquire_cred_by_mech(
        &status.minor, handle_, oid.get(),
        fields.contains(CredentialField::name) ? name.get() : nullptr,
        wants_lifetime ? &initiator_lifetime : nullptr,
        wants_lifetime ? &acceptor_lifetime : nullptr,
        fields.contains(CredentialField::usage) ? &usage : nullptr);
    if (status.major != abi::status_complete) {
        return make_error(library, {"gss_inquire_cred_by_mech", Operation::credential, status,
                                    mechanism, "mechanism " + mechanism.to_string()});
    }
    detail::NativeMechanismCredentialInfo info;
    info.name = name.take();
    if (wants_lifetime) {
        info.initiator_lifetime = to_lifetime(initiator_lifetime);
        info.acceptor_lifetime = to_lifetime(acceptor_lifetime);
    }
    if (fields.contains(CredentialField::usage)) {
        info.usage = static_cast<CredentialUsage>(usage);
    }
    return info;
}

OutputCredential::~OutputCredential() {
    if (handle_ != nullptr) {
        abi::Uint32 minor = 0;
        library_of(backend_).call().release_cred(&minor, &handle_);
    }
}

detail::CredentialPtr OutputCredential::take() {
    if (handle_ == nullptr) {
        return nullptr;
    }
    auto credential = std::make_shared<NativeCredential>(backend_, handle_);
    handle_ = nullptr;
    return credential;
}

Result<detail::AcquiredNative> acquire(const detail::BackendPtr& backend,
                                       const detail::AcquireArguments& arguments) {
    const Library& library = library_of(backend);
    OidSetArgument desired(arguments.mechanisms);
    OutputCredential credential(backend);
    OutputOidSet mechanisms(library);
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    status.major = library.call().acquire_cred(
        &status.minor, handle_of(arguments.name), to_native(arguments.lifetime), desired.get(),
        static_cast<int>(arguments.usage), credential.get(), mechanisms.get(), &lifetime);
    if (status.major != abi::status_complete) {
        const std::optional<Oid> mechanism =
            arguments.mechanisms.empty() ? std::nullopt : std::optional(arguments.mechanisms[0]);
        return make_error(library, {"gss_acquire_cred", Operation::credential, status, mechanism,
                                    subject_of(library, arguments.name, arguments.usage)});
    }
    detail::AcquiredNative acquired{credential.take(), mechanisms.copy(), to_lifetime(lifetime)};
    if (!acquired.credential) {
        return not_a_credential("gss_acquire_cred", library);
    }
    return acquired;
}

Result<detail::AddedNative> add(const detail::BackendPtr& backend, abi::CredentialHandle input,
                                const detail::AddArguments& arguments) {
    const Library& library = library_of(backend);
    OutputCredential credential(backend);
    Result<AddedElement> added = call_add(library, input, arguments, credential.get());
    if (!added) {
        return added.error();
    }
    detail::AddedNative result{credential.take(), *std::move(added)};
    if (!result.credential) {
        return not_a_credential("gss_add_cred", library);
    }
    return result;
}

Result<detail::NativeCredentialInfo>
inquire(const detail::BackendPtr& backend, abi::CredentialHandle handle, CredentialFields fields) {
    const Library& library = library_of(backend);
    OutputName name(backend);
    OutputOidSet mechanisms(library);
    abi::Uint32 lifetime = 0;
    int usage = 0;
    NativeStatus status;
    status.major = library.call().inquire_cred(
        &status.minor, handle, fields.contains(CredentialField::name) ? name.get() : nullptr,
        fields.contains(CredentialField::lifetime) ? &lifetime : nullptr,
        fields.contains(CredentialField::usage) ? &usage : nullptr,
        fields.contains(CredentialField::mechanisms) ? mechanisms.get() : nullptr);
    if (status.major != abi::status_complete) {
        return make_error(library, {"gss_inquire_cred", Operation::credential, status, std::nullopt,
                                    handle != nullptr
                                        ? std::string()
                                        : subject_of(library, nullptr, CredentialUsage::both)});
    }
    detail::NativeCredentialInfo info;
    info.name = name.take();
    if (fields.contains(CredentialField::lifetime)) {
        info.lifetime = to_lifetime(lifetime);
    }
    if (fields.contains(CredentialField::usage)) {
        info.usage = static_cast<CredentialUsage>(usage);
    }
    if (fields.contains(CredentialField::mechanisms)) {
        info.mechanisms = mechanisms.copy();
    }
    return info;
}

} // namespace gss::inline v0::rfc2744
