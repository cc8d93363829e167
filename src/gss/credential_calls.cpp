// SPDX-License-Identifier: Apache-2.0
// What a backend answers that has none of these calls.
#include "credential_calls.h"

#include "backend_interface.h"

#include <string_view>

namespace gss::inline v0::detail {

namespace {

Error lacks(std::string_view backend, std::string_view operation) {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = operation;
    details.backend = backend;
    details.messages.emplace_back("this backend has no such call");
    return Error(std::move(details));
}

Error lacks(const CredentialBackendCalls& calls, std::string_view operation) {
    return lacks(static_cast<const BackendInterface&>(calls).name(), operation);
}

Error lacks(const CredentialCalls& calls, std::string_view operation) {
    return lacks(static_cast<const CredentialInterface&>(calls).backend()->name(), operation);
}

} // namespace

Result<AcquiredNative>
CredentialBackendCalls::acquire_with_password(const PasswordArguments& /*arguments*/) const {
    return lacks(*this, "gss_acquire_cred_with_password");
}

Result<AcquiredNative>
CredentialBackendCalls::impersonate(const ImpersonateArguments& /*arguments*/) const {
    return lacks(*this, "gss_acquire_cred_impersonate_name");
}

Result<AcquiredNative>
CredentialBackendCalls::import_credentials(BytesView /*native_token*/) const {
    return lacks(*this, "gss_import_cred");
}

Result<AcquiredNative>
CredentialBackendCalls::import_krb5(const krb5::NativeHandles& /*handles*/) const {
    return lacks(*this, "gss_krb5_import_cred");
}

Result<std::optional<std::string>>
CredentialBackendCalls::set_default_cache_name(const std::optional<std::string>& /*name*/) const {
    return lacks(*this, "gss_krb5_ccache_name");
}

Result<std::string> CredentialBackendCalls::new_memory_cache() const {
    return lacks(*this, "krb5_cc_new_unique");
}

void CredentialBackendCalls::destroy_cache(const std::string& /*name*/) const noexcept {}

Result<std::string>
CredentialBackendCalls::collection_name(const std::optional<std::string>& /*wanted*/) const {
    return lacks(*this, "krb5_cc_default_name");
}

Result<std::vector<krb5::Cache>>
CredentialBackendCalls::list_caches(const std::string& /*collection*/) const {
    return lacks(*this, "krb5_cccol_cursor_next");
}

Result<void> CredentialBackendCalls::choose_cache(const std::string& /*collection*/,
                                                  const std::string& /*cache*/) const {
    return lacks(*this, "krb5_cc_switch");
}

Result<AddedNative> CredentialCalls::add_with_password(const AddArguments& /*arguments*/,
                                                       const Password& /*password*/) const {
    return lacks(*this, "gss_add_cred_with_password");
}

Result<AddedNative> CredentialCalls::add_impersonating(
    const AddArguments& /*arguments*/,
    const std::shared_ptr<CredentialInterface>& /*impersonator*/) const {
    return lacks(*this, "gss_add_cred_impersonate_name");
}

Result<std::optional<std::string>> CredentialCalls::impersonator() const {
    return std::optional<std::string>();
}

Result<Buffer> CredentialCalls::export_credentials() const {
    return lacks(*this, "gss_export_cred");
}

Result<void> CredentialCalls::set_negotiable_mechanisms(const OidSet& /*mechanisms*/) {
    return lacks(*this, "gss_set_neg_mechs");
}

Result<void> CredentialCalls::set_option(const Oid& /*option*/,
                                         std::optional<BytesView> /*value*/) {
    return lacks(*this, "gss_set_cred_option");
}

Result<std::vector<Buffer>> CredentialCalls::inquire_by_oid(const Oid& /*question*/) const {
    return lacks(*this, "gss_inquire_cred_by_oid");
}

Result<void> CredentialCalls::copy_to_native_cache(void* /*cache*/) const {
    return lacks(*this, "gss_krb5_copy_ccache");
}

Result<void>
CredentialCalls::set_allowable_enctypes(const std::vector<std::int32_t>& /*enctypes*/) {
    return lacks(*this, "gss_krb5_set_allowable_enctypes");
}

Result<void> CredentialCalls::set_replay_cache(const std::string& /*name*/) {
    return lacks(*this, "gss_krb5_set_cred_rcache");
}

} // namespace gss::inline v0::detail
