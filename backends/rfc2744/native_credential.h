// SPDX-License-Identifier: Apache-2.0
// A gss_cred_id_t.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "sources.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

class NativeCredential : public detail::CredentialInterface {
public:
    /// Takes ownership of @p handle.
    NativeCredential(detail::BackendPtr backend, abi::CredentialHandle handle,
                     Sources guarded) noexcept
        : CredentialInterface(std::move(backend)), handle_(handle), guarded_(std::move(guarded)) {}
    ~NativeCredential() override;

    [[nodiscard]] abi::CredentialHandle handle() const noexcept { return handle_; }
    /// The files that using the credential reads, where the library must not see damaged ones.
    [[nodiscard]] const Sources& guarded() const noexcept { return guarded_; }

    [[nodiscard]] Result<detail::AddedNative>
    add(const detail::AddArguments& arguments) const override;
    [[nodiscard]] Result<detail::AddedNative>
    add_in_place(const detail::AddArguments& arguments) override;
    [[nodiscard]] Result<detail::NativeCredentialInfo>
    inquire(CredentialFields fields) const override;
    [[nodiscard]] Result<detail::NativeMechanismCredentialInfo>
    inquire_by_mechanism(const Oid& mechanism, CredentialFields fields) const override;

private:
    abi::CredentialHandle handle_;
    Sources guarded_;
};

/// Receives a gss_cred_id_t; releases it unless it is taken.
class OutputCredential {
public:
    explicit OutputCredential(detail::BackendPtr backend) noexcept : backend_(std::move(backend)) {}
    OutputCredential(const OutputCredential&) = delete;
    OutputCredential& operator=(const OutputCredential&) = delete;
    ~OutputCredential();
    [[nodiscard]] abi::CredentialHandle* get() noexcept { return &handle_; }
    /// The credential as an object; null when the library gave none.
    [[nodiscard]] detail::CredentialPtr take(Sources guarded = {});

private:
    detail::BackendPtr backend_;
    abi::CredentialHandle handle_ = nullptr;
};

/// The handle of a credential of this backend; GSS_C_NO_CREDENTIAL for null.
[[nodiscard]] inline abi::CredentialHandle
handle_of(const detail::CredentialPtr& credential) noexcept {
    return credential ? static_cast<const NativeCredential&>(*credential).handle() : nullptr;
}

/// gss_acquire_cred.
[[nodiscard]] Result<detail::AcquiredNative> acquire(const detail::BackendPtr& backend,
                                                     const detail::AcquireArguments& arguments);
/// gss_add_cred into a new credential; @p input may be GSS_C_NO_CREDENTIAL.
[[nodiscard]] Result<detail::AddedNative> add(const detail::BackendPtr& backend,
                                              abi::CredentialHandle input,
                                              const detail::AddArguments& arguments);
/// gss_inquire_cred; @p handle may be GSS_C_NO_CREDENTIAL.
[[nodiscard]] Result<detail::NativeCredentialInfo>
inquire(const detail::BackendPtr& backend, abi::CredentialHandle handle, CredentialFields fields);

} // namespace gss::inline v0::rfc2744
