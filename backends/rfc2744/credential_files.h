// SPDX-License-Identifier: Apache-2.0
// What is wrong with a credential cache or keytab file, found out by looking at it: the native
// libraries often do not tell, and Heimdal crashes on some damaged ones.
#pragma once

#include "finding.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::rfc2744 {

/// What a credential cache turned out to be.
struct ExaminedCache {
    std::optional<Finding> finding; ///< nothing: intact, with a ticket that is still good
    std::string principal;          ///< "alice@REALM"; empty when it cannot be read
    /// When the last ticket that counts ends, in seconds since 1970; 0 when there is none.
    std::int64_t until = 0;
};

/// The path of a cache or keytab name ("FILE:/tmp/krb5cc_0", "/etc/krb5.keytab", "cache"); empty
/// for names of other types.
[[nodiscard]] std::string file_path(std::string_view name);
/// The file in which the library finds the tickets of that cache: the file_path, or of a folder
/// (DIR) the cache that is named or chosen; empty for caches that are no files.
[[nodiscard]] std::string file_of_cache(std::string_view name);

/// A Finding for a name of a type that neither MIT nor Heimdal has ("NOSUCHTYPE:x"):
/// ccache_unreadable, keytab_unreadable.
[[nodiscard]] std::optional<Finding> examine_cache_type(std::string_view name);
[[nodiscard]] std::optional<Finding> examine_keytab_type(std::string_view name);

/// ccache_not_found (no file, or no ticket in it), ccache_unreadable, ccache_corrupt,
/// credentials_expired.
[[nodiscard]] ExaminedCache examine_cache(const std::string& path);

/// ccache_corrupt when the file behind a cache of that name, if there is one, is damaged.
[[nodiscard]] std::optional<Finding> examine_for_damage(std::string_view cache);

/// keytab_not_found, keytab_unreadable, keytab_corrupt, key_not_found (no key at all); nothing
/// for an intact keytab with keys.
[[nodiscard]] std::optional<Finding> examine_keytab(const std::string& path);

} // namespace gss::inline v0::rfc2744
