// SPDX-License-Identifier: Apache-2.0
// A gss_cred_id_t.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "sources.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

/// What is known of a credential from the call that made it.
struct CredentialOrigin {
    /// The files that using the credential reads: those that a caller chose, or the defaults where
    /// the library must not see damaged ones.
    Sources guarded;
    /// Whose it is, for messages: about a failing credential the library is not asked.
    detail::NamePtr name;
    /// Asking the credential for its name would yield one on which every call crashes.
    bool hollow_name = false;
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

/// gss_acquire_cred, with a store gss_acquire_cred_from or what takes its place.
[[nodiscard]] Result<detail::AcquiredNative> acquire(const detail::BackendPtr& backend,
                                                     const detail::AcquireArguments& arguments);
/// gss_add_cred into a new credential; @p input may be null, for GSS_C_NO_CREDENTIAL.
[[nodiscard]] Result<detail::AddedNative> add(const detail::BackendPtr& backend,
                                              const NativeCredential* input,
                                              const detail::AddArguments& arguments);
/// gss_inquire_cred; @p handle may be GSS_C_NO_CREDENTIAL.
[[nodiscard]] Result<detail::NativeCredentialInfo>
inquire(const detail::BackendPtr& backend, abi::CredentialHandle handle, CredentialFields fields);

} // namespace gss::inline v0::rfc2744
