// SPDX-License-Identifier: Apache-2.0
// Credentials of Kerberos: the public calls.
#include <gssxx/krb5/cache_collection.h>
#include <gssxx/krb5/credentials.h>

#include "credential_common.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::krb5 {

namespace {

using detail::Access;
using detail::BackendPtr;

constexpr std::string_view import_operation = "gss_krb5_import_cred";

Error refusal(ErrorCode code, std::string_view operation, std::string_view backend,
              std::string subject, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.backend = backend;
    details.mechanism = mechanism::krb5();
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

bool has_nul(const std::optional<std::string>& text) {
    return text && text->find('\0') != std::string::npos;
}

CredentialUsage usage_of(bool cache, bool keytab) noexcept {
    if (cache && keytab) {
        return CredentialUsage::both;
    }
    return cache ? CredentialUsage::initiate : CredentialUsage::accept;
}

Error nothing_to_import(std::string_view backend) {
    return refusal(ErrorCode::misuse, import_operation, backend, {},
                   "neither a cache nor a keytab is given");
}

} // namespace

Result<AcquiredCredentials> import_credentials(const Backend& backend,
                                               const NativeHandles& handles) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(import_operation);
    }
    if (handles.ccache == nullptr && handles.keytab == nullptr) {
        return nothing_to_import(native->name());
    }
    Result<detail::AcquiredNative> imported = native->import_krb5(handles);
    if (!imported) {
        return imported.error();
    }
    imported->credential->elements().insert(
        imported->mechanisms, usage_of(handles.ccache != nullptr, handles.keytab != nullptr));
    return AcquiredCredentials{Access::credentials(std::move(imported->credential)),
                               std::move(imported->mechanisms), imported->lifetime};
}

Result<AcquiredCredentials> import_credentials(const Backend& backend,
                                               const CredentialNames& names) {
    if (!names.ccache && !names.keytab) {
        return nothing_to_import(backend.name());
    }
    if (names.keytab_principal && !names.keytab) {
        return refusal(ErrorCode::misuse, import_operation, backend.name(),
                       "principal " + *names.keytab_principal, "a key of no keytab");
    }
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    for (const auto& [key, value] :
         {std::pair("ccache", &names.ccache), std::pair("keytab", &names.keytab)}) {
        if (*value) {
            if (const Result<void> set = options.store.set(key, **value); !set) {
                return set.error();
            }
        }
    }
    std::optional<Name> name;
    if (names.keytab_principal) {
        Result<Name> imported =
            Name::import_name(backend, *names.keytab_principal, name_type::krb5_principal());
        if (!imported) {
            return imported.error();
        }
        name.emplace(*std::move(imported));
        options.name = &*name;
    }
    return Credentials::acquire(
        backend, usage_of(names.ccache.has_value(), names.keytab.has_value()), options);
}

Result<void> copy_cache(const Credentials& credentials, void* ccache) {
    constexpr std::string_view operation = "gss_krb5_copy_ccache";
    const detail::CredentialPtr& native = Access::of(credentials);
    if (!native) {
        return detail::empty_object(operation);
    }
    const std::string_view backend = native->backend()->name();
    if (ccache == nullptr) {
        return refusal(ErrorCode::misuse, operation, backend, "cache", "a null handle");
    }
    if (!native->elements().may_initiate(mechanism::krb5())) {
        return refusal(ErrorCode::no_credentials, operation, backend, {},
                       "the credentials are for accepting only");
    }
    return native->copy_to_native_cache(ccache);
}

Result<void> set_allowable_enctypes(Credentials& credentials,
                                    std::span<const std::int32_t> enctypes) {
    constexpr std::string_view operation = "gss_krb5_set_allowable_enctypes";
    constexpr std::size_t most = 64; // there are not half as many
    const detail::CredentialPtr& native = Access::of(credentials);
    if (!native) {
        return detail::empty_object(operation);
    }
    if (enctypes.empty() || enctypes.size() > most) {
        return refusal(ErrorCode::malformed_parameter, operation, native->backend()->name(),
                       "encryption types",
                       enctypes.empty() ? "no encryption type at all" : "too many of them");
    }
    return native->set_allowable_enctypes({enctypes.begin(), enctypes.end()});
}

Result<void> set_replay_cache(Credentials& credentials, const std::string& name) {
    constexpr std::string_view operation = "gss_krb5_set_cred_rcache";
    const detail::CredentialPtr& native = Access::of(credentials);
    if (!native) {
        return detail::empty_object(operation);
    }
    const std::string_view backend = native->backend()->name();
    if (name.empty() || has_nul(name)) {
        return refusal(ErrorCode::malformed_parameter, operation, backend, "replay cache",
                       name.empty() ? "the name is empty" : "a NUL octet inside the name");
    }
    if (!native->elements().may_accept()) {
        return refusal(ErrorCode::misuse, operation, backend, "replay cache " + name,
                       "the credentials are for initiating only");
    }
    return native->set_replay_cache(name);
}

Result<std::optional<std::string>> set_default_cache_name(const Backend& backend,
                                                          const std::optional<std::string>& name) {
    constexpr std::string_view operation = "gss_krb5_ccache_name";
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(operation);
    }
    if (has_nul(name) || (name && name->empty())) {
        return refusal(ErrorCode::malformed_parameter, operation, native->name(), "cache",
                       name->empty() ? "the name is empty" : "a NUL octet inside the name");
    }
    return native->set_default_cache_name(name);
}

Result<MemoryCache> MemoryCache::create(const Backend& backend) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object("krb5_cc_new_unique");
    }
    Result<std::string> name = native->new_memory_cache();
    if (!name) {
        return name.error();
    }
    return MemoryCache(std::shared_ptr<const std::string>(
        new std::string(*std::move(name)), [native](const std::string* owned) {
            native->destroy_cache(*owned);
            delete owned; // NOLINT(cppcoreguidelines-owning-memory): the deleter
        }));
}

CredentialStore MemoryCache::store() const {
    return CredentialStore::of({{"ccache", *name_}}).value();
}

Result<CacheCollection> CacheCollection::open(const Backend& backend,
                                              const std::optional<std::string>& name) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object("open a cache collection");
    }
    if (has_nul(name) || (name && name->empty())) {
        return refusal(ErrorCode::malformed_parameter, "open a cache collection", native->name(),
                       "cache",
                       name->empty() ? "the name is empty" : "a NUL octet inside the name");
    }
    Result<std::string> full = native->collection_name(name);
    return full ? Result<CacheCollection>(CacheCollection(backend, *std::move(full)))
                : Result<CacheCollection>(full.error());
}

Result<std::vector<Cache>> CacheCollection::list() const {
    return Access::of(backend_)->list_caches(name_);
}

Result<Cache> CacheCollection::find(const std::string& principal) const {
    Result<std::vector<Cache>> all = list();
    if (!all) {
        return all.error();
    }
    for (Cache& cache : *all) {
        if (cache.principal == principal) {
            return std::move(cache);
        }
    }
    return refusal(ErrorCode::ccache_not_found, "find a credential cache", backend_.name(),
                   "principal " + principal + ", collection " + name_,
                   "no cache in it is of this principal");
}

Result<void> CacheCollection::choose(const std::string& cache) const {
    const Result<std::vector<Cache>> all = list();
    if (!all) {
        return all.error();
    }
    if (std::none_of(all->begin(), all->end(),
                     [&](const Cache& present) { return present.name == cache; })) {
        return refusal(ErrorCode::ccache_not_found, "krb5_cc_switch", backend_.name(),
                       "cache " + cache + ", collection " + name_, "no such cache is in it");
    }
    return Access::of(backend_)->choose_cache(name_, cache);
}

} // namespace gss::inline v0::krb5
