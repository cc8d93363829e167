// SPDX-License-Identifier: Apache-2.0
#include "native_credential.h"

#include "convert.h"
#include "credential_store_calls.h"
#include "file_guard.h"
#include "folder_search.h"
#include "library_backend.h"
#include "native_name.h"
#include "status.h"

#include <chrono>
#include <memory>
#include <utility>

namespace gss::inline v0::rfc2744 {

std::string subject_of(const detail::NamePtr& name) {
    return name ? "credentials of " + text_of(name) : "default credentials";
}

namespace {

const Library& library_of(const detail::BackendPtr& backend) noexcept {
    return static_cast<const LibraryBackend&>(*backend).native();
}

std::string shown_principal(const detail::NamePtr& name) {
    return name ? text_of(name) : std::string();
}

/// An initiator's acquisition may go on to the keytab when the cache is of no use.
CredentialUsage files_read(CredentialUsage usage) noexcept {
    return usage == CredentialUsage::accept ? usage : CredentialUsage::both;
}

/// Whether gss_acquire_cred failed without a word and gss_add_cred may know more. Not after it
/// took long: that was a KDC, and it would be waited for again.
bool is_worth_asking_again(const Library& library, const NativeStatus& status,
                           std::chrono::steady_clock::duration took) noexcept {
    return library.traits.acquire_gives_no_reason && status.minor == 0 &&
           status.routine() == static_cast<std::uint32_t>(abi::Routine::no_credentials) &&
           took < std::chrono::seconds(2);
}

/// Whether asking the credential for its name would yield one that crashes.
bool has_hollow_name(const Library& library, const detail::NamePtr& name,
                     CredentialUsage usage) noexcept {
    return library.traits.unnamed_acceptor_has_hollow_name && !name &&
           usage != CredentialUsage::initiate;
}

/// What gss_add_cred says about the credentials that gss_acquire_cred did not give.
NativeStatus ask_again(const detail::BackendPtr& backend, const detail::AcquireArguments& arguments,
                       const Oid& mechanism) {
    OidArgument oid(mechanism);
    OutputCredential credential(backend);
    NativeStatus status;
    status.major = library_of(backend).call().add_cred(
        &status.minor, nullptr, handle_of(arguments.name), oid.get(),
        static_cast<int>(arguments.usage), to_native(arguments.lifetime),
        to_native(arguments.lifetime), credential.get(), nullptr, nullptr, nullptr);
    return status;
}

Error acquire_error(const detail::BackendPtr& backend, const detail::AcquireArguments& arguments,
                    NativeStatus status, std::chrono::steady_clock::duration took) {
    const Library& library = library_of(backend);
    const Oid mechanism =
        arguments.mechanisms.empty() ? mechanism::krb5() : arguments.mechanisms[0];
    if (is_worth_asking_again(library, status, took)) {
        const NativeStatus reason = ask_again(backend, arguments, mechanism);
        status = reason.major == abi::status_complete ? status : reason;
    }
    return make_error(library,
                      {"gss_acquire_cred", Operation::credential, status, mechanism,
                       subject_of(arguments.name), default_sources(library, arguments.usage)});
}

/// gss_add_cred into @p output, or into @p input itself when @p output is null.
Result<AddedElement> call_add(const Library& library, abi::CredentialHandle input,
                              const detail::AddArguments& arguments,
                              abi::CredentialHandle* output) {
    const Sources guarded = guarded_sources(library, files_read(arguments.usage));
    if (std::optional<Error> refused = refuse_damaged(
            library, {"gss_add_cred", arguments.usage, shown_principal(arguments.name)}, guarded)) {
        return *std::move(refused);
    }
    if (must_search_folder(library, arguments.name, arguments.usage, guarded)) {
        return refuse_folder_search(library, arguments.name, guarded);
    }
    if (std::optional<Error> refused = refuse_to_add(library, arguments.mechanism)) {
        return *std::move(refused);
    }
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
                           subject_of(arguments.name), default_sources(library, arguments.usage)});
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

std::optional<Error> refuse_to_add(const Library& library, const Oid& mechanism,
                                   std::string_view operation) {
    const Traits& traits = library.traits;
    if (!traits.add_crashes_if_unsupported ||
        traits.supports(Capability::credential_elements, mechanism)) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = traits.supports(Capability::contexts, mechanism) ? ErrorCode::unavailable
                                                                    : ErrorCode::bad_mechanism;
    details.operation = operation;
    details.mechanism = mechanism;
    details.backend = traits.name;
    details.subject = "mechanism " + mechanism.to_string();
    details.messages.emplace_back("the library cannot add an element of this mechanism");
    return Error(std::move(details));
}

std::optional<Error> refuse_missing_element(const Library& library, std::string_view operation,
                                            const detail::CredentialPtr& chosen,
                                            const Oid& mechanism) {
    if (!library.traits.defaults_for_missing_elements || !chosen ||
        chosen->elements().contains(mechanism)) {
        return std::nullopt;
    }
    const auto told = chosen->inquire(CredentialField::mechanisms); // what was delegated, say
    if (told && told->mechanisms && told->mechanisms->contains(mechanism)) {
        return std::nullopt;
    }
    return credential_refusal(library, operation, ErrorCode::no_credentials,
                              "credentials that are not for mechanism " + mechanism.to_string(),
                              "they have no element for it: acquire them for that mechanism");
}

Error credential_refusal(const Library& library, std::string_view operation, ErrorCode code,
                         std::string subject, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.backend = library.traits.name;
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

Error krb5_failure(const Library& library, std::string_view operation, std::int32_t code,
                   std::string subject, Sources sources) {
    NativeStatus status;
    status.major = static_cast<std::uint32_t>(abi::Routine::failure) << abi::routine_shift;
    status.minor = static_cast<std::uint32_t>(code);
    const Error error =
        make_error(library, {operation, Operation::credential, status, mechanism::krb5(),
                             std::move(subject), std::move(sources)});
    const Krb5Functions& krb5 = library.loaded.krb5;
    const Krb5Context context(krb5);
    if (context.get() == nullptr || krb5.get_error_message == nullptr ||
        krb5.free_error_message == nullptr) {
        return error;
    }
    // gss_display_status does not know codes that no GSSAPI call has failed with.
    const char* text = krb5.get_error_message(context.get(), code);
    ErrorDetails details = error.details();
    if (text != nullptr) {
        std::erase_if(details.messages, [](const std::string& message) {
            return message.starts_with("unknown mech-code");
        });
        details.messages.emplace_back(text);
        krb5.free_error_message(context.get(), text);
    }
    return Error(std::move(details));
}

NativeCredential::~NativeCredential() {
    abi::Uint32 minor = 0;
    rfc2744::library_of(*this).call().release_cred(&minor, &handle_);
}

Result<detail::AddedNative> NativeCredential::add(const detail::AddArguments& arguments) const {
    return arguments.store.empty() ? rfc2744::add(backend(), this, arguments)
                                   : add_from_store(backend(), this, arguments);
}

Result<detail::AddedNative> NativeCredential::add_in_place(const detail::AddArguments& arguments) {
    const Library& library = rfc2744::library_of(*this);
    if (library.traits.add_in_place_crashes || !arguments.store.empty()) {
        Result<detail::AddedNative> grown = add(arguments);
        if (grown) {
            auto& other = static_cast<NativeCredential&>(*grown->credential);
            std::swap(handle_, other.handle_);
            std::swap(origin_, other.origin_);
            grown->credential.reset();
        }
        return grown;
    }
    Result<AddedElement> added = call_add(library, handle_, arguments, nullptr);
    if (!added) {
        return added.error();
    }
    origin_.hollow_name |= has_hollow_name(library, arguments.name, arguments.usage);
    return detail::AddedNative{nullptr, *std::move(added)};
}

Result<StoredCredentials>
NativeCredential::store_into(const detail::StoreArguments& arguments) const {
    return store_into_cache(*this, arguments);
}

Result<detail::NativeCredentialInfo> NativeCredential::inquire(CredentialFields fields) const {
    Result<detail::NativeCredentialInfo> info = rfc2744::inquire(backend(), handle_, safe(fields));
    if (info && info->lifetime && origin_.unknown_lifetime) {
        info->lifetime = Lifetime::not_supported();
    }
    return info;
}

CredentialFields NativeCredential::safe(CredentialFields fields) const noexcept {
    return origin_.hollow_name ? fields - CredentialField::name : fields;
}

Result<detail::NativeMechanismCredentialInfo>
NativeCredential::inquire_by_mechanism(const Oid& mechanism, CredentialFields wanted) const {
    const Library& library = rfc2744::library_of(*this);
    const CredentialFields fields = safe(wanted);
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

detail::CredentialPtr OutputCredential::take(CredentialOrigin origin) {
    if (handle_ == nullptr) {
        return nullptr;
    }
    auto credential = std::make_shared<NativeCredential>(backend_, handle_, std::move(origin));
    handle_ = nullptr;
    return credential;
}

Result<detail::AcquiredNative> acquire(const detail::BackendPtr& backend,
                                       const detail::AcquireArguments& arguments) {
    if (!arguments.store.empty()) {
        return acquire_from_store(backend, arguments);
    }
    const Library& library = library_of(backend);
    Sources guarded = guarded_sources(library, files_read(arguments.usage));
    if (std::optional<Error> refused = refuse_damaged(
            library, {"gss_acquire_cred", arguments.usage, shown_principal(arguments.name)},
            guarded)) {
        return *std::move(refused);
    }
    if (must_search_folder(library, arguments.name, arguments.usage, guarded)) {
        return acquire_in_folder(backend, arguments, guarded);
    }
    OidSetArgument desired(arguments.mechanisms);
    OutputCredential credential(backend);
    OutputOidSet mechanisms(library);
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    const auto start = std::chrono::steady_clock::now();
    status.major = library.call().acquire_cred(
        &status.minor, handle_of(arguments.name), to_native(arguments.lifetime), desired.get(),
        static_cast<int>(arguments.usage), credential.get(), mechanisms.get(),
        arguments.tell_lifetime ? &lifetime : nullptr);
    if (status.major != abi::status_complete) {
        return acquire_error(backend, arguments, status, std::chrono::steady_clock::now() - start);
    }
    if (arguments.usage == CredentialUsage::initiate) {
        guarded.keytab.clear();
    }
    CredentialOrigin origin;
    origin.guarded = std::move(guarded);
    origin.name = arguments.name;
    origin.hollow_name = has_hollow_name(library, arguments.name, arguments.usage);
    detail::AcquiredNative acquired{credential.take(std::move(origin)), mechanisms.copy(),
                                    arguments.tell_lifetime ? to_lifetime(lifetime)
                                                            : Lifetime::not_supported()};
    if (!acquired.credential) {
        return not_a_credential("gss_acquire_cred", library);
    }
    return acquired;
}

Result<detail::AddedNative> add(const detail::BackendPtr& backend, const NativeCredential* input,
                                const detail::AddArguments& arguments) {
    const Library& library = library_of(backend);
    OutputCredential credential(backend);
    Result<AddedElement> added = call_add(library, input == nullptr ? nullptr : input->handle(),
                                          arguments, credential.get());
    if (!added) {
        return added.error();
    }
    CredentialOrigin origin = input == nullptr ? CredentialOrigin() : input->origin();
    if (!origin.name) {
        origin.name = arguments.name;
    }
    origin.hollow_name |= has_hollow_name(library, arguments.name, arguments.usage);
    detail::AddedNative result{credential.take(std::move(origin)), *std::move(added)};
    if (!result.credential) {
        return not_a_credential("gss_add_cred", library);
    }
    return result;
}

Result<detail::NativeCredentialInfo>
inquire(const detail::BackendPtr& backend, abi::CredentialHandle handle, CredentialFields fields) {
    const Library& library = library_of(backend);
    if (handle == nullptr) {
        if (std::optional<Error> refused =
                refuse_damaged(library, {"gss_inquire_cred", CredentialUsage::both, {}},
                               guarded_sources(library, CredentialUsage::both))) {
            return *std::move(refused);
        }
    }
    // For the default credential Heimdal 7.8 gives a name of no mechanism, too.
    const bool asks_name = fields.contains(CredentialField::name) &&
                           !(handle == nullptr && library.traits.unnamed_acceptor_has_hollow_name);
    OutputName name(backend);
    OutputOidSet mechanisms(library);
    abi::Uint32 lifetime = 0;
    int usage = 0;
    NativeStatus status;
    status.major = library.call().inquire_cred(
        &status.minor, handle, asks_name ? name.get() : nullptr,
        fields.contains(CredentialField::lifetime) ? &lifetime : nullptr,
        fields.contains(CredentialField::usage) ? &usage : nullptr,
        fields.contains(CredentialField::mechanisms) ? mechanisms.get() : nullptr);
    if (status.major != abi::status_complete) {
        const bool of_default = handle == nullptr;
        return make_error(
            library, {"gss_inquire_cred", Operation::credential, status, std::nullopt,
                      of_default ? subject_of(nullptr) : std::string(),
                      of_default ? default_sources(library, CredentialUsage::both) : Sources()});
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
