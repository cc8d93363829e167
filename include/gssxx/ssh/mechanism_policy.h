// SPDX-License-Identifier: Apache-2.0
// Which mechanisms SSH may use, lists of them, and the framing of a first token.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace gss::inline v0::ssh {

/// What mechanisms are for in SSH. SPNEGO must not be used (RFC 4462 s7.3), NegoEx and NTLM are
/// never: NTLM does not authenticate the server.
struct MechanismPolicy {
    /// In order of preference.
    OidSet mechanisms{default_mechanism()};
    /// IAKERB lets a stranger make the server talk to KDCs, and its code has crashed
    /// (CVE-2015-2698).
    bool iakerb = false;

    /// Kerberos V5.
    [[nodiscard]] GSSXX_EXPORT static const Oid& default_mechanism();
};

/// True for mechanisms that no policy can allow: SPNEGO (RFC 4462 s7.3), NegoEx, NTLM, and
/// Microsoft's misspelt Kerberos V5, which has its place in SPNEGO's lists only.
[[nodiscard]] GSSXX_EXPORT bool is_forbidden(const Oid& mechanism);
/// True when @p policy lists @p mechanism and SSH may use it.
[[nodiscard]] GSSXX_EXPORT bool allows(const MechanismPolicy& policy, const Oid& mechanism);
/// The mechanisms of @p policy that SSH may use, in order.
[[nodiscard]] GSSXX_EXPORT OidSet allowed_mechanisms(const MechanismPolicy& policy);

/// The longest list of mechanisms that is read (RFC 4462 s3.2).
inline constexpr std::size_t max_mechanisms = 64;
/// The longest token that is taken from a peer, in octets.
inline constexpr std::size_t max_token_size = 65536;

/// The server's choice: "the first OID on the client's list that it supports" (RFC 4462 s3.2).
/// @p offered holds DER elements as they came, tag and length included; an element that is not
/// one whole OID is passed over, as one that is not supported. Nothing when none fits or the list
/// is empty or longer than max_mechanisms.
[[nodiscard]] GSSXX_EXPORT std::optional<Oid> select_mechanism(std::span<const BytesView> offered,
                                                               const MechanismPolicy& policy);
/// The client's check of that choice: the DER element must be, octet for octet, one of those that
/// were sent (RFC 4462 s3.3).
[[nodiscard]] GSSXX_EXPORT std::optional<Oid> check_selected(BytesView selected,
                                                             const OidSet& offered);

/// Checks the framing of an initiator's first token (RFC 2743 s3.1: 60, a DER length, the
/// mechanism's OID) before a native library sees it: a library picks the parser by that OID, so
/// that a stranger could reach SPNEGO or NegoEx in a conversation about Kerberos. Fails with
/// invalid_token when the frame is damaged or does not fill the token, with bad_mechanism when it
/// names another mechanism than @p mechanism.
[[nodiscard]] GSSXX_EXPORT Result<void> check_first_token(BytesView token, const Oid& mechanism);

} // namespace gss::inline v0::ssh
