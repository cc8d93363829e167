// SPDX-License-Identifier: Apache-2.0
// The exchange hash H (RFC 4462 s2.1 and s2.2, RFC 8732 s5.1), computed as its parts become known.
#pragma once

#include <gssxx/ssh/key_exchange.h>

#include "kex_messages.h"

#include <memory>

namespace gss::inline v0::ssh::detail {

/// What H covers after the two KEXINITs.
struct ExchangeParts {
    BytesView host_key; ///< K_S; empty when none was sent
    /// Group exchange only: what was asked for, and the group. Null otherwise.
    const GroupRequest* request = nullptr;
    const DhGroup* group = nullptr;
    wire::PublicForm form = wire::PublicForm::string;
    BytesView client_key; ///< e or Q_C
    BytesView server_key; ///< f or Q_S
    BytesView secret;     ///< K as encode_secret() made it
};

/// V_C, V_S, I_C and I_S go in at once, so that nobody has to keep the KEXINITs.
class ExchangeHash {
public:
    [[nodiscard]] static Result<ExchangeHash> begin(const Crypto& crypto, HashAlgorithm algorithm,
                                                    const KexTranscript& transcript);
    /// H; once.
    [[nodiscard]] Result<SecretBytes> finish(const ExchangeParts& parts);

private:
    explicit ExchangeHash(std::unique_ptr<Hash> hash) noexcept : hash_(std::move(hash)) {}

    std::unique_ptr<Hash> hash_;
};

/// K as an mpint with its length.
[[nodiscard]] SecretBytes encode_secret(BytesView magnitude);

} // namespace gss::inline v0::ssh::detail
