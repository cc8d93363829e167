// SPDX-License-Identifier: Apache-2.0
#include <gssxx/tls/channel_bindings.h>

#include "signature_hash.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace gss::inline v0::tls {

namespace {

constexpr std::string_view end_point_type = "tls-server-end-point";
constexpr std::string_view exporter_type = "tls-exporter";
constexpr std::string_view unique_type = "tls-unique";
// Of a Finished message: RFC 5246 s7.4.9 (12 octets and more), RFC 8446 s4.4.4 (a hash).
constexpr std::size_t shortest_finished = 12;
constexpr std::size_t longest_finished = EVP_MAX_MD_SIZE;

using BioPtr = std::unique_ptr<BIO, detail::Releases<&BIO_free>>;

/// While it lives, what OpenSSL puts into the thread's error queue is ours.
class OwnErrors {
public:
    OwnErrors() noexcept { ERR_set_mark(); }
    OwnErrors(const OwnErrors&) = delete;
    OwnErrors& operator=(const OwnErrors&) = delete;
    ~OwnErrors() { ERR_pop_to_mark(); }
};

Error refused(ErrorCode code, std::string_view type, std::string message) {
    return {code, std::string(type), std::move(message)};
}

/// RFC 5056 s2.1: the channel binding type's name, a colon, and the type's own octets.
ChannelBindings framed(std::string_view type, BytesView octets) {
    Bytes data;
    data.reserve(type.size() + 1 + octets.size());
    const BytesView name = as_bytes(type);
    data.insert(data.end(), name.begin(), name.end());
    data.push_back(static_cast<std::byte>(':'));
    data.insert(data.end(), octets.begin(), octets.end());
    ChannelBindings bindings;
    bindings.application_data = std::move(data);
    return bindings;
}

/// What a PEM block of a certificate holds, in OpenSSL's memory.
class PemContent {
public:
    explicit PemContent(BytesView text) {
        const BioPtr bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
        char* name = nullptr;
        const auto nobody = [](char*, int, int, void*) { return -1; }; // asks for no password
        if (bio && PEM_bytes_read_bio(&data_, &size_, &name, PEM_STRING_X509, bio.get(), nobody,
                                      nullptr) != 1) {
            data_ = nullptr;
        }
        OPENSSL_free(name);
    }
    PemContent(const PemContent&) = delete;
    PemContent& operator=(const PemContent&) = delete;
    ~PemContent() { OPENSSL_free(data_); }
    /// Empty when there is no certificate.
    [[nodiscard]] BytesView view() const noexcept {
        return data_ == nullptr ? BytesView()
                                : std::as_bytes(std::span(data_, static_cast<std::size_t>(size_)));
    }

private:
    unsigned char* data_ = nullptr;
    long size_ = 0;
};

Result<ChannelBindings> of_certificate(BytesView der) {
    const auto* cursor = reinterpret_cast<const unsigned char*>(der.data());
    const detail::CertificatePtr certificate(
        der.empty() ? nullptr : d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
    if (!certificate) {
        return refused(ErrorCode::malformed_parameter, end_point_type,
                       "neither DER nor PEM of a certificate");
    }
    if (reinterpret_cast<const std::byte*>(cursor) != der.data() + der.size()) {
        return refused(ErrorCode::malformed_parameter, end_point_type,
                       "octets behind the certificate");
    }
    const Result<const EVP_MD*> hash = detail::end_point_hash(*certificate);
    if (!hash) {
        return hash.error();
    }
    // RFC 5929 s4.1: "The hash of the TLS server's certificate [RFC5280] as it appears, octet for
    // octet, in the server's Certificate message."
    std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(der.data(), der.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                   *hash, nullptr) != 1) {
        return refused(ErrorCode::failure, end_point_type, "OpenSSL cannot hash the certificate");
    }
    return framed(end_point_type, BytesView(digest).first(size));
}

/// Refuses what is no connection, or not one yet.
std::optional<Error> refuse(ssl_st* connection, std::string_view type) {
    if (connection == nullptr) {
        return refused(ErrorCode::misuse, type, "no connection");
    }
    if (SSL_is_init_finished(connection) != 1) {
        return refused(ErrorCode::unavailable, type, "the handshake is not over");
    }
    return std::nullopt;
}

/// Of DTLS, too, whose versions count downwards.
bool is_tls13(const ssl_st* connection) noexcept {
    constexpr int dtls13 = 0xfefc; // RFC 9147 s5.3: { 254, 252 }
    return SSL_is_dtls(connection) == 1 ? SSL_version(connection) == dtls13
                                        : SSL_version(connection) >= TLS1_3_VERSION;
}

/// Whether the server has shown no certificate, whatever it is configured with.
bool is_without_certificates(const ssl_st* connection) noexcept {
    const int authentication = SSL_CIPHER_get_auth_nid(SSL_get_current_cipher(connection));
    return authentication == NID_auth_null || authentication == NID_auth_psk ||
           authentication == NID_auth_srp;
}

bool has_extended_master_secret(ssl_st* connection) noexcept {
    return SSL_get_extms_support(connection) == 1;
}

} // namespace

Result<ChannelBindings> server_end_point(BytesView certificate) {
    const OwnErrors errors;
    if (certificate.size() > max_certificate_size) {
        return refused(ErrorCode::malformed_parameter, end_point_type,
                       "more octets than a certificate may have");
    }
    constexpr std::byte der_sequence{0x30};
    if (!certificate.empty() && certificate[0] != der_sequence) {
        return of_certificate(PemContent(certificate).view());
    }
    return of_certificate(certificate);
}

Result<ChannelBindings> server_end_point(ssl_st* connection) {
    const OwnErrors errors;
    if (std::optional<Error> error = refuse(connection, end_point_type)) {
        return *std::move(error);
    }
    if (is_without_certificates(connection)) {
        return refused(ErrorCode::unavailable, end_point_type,
                       "the connection's cipher suite has no certificates");
    }
    const bool server = SSL_is_server(connection) == 1;
    const detail::CertificatePtr peers(server ? nullptr : SSL_get1_peer_certificate(connection));
    const X509* certificate = server ? SSL_get_certificate(connection) : peers.get();
    unsigned char* der = nullptr;
    const int size = certificate == nullptr ? 0 : i2d_X509(certificate, &der);
    if (size <= 0) {
        return refused(ErrorCode::unavailable, end_point_type, "the server has no certificate");
    }
    Result<ChannelBindings> bindings =
        of_certificate(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    return bindings;
}

Result<ChannelBindings> exporter(BytesView exported) {
    // RFC 9266 s2: "Length: 32 bytes".
    if (exported.size() != exporter_size) {
        return refused(ErrorCode::malformed_parameter, exporter_type,
                       std::to_string(exported.size()) + " octets, not 32");
    }
    return framed(exporter_type, exported);
}

Result<ChannelBindings> exporter(ssl_st* connection) {
    const OwnErrors errors;
    if (std::optional<Error> error = refuse(connection, exporter_type)) {
        return *std::move(error);
    }
    if (!is_tls13(connection)) {
        // RFC 9266 s4.2: below TLS 1.3 the extended master secret must have been negotiated.
        if (!has_extended_master_secret(connection)) {
            return refused(ErrorCode::unavailable, exporter_type,
                           "the connection has no extended master secret (RFC 7627)");
        }
        // RFC 9266 s2: with renegotiation enabled, the binding is not defined.
        if ((SSL_get_options(connection) & SSL_OP_NO_RENEGOTIATION) == 0) {
            return refused(ErrorCode::unavailable, exporter_type,
                           "renegotiation is enabled (set SSL_OP_NO_RENEGOTIATION)");
        }
    }
    constexpr std::string_view label = "EXPORTER-Channel-Binding";
    std::array<std::byte, exporter_size> exported{};
    // RFC 9266 s2: "Context value: Zero-length string", which below TLS 1.3 is not the same as
    // none (RFC 5705 s4).
    constexpr int with_context = 1;
    const unsigned char empty = 0;
    if (SSL_export_keying_material(connection, reinterpret_cast<unsigned char*>(exported.data()),
                                   exported.size(), label.data(), label.size(), &empty, 0,
                                   with_context) != 1) {
        return refused(ErrorCode::unavailable, exporter_type,
                       "OpenSSL exports nothing from the connection");
    }
    Result<ChannelBindings> bindings = exporter(exported);
    secure_wipe(exported);
    return bindings;
}

Result<ChannelBindings> unique(BytesView first_finished) {
    if (first_finished.size() < shortest_finished || first_finished.size() > longest_finished) {
        return refused(ErrorCode::malformed_parameter, unique_type,
                       "a Finished message has 12 to 64 octets, not " +
                           std::to_string(first_finished.size()));
    }
    return framed(unique_type, first_finished);
}

Result<ChannelBindings> unique(ssl_st* connection) {
    const OwnErrors errors;
    if (std::optional<Error> error = refuse(connection, unique_type)) {
        return *std::move(error);
    }
    if (is_tls13(connection)) {
        return refused(ErrorCode::unavailable, unique_type,
                       "not defined for TLS 1.3 (RFC 8446 appendix C.5): use tls-exporter");
    }
    if (!has_extended_master_secret(connection)) {
        return refused(ErrorCode::unavailable, unique_type,
                       "the connection has no extended master secret (RFC 7627)");
    }
    // RFC 5929 s3.1: "The first TLS Finished message sent [...] in the most recent TLS handshake":
    // the client's, or the server's when a session was resumed.
    const bool client_sent_it = SSL_session_reused(connection) != 1;
    const bool we_sent_it = client_sent_it == (SSL_is_server(connection) != 1);
    std::array<std::byte, EVP_MAX_MD_SIZE> finished{};
    const std::size_t size =
        we_sent_it ? SSL_get_finished(connection, finished.data(), finished.size())
                   : SSL_get_peer_finished(connection, finished.data(), finished.size());
    return unique(BytesView(finished).first(std::min(size, finished.size())));
}

} // namespace gss::inline v0::tls
