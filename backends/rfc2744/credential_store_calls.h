// SPDX-License-Identifier: Apache-2.0
// Credentials from and into what a CredentialStore names.
#pragma once

#include "abi.h"
#include "backend_interface.h"

namespace gss::inline v0::rfc2744 {

/// gss_acquire_cred_from, or gss_krb5_import_cred in its place; the store has elements.
[[nodiscard]] Result<detail::AcquiredNative>
acquire_from_store(const detail::BackendPtr& backend, const detail::AcquireArguments& arguments);

/// gss_store_cred_into, or gss_krb5_copy_ccache in its place. A file appears whole or not at all.
[[nodiscard]] Result<StoredCredentials> store_into_cache(const detail::BackendPtr& backend,
                                                         abi::CredentialHandle credential,
                                                         const detail::StoreArguments& arguments);

} // namespace gss::inline v0::rfc2744
