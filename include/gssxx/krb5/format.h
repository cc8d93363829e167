// SPDX-License-Identifier: Apache-2.0
// What is Kerberos's own as text, for logs and tests. Keys are never in it, only their sizes.
#pragma once

#include <gssxx/export.h>
#include <gssxx/flags.h>
#include <gssxx/format.h>
#include <gssxx/krb5/cache_collection.h>
#include <gssxx/krb5/context.h>
#include <gssxx/krb5/credentials.h>
#include <gssxx/krb5/renewer.h>

#include <ostream>
#include <string>
#include <string_view>

namespace gss::inline v0::krb5 {

/// "keytab": the enumerator; "unknown" for numbers that have none.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(RenewalSource value) noexcept;
/// Of a number that has none the number: "0x00000002".
[[nodiscard]] GSSXX_EXPORT std::string to_string(TicketFlag flag);

/// "aes256-cts-hmac-sha1-96 (32 octets)": the type and the size, never the key.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Key& key);
/// The algorithms' numbers, and types and sizes of the keys.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Rfc1964Keys& keys);
/// Type and size of the key, and of the acceptor's subkey.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const CfxKeys& keys);
/// All fields; of keys types and sizes.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const LucidContext& context);
/// "{name: DIR::/run/app/tkt1, principal: alice@REALM, chosen: true}".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Cache& cache);
/// The name of the collection.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const CacheCollection& caches);
/// The name of the cache.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const MemoryCache& cache);
/// The names that are set.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const CredentialNames& names);
/// "{source: keytab, end: 2026-01-31T12:00:00Z}".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Renewal& renewal);

/// What operator<< writes as to_string() has it.
template <typename T>
concept Printable =
    detail::is_one_of<T, RenewalSource, TicketFlag, Enctype, TicketFlags, Key, Rfc1964Keys, CfxKeys,
                      LucidContext, Cache, CacheCollection, MemoryCache, CredentialNames, Renewal>;

template <Printable T>
std::ostream& operator<<(std::ostream& out, const T& value) {
    return out << to_string(value);
}

} // namespace gss::inline v0::krb5
