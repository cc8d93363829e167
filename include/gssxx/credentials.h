// SPDX-License-Identifier: Apache-2.0
// Credentials: the right to act as a principal.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/bytes.h>
#include <gssxx/credential_store.h>
#include <gssxx/export.h>
#include <gssxx/exported_credentials.h>
#include <gssxx/flags.h>
#include <gssxx/mechanism.h>
#include <gssxx/name.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>
#include <gssxx/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace gss::inline v0 {

namespace detail {
class CredentialInterface;
}

/// What credentials are used for (RFC 2744 s5.2); the values are those of gss_cred_usage_t.
enum class CredentialUsage : std::uint8_t { both = 0, initiate = 1, accept = 2 };

/// The parts of a credential that an inquiry may ask for.
enum class CredentialField : std::uint32_t { name = 1, lifetime = 2, usage = 4, mechanisms = 8 };
using CredentialFields = FlagSet<CredentialField>;
inline constexpr CredentialFields all_credential_fields{
    CredentialField::name, CredentialField::lifetime, CredentialField::usage,
    CredentialField::mechanisms};

/// What gss_inquire_cred tells (RFC 2744 s5.21). Parts that were not asked for are absent; the
/// name is also absent when the credential has none, as default acceptor credentials do.
struct CredentialInfo {
    std::optional<Name> name;
    std::optional<Lifetime> lifetime;
    std::optional<CredentialUsage> usage;
    std::optional<OidSet> mechanisms;
    friend bool operator==(const CredentialInfo&, const CredentialInfo&) = default;
};

/// What gss_inquire_cred_by_mech tells (RFC 2744 s5.22). CredentialField::lifetime asks for both.
struct MechanismCredentialInfo {
    std::optional<Name> name;
    std::optional<Lifetime> initiator_lifetime;
    std::optional<Lifetime> acceptor_lifetime;
    std::optional<CredentialUsage> usage;
    friend bool operator==(const MechanismCredentialInfo&,
                           const MechanismCredentialInfo&) = default;
};

/// How to acquire credentials; the defaults are the native library's own.
struct AcquireOptions {
    const Name* name = nullptr; ///< whose credentials; null: the default principal
    OidSet mechanisms;          ///< for which mechanisms; empty: the library's default set
    Lifetime lifetime = Lifetime::indefinite();
    Deadline deadline;
    /// In place of the default cache and keytab, where it names others. Keys that the usage has no
    /// need of are ignored.
    CredentialStore store;
    /// Whether AcquiredCredentials::lifetime is told. MIT settles on a cache when it is asked:
    /// without, the choice within a collection is left to the first context of credentials that
    /// have no name, and goes by its target (.k5identity, realms).
    bool tell_lifetime = true;
};

/// How to store credentials.
struct StoreOptions {
    Oid mechanism = mechanism::krb5(); ///< of the element that is stored
    bool overwrite = false;            ///< replaces a cache that exists
    /// Makes the cache the one that its collection stands for, where its type has such a choice
    /// (DIR, KEYRING, KCM).
    bool set_default = false;
};

/// What storing tells (RFC 5588 s3).
struct StoredCredentials {
    OidSet mechanisms; ///< of the elements that were stored
    CredentialUsage usage = CredentialUsage::initiate;
    friend bool operator==(const StoredCredentials&, const StoredCredentials&) = default;
};

/// How to add a credential element.
struct AddOptions {
    const Name* name = nullptr;
    CredentialUsage usage = CredentialUsage::initiate;
    Lifetime initiator_lifetime = Lifetime::indefinite();
    Lifetime acceptor_lifetime = Lifetime::indefinite();
    Deadline deadline;
    /// In place of the default cache and keytab (gss_add_cred_from). Adding to credentials that
    /// exist: Capability::adding_from_store.
    CredentialStore store;
};

/// How to acquire credentials with a password.
struct PasswordOptions {
    OidSet mechanisms; ///< for which mechanisms; empty: the library's default set
    CredentialUsage usage = CredentialUsage::initiate; ///< or both
    Lifetime lifetime = Lifetime::indefinite();
    Deadline deadline;
};

/// How to acquire credentials of somebody else.
struct ImpersonateOptions {
    OidSet mechanisms; ///< for which mechanisms; empty: Kerberos
    Lifetime lifetime = Lifetime::indefinite();
    Deadline deadline;
};

struct AcquiredCredentials;
struct AddedCredentials;

/// What adding an element in place tells (RFC 2744 s5.3).
struct AddedElement {
    OidSet mechanisms; ///< all mechanisms of the credential afterwards
    Lifetime initiator_lifetime = Lifetime::not_supported();
    Lifetime acceptor_lifetime = Lifetime::not_supported();
    friend bool operator==(const AddedElement&, const AddedElement&) = default;
};

/// A GSSAPI credential (RFC 2743 s1.1.1). Move-only. Threads may share one, except while
/// add_in_place runs. Where caches and keytabs lie is decided by the native library (the
/// environment and krb5.conf) unless a CredentialStore names them.
class GSSXX_EXPORT Credentials {
public:
    /// gss_acquire_cred, RFC 2744 s5.2. Reads caches and keytabs; may contact a KDC when a client
    /// keytab is configured: give a deadline where that matters.
    ///
    /// With a store that names anything, gss_acquire_cred_from, on libraries that lack it
    /// gss_krb5_import_cred; the environment is not touched, so that credentials with different
    /// caches and keytabs live side by side. A cache or keytab that is missing, unreadable or
    /// damaged fails with the code that it has as a default, and is named. Fails with unavailable,
    /// naming the key and the backend, for what the library cannot do (Capability).
    [[nodiscard]] static Result<AcquiredCredentials>
    acquire(const Backend& backend, CredentialUsage usage, const AcquireOptions& options = {});
    /// gss_add_cred without input credentials, RFC 2744 s5.3: a new credential with one element.
    [[nodiscard]] static Result<AddedCredentials>
    add_to_default(const Backend& backend, const Oid& mechanism, const AddOptions& options = {});
    /// gss_inquire_cred of the default credential, RFC 2744 s5.21.
    [[nodiscard]] static Result<CredentialInfo>
    inquire_default(const Backend& backend, CredentialFields fields = all_credential_fields);

    /// gss_acquire_cred_with_password: the credentials of @p name. Asks the KDC: give a deadline
    /// where that matters. They live in memory and are gone with the object. Fails with
    /// malformed_parameter for a password that is empty or has a NUL inside; decrypt_failed for a
    /// wrong one; client_unknown. The password is wiped and in no text.
    [[nodiscard]] static Result<AcquiredCredentials>
    acquire_with_password(const Backend& backend, const Name& name, std::string_view password,
                          const PasswordOptions& options = {});
    /// gss_import_cred of what export_credentials() gave. Fails with misuse for another backend's.
    /// Credentials whose cache is a file or a daemon's are a name of it: it must be there still.
    [[nodiscard]] static Result<AcquiredCredentials>
    import_credentials(const Backend& backend, const ExportedCredentials& exported);
    /// The same for octets without our frame, which come from a trusted place: native libraries
    /// crash on some that are cut or altered.
    [[nodiscard]] static Result<AcquiredCredentials> import_trusted(const Backend& backend,
                                                                    BytesView native_token);

    /// A copy of these credentials with one element more (gss_add_cred, RFC 2744 s5.3).
    [[nodiscard]] Result<AddedCredentials> add(const Oid& mechanism,
                                               const AddOptions& options = {}) const;
    /// Adds one element to these credentials themselves. On failure they are as before. Not while
    /// another thread, or a call past its deadline, uses them.
    [[nodiscard]] Result<AddedElement> add_in_place(const Oid& mechanism,
                                                    const AddOptions& options = {});
    /// A copy with an element of @p name, obtained with a password (gss_add_cred_with_password).
    /// options.name and options.store are not looked at. Fails as acquire_with_password does.
    [[nodiscard]] Result<AddedCredentials> add_with_password(const Oid& mechanism, const Name& name,
                                                             std::string_view password,
                                                             const AddOptions& options = {}) const;

    /// S4U2Self: credentials of @p name, obtained by these, which must be able to initiate
    /// (gss_acquire_cred_impersonate_name). Asks the KDC. They reach the impersonator's own
    /// service, and others where the KDC lets the impersonator delegate (S4U2Proxy,
    /// Capability::constrained_delegation). They are not what a user has forwarded: impersonator()
    /// tells them apart. The impersonator may be released before them.
    [[nodiscard]] Result<AcquiredCredentials>
    impersonate(const Name& name, const ImpersonateOptions& options = {}) const;
    /// A copy with an element of @p name that @p impersonator obtains
    /// (gss_add_cred_impersonate_name). options.name and options.store are not looked at.
    [[nodiscard]] Result<AddedCredentials> add_impersonating(const Credentials& impersonator,
                                                             const Oid& mechanism, const Name& name,
                                                             const AddOptions& options = {}) const;
    /// Whether these were obtained by an impersonator, and whose credentials obtain tickets with
    /// them: its principal. Nothing for all others.
    [[nodiscard]] Result<std::optional<std::string>> impersonator() const;

    /// gss_export_cred: for another process of this user, or a later time. Credentials in memory
    /// are exported with their tickets and keys. Fails with unavailable for what the library does
    /// not export (Heimdal: accepting credentials). Capability::credential_export.
    [[nodiscard]] Result<ExportedCredentials> export_credentials() const;

    /// gss_set_neg_mechs: what SPNEGO may offer or take with these credentials (RFC 4178). Not
    /// while another thread uses them. Capability::negotiable_mechanisms.
    [[nodiscard]] Result<void> set_negotiable_mechanisms(const OidSet& mechanisms);
    /// gss_set_cred_option; no value is an empty one. GSS_KRB5_CRED_NO_CI_FLAGS_X
    /// (1.2.752.43.13.29) before the first context. Not while another thread uses them. Options
    /// whose value is an address of native memory are refused as misuse: gssxx/krb5/ has them.
    [[nodiscard]] Result<void> set_option(const Oid& option,
                                          std::optional<BytesView> value = std::nullopt);
    /// gss_inquire_cred_by_oid: zero or more pieces. Fails with unavailable for an identifier that
    /// the library does not know.
    [[nodiscard]] Result<std::vector<Buffer>> inquire_by_oid(const Oid& question) const;

    /// gss_store_cred (RFC 5588 s3): as store_into, into the library's default cache. In a
    /// collection that is the one it stands for.
    [[nodiscard]] Result<StoredCredentials> store(const StoreOptions& options = {}) const;
    /// Copies the initiating element into the cache that @p store names by its one key, ccache
    /// (gss_store_cred_into, RFC 5588 s3; gss_krb5_copy_ccache): what a delegated credential needs
    /// to outlive the process or to be used by others. Blocks on files; contacts a KDC only for
    /// credentials whose own ticket comes from a client keytab.
    ///
    /// A cache in a file appears complete or not at all, with mode 0600, owned by the process; its
    /// folder must exist and be writable. Replaced is the file of that name, not what a symbolic
    /// link points to. Caches of other types are written by the native library in place.
    ///
    /// Fails, naming the cache, with duplicate_element for one that exists, unless overwriting was
    /// asked for; ccache_not_found without its folder; ccache_unreadable when it cannot be
    /// written. Of another type than a file, with the native cause when it cannot be read: nobody
    /// knows what is in it then, and it is not overwritten. no_credentials for credentials that
    /// only accept; misuse for a store without ccache; unavailable for other keys and mechanisms
    /// that are not stored.
    [[nodiscard]] Result<StoredCredentials> store_into(const CredentialStore& store,
                                                       const StoreOptions& options = {}) const;
    /// gss_inquire_cred, RFC 2744 s5.21. May resolve a deferred choice of cache.
    [[nodiscard]] Result<CredentialInfo>
    inquire(CredentialFields fields = all_credential_fields) const;
    /// gss_inquire_cred_by_mech, RFC 2744 s5.22.
    [[nodiscard]] Result<MechanismCredentialInfo>
    inquire_by_mechanism(const Oid& mechanism,
                         CredentialFields fields = all_credential_fields) const;

    /// Gives the native credential back now. Later calls fail with misuse; repeating it is fine.
    [[deprecated("credentials are released by their destructor")]] void release() noexcept;

    /// The backend that the credential belongs to.
    [[nodiscard]] Backend backend() const;

private:
    friend struct detail::Access;
    explicit Credentials(std::shared_ptr<detail::CredentialInterface> self) noexcept
        : self_(std::move(self)) {}

    std::shared_ptr<detail::CredentialInterface> self_;
};

/// What gss_acquire_cred yields.
struct AcquiredCredentials {
    Credentials credentials;
    OidSet mechanisms; ///< those the credential is good for
    Lifetime lifetime = Lifetime::not_supported();
};

/// What gss_add_cred yields for a new credential.
struct AddedCredentials {
    Credentials credentials;
    OidSet mechanisms;
    Lifetime initiator_lifetime = Lifetime::not_supported();
    Lifetime acceptor_lifetime = Lifetime::not_supported();
};

} // namespace gss::inline v0
