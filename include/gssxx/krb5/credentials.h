// SPDX-License-Identifier: Apache-2.0
// Credentials of Kerberos: by native handles and by name, encryption types, caches.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/credentials.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace gss::inline v0::krb5 {

/// Handles of the same libkrb5 that the backend uses; null: not given.
struct NativeHandles {
    void* ccache = nullptr;           ///< krb5_ccache, for initiating
    void* keytab_principal = nullptr; ///< krb5_principal: whose key; any of the keytab's otherwise
    void* keytab = nullptr;           ///< krb5_keytab, for accepting
};

/// gss_krb5_import_cred. The handles stay the caller's, who keeps a cache in memory for as long as
/// the credentials live: it is shared, not copied. They are trusted: one of another library ends
/// the process. Fails with misuse when neither cache nor keytab is given. Blocks on files.
[[nodiscard]] GSSXX_EXPORT Result<AcquiredCredentials>
import_credentials(const Backend& backend, const NativeHandles& handles);

/// What to import, by name.
struct CredentialNames {
    std::optional<std::string> ccache;           ///< "FILE:/run/app/cache"
    std::optional<std::string> keytab;           ///< "FILE:/etc/app.keytab"
    std::optional<std::string> keytab_principal; ///< "host/localhost@REALM"; absent: any key
};

/// Credentials from a cache, a keytab or both, by their names: Credentials::acquire with a store,
/// and fails as that does.
[[nodiscard]] GSSXX_EXPORT Result<AcquiredCredentials>
import_credentials(const Backend& backend, const CredentialNames& names);

/// gss_krb5_copy_ccache into a krb5_ccache of the same libkrb5, which is trusted as above and on
/// MIT must have been initialised. By name: Credentials::store_into.
[[nodiscard]] GSSXX_EXPORT Result<void> copy_cache(const Credentials& credentials, void* ccache);

/// gss_krb5_set_allowable_enctypes: what initiating with these credentials offers, by numbers of
/// RFC 3961 s8 (18: aes256-cts-hmac-sha1-96). After acquiring, before initiating; while no other
/// thread uses them. Fails with malformed_parameter for none and for a number that the library
/// does not know; the credentials are as before then.
[[nodiscard]] GSSXX_EXPORT Result<void>
set_allowable_enctypes(Credentials& credentials, std::span<const std::int32_t> enctypes);

/// gss_krb5_set_cred_rcache: where these accepting credentials note what they have seen,
/// "dfl:/var/tmp/app", "none:". Capability::replay_cache_choice.
[[nodiscard]] GSSXX_EXPORT Result<void> set_replay_cache(Credentials& credentials,
                                                         const std::string& name);

/// gss_krb5_ccache_name: the default cache of this thread or of the process, as the library has it;
/// yields the name before, where the library tells it (MIT). No name: the default again, which
/// Heimdal does not have (unavailable). gssxx itself never uses it: name a cache in a
/// CredentialStore instead.
[[nodiscard]] GSSXX_EXPORT Result<std::optional<std::string>>
set_default_cache_name(const Backend& backend, const std::optional<std::string>& name);

/// A credential cache in memory that nobody else has, gone with the object. Credentials that were
/// acquired from it must not be used after that. Move-only.
class GSSXX_EXPORT MemoryCache {
public:
    /// An empty cache with a name of its own. Does not block.
    [[nodiscard]] static Result<MemoryCache> create(const Backend& backend);
    MemoryCache(MemoryCache&&) noexcept = default;
    MemoryCache& operator=(MemoryCache&&) noexcept = default;
    MemoryCache(const MemoryCache&) = delete;
    MemoryCache& operator=(const MemoryCache&) = delete;
    ~MemoryCache() = default;

    /// "MEMORY:...".
    [[nodiscard]] const std::string& name() const noexcept { return *name_; }
    /// A store that names it, for Credentials::store_into (with overwrite) and acquire.
    [[nodiscard]] CredentialStore store() const;

private:
    explicit MemoryCache(std::shared_ptr<const std::string> name) noexcept
        : name_(std::move(name)) {}
    std::shared_ptr<const std::string> name_; // its deleter destroys the cache
};

} // namespace gss::inline v0::krb5
