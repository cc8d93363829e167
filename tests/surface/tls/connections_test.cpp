// SPDX-License-Identifier: Apache-2.0
// Bindings taken from real connections of TLS 1.2 and 1.3.
#include "conformance.h"
#include "handshake.h"

#include <gssxx/tls/channel_bindings.h>

namespace gss::test {

namespace {

constexpr std::uint64_t no_renegotiation = SSL_OP_NO_RENEGOTIATION;

std::string data_of(const Result<ChannelBindings>& bindings) {
    EXPECT_TRUE(succeeds(bindings));
    return bindings ? text(bindings->application_data) : std::string();
}

TEST(TlsExporter, IsTheSameOnBothEndsAndOfNoOtherConnection) {
    const Certified server = certify();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const Connection one = connect(server, {.version = version});
        const Connection two = connect(server, {.version = version});
        const std::string data = data_of(tls::exporter(one.client.get()));
        EXPECT_TRUE(data == data_of(tls::exporter(one.server.get())));
        EXPECT_TRUE(data == data_of(tls::exporter(one.client.get()))) << "asking changes nothing";
        EXPECT_FALSE(data == data_of(tls::exporter(two.client.get())));
        EXPECT_EQ(data.size(), std::string_view("tls-exporter:").size() + 32);
        EXPECT_TRUE(data.starts_with("tls-exporter:"));
    }
}

TEST(TlsExporter, UsesTheLabelAndTheEmptyContextOfTheRfc) {
    const Certified server = certify();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const Connection one = connect(server, {.version = version});
        std::array<unsigned char, 32> octets{};
        constexpr std::string_view label = "EXPORTER-Channel-Binding";
        const unsigned char none = 0;
        ASSERT_EQ(SSL_export_keying_material(one.server.get(), octets.data(), octets.size(),
                                             label.data(), label.size(), &none, 0, 1),
                  1);
        EXPECT_TRUE(tls::exporter(std::as_bytes(std::span(octets))).value() ==
                    tls::exporter(one.client.get()).value());
    }
}

TEST(TlsExporter, IsNotTakenWhereItWouldNotBindTheConnection) {
    const Certified server = certify();
    const Connection renegotiable = connect(server, {.version = TLS1_2_VERSION, .options = 0});
    const Connection old =
        connect(server, {.version = TLS1_2_VERSION,
                         .options = no_renegotiation | SSL_OP_NO_EXTENDED_MASTER_SECRET});
    for (const Connection* connection : {&renegotiable, &old}) {
        for (SSL* end : {connection->client.get(), connection->server.get()}) {
            EXPECT_TRUE(fails_with(tls::exporter(end), ErrorCode::unavailable));
        }
    }
    EXPECT_NE(tls::exporter(renegotiable.client.get()).error().text().find("renegotiation"),
              std::string::npos);
    EXPECT_NE(tls::exporter(old.client.get()).error().text().find("7627"), std::string::npos);
    // TLS 1.3 has no renegotiation.
    const Connection modern = connect(server, {.version = TLS1_3_VERSION, .options = 0});
    EXPECT_TRUE(succeeds(tls::exporter(modern.client.get())));
}

TEST(TlsExporter, OfDtlsIsTakenUnderTheSameConditions) {
    // The versions of DTLS are numbered downwards, from above all of TLS.
    const Certified server = certify();
    const Connection good = connect(server, {.version = DTLS1_2_VERSION});
    EXPECT_TRUE(data_of(tls::exporter(good.client.get())) ==
                data_of(tls::exporter(good.server.get())));
    EXPECT_TRUE(data_of(tls::unique(good.client.get())) == data_of(tls::unique(good.server.get())));
    const Connection renegotiable = connect(server, {.version = DTLS1_2_VERSION, .options = 0});
    const Connection old =
        connect(server, {.version = DTLS1_2_VERSION,
                         .options = no_renegotiation | SSL_OP_NO_EXTENDED_MASTER_SECRET});
    for (const Connection* connection : {&renegotiable, &old}) {
        for (SSL* end : {connection->client.get(), connection->server.get()}) {
            EXPECT_TRUE(fails_with(tls::exporter(end), ErrorCode::unavailable));
        }
    }
}

TEST(TlsEndPoint, IsOfNoCertificateThatWasNotShown) {
    // The server has one and the cipher suite does not use it: nothing binds the two together.
    const Certified server = certify();
    const Connection anonymous =
        connect(server, {.version = TLS1_2_VERSION, .ciphers = "AECDH-AES256-SHA:@SECLEVEL=0"});
    for (SSL* end : {anonymous.client.get(), anonymous.server.get()}) {
        EXPECT_TRUE(fails_with(tls::server_end_point(end), ErrorCode::unavailable));
    }
    const Connection shown = connect(server, {.version = TLS1_2_VERSION});
    EXPECT_TRUE(succeeds(tls::server_end_point(shown.server.get())));
}

TEST(TlsUnique, IsTheFirstFinishedMessageOnBothEnds) {
    const Certified server = certify();
    const Connection one = connect(server, {.version = TLS1_2_VERSION});
    const std::string data = data_of(tls::unique(one.client.get()));
    EXPECT_TRUE(data == data_of(tls::unique(one.server.get())));
    std::array<std::byte, 64> sent{};
    const std::size_t size = SSL_get_finished(one.client.get(), sent.data(), sent.size());
    EXPECT_TRUE(data == "tls-unique:" + text(BytesView(sent).first(size)))
        << "of a full handshake, the client's";
    const Connection two = connect(server, {.version = TLS1_2_VERSION});
    EXPECT_FALSE(data == data_of(tls::unique(two.client.get())));
}

TEST(TlsUnique, OfAResumedSessionIsTheServersMessage) {
    const Certified server = certify();
    const Connection first = connect(server, {.version = TLS1_2_VERSION});
    const SessionPtr session(SSL_get1_session(first.client.get()));
    const Connection second =
        connect(server, {.version = TLS1_2_VERSION, .resume = session.get(), .again = &first});
    ASSERT_EQ(SSL_session_reused(second.client.get()), 1);
    const std::string data = data_of(tls::unique(second.client.get()));
    EXPECT_TRUE(data == data_of(tls::unique(second.server.get())));
    std::array<std::byte, 64> sent{};
    const std::size_t size = SSL_get_finished(second.server.get(), sent.data(), sent.size());
    EXPECT_TRUE(data == "tls-unique:" + text(BytesView(sent).first(size)));
    EXPECT_FALSE(data == data_of(tls::unique(first.client.get())));
    EXPECT_TRUE(data_of(tls::exporter(second.client.get())) ==
                data_of(tls::exporter(second.server.get())));
}

TEST(TlsUnique, IsNotDefinedForTls13NorWithoutTheExtendedMasterSecret) {
    const Certified server = certify();
    const Connection modern = connect(server, {.version = TLS1_3_VERSION});
    const Connection old =
        connect(server, {.version = TLS1_2_VERSION, .options = SSL_OP_NO_EXTENDED_MASTER_SECRET});
    for (const Connection* connection : {&modern, &old}) {
        EXPECT_TRUE(fails_with(tls::unique(connection->client.get()), ErrorCode::unavailable));
        EXPECT_TRUE(fails_with(tls::unique(connection->server.get()), ErrorCode::unavailable));
    }
    EXPECT_NE(tls::unique(modern.client.get()).error().text().find("tls-exporter"),
              std::string::npos);
}

TEST(TlsEndPoint, OfAConnectionIsThatOfTheServersCertificate) {
    const Certified server = certify({"RSA", "SHA384"});
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        const Connection one = connect(server, {.version = version});
        const std::string expected = data_of(tls::server_end_point(server.der()));
        EXPECT_TRUE(expected == data_of(tls::server_end_point(one.client.get())));
        EXPECT_TRUE(expected == data_of(tls::server_end_point(one.server.get())));
    }
}

TEST(TlsConnections, ThatAreNoneOrNotYetAreRefused) {
    const Certified server = certify();
    const Connection fresh = connect(server, {.handshake = false});
    for (SSL* end : {fresh.client.get(), fresh.server.get()}) {
        EXPECT_TRUE(fails_with(tls::exporter(end), ErrorCode::unavailable));
        EXPECT_TRUE(fails_with(tls::unique(end), ErrorCode::unavailable));
        EXPECT_TRUE(fails_with(tls::server_end_point(end), ErrorCode::unavailable));
    }
    SSL* none = nullptr;
    EXPECT_TRUE(fails_with(tls::exporter(none), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(tls::unique(none), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(tls::server_end_point(none), ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
