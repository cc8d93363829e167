// SPDX-License-Identifier: Apache-2.0
// What the tests of credentials share.
#pragma once

#include <conformance.h>

#include <gssxx/krb5/cache_collection.h>
#include <gssxx/krb5/credentials.h>

#include "library.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace gss::test {

/// Credentials of that usage from a store, for Kerberos.
[[nodiscard]] Result<AcquiredCredentials>
acquire_from(const Backend& library, CredentialUsage usage,
             std::initializer_list<CredentialStore::Element> elements, const Name* name = nullptr);

/// "alice@REALM".
[[nodiscard]] std::string owner_of(const Credentials& credentials);

/// A new cache in a file with a ticket of @p who; its name with the type.
[[nodiscard]] std::string cache_of(const std::string& who);
/// A new keytab with the keys of an existing principal; its name with the type.
[[nodiscard]] std::string keytab_of(const std::string& who);

/// Establishes a context to @p target; whom the acceptor saw.
[[nodiscard]] Result<std::string> login(const Backend& library, const Credentials& credentials,
                                        const std::string& target = "host@localhost",
                                        const Oid& mechanism = mechanism::krb5());

/// Runs @p task where the defaults lead nowhere, in a thread of its own.
void without_defaults(const std::function<void()>& task);

/// What the backend stands on.
[[nodiscard]] rfc2744::Library native(const Backend& library);

/// Whether the KDC of the shared realm is Heimdal's.
[[nodiscard]] bool has_heimdal_kdc();

} // namespace gss::test
