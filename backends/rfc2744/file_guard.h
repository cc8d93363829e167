// SPDX-License-Identifier: Apache-2.0
// Keeps damaged caches and keytabs away from a library that crashes on them.
#pragma once

#include "sources.h"

#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::rfc2744 {

/// What a guarded call is about to do.
struct GuardedCall {
    std::string_view operation;
    CredentialUsage usage = CredentialUsage::both;
    std::string principal; // whose credentials; empty: the default
};

/// The defaults for that usage, where the family must not see damaged files; empty otherwise.
/// Asks the library itself, through a context that each thread keeps, as such libraries do.
[[nodiscard]] Sources guarded_sources(const Library& library, CredentialUsage usage);

/// An Error when a file that @p call will read is damaged. The keytab counts for an initiator
/// when the cache is of no use: such a library then looks there for a key. Costs a stat() per file
/// that has not changed since this thread last looked.
[[nodiscard]] std::optional<Error> refuse_damaged(const Library& library, const GuardedCall& call,
                                                  const Sources& sources);

} // namespace gss::inline v0::rfc2744
