// SPDX-License-Identifier: Apache-2.0
#include "handshake.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <stdexcept>
#include <string_view>

namespace gss::test {

namespace {

using MdContextPtr = std::unique_ptr<EVP_MD_CTX, OpensslDelete<&EVP_MD_CTX_free>>;
using BioPtr = std::unique_ptr<BIO, OpensslDelete<&BIO_free>>;

void require(bool good, const char* what) {
    if (!good) {
        std::array<char, 256> reason{};
        ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
        throw std::runtime_error(std::string(what) + ": " + reason.data());
    }
}

KeyPtr make_key(std::string_view kind) {
    if (kind == "EC") {
        return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
    }
    if (kind == "RSA") {
        constexpr std::size_t bits = 2048;
        static const KeyPtr shared(EVP_RSA_gen(bits)); // one for all: they take long to make
        require(EVP_PKEY_up_ref(shared.get()) == 1, "EVP_PKEY_up_ref");
        return KeyPtr(shared.get());
    }
    return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, std::string(kind).c_str()));
}

void sign(X509* certificate, EVP_PKEY* key, const Signing& signing) {
    const MdContextPtr context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* padding = nullptr;
    const EVP_MD* digest =
        signing.digest == nullptr ? nullptr : EVP_get_digestbyname(signing.digest);
    require(EVP_DigestSignInit(context.get(), &padding, digest, nullptr, key) == 1, "sign");
    if (signing.pss) {
        require(EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1, "padding");
        require(EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1, "salt");
        if (signing.mask_digest != nullptr) {
            require(EVP_PKEY_CTX_set_rsa_mgf1_md(padding,
                                                 EVP_get_digestbyname(signing.mask_digest)) == 1,
                    "mask");
        }
    }
    require(X509_sign_ctx(certificate, context.get()) > 0, "X509_sign_ctx");
}

SslContextPtr make_context(const SSL_METHOD* method, const TlsOptions& options) {
    SslContextPtr context(SSL_CTX_new(method));
    require(context != nullptr, "SSL_CTX_new");
    require(SSL_CTX_set_min_proto_version(context.get(), options.version) == 1, "version");
    require(SSL_CTX_set_max_proto_version(context.get(), options.version) == 1, "version");
    SSL_CTX_set_options(context.get(), options.options);
    if (options.ciphers != nullptr) {
        require(SSL_CTX_set_cipher_list(context.get(), options.ciphers) == 1, "ciphers");
    }
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
    constexpr std::array<unsigned char, 1> id{1};
    require(SSL_CTX_set_session_id_context(context.get(), id.data(), id.size()) == 1, "id");
    return context;
}

} // namespace

Bytes Certified::der() const {
    unsigned char* octets = nullptr;
    const int size = i2d_X509(certificate.get(), &octets);
    require(size > 0, "i2d_X509");
    const BytesView view = std::as_bytes(std::span(octets, static_cast<std::size_t>(size)));
    Bytes copy(view.begin(), view.end());
    OPENSSL_free(octets);
    return copy;
}

std::string Certified::pem() const {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate.get()) == 1, "PEM_write_bio_X509");
    std::string text(static_cast<std::size_t>(BIO_pending(bio.get())), '\0');
    require(BIO_read(bio.get(), text.data(), static_cast<int>(text.size())) ==
                static_cast<int>(text.size()),
            "BIO_read");
    return text;
}

Certified certify(const Signing& signing) {
    Certified made{make_key(signing.key), X509Ptr(X509_new())};
    require(made.key != nullptr && made.certificate != nullptr, "key");
    X509* certificate = made.certificate.get();
    require(X509_set_version(certificate, X509_VERSION_3) == 1, "version");
    static long serial = 1; // every certificate is another one
    require(ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++) == 1, "serial");
    constexpr long day = 24L * 3600;
    require(X509_gmtime_adj(X509_getm_notBefore(certificate), -day) != nullptr, "not before");
    require(X509_gmtime_adj(X509_getm_notAfter(certificate), day) != nullptr, "not after");
    require(X509_set_pubkey(certificate, made.key.get()) == 1, "public key");
    X509_NAME* name = X509_get_subject_name(certificate);
    constexpr std::array<unsigned char, 9> host{'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'};
    require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host.data(),
                                       static_cast<int>(host.size()), -1, 0) == 1,
            "name");
    require(X509_set_issuer_name(certificate, name) == 1, "issuer");
    sign(certificate, made.key.get(), signing);
    return made;
}

void shake_hands(Connection& connection) {
    int client = 0;
    int server = 0;
    for (int turn = 0; turn < 20 && (client != 1 || server != 1); ++turn) {
        if (client != 1) {
            client = SSL_do_handshake(connection.client.get());
        }
        if (server != 1) {
            server = SSL_do_handshake(connection.server.get());
        }
    }
    require(client == 1 && server == 1, "handshake");
    // Tickets come after the handshake in TLS 1.3.
    std::array<char, 1> octet{'x'};
    require(SSL_write(connection.server.get(), octet.data(), 1) == 1, "SSL_write");
    require(SSL_read(connection.client.get(), octet.data(), 1) == 1, "SSL_read");
}

Connection connect(const Certified& server, const TlsOptions& options) {
    Connection connection;
    if (options.again != nullptr) {
        SSL_CTX_up_ref(options.again->client_context.get());
        SSL_CTX_up_ref(options.again->server_context.get());
        connection.client_context.reset(options.again->client_context.get());
        connection.server_context.reset(options.again->server_context.get());
    } else {
        const bool dtls = options.version == DTLS1_2_VERSION;
        connection.client_context =
            make_context(dtls ? DTLS_client_method() : TLS_client_method(), options);
        connection.server_context =
            make_context(dtls ? DTLS_server_method() : TLS_server_method(), options);
        SSL_CTX* context = connection.server_context.get();
        require(SSL_CTX_use_certificate(context, server.certificate.get()) == 1, "certificate");
        require(SSL_CTX_use_PrivateKey(context, server.key.get()) == 1, "key");
    }
    connection.client.reset(SSL_new(connection.client_context.get()));
    connection.server.reset(SSL_new(connection.server_context.get()));
    BIO* one = nullptr;
    BIO* other = nullptr;
    require(BIO_new_bio_pair(&one, 0, &other, 0) == 1, "BIO_new_bio_pair");
    SSL_set_bio(connection.client.get(), one, one);
    SSL_set_bio(connection.server.get(), other, other);
    if (options.version == DTLS1_2_VERSION) { // a pair of BIOs knows no MTU
        constexpr long mtu = 4096;
        for (SSL* end : {connection.client.get(), connection.server.get()}) {
            SSL_set_options(end, SSL_OP_NO_QUERY_MTU);
            SSL_set_mtu(end, mtu);
        }
    }
    SSL_set_connect_state(connection.client.get());
    SSL_set_accept_state(connection.server.get());
    if (options.resume != nullptr) {
        require(SSL_set_session(connection.client.get(), options.resume) == 1, "session");
    }
    if (options.handshake) {
        shake_hands(connection);
    }
    return connection;
}

} // namespace gss::test
