// SPDX-License-Identifier: Apache-2.0
// What a backend may do with credentials beyond RFC 2744. Each call has a default that says that
// the backend does not have it.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/credentials.h>
#include <gssxx/krb5/cache_collection.h>
#include <gssxx/krb5/credentials.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>
#include <gssxx/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::detail {

class CredentialInterface;
class NameInterface;
struct AcquiredNative;
struct AddArguments;
struct AddedNative;

/// A password with a NUL behind it, shared with a worker that may outlive the call.
using Password = std::shared_ptr<const SecretBytes>;

struct PasswordArguments {
    std::shared_ptr<NameInterface> name; // never null
    Password password;
    OidSet mechanisms;
    CredentialUsage usage = CredentialUsage::initiate;
    Lifetime lifetime = Lifetime::indefinite();
};

struct ImpersonateArguments {
    std::shared_ptr<CredentialInterface> impersonator; // never null
    std::shared_ptr<NameInterface> name;               // never null
    OidSet mechanisms;
    Lifetime lifetime = Lifetime::indefinite();
};

/// Of a backend.
class CredentialBackendCalls {
public:
    [[nodiscard]] virtual Result<AcquiredNative>
    acquire_with_password(const PasswordArguments& arguments) const;
    [[nodiscard]] virtual Result<AcquiredNative>
    impersonate(const ImpersonateArguments& arguments) const;
    [[nodiscard]] virtual Result<AcquiredNative> import_credentials(BytesView native_token) const;

    [[nodiscard]] virtual Result<AcquiredNative>
    import_krb5(const krb5::NativeHandles& handles) const;
    [[nodiscard]] virtual Result<std::optional<std::string>>
    set_default_cache_name(const std::optional<std::string>& name) const;
    /// A cache in memory under a name that no other one has; destroy_cache() ends it.
    [[nodiscard]] virtual Result<std::string> new_memory_cache() const;
    virtual void destroy_cache(const std::string& name) const noexcept;
    [[nodiscard]] virtual Result<std::string>
    collection_name(const std::optional<std::string>& wanted) const;
    [[nodiscard]] virtual Result<std::vector<krb5::Cache>>
    list_caches(const std::string& collection) const;
    [[nodiscard]] virtual Result<void> choose_cache(const std::string& collection,
                                                    const std::string& cache) const;

protected:
    CredentialBackendCalls() = default;
    ~CredentialBackendCalls() = default;
};

/// Of a credential.
class CredentialCalls {
public:
    [[nodiscard]] virtual Result<AddedNative> add_with_password(const AddArguments& arguments,
                                                                const Password& password) const;
    [[nodiscard]] virtual Result<AddedNative>
    add_impersonating(const AddArguments& arguments,
                      const std::shared_ptr<CredentialInterface>& impersonator) const;
    /// The principal that obtained them for another one; nothing for ordinary credentials.
    [[nodiscard]] virtual Result<std::optional<std::string>> impersonator() const;
    [[nodiscard]] virtual Result<Buffer> export_credentials() const;
    [[nodiscard]] virtual Result<void> set_negotiable_mechanisms(const OidSet& mechanisms);
    [[nodiscard]] virtual Result<void> set_option(const Oid& option,
                                                  std::optional<BytesView> value);
    [[nodiscard]] virtual Result<std::vector<Buffer>> inquire_by_oid(const Oid& question) const;

    [[nodiscard]] virtual Result<void> copy_to_native_cache(void* cache) const;
    [[nodiscard]] virtual Result<void>
    set_allowable_enctypes(const std::vector<std::int32_t>& enctypes);
    [[nodiscard]] virtual Result<void> set_replay_cache(const std::string& name);

protected:
    CredentialCalls() = default;
    ~CredentialCalls() = default;
};

} // namespace gss::inline v0::detail
