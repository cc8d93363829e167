// SPDX-License-Identifier: Apache-2.0
// The other examples run and show what they promise; the README shows the program that is tested.
#include "program.h"

#include "test_realm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace gss::test::interop {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t number = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++number;
    }
    return number;
}

std::string content_of(const std::string& path) {
    std::ifstream file(std::string(GSSXX_SOURCE_ROOT) + "/" + path);
    return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST(Examples, ReadmeSaysHello) {
    Program program({example("readme")});
    EXPECT_EQ(program.finish(), 0);
    EXPECT_EQ(program.output(), "alice@" + shared_realm().name() + ": Hello over Kerberos\n");
}

TEST(Examples, ReadmeTellsWhatIsWrong) {
    const ScopedEnvironment nothing("KRB5CCNAME", "FILE:/nonexistent/cache");
    Program program({example("readme")});
    EXPECT_EQ(program.finish(), 1);
    EXPECT_NE(program.output().find("/nonexistent/cache"), std::string::npos) << program.output();
}

TEST(Readme, ShowsTheProgramThatIsTested) {
    const std::string program = content_of("examples/readme.cpp");
    ASSERT_FALSE(program.empty());
    EXPECT_LE(std::count(program.begin(), program.end(), '\n'), 25) << "it shall stay short";
    EXPECT_NE(content_of("README.md").find("```cpp\n" + program + "```"), std::string::npos)
        << "README.md does not contain examples/readme.cpp word for word between ```cpp and ```";
}

TEST(Examples, DemoShowsEveryPair) {
    Program program({example("gssxx_demo")});
    EXPECT_EQ(program.finish(), 0) << program.output();
    EXPECT_EQ(count(program.output(), "=== initiator on"), 4U) << program.output();
    EXPECT_EQ(count(program.output(), "MIC altered           refused"), 4U) << program.output();
    EXPECT_EQ(count(program.output(), "message replayed      refused"), 4U) << program.output();
    // Where MIT is the acceptor.
    EXPECT_EQ(count(program.output(), "first token replayed  refused"), 2U) << program.output();
    EXPECT_EQ(count(program.output(), "WRONG"), 0U) << program.output();
}

// Without a ticket there is nothing to show, and the demo must not end as if there had been.
TEST(Examples, DemoFailsWithoutATicket) {
    const ScopedEnvironment nothing("KRB5CCNAME", "FILE:/nonexistent/cache");
    Program program({example("gssxx_demo")});
    EXPECT_EQ(program.finish(), 1) << program.output();
}

TEST(Examples, ListMechanismsShowsBothBackends) {
    Program program({example("list_mechanisms")});
    EXPECT_EQ(program.finish(), 0) << program.output();
    EXPECT_EQ(count(program.output(), "krb5 (1.2.840.113554.1.2.2)"), 2U) << program.output();
    EXPECT_EQ(count(program.output(), "SPNEGO (1.3.6.1.5.5.2)"), 2U) << program.output();
    EXPECT_EQ(count(program.output(), "not available"), 0U) << program.output();
}

TEST(Examples, NegotiatedSaysWhatBothEndsAgreedOn) {
    Program program({example("negotiated")});
    EXPECT_EQ(program.finish(), 0) << program.output();
    EXPECT_EQ(count(program.output(), "krb5 (1.2.840.113554.1.2.2) in 2 tokens, initiator alice@"),
              2U)
        << program.output();
}

class OnBackend : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Examples, OnBackend, testing::Values("mit", "heimdal"),
                         [](const auto& each) { return each.param; });

TEST_P(OnBackend, InspectCredentialsShowsTicketAndKeytab) {
    Program program({example("inspect_credentials"), "--backend", GetParam(), "--accept"});
    EXPECT_EQ(program.finish(), 0) << program.output();
    EXPECT_EQ(count(program.output(), "alice@" + shared_realm().name()), 1U) << program.output();
    EXPECT_EQ(count(program.output(), "mechanism krb5"), 2U) << program.output();
}

TEST_P(OnBackend, InspectCredentialsTellsThatThereAreNone) {
    const ScopedEnvironment nothing("KRB5CCNAME", "FILE:/nonexistent/cache");
    Program program({example("inspect_credentials"), "--backend", GetParam()});
    EXPECT_EQ(program.finish(), 1) << program.output();
    EXPECT_NE(program.output().find("/nonexistent/cache"), std::string::npos) << program.output();
}

TEST_P(OnBackend, ExamineNameShowsThePeer) {
    Program program({example("examine_name"), "--backend", GetParam()});
    EXPECT_EQ(program.finish(), 0) << program.output();
    EXPECT_EQ(count(program.output(), "peer alice@" + shared_realm().name()), 1U)
        << program.output();
    EXPECT_EQ(count(program.output(), "user      alice"), 1U) << program.output();
    EXPECT_EQ(count(program.output(), "SASL: GS2-KRB5"), 1U) << program.output();
    const bool has_pac = shared_realm().kdc_kind() == realm::KdcKind::mit;
    EXPECT_EQ(count(program.output(), "attribute urn:mspac:client-info"),
              GetParam() == "mit" && has_pac ? 1U : 0U)
        << program.output();
}

TEST_P(OnBackend, ExportContextCrossesProcesses) {
    Program program({example("export_context"), "--backend", GetParam()});
    EXPECT_EQ(program.finish(), 0) << program.output();
    EXPECT_EQ(count(program.output(), "\" from alice@" + shared_realm().name()), 1U)
        << program.output();
    EXPECT_EQ(count(program.output(), "the worker's MIC is good"), 1U) << program.output();
}

TEST_P(OnBackend, MessagePiecesOpenWithBothLibraries) {
    for (const char* acceptor : {"mit", "heimdal"}) {
        Program program(
            {example("message_pieces"), "--initiator", GetParam(), "--acceptor", acceptor});
        EXPECT_EQ(program.finish(), 0) << program.output();
        EXPECT_EQ(count(program.output(), "opened: meet me at noon"), 1U) << program.output();
        EXPECT_EQ(count(program.output(), "another header: bad_mic"), 1U) << program.output();
        EXPECT_EQ(count(program.output(), "the same on both sides"), 1U) << program.output();
    }
}

TEST_P(OnBackend, PreforkAcceptorServesFromEveryWorker) {
    Server server("prefork_acceptor", {"--backend", GetParam(), "--workers", "3", "--connections",
                                       "1", "--timeout", "30", "host@localhost"});
    for (const char* backend : {"mit", "heimdal", "mit"}) {
        Program client({example("gss_client"), "--backend", backend, "--port", server.port(),
                        "localhost", "host@localhost", "to any worker"});
        EXPECT_EQ(client.finish(), 0) << client.output();
    }
    EXPECT_EQ(server.program().finish(), 0) << server.program().output();
    EXPECT_EQ(count(server.program().output(), " accepted alice@"), 3U)
        << server.program().output();
    EXPECT_EQ(count(server.program().output(), "\"to any worker\""), 3U)
        << server.program().output();
}

TEST_P(OnBackend, PreforkAcceptorReportsAWorkersFailure) {
    Server server("prefork_acceptor",
                  {"--backend", GetParam(), "--workers", "1", "--timeout", "1", "host@localhost"});
    EXPECT_EQ(server.program().finish(), 1);
    EXPECT_EQ(count(server.program().output(), "timed_out"), 1U) << server.program().output();
}

} // namespace
} // namespace gss::test::interop
