// SPDX-License-Identifier: Apache-2.0
// The methods in which the server proves itself with a signature of its host key.
#pragma once

#include <gssxx/ssh/crypto.h>

#include "transcript_hash.h"

#include <array>
#include <optional>
#include <string_view>

namespace gss::inline v0::transport::detail {

struct PlainMethod {
    std::string_view name;
    ssh::HashAlgorithm hash;
    std::optional<ssh::EcdhCurve> curve; ///< absent: a group
    unsigned bits = 0;                   ///< of the group of RFC 3526

    [[nodiscard]] constexpr KeyForm form() const noexcept {
        return curve ? KeyForm::string : KeyForm::mpint;
    }
};

/// RFC 8731 s3, RFC 5656 s6.2 and s10.1, RFC 8268 s3.
inline constexpr std::array<PlainMethod, 7> plain_methods{{
    {"curve25519-sha256", ssh::HashAlgorithm::sha256, ssh::EcdhCurve::x25519},
    {"curve25519-sha256@libssh.org", ssh::HashAlgorithm::sha256, ssh::EcdhCurve::x25519},
    {"ecdh-sha2-nistp256", ssh::HashAlgorithm::sha256, ssh::EcdhCurve::nistp256},
    {"ecdh-sha2-nistp384", ssh::HashAlgorithm::sha384, ssh::EcdhCurve::nistp384},
    {"ecdh-sha2-nistp521", ssh::HashAlgorithm::sha512, ssh::EcdhCurve::nistp521},
    {"diffie-hellman-group14-sha256", ssh::HashAlgorithm::sha256, std::nullopt, 2048},
    {"diffie-hellman-group16-sha512", ssh::HashAlgorithm::sha512, std::nullopt, 4096},
}};

/// Null for every other name.
[[nodiscard]] constexpr const PlainMethod* find_plain_method(std::string_view name) noexcept {
    for (const PlainMethod& method : plain_methods) {
        if (method.name == name) {
            return &method;
        }
    }
    return nullptr;
}

} // namespace gss::inline v0::transport::detail
