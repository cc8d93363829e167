// SPDX-License-Identifier: Apache-2.0
// Names of gss-* key exchange methods: families, suffixes, both ways.
#include <gssxx/result.h>
#include <gssxx/ssh/mechanism_policy.h>
#include <gssxx/ssh/method_names.h>

#include "md5.h"

#include <algorithm>
#include <array>

namespace gss::inline v0::ssh {

namespace {

constexpr KexFamilyInfo ecdh(KexFamily family, std::string_view prefix, HashAlgorithm hash,
                             EcdhCurve curve) {
    return {family, prefix, KexKind::ecdh, hash, curve, std::nullopt, false};
}

constexpr KexFamilyInfo group(KexFamily family, std::string_view prefix, HashAlgorithm hash,
                              unsigned modulus) {
    return {family,       prefix,  KexKind::dh_group,          hash,
            std::nullopt, modulus, hash == HashAlgorithm::sha1};
}

/// In the order of the enumeration: info() counts on it.
/// RFC 8732 s4 and s5.2 give each name its hash. RFC 8732 s6: the families with SHA-1 "are
/// considered deprecated and SHOULD NOT be used".
constexpr std::array<KexFamilyInfo, 13> families{
    ecdh(KexFamily::curve25519_sha256, "gss-curve25519-sha256-", HashAlgorithm::sha256,
         EcdhCurve::x25519),
    ecdh(KexFamily::nistp256_sha256, "gss-nistp256-sha256-", HashAlgorithm::sha256,
         EcdhCurve::nistp256),
    ecdh(KexFamily::nistp384_sha384, "gss-nistp384-sha384-", HashAlgorithm::sha384,
         EcdhCurve::nistp384),
    ecdh(KexFamily::nistp521_sha512, "gss-nistp521-sha512-", HashAlgorithm::sha512,
         EcdhCurve::nistp521),
    ecdh(KexFamily::curve448_sha512, "gss-curve448-sha512-", HashAlgorithm::sha512,
         EcdhCurve::x448),
    group(KexFamily::group14_sha256, "gss-group14-sha256-", HashAlgorithm::sha256, 2048),
    group(KexFamily::group15_sha512, "gss-group15-sha512-", HashAlgorithm::sha512, 3072),
    group(KexFamily::group16_sha512, "gss-group16-sha512-", HashAlgorithm::sha512, 4096),
    group(KexFamily::group17_sha512, "gss-group17-sha512-", HashAlgorithm::sha512, 6144),
    group(KexFamily::group18_sha512, "gss-group18-sha512-", HashAlgorithm::sha512, 8192),
    group(KexFamily::group14_sha1, "gss-group14-sha1-", HashAlgorithm::sha1, 2048),
    group(KexFamily::group1_sha1, "gss-group1-sha1-", HashAlgorithm::sha1, 1024),
    KexFamilyInfo{KexFamily::gex_sha1, "gss-gex-sha1-", KexKind::dh_group_exchange,
                  HashAlgorithm::sha1, std::nullopt, std::nullopt, true},
};

constexpr bool is_in_enumeration_order() {
    for (std::size_t i = 0; i < families.size(); ++i) {
        if (static_cast<std::size_t>(families[i].family) != i) {
            return false;
        }
    }
    return true;
}
static_assert(is_in_enumeration_order());

/// Base64 of 16 octets (RFC 2045 s6.8): 24 characters, of which the last two are padding.
std::string base64(const std::array<std::byte, 16>& octets) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    unsigned waiting = 0;
    unsigned bits = 0;
    for (const std::byte octet : octets) {
        waiting = (waiting << 8U) | std::to_integer<unsigned>(octet);
        for (bits += 8; bits >= 6; bits -= 6) {
            text.push_back(alphabet[(waiting >> (bits - 6)) & 0x3fU]);
        }
    }
    text.push_back(alphabet[(waiting << (6 - bits)) & 0x3fU]);
    return text + "==";
}

struct KnownMechanism {
    const Oid& oid;
    std::string suffix;
};

/// Those that SSH may use under some policy.
std::vector<KnownMechanism> known_mechanisms(const OidSet& mechanisms) {
    std::vector<KnownMechanism> known;
    for (const Oid& mechanism : mechanisms) {
        if (!is_forbidden(mechanism)) {
            known.push_back({mechanism, mechanism_suffix(mechanism)});
        }
    }
    return known;
}

std::optional<KexMethod> parse(std::string_view name, std::span<const KnownMechanism> known) {
    // Suffixes hold letters, digits, '+', '/' and '=', so the last '-' ends the family.
    const std::size_t dash = name.rfind('-');
    if (dash == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view prefix = name.substr(0, dash + 1);
    const std::string_view suffix = name.substr(dash + 1);
    const auto family =
        std::find_if(families.begin(), families.end(),
                     [prefix](const KexFamilyInfo& info) { return info.prefix == prefix; });
    const auto mechanism =
        std::find_if(known.begin(), known.end(),
                     [suffix](const KnownMechanism& entry) { return entry.suffix == suffix; });
    if (family == families.end() || mechanism == known.end()) {
        return std::nullopt;
    }
    return KexMethod{family->family, mechanism->oid};
}

} // namespace

std::span<const KexFamilyInfo> kex_families() noexcept {
    return families;
}

const KexFamilyInfo& info(KexFamily family) noexcept {
    return families.at(static_cast<std::size_t>(family));
}

std::vector<KexFamily> recommended_families() {
    return {KexFamily::curve25519_sha256, KexFamily::nistp256_sha256, KexFamily::nistp384_sha384,
            KexFamily::nistp521_sha512,   KexFamily::group16_sha512,  KexFamily::group14_sha256,
            KexFamily::curve448_sha512};
}

std::string mechanism_suffix(const Oid& mechanism) {
    // RFC 4462 s2.3: "the Base64 encoding of the MD5 hash [MD5] of the ASN.1 Distinguished Encoding
    // Rules (DER) encoding [ASN1] of the underlying GSS-API mechanism's Object Identifier (OID)"
    return base64(detail::md5(mechanism.to_der()));
}

std::string to_string(const KexMethod& method) {
    return std::string(info(method.family).prefix) + mechanism_suffix(method.mechanism);
}

std::optional<KexMethod> parse_kex_method(std::string_view name, const OidSet& mechanisms) {
    return parse(name, known_mechanisms(mechanisms));
}

std::vector<KexMethod> known_kex_methods(std::span<const std::string> names,
                                         const KexPolicy& policy, const OidSet& mechanisms) {
    const std::vector<KnownMechanism> known = known_mechanisms(mechanisms);
    std::vector<KexMethod> methods;
    for (const std::string& name : names) {
        const std::optional<KexMethod> method = parse(name, known);
        if (method && allows(policy, method->family)) {
            methods.push_back(*method);
        }
    }
    return methods;
}

bool is_gss_kex_name(std::string_view name) noexcept {
    // RFC 4462 s2.6: "Key exchange method names starting with "gss-" are reserved for key exchange
    // methods that conform to this document"
    return name.starts_with("gss-");
}

bool allows(const KexPolicy& policy, KexFamily family) noexcept {
    const bool listed =
        std::find(policy.families.begin(), policy.families.end(), family) != policy.families.end();
    return listed && (policy.legacy || !info(family).legacy);
}

std::vector<std::string> kex_method_names(const KexPolicy& policy, const OidSet& mechanisms,
                                          bool iakerb) {
    std::vector<std::string> names;
    for (const Oid& mechanism : allowed_mechanisms({mechanisms, iakerb})) {
        const std::string suffix = mechanism_suffix(mechanism);
        for (const KexFamily family : policy.families) {
            std::string name = std::string(info(family).prefix) + suffix;
            const bool repeated = std::find(names.begin(), names.end(), name) != names.end();
            if (allows(policy, family) && !repeated && names.size() < policy.most_names) {
                names.push_back(std::move(name));
            }
        }
    }
    return names;
}

} // namespace gss::inline v0::ssh
