// SPDX-License-Identifier: Apache-2.0
// A gss_cred_id_t.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "sources.h"

#include <memory>
#include <string>
#include <utility>

namespace gss::inline v0::rfc2744 {

/// A cache in memory, destroyed with the last credential that uses it.
class OwnedCache {
public:
    OwnedCache(detail::BackendPtr backend, std::string name)
        : backend_(std::move(backend)), name_(std::move(name)) {}
    OwnedCache(const OwnedCache&) = delete;
    OwnedCache& operator=(const OwnedCache&) = delete;
    ~OwnedCache() { backend_->destroy_cache(name_); }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    detail::BackendPtr backend_;
    std::string name_;
};

/// Credentials of somebody else that libkrb5 got for an impersonator.
struct Impersonation {
    detail::CredentialPtr impersonator; // keeps its cache, which has its TGT
    std::string principal;              // of the impersonator
    std::string user;                   // whose ticket it got
    std::string impersonator_cache;
    std::shared_ptr<const SecretBytes> evidence; // the user's ticket for the impersonator
};

/// What is known of a credential from the call that made it.
struct CredentialOrigin {
    /// The files that using the credential reads: those that a caller chose, or the defaults where
    /// the library must not see damaged ones.
    Sources guarded;
    /// Whose it is, for messages: about a failing credential the library is not asked.
    detail::NamePtr name;
    /// Asking the credential for its name would yield one on which every call crashes.
    bool hollow_name = false;
    /// The library says of an imported credential that it lives for ever, and does not know.
    bool unknown_lifetime = false;
    /// The cache in memory that was made for it.
    std::shared_ptr<const OwnedCache> cache = nullptr;
    /// How it was obtained for somebody else, where the library does not note that itself.
    std::shared_ptr<const Impersonation> impersonation = nullptr;
};

class NativeCredential : public detail::CredentialInterface {
public:
    /// Takes ownership of @p handle.
    NativeCredential(detail::BackendPtr backend, abi::CredentialHandle handle,
                     CredentialOrigin origin) noexcept
        : CredentialInterface(std::move(backend)), handle_(handle), origin_(std::move(origin)) {}
    ~NativeCredential() override;

    [[nodiscard]] abi::CredentialHandle handle() const noexcept { return handle_; }
    [[nodiscard]] const CredentialOrigin& origin() const noexcept { return origin_; }
    /// Notes that libkrb5 got it for an impersonator, into @p cache.
    void was_impersonated(std::shared_ptr<const OwnedCache> cache,
                          std::shared_ptr<const Impersonation> how) {
        origin_.cache = std::move(cache);
        origin_.impersonation = std::move(how);
    }

    [[nodiscard]] Result<detail::AddedNative>
    add(const detail::AddArguments& arguments) const override;
    [[nodiscard]] Result<detail::AddedNative>
    add_in_place(const detail::AddArguments& arguments) override;
    [[nodiscard]] Result<detail::NativeCredentialInfo>
    inquire(CredentialFields fields) const override;
    [[nodiscard]] Result<detail::NativeMechanismCredentialInfo>
    inquire_by_mechanism(const Oid& mechanism, CredentialFields wanted) const override;
    [[nodiscard]] Result<StoredCredentials>
    store_into(const detail::StoreArguments& arguments) const override;

    [[nodiscard]] Result<detail::AddedNative>
    add_with_password(const detail::AddArguments& arguments,
                      const detail::Password& password) const override;
    [[nodiscard]] Result<detail::AddedNative>
    add_impersonating(const detail::AddArguments& arguments,
                      const detail::CredentialPtr& impersonator) const override;
    [[nodiscard]] Result<std::optional<std::string>> impersonator() const override;
    [[nodiscard]] Result<Buffer> export_credentials() const override;
    [[nodiscard]] Result<void> set_negotiable_mechanisms(const OidSet& mechanisms) override;
    [[nodiscard]] Result<void> set_option(const Oid& option,
                                          std::optional<BytesView> value) override;
    [[nodiscard]] Result<std::vector<Buffer>> inquire_by_oid(const Oid& question) const override;
    [[nodiscard]] Result<void> copy_to_native_cache(void* cache) const override;
    [[nodiscard]] Result<void>
    set_allowable_enctypes(const std::vector<std::int32_t>& enctypes) override;
    [[nodiscard]] Result<void> set_replay_cache(const std::string& name) override;

private:
    /// The fields without what must not be asked for.
    [[nodiscard]] CredentialFields safe(CredentialFields fields) const noexcept;

    abi::CredentialHandle handle_;
    CredentialOrigin origin_;
};

/// Receives a gss_cred_id_t; releases it unless it is taken.
class OutputCredential {
public:
    /// @p backend outlives this.
    explicit OutputCredential(const detail::BackendPtr& backend) noexcept : backend_(backend) {}
    explicit OutputCredential(detail::BackendPtr&&) = delete;
    OutputCredential(const OutputCredential&) = delete;
    OutputCredential& operator=(const OutputCredential&) = delete;
    ~OutputCredential();
    [[nodiscard]] abi::CredentialHandle* get() noexcept { return &handle_; }
    /// The credential as an object; null when the library gave none.
    [[nodiscard]] detail::CredentialPtr take(CredentialOrigin origin = {});

private:
    const detail::BackendPtr& backend_;
    abi::CredentialHandle handle_ = nullptr;
};

/// The handle of a credential of this backend; GSS_C_NO_CREDENTIAL for null.
[[nodiscard]] inline abi::CredentialHandle
handle_of(const detail::CredentialPtr& credential) noexcept {
    return credential ? static_cast<const NativeCredential&>(*credential).handle() : nullptr;
}

/// What is known of a credential of this backend, which must not be null.
[[nodiscard]] inline const CredentialOrigin&
origin_of(const detail::CredentialPtr& credential) noexcept {
    return static_cast<const NativeCredential&>(*credential).origin();
}

/// Whose credentials, for messages.
[[nodiscard]] std::string subject_of(const detail::NamePtr& name);

/// Where the family takes its default credentials in place of an element that the chosen ones lack:
/// an Error that names the mechanism. Null credentials are a choice, too.
[[nodiscard]] std::optional<Error> refuse_missing_element(const Library& library,
                                                          std::string_view operation,
                                                          const detail::CredentialPtr& chosen,
                                                          const Oid& mechanism);

/// gss_acquire_cred, with a store gss_acquire_cred_from or what takes its place.
[[nodiscard]] Result<detail::AcquiredNative> acquire(const detail::BackendPtr& backend,
                                                     const detail::AcquireArguments& arguments);
/// gss_add_cred into a new credential; @p input may be null, for GSS_C_NO_CREDENTIAL.
[[nodiscard]] Result<detail::AddedNative> add(const detail::BackendPtr& backend,
                                              const NativeCredential* input,
                                              const detail::AddArguments& arguments);
/// An Error for a mechanism of which this family crashes when an element is added.
[[nodiscard]] std::optional<Error> refuse_to_add(const Library& library, const Oid& mechanism,
                                                 std::string_view operation = "gss_add_cred");
/// For what is asked of a library that cannot do it, or that contradicts itself.
[[nodiscard]] Error credential_refusal(const Library& library, std::string_view operation,
                                       ErrorCode code, std::string subject, std::string message);
/// For a failed call of libkrb5.
[[nodiscard]] Error krb5_failure(const Library& library, std::string_view operation,
                                 std::int32_t code, std::string subject, Sources sources = {});
/// A copy by way of an export. For calls that share elements between their input and their output,
/// whose release then frees them twice (MIT 1.20).
[[nodiscard]] Result<detail::CredentialPtr> copy_by_export(const NativeCredential& original,
                                                           std::string_view operation);
/// The name of the cache behind a credential, where the library tells it (Heimdal); else empty.
[[nodiscard]] std::string cache_behind(const Library& library, abi::CredentialHandle handle);
/// gss_inquire_cred; @p handle may be GSS_C_NO_CREDENTIAL.
[[nodiscard]] Result<detail::NativeCredentialInfo>
inquire(const detail::BackendPtr& backend, abi::CredentialHandle handle, CredentialFields fields);

} // namespace gss::inline v0::rfc2744
