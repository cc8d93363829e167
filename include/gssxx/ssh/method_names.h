// SPDX-License-Identifier: Apache-2.0
// Names of gss-* key exchange methods (RFC 4462 s2.3 to s2.5, RFC 8732 s4 and s5.2).
#pragma once

#include <gssxx/export.h>
#include <gssxx/mechanism.h>
#include <gssxx/oid.h>
#include <gssxx/ssh/crypto.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::ssh {

/// A family of key exchange methods: one for each mechanism.
enum class KexFamily : std::uint8_t {
    curve25519_sha256,
    nistp256_sha256,
    nistp384_sha384,
    nistp521_sha512,
    curve448_sha512,
    group14_sha256,
    group15_sha512,
    group16_sha512,
    group17_sha512,
    group18_sha512,
    // Only where KexPolicy::legacy says so: SHA-1 (RFC 8732 s6, RFC 9142)
    group14_sha1,
    group1_sha1,
    gex_sha1,
};

/// How the two sides agree on a key.
enum class KexKind : std::uint8_t { ecdh, dh_group, dh_group_exchange };

/// What the name of a family says.
struct KexFamilyInfo {
    KexFamily family;
    std::string_view prefix; ///< "gss-curve25519-sha256-"; the mechanism's suffix follows
    KexKind kind;
    HashAlgorithm hash;
    std::optional<EcdhCurve> curve;  ///< with KexKind::ecdh
    std::optional<unsigned> modulus; ///< with KexKind::dh_group: bits of the RFC 3526 or 2409 group
    bool legacy;
};

/// All families, in the order of the enumerators.
[[nodiscard]] GSSXX_EXPORT std::span<const KexFamilyInfo> kex_families() noexcept;
[[nodiscard]] GSSXX_EXPORT const KexFamilyInfo& info(KexFamily family) noexcept;

/// A key exchange method: a family and the mechanism whose suffix the name carries.
struct KexMethod {
    KexFamily family = KexFamily::curve25519_sha256;
    Oid mechanism = mechanism::krb5();

    friend bool operator==(const KexMethod&, const KexMethod&) = default;
};

/// The suffix of @p mechanism: Base64 of the MD5 of its DER encoding, tag and length included
/// (RFC 4462 s2.3). "toWM5Slw5Ew8Mqkay+al2g==" for Kerberos V5.
[[nodiscard]] GSSXX_EXPORT std::string mechanism_suffix(const Oid& mechanism);
/// "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const KexMethod& method);
/// The method of that name, when its family is known and its suffix is that of one of
/// @p mechanisms; nothing for every other name, nor for mechanisms that SSH must never use
/// (is_forbidden). MD5 cannot be turned round, so a mechanism is only recognised by one who knows
/// it.
[[nodiscard]] GSSXX_EXPORT std::optional<KexMethod> parse_kex_method(std::string_view name,
                                                                     const OidSet& mechanisms);
/// True for every name that begins as RFC 4462 reserves it, known or not.
[[nodiscard]] GSSXX_EXPORT bool is_gss_kex_name(std::string_view name) noexcept;

/// The families to offer unless somebody knows better, most preferred first: all of which RFC 8732
/// (s4, s5.2) or RFC 9142 (s4) says SHOULD, then curve448. The two differ in group16 (RFC 9142:
/// MAY), nistp384 and nistp521 (RFC 8732: MAY). Groups 15, 17 and 18 cost a server much CPU for
/// each stranger who connects, and are left out.
[[nodiscard]] GSSXX_EXPORT std::vector<KexFamily> recommended_families();

/// Which key exchange methods to offer, and how many.
struct KexPolicy {
    /// In order of preference.
    std::vector<KexFamily> families = recommended_families();
    /// Whether families with SHA-1 may be used at all; they must be in the list besides.
    bool legacy = false;
    /// Peers have been seen that read only the first 40 names or so of a name-list.
    std::size_t most_names = 10;
};

/// True when @p policy allows the family.
[[nodiscard]] GSSXX_EXPORT bool allows(const KexPolicy& policy, KexFamily family) noexcept;

/// The names to put into a KEXINIT, most preferred first: all families for the first mechanism,
/// then all for the second, cut at KexPolicy::most_names. Mechanisms that SSH must not use are
/// left out, IAKERB too unless @p iakerb (see MechanismPolicy).
[[nodiscard]] GSSXX_EXPORT std::vector<std::string>
kex_method_names(const KexPolicy& policy, const OidSet& mechanisms, bool iakerb = false);

/// Of the names in a peer's KEXINIT those that are gss-* methods which @p policy allows for one of
/// @p mechanisms, in the peer's order. Every other name is passed over, gss-* or not: a peer may
/// know families and mechanisms that we do not.
[[nodiscard]] GSSXX_EXPORT std::vector<KexMethod>
known_kex_methods(std::span<const std::string> names, const KexPolicy& policy,
                  const OidSet& mechanisms);

} // namespace gss::inline v0::ssh
