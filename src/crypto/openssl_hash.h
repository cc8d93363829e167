// SPDX-License-Identifier: Apache-2.0
// Hashes of OpenSSL behind the interface of key exchange.
#pragma once

#include <gssxx/ssh/crypto.h>

namespace gss::inline v0::ssh::detail {

[[nodiscard]] Result<std::unique_ptr<Hash>> openssl_hash(HashAlgorithm wanted);

} // namespace gss::inline v0::ssh::detail
