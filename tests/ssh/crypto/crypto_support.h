// SPDX-License-Identifier: Apache-2.0
// Hexadecimal octets, the known answers of vectors.txt, and key agreements with a given private
// key.
#pragma once

#include "openssl_agreement.h"

#include <gssxx/ssh/crypto.h>

#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

/// The octets of @p hex; an odd number of digits has a zero in front.
[[nodiscard]] Bytes from_hex(std::string_view hex);
[[nodiscard]] std::string to_hex(BytesView octets);
/// @p magnitude with zeros in front up to @p size octets.
[[nodiscard]] Bytes padded(BytesView magnitude, std::size_t size);

/// The lines of vectors.txt that begin with @p kind, split at blanks, without that word.
[[nodiscard]] std::vector<std::vector<std::string>> vectors(std::string_view kind);

struct CurveFacts {
    ssh::EcdhCurve curve;
    std::string_view name; ///< as in vectors.txt
    std::size_t public_size;
    std::size_t secret_size;
};
[[nodiscard]] const std::vector<CurveFacts>& curve_facts();
[[nodiscard]] const CurveFacts& facts_of(std::string_view name);

/// A key agreement of the library with this private key. Points need the public key, too.
[[nodiscard]] std::unique_ptr<ssh::KeyAgreement>
with_private_key(const CurveFacts& curve, BytesView private_key, BytesView public_key);
[[nodiscard]] std::unique_ptr<ssh::KeyAgreement>
with_private_exponent(const ssh::DhGroup& group, BytesView exponent, BytesView public_key);

/// The groups of RFC 2409 and RFC 3526 of OpenSSL, and one that it does not know.
[[nodiscard]] std::vector<ssh::DhGroup> groups();
[[nodiscard]] std::size_t bits_of(BytesView magnitude);

/// What comes of @p peer as the other side's key of a fresh key pair.
[[nodiscard]] Result<SecretBytes> secret_with(ssh::EcdhCurve curve, BytesView peer);
[[nodiscard]] Result<SecretBytes> secret_with(const ssh::DhGroup& group, BytesView peer);

} // namespace gss::test
