// SPDX-License-Identifier: Apache-2.0
// Credentials of a principal out of a folder of caches (DIR), where the library's own search
// crashes.
#pragma once

#include "backend_interface.h"
#include "library.h"
#include "sources.h"

namespace gss::inline v0::rfc2744 {

/// Whether credentials of that name and usage would make the library search a folder of caches, and
/// crash: Heimdal 7.8 hands a null pointer to the part that reads the folder.
[[nodiscard]] bool must_search_folder(const Library& library, const detail::NamePtr& name,
                                      CredentialUsage usage, const Sources& sources);

/// gss_acquire_cred of a named initiator, by looking into the folder's primary cache first and into
/// each cache beside it. Fails with ccache_not_found, naming the folder, when none is of that name.
[[nodiscard]] Result<detail::AcquiredNative>
acquire_in_folder(const detail::BackendPtr& backend, const detail::AcquireArguments& arguments,
                  const Sources& sources);

/// Why gss_add_cred is not called.
[[nodiscard]] Error refuse_folder_search(const Library& library, const detail::NamePtr& name,
                                         const Sources& sources);

} // namespace gss::inline v0::rfc2744
