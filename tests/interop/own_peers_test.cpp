// SPDX-License-Identifier: Apache-2.0
// Our client with our server, on every pair of backends, in two processes.
#include "program.h"

#include "test_realm.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace gss::test::interop {
namespace {

using Arguments = std::vector<std::string>;

class OwnPeers : public testing::TestWithParam<std::tuple<std::string, std::string>> {
protected:
    /// Both programs once, and how they ended.
    void converse(const Arguments& client_options, const Arguments& server_options) {
        Arguments server_arguments{"--backend", std::get<1>(GetParam()), "--once"};
        server_arguments.insert(server_arguments.end(), server_options.begin(),
                                server_options.end());
        server_arguments.emplace_back("host@localhost");
        Server server("gss_server", server_arguments);
        Arguments client_arguments{example("gss_client"), "--backend", std::get<0>(GetParam()),
                                   "--port", server.port()};
        client_arguments.insert(client_arguments.end(), client_options.begin(),
                                client_options.end());
        for (const char* last : {"localhost", "host@localhost", "between us"}) {
            client_arguments.emplace_back(last);
        }
        Program client(client_arguments);
        client_status = client.finish();
        server_status = server.program().finish();
        client_says = client.output();
        server_says = server.program().output();
    }

    void expect_success() const {
        EXPECT_EQ(client_status, 0) << client_says;
        EXPECT_EQ(server_status, 0) << server_says;
        EXPECT_NE(server_says.find("context with alice@"), std::string::npos) << server_says;
        EXPECT_NE(server_says.find("\"between us\""), std::string::npos) << server_says;
        EXPECT_NE(client_says.find("the server's MIC"), std::string::npos) << client_says;
    }

    /// Neither end may go on, and nothing of the message may have reached the server.
    void expect_refusal(const std::string& server_reason) const {
        EXPECT_EQ(client_status, 1) << client_says;
        EXPECT_EQ(server_status, 1) << server_says;
        EXPECT_NE(server_says.find(server_reason), std::string::npos) << server_says;
        EXPECT_EQ(server_says.find("between us"), std::string::npos) << server_says;
    }

    int client_status = -1;
    int server_status = -1;
    std::string client_says;
    std::string server_says;
};

INSTANTIATE_TEST_SUITE_P(Interop, OwnPeers,
                         testing::Combine(testing::Values("mit", "heimdal"),
                                          testing::Values("mit", "heimdal")),
                         [](const auto& each) {
                             return std::get<0>(each.param) + "_" + std::get<1>(each.param);
                         });

TEST_P(OwnPeers, SealMessages) {
    converse({"--count", "3"}, {});
    expect_success();
    EXPECT_NE(server_says.find("message, sealed"), std::string::npos) << server_says;
}

TEST_P(OwnPeers, SignMessages) {
    converse({"--no-seal"}, {});
    expect_success();
    EXPECT_NE(server_says.find("message, signed"), std::string::npos) << server_says;
}

TEST_P(OwnPeers, DelegateCredentials) {
    converse({"--delegate"}, {"--accept-delegation"});
    expect_success();
    EXPECT_NE(server_says.find("delegated: credentials of alice@"), std::string::npos)
        << server_says;
}

// Credentials that nobody asked to take over must not reach the server.
TEST_P(OwnPeers, LeaveDelegatedCredentialsAloneByDefault) {
    converse({"--delegate"}, {});
    expect_success();
    EXPECT_EQ(server_says.find("delegated:"), std::string::npos) << server_says;
}

TEST_P(OwnPeers, NegotiateWithSpnego) {
    converse({"--mechanism", "spnego"}, {"--mechanism", "spnego"});
    expect_success();
}

TEST_P(OwnPeers, GoOnWithAnExportedContext) {
    converse({"--count", "2"}, {"--export"});
    expect_success();
    EXPECT_NE(server_says.find("exported and imported"), std::string::npos) << server_says;
}

TEST_P(OwnPeers, AgreeOnEqualChannelBindings) {
    converse({"--channel-bindings", "tls-exporter:abc"},
             {"--channel-bindings", "tls-exporter:abc"});
    expect_success();
}

TEST_P(OwnPeers, FailOnDifferentChannelBindings) {
    converse({"--channel-bindings", "tls-exporter:abc"},
             {"--channel-bindings", "tls-exporter:abd"});
    expect_refusal("bad_channel_bindings");
}

// Somebody in the middle presents none. Heimdal 7.8 does not tell that from the real ones.
TEST_P(OwnPeers, InsistOnChannelBindingsWhereTheLibraryTells) {
    converse({}, {"--channel-bindings", "tls-exporter:abc"});
    if (std::get<1>(GetParam()) == "mit") {
        expect_refusal("insufficient_protection");
    } else {
        expect_success();
    }
}

TEST_P(OwnPeers, WithoutMutualAuthentication) {
    converse({"--no-mutual"}, {"--allow-without-mutual"});
    expect_success();
    EXPECT_EQ(server_says.find("mutual authentication"), std::string::npos) << server_says;
}

TEST_P(OwnPeers, InsistOnMutualAuthentication) {
    converse({"--no-mutual"}, {});
    expect_refusal("insufficient_protection");
}

// A server for one mechanism must not take another.
TEST_P(OwnPeers, FailOnAMechanismThatTheServerDoesNotOffer) {
    converse({"--mechanism", "spnego"}, {"--mechanism", "krb5"});
    EXPECT_EQ(client_status, 1) << client_says;
    EXPECT_EQ(server_status, 1) << server_says;
}

} // namespace
} // namespace gss::test::interop
