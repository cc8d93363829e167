// SPDX-License-Identifier: Apache-2.0
// Channel bindings to a TLS connection (RFC 5929, RFC 9266). In libgssxx-tls, which needs OpenSSL.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/channel_bindings.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <cstddef>

struct ssl_st; // OpenSSL's SSL

/// Bindings of a GSSAPI context to the TLS connection around it. Both ends must use the same type:
/// which one is the application protocol's to say. What they yield goes into
/// InitiateOptions::channel_bindings and AcceptOptions::channel_bindings; the application data is
/// the type's name, a colon and the octets (RFC 5056 s2.1).
///
/// Nothing here blocks or takes more than what it is given. A connection belongs to one thread at
/// a time, and is not changed.
namespace gss::inline v0::tls {

/// The longest certificate that is looked at, in octets.
inline constexpr std::size_t max_certificate_size = 1U << 20U;

/// tls-server-end-point (RFC 5929 s4) of the server's certificate, in DER, or PEM, of which the
/// first certificate counts: its hash, by the hash function of its signature, and by SHA-256 where
/// that is MD5 or SHA-1.
///
/// Fails with malformed_parameter for what is not one whole certificate, and with unavailable,
/// naming the signature algorithm, where it has no hash function (Ed25519) or two different ones
/// (some of RSA-PSS): the RFC leaves the binding undefined there.
[[nodiscard]] GSSXX_EXPORT Result<ChannelBindings> server_end_point(BytesView certificate);
/// The same of the server's certificate in an OpenSSL connection, on either side of it. Fails with
/// misuse for null, and with unavailable before the handshake or without a certificate.
[[nodiscard]] GSSXX_EXPORT Result<ChannelBindings> server_end_point(ssl_st* connection);

/// Of tls-exporter, in octets (RFC 9266 s2).
inline constexpr std::size_t exporter_size = 32;
/// tls-exporter (RFC 9266) of what the TLS stack has exported under the label
/// "EXPORTER-Channel-Binding" with an empty context. malformed_parameter for other than 32 octets.
[[nodiscard]] GSSXX_EXPORT Result<ChannelBindings> exporter(BytesView exported);
/// The same, exported from an OpenSSL connection. Fails with misuse for null, and with unavailable
/// before the handshake is over, and below TLS 1.3 without the extended master secret (RFC 7627)
/// or while the peer may renegotiate: not unique or not defined there. For TLS 1.2 set
/// SSL_OP_NO_RENEGOTIATION before the handshake.
[[nodiscard]] GSSXX_EXPORT Result<ChannelBindings> exporter(ssl_st* connection);

/// tls-unique (RFC 5929 s3) of the first Finished message of the last handshake. Fails with
/// malformed_parameter unless it has 12 to 64 octets.
[[nodiscard]] GSSXX_EXPORT Result<ChannelBindings> unique(BytesView first_finished);
/// The same of an OpenSSL connection: the client's Finished message, of a resumed session the
/// server's. Fails with misuse for null, and with unavailable before the handshake is over, with
/// TLS 1.3, for which it is not defined (RFC 8446 appendix C.5), and without the extended master
/// secret, where it is not unique (RFC 7627 s1).
[[nodiscard]] GSSXX_EXPORT Result<ChannelBindings> unique(ssl_st* connection);

} // namespace gss::inline v0::tls
