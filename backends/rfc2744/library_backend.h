// SPDX-License-Identifier: Apache-2.0
// The backend that MIT and Heimdal share: operations in terms of RFC 2744 calls.
#pragma once

#include "backend_interface.h"
#include "library.h"

#include <memory>
#include <string>
#include <string_view>

namespace gss::inline v0::rfc2744 {

class LibraryBackend : public detail::BackendInterface {
public:
    explicit LibraryBackend(Library library) : library_(std::move(library)) {}

    [[nodiscard]] const Library& native() const noexcept { return library_; }

    [[nodiscard]] std::string_view name() const noexcept override { return library_.traits.name; }
    [[nodiscard]] std::string_view library() const noexcept override {
        return library_.loaded.path;
    }
    [[nodiscard]] const void* identity() const noexcept override;
    /// Of mechanisms that a library may lack (IAKERB, NTLM: a plugin of MIT's) nothing, where
    /// gss_indicate_mechs does not name them. Not kept: the library reads its list when it changes.
    [[nodiscard]] bool supports(Capability capability,
                                const Oid& mechanism) const noexcept override;
    [[nodiscard]] Result<OidSet> mechanisms() const override;
    [[nodiscard]] Result<OidSet> name_types(const Oid& mechanism) const override;
    [[nodiscard]] Result<std::vector<std::string>>
    status_text(StatusKind kind, std::uint32_t code,
                const std::optional<Oid>& mechanism) const override;
    [[nodiscard]] Result<void> preload() const override;
    [[nodiscard]] Result<MechanismAttributes> mechanism_attributes(const Oid& oid) const override;
    [[nodiscard]] Result<MechanismAttributeText>
    describe_mechanism_attribute(const Oid& attribute) const override;
    [[nodiscard]] Result<SaslName> sasl_name(const Oid& oid) const override;
    [[nodiscard]] Result<Oid> mechanism_of_sasl_name(std::string_view sasl_name) const override;

    [[nodiscard]] Result<detail::NamePtr>
    import_name(BytesView octets, const std::optional<Oid>& type) const override;
    [[nodiscard]] Result<detail::AcquiredNative>
    acquire(const detail::AcquireArguments& arguments) const override;
    [[nodiscard]] Result<detail::AddedNative>
    add_to_default(const detail::AddArguments& arguments) const override;
    [[nodiscard]] Result<detail::NativeCredentialInfo>
    inquire_default_credential(CredentialFields fields) const override;
    [[nodiscard]] Result<detail::AcquiredNative>
    acquire_with_password(const detail::PasswordArguments& arguments) const override;
    [[nodiscard]] Result<detail::AcquiredNative>
    impersonate(const detail::ImpersonateArguments& arguments) const override;
    [[nodiscard]] Result<detail::AcquiredNative>
    import_credentials(BytesView native_token) const override;
    [[nodiscard]] Result<detail::AcquiredNative>
    import_krb5(const krb5::NativeHandles& handles) const override;
    [[nodiscard]] Result<std::optional<std::string>>
    set_default_cache_name(const std::optional<std::string>& name) const override;
    [[nodiscard]] Result<std::string> new_memory_cache() const override;
    void destroy_cache(const std::string& name) const noexcept override;
    [[nodiscard]] Result<std::string>
    collection_name(const std::optional<std::string>& wanted) const override;
    [[nodiscard]] Result<std::vector<krb5::Cache>>
    list_caches(const std::string& collection) const override;
    [[nodiscard]] Result<void> choose_cache(const std::string& collection,
                                            const std::string& cache) const override;
    [[nodiscard]] detail::ContextPtr new_context() const override;
    [[nodiscard]] Result<detail::ContextPtr> import_context(BytesView native_token) const override;

    [[nodiscard]] Result<krb5::RenewalSource>
    renew_ticket(const krb5::RenewerOptions& options) const override;

private:
    [[nodiscard]] bool is_offered(const Oid& mechanism) const noexcept;
    Library library_;
};

using LibraryBackendPtr = std::shared_ptr<const LibraryBackend>;

/// A backend on functions that were found already; the tests put their own in between.
[[nodiscard]] LibraryBackendPtr make_backend(Library library);

/// Loads @p library for the family of @p traits.
[[nodiscard]] Result<detail::BackendPtr> open_backend(const Traits& traits,
                                                      std::string_view library);

/// The library behind a native object of this backend.
[[nodiscard]] inline const Library& library_of(const detail::NativeObject& object) noexcept {
    return static_cast<const LibraryBackend&>(*object.backend()).native();
}

} // namespace gss::inline v0::rfc2744
