// SPDX-License-Identifier: Apache-2.0
// Well-known object identifiers of mechanisms and name types.
#pragma once

#include <gssxx/export.h>
#include <gssxx/oid.h>

/// Mechanisms. Each function returns the same object for the life of the process.
namespace gss::inline v0::mechanism {

/// Kerberos V5, 1.2.840.113554.1.2.2 (RFC 4121).
[[nodiscard]] GSSXX_EXPORT const Oid& krb5();
/// SPNEGO, 1.3.6.1.5.5.2 (RFC 4178).
[[nodiscard]] GSSXX_EXPORT const Oid& spnego();
/// IAKERB, 1.3.6.1.5.2.5.
[[nodiscard]] GSSXX_EXPORT const Oid& iakerb();
/// NTLM, 1.3.6.1.4.1.311.2.2.10.
[[nodiscard]] GSSXX_EXPORT const Oid& ntlm();
/// Microsoft's misspelt Kerberos V5, 1.2.840.48018.1.2.2, seen in SPNEGO lists.
[[nodiscard]] GSSXX_EXPORT const Oid& ms_krb5();

} // namespace gss::inline v0::mechanism

/// Name types (RFC 2743 s4, RFC 1964 s2.1, RFC 6680 s8).
namespace gss::inline v0::name_type {

/// A local user: "alice", 1.2.840.113554.1.2.1.1.
[[nodiscard]] GSSXX_EXPORT const Oid& user();
/// A numeric user id in the machine's own form, 1.2.840.113554.1.2.1.2.
[[nodiscard]] GSSXX_EXPORT const Oid& machine_uid();
/// A numeric user id as text, 1.2.840.113554.1.2.1.3.
[[nodiscard]] GSSXX_EXPORT const Oid& string_uid();
/// "service@host", 1.2.840.113554.1.2.1.4.
[[nodiscard]] GSSXX_EXPORT const Oid& hostbased_service();
/// Nobody in particular, 1.3.6.1.5.6.3.
[[nodiscard]] GSSXX_EXPORT const Oid& anonymous();
/// What export_name yields, 1.3.6.1.5.6.4.
[[nodiscard]] GSSXX_EXPORT const Oid& exported();
/// An exported name with attributes, 1.3.6.1.5.6.6 (RFC 6680).
[[nodiscard]] GSSXX_EXPORT const Oid& composite_export();
/// "alice@REALM" or "host/box@REALM", 1.2.840.113554.1.2.2.1 (GSS_KRB5_NT_PRINCIPAL_NAME).
[[nodiscard]] GSSXX_EXPORT const Oid& krb5_principal();

} // namespace gss::inline v0::name_type
