// SPDX-License-Identifier: Apache-2.0
// Credentials by handles of libkrb5, and what only Kerberos has.
#include "convert.h"
#include "credential_store_calls.h"
#include "krb5_handles.h"
#include "library_backend.h"
#include "native_credential.h"
#include "status.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view import_operation = "gss_krb5_import_cred";
constexpr std::string_view copy_operation = "gss_krb5_copy_ccache";
constexpr std::string_view enctypes_operation = "gss_krb5_set_allowable_enctypes";
constexpr std::string_view replay_operation = "gss_krb5_set_cred_rcache";
constexpr std::string_view default_operation = "gss_krb5_ccache_name";
constexpr std::string_view memory_operation = "krb5_cc_new_unique";

Error no_such_call(const Library& library, std::string_view operation) {
    return credential_refusal(library, operation, ErrorCode::unavailable, {},
                              "the library lacks this call");
}

/// "MEMORY:x", of a cache that is open.
std::string full_name(const Krb5Functions& krb5, abi::Krb5ContextHandle context,
                      abi::CacheHandle cache) {
    const char* type = krb5.cc_get_type(context, cache);
    const char* name = krb5.cc_get_name(context, cache);
    return type == nullptr || name == nullptr ? std::string()
                                              : std::string(type) + ":" + std::string(name);
}

bool knows_enctype(const Krb5Functions& krb5, abi::Krb5ContextHandle context,
                   std::int32_t enctype) {
    if (krb5.enctype_valid != nullptr) {
        return krb5.enctype_valid(context, enctype) == 0;
    }
    return krb5.c_valid_enctype == nullptr || krb5.c_valid_enctype(enctype) != 0;
}

} // namespace

Result<detail::AcquiredNative>
LibraryBackend::import_krb5(const krb5::NativeHandles& handles) const {
    if (library_.call().krb5_import_cred == nullptr) {
        return no_such_call(library_, import_operation);
    }
    const Krb5Functions& krb5 = library_.loaded.krb5;
    Sources sources;
    if (library_.traits.crashes_on_damaged_files && handles.ccache != nullptr) {
        const Krb5Context context(krb5);
        if (context.get() == nullptr || krb5.cc_get_type == nullptr ||
            krb5.cc_get_name == nullptr) {
            return credential_refusal(library_, import_operation, ErrorCode::unavailable, {},
                                      "the library's libkrb5 cannot be used");
        }
        sources.cache =
            full_name(krb5, context.get(), static_cast<abi::CacheHandle>(handles.ccache));
        sources.chosen = true;
        if (std::optional<Error> refused =
                refuse_damaged_cache(library_, import_operation, sources.cache)) {
            return *std::move(refused);
        }
    }
    const detail::BackendPtr self = shared_from_this();
    OutputCredential credential(self);
    NativeStatus status;
    status.major = library_.call().krb5_import_cred(
        &status.minor, static_cast<abi::CacheHandle>(handles.ccache),
        static_cast<abi::PrincipalHandle>(handles.keytab_principal),
        static_cast<abi::KeytabHandle>(handles.keytab), credential.get());
    if (status.major != abi::status_complete) {
        return make_error(library_, {import_operation,
                                     Operation::credential,
                                     status,
                                     mechanism::krb5(),
                                     {},
                                     std::move(sources)});
    }
    CredentialOrigin origin;
    origin.guarded = std::move(sources);
    origin.hollow_name = library_.traits.unnamed_acceptor_has_hollow_name &&
                         handles.keytab != nullptr && handles.keytab_principal == nullptr;
    detail::AcquiredNative imported;
    imported.credential = credential.take(std::move(origin));
    if (!imported.credential) {
        return credential_refusal(library_, import_operation, ErrorCode::failure, {},
                                  "the library reported success and gave no credential");
    }
    Result<detail::NativeCredentialInfo> info = imported.credential->inquire(
        CredentialFields{CredentialField::lifetime, CredentialField::mechanisms});
    if (!info) {
        return info.error();
    }
    imported.mechanisms = info->mechanisms.value_or(OidSet());
    imported.lifetime = info->lifetime.value_or(Lifetime::not_supported());
    return imported;
}

Result<void> NativeCredential::copy_to_native_cache(void* cache) const {
    const Library& library = library_of(*this);
    if (library.call().krb5_copy_ccache == nullptr) {
        return no_such_call(library, copy_operation);
    }
    if (std::optional<Error> refused =
            refuse_damaged_cache(library, copy_operation, origin_.guarded.cache)) {
        return *std::move(refused);
    }
    NativeStatus status;
    status.major = library.call().krb5_copy_ccache(&status.minor, handle_,
                                                   static_cast<abi::CacheHandle>(cache));
    if (status.major != abi::status_complete) {
        return make_error(library, {copy_operation, Operation::credential, status,
                                    mechanism::krb5(), subject_of(origin_.name)});
    }
    return {};
}

Result<void> NativeCredential::set_allowable_enctypes(const std::vector<std::int32_t>& enctypes) {
    const Library& library = library_of(*this);
    if (library.call().krb5_set_allowable_enctypes == nullptr) {
        return no_such_call(library, enctypes_operation);
    }
    const Krb5Context context(library.loaded.krb5);
    for (const std::int32_t enctype : enctypes) {
        // Heimdal takes any number.
        if (!knows_enctype(library.loaded.krb5, context.get(), enctype)) {
            return credential_refusal(library, enctypes_operation, ErrorCode::malformed_parameter,
                                      "encryption type " + std::to_string(enctype),
                                      "the library does not know it");
        }
    }
    std::vector<std::int32_t> copy = enctypes;
    NativeStatus status;
    status.major = library.call().krb5_set_allowable_enctypes(
        &status.minor, handle_, static_cast<abi::Uint32>(copy.size()), copy.data());
    if (status.major != abi::status_complete) {
        return make_error(library, {enctypes_operation, Operation::credential, status,
                                    mechanism::krb5(), subject_of(origin_.name)});
    }
    return {};
}

Result<void> NativeCredential::set_replay_cache(const std::string& name) {
    const Library& library = library_of(*this);
    const Krb5Functions& krb5 = library.loaded.krb5;
    if (library.call().krb5_set_cred_rcache == nullptr || krb5.rc_resolve == nullptr ||
        krb5.rc_close == nullptr) {
        return no_such_call(library, replay_operation);
    }
    const Krb5Context context(krb5);
    if (context.get() == nullptr) {
        return credential_refusal(library, replay_operation, ErrorCode::unavailable,
                                  "replay cache " + name, "the library's libkrb5 cannot be used");
    }
    abi::ReplayCacheHandle cache = nullptr;
    if (const std::int32_t code = krb5.rc_resolve(context.get(), name.c_str(), &cache); code != 0) {
        return krb5_failure(library, replay_operation, code, "replay cache " + name);
    }
    NativeStatus status;
    status.major = library.call().krb5_set_cred_rcache(&status.minor, handle_, cache);
    if (status.major != abi::status_complete) {
        Error error = make_error(library, {replay_operation, Operation::credential, status,
                                           mechanism::krb5(), "replay cache " + name});
        krb5.rc_close(context.get(), cache);
        return error;
    }
    return {}; // the credential closes it
}

Result<std::optional<std::string>>
LibraryBackend::set_default_cache_name(const std::optional<std::string>& name) const {
    if (library_.call().krb5_ccache_name == nullptr) {
        return no_such_call(library_, default_operation);
    }
    // Heimdal's reads address zero, and keeps the old name where it does not.
    if (!name && library_.traits.keeps_default_cache_name) {
        return credential_refusal(library_, default_operation, ErrorCode::unavailable,
                                  "the default cache", "the library cannot go back to it by name");
    }
    const char* before = nullptr;
    NativeStatus status;
    status.major =
        library_.call().krb5_ccache_name(&status.minor, name ? name->c_str() : nullptr, &before);
    if (status.major != abi::status_complete) {
        return make_error(library_, {default_operation, Operation::credential, status,
                                     mechanism::krb5(), "cache " + name.value_or("by default")});
    }
    return before == nullptr ? std::optional<std::string>() : std::optional<std::string>(before);
}

Result<std::string> LibraryBackend::new_memory_cache() const {
    const Krb5Functions& krb5 = library_.loaded.krb5;
    const Krb5Context context(krb5);
    if (context.get() == nullptr || !is_complete(krb5) || krb5.cc_new_unique == nullptr ||
        krb5.cc_get_type == nullptr || krb5.cc_get_name == nullptr) {
        return credential_refusal(library_, memory_operation, ErrorCode::unavailable, {},
                                  "the library's libkrb5 cannot be used");
    }
    CacheOwner cache(krb5, context.get());
    if (const std::int32_t code =
            krb5.cc_new_unique(context.get(), "MEMORY", nullptr, cache.receive());
        code != 0) {
        return krb5_failure(library_, memory_operation, code, "a cache in memory");
    }
    return full_name(krb5, context.get(), cache.get());
}

void LibraryBackend::destroy_cache(const std::string& name) const noexcept {
    const Krb5Functions& krb5 = library_.loaded.krb5;
    const Krb5Context context(krb5);
    abi::CacheHandle cache = nullptr;
    if (context.get() != nullptr && krb5.cc_resolve(context.get(), name.c_str(), &cache) == 0) {
        krb5.cc_destroy(context.get(), cache);
    }
}

} // namespace gss::inline v0::rfc2744
