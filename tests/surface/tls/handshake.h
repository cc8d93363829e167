// SPDX-License-Identifier: Apache-2.0
// Certificates made on the spot, and TLS connections whose two ends are both here.
#pragma once

#include <gssxx/bytes.h>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace gss::test {

template <auto release>
struct OpensslDelete {
    template <typename T>
    void operator()(T* object) const noexcept {
        release(object);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslDelete<&EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, OpensslDelete<&X509_free>>;
using SslContextPtr = std::unique_ptr<SSL_CTX, OpensslDelete<&SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslDelete<&SSL_free>>;
using SessionPtr = std::unique_ptr<SSL_SESSION, OpensslDelete<&SSL_SESSION_free>>;

/// How a certificate is signed.
struct Signing {
    const char* key = "EC";        ///< "EC" (P-256), "RSA", "ED25519", "ED448"
    const char* digest = "SHA256"; ///< null: none
    bool pss = false;
    const char* mask_digest = nullptr; ///< of PSS; null: the same
};

/// A self-signed certificate and its key; throws when OpenSSL does not make it.
struct Certified {
    KeyPtr key;
    X509Ptr certificate;
    [[nodiscard]] Bytes der() const;
    [[nodiscard]] std::string pem() const;
};
[[nodiscard]] Certified certify(const Signing& signing = {});

/// Both ends of a connection that has shaken hands.
struct Connection {
    SslContextPtr client_context;
    SslContextPtr server_context;
    SslPtr client;
    SslPtr server;
};

/// What a connection is made with.
struct TlsOptions {
    int version = TLS1_3_VERSION;  ///< or DTLS1_2_VERSION
    const char* ciphers = nullptr; ///< of TLS 1.2
    std::uint64_t options = SSL_OP_NO_RENEGOTIATION;
    bool handshake = true;
    SSL_SESSION* resume = nullptr;
    const Connection* again = nullptr; ///< between the same two ends: their contexts are shared
};
[[nodiscard]] Connection connect(const Certified& server, const TlsOptions& options = {});
/// Shakes hands; throws when that fails.
void shake_hands(Connection& connection);

} // namespace gss::test
