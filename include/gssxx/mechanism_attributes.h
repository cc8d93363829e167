// SPDX-License-Identifier: Apache-2.0
// Well-known attributes of mechanisms (RFC 5587 s3.1.1 and s4).
#pragma once

#include <gssxx/export.h>
#include <gssxx/oid.h>

/// The GSS_C_MA_* of RFC 5587 by their own names, 1.3.6.1.5.5.13.1 to 27. Each function returns the
/// same object for the life of the process.
namespace gss::inline v0::mechanism_attribute {

/// GSS_C_MA_MECH_CONCRETE: neither a pseudo-mechanism nor composite.
[[nodiscard]] GSSXX_EXPORT const Oid& mech_concrete();
/// GSS_C_MA_MECH_PSEUDO: a pseudo-mechanism.
[[nodiscard]] GSSXX_EXPORT const Oid& mech_pseudo();
/// GSS_C_MA_MECH_COMPOSITE: a composite of other mechanisms.
[[nodiscard]] GSSXX_EXPORT const Oid& mech_composite();
/// GSS_C_MA_MECH_NEGO: negotiates other mechanisms.
[[nodiscard]] GSSXX_EXPORT const Oid& mech_nego();
/// GSS_C_MA_MECH_GLUE: not a mechanism: the GSS-API itself.
[[nodiscard]] GSSXX_EXPORT const Oid& mech_glue();
/// GSS_C_MA_NOT_MECH: a known identifier that is no mechanism's.
[[nodiscard]] GSSXX_EXPORT const Oid& not_mech();
/// GSS_C_MA_DEPRECATED: deprecated.
[[nodiscard]] GSSXX_EXPORT const Oid& deprecated();
/// GSS_C_MA_NOT_DFLT_MECH: must not be a default.
[[nodiscard]] GSSXX_EXPORT const Oid& not_dflt_mech();
/// GSS_C_MA_ITOK_FRAMED: its first token is framed as RFC 2743 s3.1 says.
[[nodiscard]] GSSXX_EXPORT const Oid& itok_framed();
/// GSS_C_MA_AUTH_INIT: authenticates the initiator.
[[nodiscard]] GSSXX_EXPORT const Oid& auth_init();
/// GSS_C_MA_AUTH_TARG: authenticates the acceptor.
[[nodiscard]] GSSXX_EXPORT const Oid& auth_targ();
/// GSS_C_MA_AUTH_INIT_INIT: authenticates the initiator by initial credentials.
[[nodiscard]] GSSXX_EXPORT const Oid& auth_init_init();
/// GSS_C_MA_AUTH_TARG_INIT: authenticates the acceptor by initial credentials.
[[nodiscard]] GSSXX_EXPORT const Oid& auth_targ_init();
/// GSS_C_MA_AUTH_INIT_ANON: initiators may be anonymous.
[[nodiscard]] GSSXX_EXPORT const Oid& auth_init_anon();
/// GSS_C_MA_AUTH_TARG_ANON: acceptors may be anonymous.
[[nodiscard]] GSSXX_EXPORT const Oid& auth_targ_anon();
/// GSS_C_MA_DELEG_CRED: delegates credentials.
[[nodiscard]] GSSXX_EXPORT const Oid& deleg_cred();
/// GSS_C_MA_INTEG_PROT: protects the integrity of messages.
[[nodiscard]] GSSXX_EXPORT const Oid& integ_prot();
/// GSS_C_MA_CONF_PROT: encrypts messages.
[[nodiscard]] GSSXX_EXPORT const Oid& conf_prot();
/// GSS_C_MA_MIC: makes MICs.
[[nodiscard]] GSSXX_EXPORT const Oid& mic();
/// GSS_C_MA_WRAP: wraps messages.
[[nodiscard]] GSSXX_EXPORT const Oid& wrap();
/// GSS_C_MA_PROT_READY: protects messages before the context is established.
[[nodiscard]] GSSXX_EXPORT const Oid& prot_ready();
/// GSS_C_MA_REPLAY_DET: detects replays.
[[nodiscard]] GSSXX_EXPORT const Oid& replay_det();
/// GSS_C_MA_OOS_DET: detects messages out of sequence.
[[nodiscard]] GSSXX_EXPORT const Oid& oos_det();
/// GSS_C_MA_CBINDINGS: binds to channels.
[[nodiscard]] GSSXX_EXPORT const Oid& cbindings();
/// GSS_C_MA_PFS: has perfect forward security.
[[nodiscard]] GSSXX_EXPORT const Oid& pfs();
/// GSS_C_MA_COMPRESS: compresses what it wraps.
[[nodiscard]] GSSXX_EXPORT const Oid& compress();
/// GSS_C_MA_CTX_TRANS: exports contexts.
[[nodiscard]] GSSXX_EXPORT const Oid& ctx_trans();

} // namespace gss::inline v0::mechanism_attribute
