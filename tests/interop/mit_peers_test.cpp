// SPDX-License-Identifier: Apache-2.0
// MIT's sample programs with our examples: what breaks here breaks for every GSSAPI peer.
#include "program.h"
#include "wire.h"

#include "test_realm.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace gss::test::interop {
namespace {

using Arguments = std::vector<std::string>;

void append(Arguments& all, const Arguments& more) {
    all.insert(all.end(), more.begin(), more.end());
}

// Backend, name of the case, options of MIT's program, options of ours, what one of them must say.
struct Case {
    std::string name;
    Arguments mit;
    Arguments ours;
    std::string says;
};

using Parameters = std::tuple<std::string, Case>;

std::string case_name(const testing::TestParamInfo<Parameters>& info) {
    return std::get<1>(info.param).name + "_" + std::get<0>(info.param);
}

class MitClient : public testing::TestWithParam<Parameters> {};

TEST_P(MitClient, IsServedByOurServer) {
    const auto& [backend, how] = GetParam();
    Arguments server_arguments{"--backend", backend, "--once"};
    append(server_arguments, how.ours);
    server_arguments.emplace_back("host@localhost");
    Server server("gss_server", server_arguments);
    Arguments client_arguments{"/usr/bin/gss-client", "-port", server.port()};
    append(client_arguments, how.mit);
    append(client_arguments, {"localhost", "host@localhost", "hello from MIT"});
    Program client(client_arguments);
    EXPECT_EQ(client.finish(), 0) << client.output();
    EXPECT_EQ(server.program().finish(), 0) << server.program().output();
    const std::string& output = server.program().output();
    EXPECT_NE(output.find("context with alice@" + shared_realm().name()), std::string::npos)
        << output;
    EXPECT_NE(output.find("\"hello from MIT\""), std::string::npos) << output;
    EXPECT_NE(output.find(how.says), std::string::npos) << output;
    const bool wants_mic = std::find(how.mit.begin(), how.mit.end(), "-nm") == how.mit.end();
    EXPECT_EQ(client.output().find("Signature verified.") != std::string::npos, wants_mic)
        << client.output();
}

const std::vector<Case> client_cases{
    {"sealed", {}, {}, "message, sealed"},
    {"signed", {"-nx"}, {}, "message, signed"},
    {"unprotected_with_mic", {"-nw"}, {}, "message, unprotected"},
    {"without_mic", {"-nm"}, {}, "message, sealed"},
    {"context_only", {"-nw", "-nx", "-nm"}, {}, "message, unprotected"},
    {"in_sequence", {"-seq", "-mcount", "5"}, {}, "sequence detection"},
    {"without_replay_detection", {"-noreplay"}, {}, "message, sealed"},
    {"delegation", {"-d"}, {"--accept-delegation"}, "delegated: credentials of alice@"},
    {"delegation_left_alone", {"-d"}, {}, "message, sealed"},
    {"without_mutual", {"-nomutual"}, {"--allow-without-mutual"}, "message, sealed"},
    {"named_mechanism", {"-mech", "1.2.840.113554.1.2.2"}, {"--mechanism", "krb5"}, "krb5"},
    {"spnego", {"-spnego"}, {}, "message, sealed"},
    {"spnego_only", {"-spnego"}, {"--mechanism", "spnego"}, "message, sealed"},
    {"exported", {"-seq", "-mcount", "2"}, {"--export"}, "exported and imported: "},
};
INSTANTIATE_TEST_SUITE_P(Interop, MitClient,
                         testing::Combine(testing::Values("mit", "heimdal"),
                                          testing::ValuesIn(client_cases)),
                         case_name);

class BackendWithMit : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Interop, BackendWithMit, testing::Values("mit", "heimdal"),
                         [](const auto& each) { return each.param; });

// A server that insists on mutual authentication must not talk to a client that does not ask.
TEST_P(BackendWithMit, RefusesAnMitClientWithoutMutualAuthentication) {
    Server server("gss_server", {"--backend", GetParam(), "--once", "host@localhost"});
    Program client({"/usr/bin/gss-client", "-port", server.port(), "-nomutual", "localhost",
                    "host@localhost", "secret"});
    EXPECT_NE(client.finish(), 0) << client.output(); // 1, or SIGPIPE, which it does not mind
    EXPECT_EQ(server.program().finish(), 1);
    const std::string& output = server.program().output();
    EXPECT_NE(output.find("insufficient_protection"), std::string::npos) << output;
    EXPECT_EQ(output.find("secret"), std::string::npos) << output;
}

TEST_P(BackendWithMit, RefusesAnMitClientThatDoesNotAuthenticate) {
    Server server("gss_server", {"--backend", GetParam(), "--once", "host@localhost"});
    Program client({"/usr/bin/gss-client", "-port", server.port(), "-na", "localhost",
                    "host@localhost", "secret"});
    EXPECT_NE(client.finish(), 0) << client.output(); // 1, or SIGPIPE, which it does not mind
    EXPECT_EQ(server.program().finish(), 1);
    const std::string& output = server.program().output();
    EXPECT_NE(output.find("unauthorized"), std::string::npos) << output;
    EXPECT_EQ(output.find("secret"), std::string::npos) << output;
}

class MitServer : public testing::TestWithParam<Parameters> {};

// MIT's gss-server would listen on every interface; so it gets its connection as inetd gives it.
TEST_P(MitServer, ServesOurClient) {
    const auto& [backend, how] = GetParam();
    const std::filesystem::path log =
        shared_realm().folder() / ("gss-server-" + how.name + "-" + backend + ".log");
    const LoopbackListener listener;
    Arguments client_arguments{example("gss_client"), "--backend", backend, "--port",
                               listener.port()};
    append(client_arguments, how.ours);
    append(client_arguments, {"localhost", "host@localhost", "hello to MIT"});
    Program client(client_arguments);
    int server_status = -1;
    {
        const Connection connection(listener.accept());
        Arguments server_arguments{"/usr/bin/gss-server", "-inetd", "-logfile", log};
        append(server_arguments, how.mit);
        server_arguments.emplace_back("host@localhost");
        Program server(server_arguments, connection.socket());
        server_status = server.finish();
    }
    EXPECT_EQ(server_status, 0);
    EXPECT_EQ(client.finish(), 0) << client.output();
    EXPECT_NE(client.output().find("the server's MIC"), std::string::npos) << client.output();
    EXPECT_NE(client.output().find("context from alice@" + shared_realm().name()),
              std::string::npos)
        << client.output();
    std::ifstream file(log);
    const std::string said(std::istreambuf_iterator<char>(file), {});
    EXPECT_NE(said.find("Received message: \"hello to MIT\""), std::string::npos) << said;
    EXPECT_NE(said.find(how.says), std::string::npos) << said;
    EXPECT_EQ(said.find("error"), std::string::npos) << said;
}

const std::vector<Case> server_cases{
    {"sealed", {}, {}, "GSS_C_CONF_FLAG"},
    {"signed", {}, {"--no-seal"}, "GSS_C_INTEG_FLAG"},
    {"many", {}, {"--count", "5"}, "GSS_C_SEQUENCE_FLAG"},
    {"delegation", {}, {"--delegate"}, "GSS_C_DELEG_FLAG"},
    {"without_mutual", {}, {"--no-mutual"}, "GSS_C_REPLAY_FLAG"},
    {"spnego", {}, {"--mechanism", "spnego"}, "GSS_C_MUTUAL_FLAG"},
    {"exported", {"-export"}, {"--count", "2"}, "GSS_C_MUTUAL_FLAG"},
};
INSTANTIATE_TEST_SUITE_P(Interop, MitServer,
                         testing::Combine(testing::Values("mit", "heimdal"),
                                          testing::ValuesIn(server_cases)),
                         case_name);

} // namespace
} // namespace gss::test::interop
