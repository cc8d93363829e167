// SPDX-License-Identifier: Apache-2.0
// Peers that do not keep to the protocol: the server goes on serving, the client says what is
// wrong.
#include "program.h"
#include "wire.h"

#include "test_realm.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gss::test::interop {
namespace {

class HostilePeer : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] std::vector<std::string> client_arguments(const std::string& port) const {
        return {example("gss_client"), "--backend",      GetParam(), "--port", port,
                "localhost",           "host@localhost", "a message"};
    }
};
INSTANTIATE_TEST_SUITE_P(Interop, HostilePeer, testing::Values("mit", "heimdal"),
                         [](const auto& each) { return each.param; });

std::string cut(std::string octets) {
    octets.resize(octets.size() - 1);
    return octets;
}

// One server gets all of it, one after the other, and must still serve a genuine client.
TEST_P(HostilePeer, CannotEndTheServer) {
    Server server("gss_server", {"--backend", GetParam(), "--timeout", "60", "host@localhost"});
    const std::string start = token(flag_noop | flag_context_next);
    const std::vector<std::pair<std::string, std::string>> cases{
        {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "more than 1048576"},
        {"", "closed the connection with 5 octets"},
        {std::string("\x11\x00\x00", 3), "closed the connection with 2 octets"},
        {std::string(5, '\0'), "no flags"},
        {token(flag_context, "x"), "flags 2 where 1 was expected"},
        {token(flag_noop), "does not want to authenticate"},
        {start + std::string("\x02\xff\xff\xff\xff", 5), "4294967295 octets"},
        {start + std::string("\x02\x00\x10\x00\x01", 5), "1048577 octets"},
        {start + token(flag_context), "invalid_token"},
        {start + token(flag_context, "garbage"), "invalid_token"},
        {start + token(flag_context, std::string(100000, '\x60')), "invalid_token"},
        {start + token(flag_data, "x"), "flags 4 where 2 was expected"},
        {start + cut(token(flag_context, "a token that is cut")), "with 1 octets to come"},
    };
    for (const auto& [octets, says] : cases) {
        const std::size_t before = server.program().output().size();
        const Connection connection(server.port());
        connection.send(octets);
        connection.end_sending();
        // Read to the end: what the server sends must not meet a closed connection.
        static_cast<void>(connection.receive_rest());
        ASSERT_TRUE(server.program().wait_for(says, before)) << server.program().output();
        ASSERT_TRUE(server.program().wait_for("\n", server.program().output().find(says, before)));
        const std::string said = server.program().output().substr(before);
        EXPECT_EQ(said.rfind("gss_server: ", 0), 0U) << said;
        EXPECT_EQ(said.find("context with"), std::string::npos) << said;
    }
    Program client(client_arguments(server.port()));
    EXPECT_EQ(client.finish(), 0) << client.output();
    EXPECT_TRUE(server.program().wait_for("\"a message\"")) << server.program().output();
}

/// Stands between client and server, and alters the last octet of one token.
struct Relay {
    /// Which of the tokens that pass is altered: 0 is the first from the client.
    static void run(const LoopbackListener& listener, const std::string& server_port,
                    std::size_t altered) {
        const Connection client(listener.accept());
        const Connection server(server_port);
        // Start, first token, its answer, message, its MIC.
        const bool from_client[] = {true, true, false, true, false};
        for (std::size_t number = 0; number < std::size(from_client); ++number) {
            std::string octets = (from_client[number] ? client : server).receive_token();
            if (octets.empty()) {
                return;
            }
            if (number == altered) {
                octets.back() = static_cast<char>(octets.back() ^ 1);
            }
            (from_client[number] ? server : client).send(octets);
        }
    }
};

class AlteredInTransit : public HostilePeer {
protected:
    void run(std::size_t altered) {
        Server server("gss_server", {"--backend", GetParam(), "--once", "host@localhost"});
        const LoopbackListener listener;
        Program client(client_arguments(listener.port()));
        Relay::run(listener, server.port(), altered);
        client_status = client.finish();
        server_status = server.program().finish();
        client_says = client.output();
        server_says = server.program().output();
    }

    int client_status = -1;
    int server_status = -1;
    std::string client_says;
    std::string server_says;
};
INSTANTIATE_TEST_SUITE_P(Interop, AlteredInTransit, testing::Values("mit", "heimdal"),
                         [](const auto& each) { return each.param; });

TEST_P(AlteredInTransit, NothingAltersNothing) {
    run(100);
    EXPECT_EQ(client_status, 0) << client_says;
    EXPECT_NE(server_says.find("\"a message\""), std::string::npos) << server_says;
}

TEST_P(AlteredInTransit, TheFirstTokenIsRefusedByTheServer) {
    run(1);
    EXPECT_EQ(client_status, 1) << client_says;
    EXPECT_EQ(server_status, 1) << server_says;
    EXPECT_EQ(server_says.find("context with"), std::string::npos) << server_says;
}

TEST_P(AlteredInTransit, TheAnswerIsRefusedByTheClient) {
    run(2);
    EXPECT_EQ(client_status, 1) << client_says;
    EXPECT_EQ(server_says.find("a message"), std::string::npos) << server_says;
}

TEST_P(AlteredInTransit, TheMessageIsRefusedByTheServer) {
    run(3);
    EXPECT_EQ(client_status, 1) << client_says;
    EXPECT_EQ(server_status, 1) << server_says;
    EXPECT_NE(server_says.find("gss_unwrap"), std::string::npos) << server_says;
    EXPECT_NE(server_says.find("bad_mic"), std::string::npos) << server_says;
    EXPECT_EQ(server_says.find("a message"), std::string::npos) << server_says;
}

TEST_P(AlteredInTransit, TheMicIsRefusedByTheClient) {
    run(4);
    EXPECT_EQ(client_status, 1) << client_says;
    EXPECT_NE(client_says.find("gss_verify_mic"), std::string::npos) << client_says;
    EXPECT_NE(client_says.find("bad_mic"), std::string::npos) << client_says;
    EXPECT_EQ(client_says.find("is good"), std::string::npos) << client_says;
}

TEST_P(HostilePeer, ThatOnlyClosesIsNamedByTheClient) {
    const LoopbackListener listener;
    Program client(client_arguments(listener.port()));
    {
        const Connection connection(listener.accept());
        EXPECT_EQ(connection.receive_token(), token(flag_noop | flag_context_next));
        const std::string first = connection.receive_token();
        ASSERT_GT(first.size(), 5U);
        EXPECT_EQ(first[0], static_cast<char>(flag_context));
    }
    EXPECT_EQ(client.finish(), 1);
    EXPECT_NE(client.output().find("closed the connection"), std::string::npos) << client.output();
}

TEST_P(HostilePeer, ThatAnnouncesTooMuchIsRefusedByTheClient) {
    const LoopbackListener listener;
    Program client(client_arguments(listener.port()));
    const Connection connection(listener.accept());
    const std::string start = connection.receive_token();
    const std::string first = connection.receive_token();
    connection.send(std::string("\x02\x7f\xff\xff\xff", 5));
    EXPECT_EQ(client.finish(), 1);
    EXPECT_NE(client.output().find("2147483647 octets"), std::string::npos) << client.output();
}

TEST_P(HostilePeer, ThatIsNotThereIsNamedByTheClient) {
    std::string port;
    {
        const LoopbackListener gone;
        port = gone.port();
    }
    Program client(client_arguments(port));
    EXPECT_EQ(client.finish(), 1);
    EXPECT_NE(client.output().find("port " + port + ": Connection refused"), std::string::npos)
        << client.output();
}

TEST_P(HostilePeer, UnknownServicesAreNamedByBothPrograms) {
    const LoopbackListener listener;
    Program client({example("gss_client"), "--backend", GetParam(), "--port", listener.port(),
                    "localhost", "nobody@localhost", "a message"});
    EXPECT_EQ(client.finish(), 1);
    EXPECT_NE(client.output().find("service_unknown"), std::string::npos) << client.output();
    EXPECT_NE(client.output().find("nobody"), std::string::npos) << client.output();

    Program server({example("gss_server"), "--backend", GetParam(), "--port", "0", "--timeout", "5",
                    "nobody@localhost"});
    EXPECT_EQ(server.finish(), 1);
    EXPECT_NE(server.output().find("nobody@localhost"), std::string::npos) << server.output();
    EXPECT_NE(server.output().find("keytab"), std::string::npos) << server.output();
}

TEST(ServerPort, ThatIsTakenIsNamed) {
    const LoopbackListener taken;
    Program server({example("gss_server"), "--port", taken.port(), "--once", "host@localhost"});
    EXPECT_EQ(server.finish(), 1);
    EXPECT_NE(server.output().find("Address already in use"), std::string::npos) << server.output();
}

TEST(ServerTimeout, EndsTheServerByItself) {
    Program server({example("gss_server"), "--port", "0", "--timeout", "1", "host@localhost"});
    EXPECT_EQ(server.finish(), 0) << server.output();
    Program once(
        {example("gss_server"), "--port", "0", "--timeout", "1", "--once", "host@localhost"});
    EXPECT_EQ(once.finish(), 1);
    EXPECT_NE(once.output().find("timed_out"), std::string::npos) << once.output();
}

} // namespace
} // namespace gss::test::interop
