// SPDX-License-Identifier: Apache-2.0
// Throwaway certificates for PKINIT (RFC 4556), made by the openssl program.
#pragma once

#include "site.h"

#include <gssxx/result.h>

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace gss::inline v0::realm {

/// What a certificate says of its owner.
enum class Certified : std::uint8_t { user, kdc };

/// Makes the authority and the KDC's certificate. Fails with backend_unavailable without openssl.
[[nodiscard]] Result<void> make_authority(const Site& site);

/// Writes a PEM file with the certificate and its new key. The principal has passed checks.h, its
/// realm is the site's.
[[nodiscard]] Result<void> make_certificate(const Site& site, std::string_view principal,
                                            Certified owner, const std::filesystem::path& path);

} // namespace gss::inline v0::realm
