// SPDX-License-Identifier: Apache-2.0
// tls-server-end-point of certificates of every kind (RFC 5929 s4).
#include "conformance.h"
#include "handshake.h"

#include <gssxx/tls/channel_bindings.h>

#include <openssl/err.h>

namespace gss::test {

namespace {

constexpr std::string_view prefix = "tls-server-end-point:";

std::string hashed(BytesView octets, const char* digest) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    EXPECT_EQ(EVP_Digest(octets.data(), octets.size(), out.data(), &size,
                         EVP_get_digestbyname(digest), nullptr),
              1);
    return std::string(prefix) + text(std::as_bytes(std::span(out)).first(size));
}

struct Row {
    Signing signing;
    const char* digest; ///< what the binding is hashed with; null: undefined
};

TEST(EndPoint, HashIsThatOfTheSignatureAndNeverMd5OrSha1) {
    for (const Row& row : {
             Row{{"RSA", "SHA256"}, "SHA256"},
             Row{{"RSA", "SHA384"}, "SHA384"},
             Row{{"RSA", "SHA512"}, "SHA512"},
             Row{{"RSA", "SHA224"}, "SHA224"},
             Row{{"RSA", "SHA1"}, "SHA256"},
             Row{{"RSA", "MD5"}, "SHA256"},
             Row{{"EC", "SHA256"}, "SHA256"},
             Row{{"EC", "SHA384"}, "SHA384"},
             Row{{"EC", "SHA512"}, "SHA512"},
             Row{{"EC", "SHA1"}, "SHA256"},
             Row{{"RSA", "SHA256", true}, "SHA256"},
             Row{{"RSA", "SHA384", true}, "SHA384"},
             Row{{"RSA", "SHA1", true}, "SHA256"},
         }) {
        const Bytes der = certify(row.signing).der();
        const Result<ChannelBindings> bindings = tls::server_end_point(der);
        ASSERT_TRUE(succeeds(bindings)) << row.signing.key << row.signing.digest;
        EXPECT_TRUE(text(bindings->application_data) == hashed(der, row.digest))
            << row.signing.key << row.signing.digest;
        EXPECT_EQ(bindings->initiator_address_type, AddressType::unspecified);
        EXPECT_TRUE(bindings->initiator_address.empty() && bindings->acceptor_address.empty());
    }
}

TEST(EndPoint, IsUndefinedWithoutAHashFunctionAndWithTwo) {
    for (const auto& [signing, name] :
         {std::pair<Signing, std::string_view>{{"ED25519", nullptr}, "ED25519"},
          {{"ED448", nullptr}, "ED448"},
          {{"RSA", "SHA256", true, "SHA384"}, "rsassaPss"},
          {{"RSA", "SHA256", true, "SHA1"}, "rsassaPss"}}) {
        const Result<ChannelBindings> bindings = tls::server_end_point(certify(signing).der());
        ASSERT_TRUE(fails_with(bindings, ErrorCode::unavailable)) << name;
        EXPECT_NE(bindings.error().text().find(name), std::string::npos) << bindings.error().text();
        EXPECT_EQ(bindings.error().operation(), "tls-server-end-point");
    }
}

TEST(EndPoint, OfPemIsThatOfItsFirstCertificate) {
    const Certified first = certify();
    const Certified second = certify();
    const std::string expected = hashed(first.der(), "SHA256");
    const std::string pem = first.pem();
    for (const std::string& form :
         {pem, pem + second.pem(), "# a comment\nsubject=CN\n" + pem, "\n\n" + pem}) {
        const Result<ChannelBindings> bindings = tls::server_end_point(as_bytes(form));
        ASSERT_TRUE(succeeds(bindings));
        EXPECT_TRUE(text(bindings->application_data) == expected);
    }
}

TEST(EndPoint, OfNoCertificateIsRefused) {
    const Certified made = certify();
    const std::string pem = made.pem();
    std::string key = pem;
    for (std::size_t at = 0; (at = key.find("CERTIFICATE", at)) != std::string::npos;) {
        key.replace(at, 11, "PRIVATE KEY");
    }
    std::string damaged = pem;
    damaged[pem.size() / 2] = '!';
    Bytes longer = made.der();
    longer.push_back(std::byte{0});
    const std::string twice = text(made.der()) + text(made.der());
    for (const std::string& form :
         {std::string(), std::string("x"), std::string("0"), key, damaged,
          pem.substr(0, pem.size() / 2), text(longer), twice, std::string(100000, '0'),
          std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
          std::string("\x30\x84\xff\xff\xff\xff", 6)}) {
        EXPECT_TRUE(
            fails_with(tls::server_end_point(as_bytes(form)), ErrorCode::malformed_parameter));
    }
    EXPECT_TRUE(fails_with(tls::server_end_point(Bytes(tls::max_certificate_size + 1)),
                           ErrorCode::malformed_parameter));
}

TEST(EndPoint, OfEveryCutAndAlteredCertificateIsRefusedOrAnother) {
    for (const Signing& signing : {Signing{}, Signing{"RSA", "SHA256", true}}) {
        const Bytes der = certify(signing).der();
        const std::string genuine = text(tls::server_end_point(der).value().application_data);
        for (std::size_t size = 0; size < der.size(); ++size) {
            ASSERT_TRUE(fails_with(tls::server_end_point(BytesView(der).first(size)),
                                   ErrorCode::malformed_parameter))
                << size;
        }
        for (std::size_t index = 0; index < der.size(); ++index) {
            for (const unsigned bits : {1U, 0x80U, 0xffU}) {
                const Result<ChannelBindings> other =
                    tls::server_end_point(altered(der, index, static_cast<std::byte>(bits)));
                if (other) {
                    ASSERT_FALSE(text(other->application_data) == genuine) << index;
                }
            }
        }
    }
}

TEST(EndPoint, LeavesTheCallersErrorsOfOpensslAlone) {
    ERR_clear_error();
    EXPECT_FALSE(succeeds(tls::server_end_point(as_bytes("not a certificate"))));
    EXPECT_FALSE(succeeds(tls::server_end_point(as_bytes("0not one either"))));
    EXPECT_EQ(ERR_peek_error(), 0UL);
}

TEST(Exported, OctetsAreFramedWhenThereAre32) {
    const Bytes octets = pattern(tls::exporter_size);
    EXPECT_TRUE(text(tls::exporter(octets).value().application_data) ==
                "tls-exporter:" + text(octets));
    for (const std::size_t size : {0U, 1U, 31U, 33U, 64U}) {
        EXPECT_TRUE(fails_with(tls::exporter(pattern(size)), ErrorCode::malformed_parameter));
    }
}

TEST(Finished, OctetsAreFramedWhenTheyCanBeAMessage) {
    for (const std::size_t size : {12U, 36U, 48U, 64U}) {
        EXPECT_TRUE(text(tls::unique(pattern(size)).value().application_data) ==
                    "tls-unique:" + text(pattern(size)));
    }
    for (const std::size_t size : {0U, 11U, 65U, 1000U}) {
        EXPECT_TRUE(fails_with(tls::unique(pattern(size)), ErrorCode::malformed_parameter));
    }
}

} // namespace

} // namespace gss::test
