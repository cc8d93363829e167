// SPDX-License-Identifier: Apache-2.0
// What an established Kerberos context tells beyond RFC 2743: keys, and what the ticket says.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/flags.h>
#include <gssxx/result.h>
#include <gssxx/security_context.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

/// Kerberos beyond the GSSAPI. All calls take contexts of Kerberos, also those that SPNEGO
/// negotiated; others fail with unavailable.
namespace gss::inline v0::krb5 {

/// Encryption types (RFC 3961 s8, RFC 4757, RFC 6803, RFC 8009). Other values are kept.
enum class Enctype : std::int32_t {
    des3_cbc_sha1 = 16,
    aes128_cts_hmac_sha1_96 = 17,
    aes256_cts_hmac_sha1_96 = 18,
    aes128_cts_hmac_sha256_128 = 19,
    aes256_cts_hmac_sha384_192 = 20,
    arcfour_hmac = 23,
    camellia128_cts_cmac = 25,
    camellia256_cts_cmac = 26,
};

/// The name as in krb5.conf, "aes256-cts-hmac-sha1-96"; "unknown" for others.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(Enctype enctype) noexcept;

/// A key; its octets are overwritten before their memory is given back.
struct Key {
    Enctype enctype{};
    SecretBytes octets;
};

/// The key that both sides of the context have and nobody else: the acceptor's subkey, the
/// initiator's or the ticket's, whichever protects messages
/// (gss_inquire_sec_context_by_oid with GSS_C_INQ_SSPI_SESSION_KEY). Derive from it, do not use
/// it: the context goes on. Capability::session_key.
[[nodiscard]] GSSXX_EXPORT Result<Key> session_key(const SecurityContext& context);

/// Keys and algorithms of the tokens of RFC 1964 and RFC 4757.
struct Rfc1964Keys {
    std::uint32_t signing_algorithm = 0; ///< SGN_ALG, RFC 1964 s1.2.1
    std::uint32_t sealing_algorithm = 0; ///< SEAL_ALG, RFC 1964 s1.2.2
    Key key;
};

/// Keys of the tokens of RFC 4121.
struct CfxKeys {
    Key key;                            ///< the ticket's, or the initiator's subkey
    std::optional<Key> acceptor_subkey; ///< what protects messages when there is one
};

/// All that is needed to go on protecting messages without the GSSAPI.
struct LucidContext {
    bool initiator = false;                    ///< this side's role
    std::chrono::system_clock::time_point end; ///< when the context expires
    std::uint64_t send_sequence = 0;           ///< number of the next token to send
    std::uint64_t receive_sequence = 0;        ///< on MIT the first one, whatever has come since
    std::variant<Rfc1964Keys, CfxKeys> keys;
};

/// gss_krb5_export_lucid_sec_context, version 1. Takes the context away on both libraries
/// (Heimdal's own call leaves it alive, and sequence numbers would repeat); when it fails the
/// context stays usable. Capability::lucid_export.
[[nodiscard]] GSSXX_EXPORT Result<LucidContext> export_lucid(SecurityContext&& context);

/// When the client logged in, as its ticket says (RFC 4120 s5.3, authtime).
/// Capability::authentication_time on an acceptor, initiator_ticket_facts on an initiator.
[[nodiscard]] GSSXX_EXPORT Result<std::chrono::system_clock::time_point>
authentication_time(const SecurityContext& context);

/// Types of authorization data (RFC 4120 s7.5.4, [MS-KILE] 2.2.10).
inline constexpr std::int32_t ad_if_relevant = 1;
/// The privilege attribute certificate of Active Directory ([MS-PAC]).
inline constexpr std::int32_t ad_win2k_pac = 128;

/// The content of the ticket's first authorization data of that type, at the top or inside
/// AD-IF-RELEVANT (RFC 4120 s5.2.6.1), as its octets; nothing when the ticket has none. Never what
/// the client has put into its authenticator (RFC 4120 s5.5.1), for which nobody stands. MIT does
/// not tell the two apart: there ad_win2k_pac alone is available, once its signature by the
/// service's key has been verified, else nothing. Only the acceptor can read the ticket:
/// unavailable on an initiator. malformed_parameter for types below 1.
/// Capability::authorization_data.
[[nodiscard]] GSSXX_EXPORT Result<std::optional<Buffer>>
authorization_data(const SecurityContext& context, std::int32_t type);

/// Flags of a ticket (RFC 4120 s5.3, RFC 6112, RFC 6806): bit 0 of the RFC is the highest here.
enum class TicketFlag : std::uint32_t {
    forwardable = 0x40000000,
    forwarded = 0x20000000,
    proxiable = 0x10000000,
    proxy = 0x08000000,
    may_postdate = 0x04000000,
    postdated = 0x02000000,
    invalid = 0x01000000,
    renewable = 0x00800000,
    initial = 0x00400000,
    pre_authenticated = 0x00200000,
    hardware_authenticated = 0x00100000,
    transited_policy_checked = 0x00080000,
    ok_as_delegate = 0x00040000,
    encrypted_pa_rep = 0x00010000,
    anonymous = 0x00008000,
};
/// A set of them.
using TicketFlags = FlagSet<TicketFlag>;

/// Flags of the ticket that the context was made with (gss_krb5_get_tkt_flags).
/// Capability::ticket_flags on an acceptor, initiator_ticket_facts on an initiator.
[[nodiscard]] GSSXX_EXPORT Result<TicketFlags> ticket_flags(const SecurityContext& context);

} // namespace gss::inline v0::krb5
