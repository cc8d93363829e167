// SPDX-License-Identifier: Apache-2.0
// The exchange hash H of the methods that sign it (RFC 4253 s8, RFC 5656 s4, RFC 8731 s3.1).
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/ssh/key_exchange.h>

#include <memory>
#include <utility>

namespace gss::inline v0::transport::detail {

/// How public keys are written: e and f as mpint (RFC 4253 s8), Q_C and Q_S as string (RFC 5656).
enum class KeyForm : bool { mpint, string };

/// What H covers after the two KEXINITs.
struct TranscriptParts {
    BytesView host_key; ///< K_S
    KeyForm form = KeyForm::string;
    BytesView client_key; ///< e or Q_C
    BytesView server_key; ///< f or Q_S
    BytesView secret;     ///< K as encode_secret() made it
};

/// V_C, V_S, I_C and I_S go in at once: nobody has to keep them. Failures are SessionFaults.
class TranscriptHash {
public:
    TranscriptHash(const ssh::Crypto& crypto, ssh::HashAlgorithm algorithm,
                   const ssh::KexTranscript& transcript);
    /// H; once.
    [[nodiscard]] SecretBytes finish(const TranscriptParts& parts);

private:
    void update(BytesView octets);
    void update_string(BytesView octets);
    void update_key(KeyForm form, BytesView key);

    std::unique_ptr<ssh::Hash> hash_;
};

/// K as an mpint with its length.
[[nodiscard]] SecretBytes encode_secret(BytesView magnitude);

} // namespace gss::inline v0::transport::detail
