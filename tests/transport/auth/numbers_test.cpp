// SPDX-License-Identifier: Apache-2.0
// Every message number in every state of both sides: what a table says, and nothing else.
#include "auth_pair.h"
#include "writer.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gss::test {
namespace {

using namespace transport;
using ssh::wire::Writer;

/// A message that is as good as it can be of that number, so that nothing but its place is wrong.
Bytes well_formed(unsigned number, bool to_password) {
    switch (number) {
    case 3:
        return Writer(3).uint32(7).take();
    case 5:
        return service_request();
    case 6:
        return service_accept();
    case 50:
        return request("none");
    case 51:
        return Writer(51).text("password").boolean(false).take();
    case 53:
        return banner_message("welcome");
    case 60:
        return to_password ? Writer(60).text("a new one").text("en").take()
                           : Writer(60).string(mechanism::krb5().to_der()).take();
    case 64:
        return Writer(64).uint32(1).uint32(2).text("why").text("").take();
    case 61:
    case 65:
    case 66:
        return Writer(static_cast<std::uint8_t>(number)).text("octets").take();
    default:
        return bare(number);
    }
}

/// What became of one message.
/// F: a fault, reason 2. V: a fault, reason 7. S: logged in. R: the attempt is over. B: a banner
/// was shown. A: something was sent or asked. '.': nothing that can be seen.
template <typename Side>
char outcome(Side& side) {
    if (side.fault) {
        return side.fault->disconnect_reason() == 7 ? 'V' : 'F';
    }
    for (const Event& event : side.outlet.events) {
        if (std::holds_alternative<LoggedIn>(event)) {
            return 'S';
        }
        if (std::holds_alternative<AuthFailed>(event)) {
            return 'R';
        }
        if (std::holds_alternative<PeerText>(event)) {
            return 'B';
        }
    }
    return side.outlet.events.empty() && side.outlet.sent.empty() ? '.' : 'A';
}

/// A range of numbers and what each of them does.
struct Cell {
    unsigned first;
    unsigned last;
    char what;
};
struct Row {
    const char* name;
    void (*bring)(AuthPair&); ///< into the state
    std::vector<Cell> cells;  ///< all other numbers are faults
};

char expected(const Row& row, unsigned number) {
    for (const Cell& cell : row.cells) {
        if (number >= cell.first && number <= cell.last) {
            return cell.what;
        }
    }
    return 'F';
}

// Servers ------------------------------------------------------------------------------------

void ask_server(AuthPair& pair, const Bytes& payload, bool answers = false) {
    pair.accounts.answers = answers;
    pair.start_server(true);
    pair.server.feed(payload);
    pair.serve();
}

void begin_with_mic(AuthPair& pair) {
    pair.start_server(true);
    pair.server.feed(
        request("gssapi-with-mic", Writer().uint32(1).string(mechanism::krb5().to_der()).take()));
}

ssh::GssStep first_step() {
    return {0,
            {ssh::ContextName::Use::authentication, 1},
            true,
            true,
            mechanism::krb5(),
            {ContextFlag::integrity},
            {}};
}

void server_with_mic_asked(AuthPair& pair) {
    begin_with_mic(pair);
    pair.server.feed(Writer(61).string(pair.client.host.step(first_step()).token).take());
}

void server_with_mic_established(AuthPair& pair) {
    server_with_mic_asked(pair);
    pair.serve();
}

void server_query_answered(AuthPair& pair) {
    const PrivateKey key = new_key();
    pair.accounts.keys = {key.public_key()};
    ask_server(pair,
               request("publickey", Writer()
                                        .boolean(false)
                                        .text(key.public_key().algorithms()[0])
                                        .string(key.public_key().blob())
                                        .take()),
               true);
}

const std::vector<Row>& server_rows() {
    static const std::vector<Row> rows{
        {"keys",
         [](AuthPair& pair) {
             pair.server.part =
                 std::make_unique<detail::ServerAuth>(pair.server.options, pair.server.outlet);
         },
         {}},
        {"service", [](AuthPair& pair) { pair.start(true); }, {{3, 3, '.'}, {5, 5, 'A'}}},
        {"open", [](AuthPair& pair) { pair.start_server(true); }, {{3, 3, '.'}, {50, 50, 'A'}}},
        {"none asked",
         [](AuthPair& pair) { ask_server(pair, request("none")); },
         {{3, 3, '.'}, {50, 50, 'A'}}},
        {"password asked",
         [](AuthPair& pair) { ask_server(pair, password_request("x")); },
         {{3, 3, '.'}, {50, 50, 'A'}}},
        {"password refused",
         [](AuthPair& pair) { ask_server(pair, password_request("x"), true); },
         {{3, 3, '.'}, {50, 50, 'A'}}},
        {"PK_OK sent", server_query_answered, {{3, 3, '.'}, {50, 50, 'A'}}},
        {"with-mic, first token",
         begin_with_mic,
         {{3, 3, '.'}, {50, 50, 'A'}, {61, 63, 'A'}, {65, 79, 'A'}}},
        {"with-mic, asked", server_with_mic_asked, {{3, 3, '.'}, {50, 50, 'A'}, {60, 79, '.'}}},
        {"with-mic, established",
         server_with_mic_established,
         {{3, 3, '.'}, {50, 50, 'A'}, {61, 63, 'A'}, {65, 79, 'A'}}},
        {"with-mic, refused",
         [](AuthPair& pair) {
             server_with_mic_established(pair);
             pair.server.feed(bare(63));
         },
         {{3, 3, '.'}, {50, 50, 'A'}, {61, 63, '.'}, {65, 79, '.'}}},
        {"keyex, asked",
         [](AuthPair& pair) {
             ask_server(pair, request("gssapi-keyex", Writer().text("mic").take()));
         },
         {{3, 3, '.'}, {50, 50, '.'}, {60, 79, '.'}}},
        {"partly",
         [](AuthPair& pair) {
             pair.accounts.partly["password"] = {"publickey"};
             ask_server(pair, password_request("correct horse"), true);
         },
         {{3, 3, '.'}, {50, 50, 'A'}}},
        {"done",
         [](AuthPair& pair) { ask_server(pair, password_request("correct horse"), true); },
         {{3, 3, '.'}, {50, 50, '.'}}},
    };
    return rows;
}

char server_takes(const Row& row, const Bytes& payload) {
    AuthPair pair;
    row.bring(pair);
    EXPECT_FALSE(pair.server.fault) << row.name;
    pair.server.outlet.events.clear();
    pair.server.outlet.sent.clear();
    pair.server.feed(payload);
    return outcome(pair.server);
}

TEST(AuthNumbers, every_number_in_every_state_of_a_server) {
    for (const Row& row : server_rows()) {
        for (unsigned number = 0; number < 256; ++number) {
            EXPECT_EQ(server_takes(row, well_formed(number, false)), expected(row, number))
                << row.name << ", message " << number;
        }
    }
}

// A server that took SUCCESS from a client has let in everybody.
TEST(AuthNumbers, sec_A2_04_what_only_servers_send_ends_a_servers_session_in_every_state) {
    for (const Row& row : server_rows()) {
        for (const unsigned number : {51U, 52U, 53U, 6U}) {
            AuthPair pair;
            row.bring(pair);
            const bool before = pair.server.part->authenticated();
            pair.server.feed(well_formed(number, false));
            ASSERT_TRUE(pair.server.fault) << row.name << ", message " << number;
            EXPECT_EQ(pair.server.fault->disconnect_reason(), 2U);
            EXPECT_EQ(pair.server.part->authenticated(), before);
        }
    }
}

// PK_OK is the one of 60 to 79 that a server's state machine must not take for progress either.
TEST(AuthNumbers, sec_A2_04_pk_ok_from_a_client_logs_nobody_in) {
    const PublicKey key = new_key().public_key();
    const Bytes ok = Writer(60).text("ssh-ed25519").string(key.blob()).take();
    for (const Row& row : server_rows()) {
        const char what = server_takes(row, ok);
        EXPECT_TRUE(what == 'F' || what == '.') << row.name;
    }
}

// Nothing is asked of the host before the service runs, and no service but this one.
TEST(AuthNumbers, sec_A2_05_requests_before_the_service_runs_reach_nobody) {
    AuthPair pair;
    pair.accounts.none = true;
    pair.start(true);
    pair.server.feed(request("none"));
    ASSERT_TRUE(pair.server.fault);
    EXPECT_TRUE(pair.server.outlet.events.empty());
    EXPECT_TRUE(pair.server.outlet.sent.empty());
}

TEST(AuthNumbers, sec_A2_05_only_the_service_ssh_userauth_may_be_asked_for) {
    for (const char* name :
         {"ssh-connection", "", "ssh-userauth2", "ssh-userautH", "ssh-userauth,"}) {
        AuthPair pair;
        pair.start();
        pair.server.feed(service_request(name));
        ASSERT_TRUE(pair.server.fault) << name;
        EXPECT_EQ(pair.server.fault->disconnect_reason(), 7U) << name;
        EXPECT_FALSE(pair.server.part->service_accepted());
        EXPECT_TRUE(pair.server.outlet.sent.empty());
    }
    for (Bytes damaged : {Bytes(bare(5)), octets("\5\0\0\0\377ssh-userauth"), [] {
                              Bytes trailing = service_request();
                              trailing.push_back(std::byte{0});
                              return trailing;
                          }()}) {
        AuthPair pair;
        pair.start();
        pair.server.feed(damaged);
        ASSERT_TRUE(pair.server.fault);
        EXPECT_EQ(pair.server.fault->disconnect_reason(), 2U);
    }
}

// Clients ------------------------------------------------------------------------------------

/// The client's request is out, whatever the server would say.
void send_request(AuthPair& pair, AuthMethod method) {
    pair.start(true);
    pair.client.part->authenticate("alice", std::move(method)).value();
    pair.client.feed(service_accept());
}

void client_with_mic_asked(AuthPair& pair) {
    send_request(pair, WithGssapiMic{});
    pair.client.feed(well_formed(60, false));
}

void client_with_mic_token(AuthPair& pair) {
    client_with_mic_asked(pair);
    pair.attend();
}

void client_with_mic_result(AuthPair& pair) {
    pair.client.host.script().tokens = 1;
    client_with_mic_token(pair);
}

const std::vector<Row>& client_rows() {
    static const std::vector<Row> rows{
        {"keys",
         [](AuthPair& pair) {
             pair.client.part =
                 std::make_unique<detail::ClientAuth>(pair.client.options, pair.client.outlet);
             pair.client.part->authenticate("alice", WithNone{}).value();
         },
         {{3, 3, '.'}}},
        {"service", [](AuthPair& pair) { pair.start(); }, {{3, 3, '.'}}},
        {"service asked for",
         [](AuthPair& pair) {
             pair.start();
             pair.client.part->authenticate("alice", WithNone{}).value();
         },
         {{3, 3, 'V'}, {6, 6, 'A'}}},
        {"early keyex, MIC asked for",
         [](AuthPair& pair) {
             pair.start(true);
             pair.client.part->authenticate("alice", WithGssapiKeyex{}).value();
         },
         {{3, 3, 'V'}, {6, 6, '.'}}},
        {"early keyex, request sent",
         [](AuthPair& pair) {
             pair.start(true);
             pair.client.part->authenticate("alice", WithGssapiKeyex{}).value();
             pair.attend();
         },
         {{3, 3, 'V'}, {6, 6, '.'}}},
        {"idle",
         [](AuthPair& pair) {
             send_request(pair, WithNone{});
             pair.client.feed(well_formed(51, false));
         },
         {{3, 3, '.'}, {53, 53, 'B'}}},
        {"none",
         [](AuthPair& pair) { send_request(pair, WithNone{}); },
         {{3, 3, 'R'}, {51, 51, 'R'}, {52, 52, 'S'}, {53, 53, 'B'}}},
        {"password",
         [](AuthPair& pair) { send_request(pair, WithPassword{secret("x")}); },
         {{3, 3, 'R'}, {51, 51, 'R'}, {52, 52, 'S'}, {53, 53, 'B'}, {60, 60, 'R'}}},
        {"publickey",
         [](AuthPair& pair) { send_request(pair, WithPublicKey{new_key()}); },
         {{3, 3, 'R'}, {51, 51, 'R'}, {52, 52, 'S'}, {53, 53, 'B'}}},
        {"with-mic, response",
         [](AuthPair& pair) { send_request(pair, WithGssapiMic{}); },
         {{3, 3, 'R'}, {51, 51, 'R'}, {53, 53, 'B'}, {60, 60, 'A'}, {64, 64, '.'}}},
        {"with-mic, asked",
         client_with_mic_asked,
         {{3, 3, '.'}, {51, 51, 'R'}, {53, 53, 'B'}, {60, 79, '.'}}},
        {"with-mic, token",
         client_with_mic_token,
         {{3, 3, 'R'}, {51, 51, 'R'}, {53, 53, 'B'}, {61, 61, 'A'}, {64, 64, '.'}, {65, 65, 'A'}}},
        {"with-mic, result",
         client_with_mic_result,
         {{3, 3, 'R'}, {51, 51, 'R'}, {52, 52, 'S'}, {53, 53, 'B'}, {64, 65, '.'}}},
        {"keyex, asked",
         [](AuthPair& pair) { send_request(pair, WithGssapiKeyex{}); },
         {{3, 3, '.'}, {51, 51, 'R'}, {53, 53, 'B'}, {60, 79, '.'}}},
        {"keyex, result",
         [](AuthPair& pair) {
             send_request(pair, WithGssapiKeyex{});
             pair.attend();
         },
         {{3, 3, 'R'}, {51, 51, 'R'}, {52, 52, 'S'}, {53, 53, 'B'}}},
        {"done",
         [](AuthPair& pair) {
             send_request(pair, WithNone{});
             pair.client.feed(bare(52));
         },
         {{3, 3, '.'}}},
    };
    return rows;
}

TEST(AuthNumbers, every_number_in_every_state_of_a_client) {
    for (const Row& row : client_rows()) {
        for (unsigned number = 0; number < 256; ++number) {
            AuthPair pair;
            row.bring(pair);
            ASSERT_FALSE(pair.client.fault) << row.name;
            pair.client.outlet.events.clear();
            pair.client.outlet.sent.clear();
            pair.client.feed(well_formed(number, row.name == std::string_view("password")));
            EXPECT_EQ(outcome(pair.client), expected(row, number))
                << row.name << ", message " << number;
        }
    }
}

TEST(AuthNumbers, sec_A2_04_what_only_clients_send_ends_a_clients_session_in_every_state) {
    for (const Row& row : client_rows()) {
        for (const unsigned number : {5U, 50U}) {
            AuthPair pair;
            row.bring(pair);
            const bool before = pair.client.part->authenticated();
            pair.client.feed(well_formed(number, false));
            ASSERT_TRUE(pair.client.fault) << row.name << ", message " << number;
            EXPECT_EQ(pair.client.fault->disconnect_reason(), 2U);
            EXPECT_EQ(pair.client.part->authenticated(), before);
        }
    }
}

// Whoever puts SUCCESS into the stream before anything was asked has a client that believes it.
TEST(AuthNumbers, sec_A2_06_success_before_anything_was_asked_logs_nobody_in) {
    for (const Row& row : client_rows()) {
        const bool early = expected(row, 52) == 'F' && row.name != std::string_view("done");
        AuthPair pair;
        row.bring(pair);
        pair.client.feed(bare(52));
        EXPECT_EQ(pair.client.part->authenticated(), !early) << row.name;
    }
}

TEST(AuthNumbers, sec_A2_06_an_empty_message_is_a_fault) {
    for (const Row& row : client_rows()) {
        AuthPair pair;
        row.bring(pair);
        pair.client.feed({});
        EXPECT_TRUE(pair.client.fault) << row.name;
    }
    for (const Row& row : server_rows()) {
        EXPECT_EQ(server_takes(row, {}), 'F') << row.name;
    }
}

// EXT_INFO is no message of this protocol: it never reaches the methods.
TEST(AuthNumbers, sec_A2_06_ext_info_within_authentication_is_for_nobody_here) {
    for (const Row& row : server_rows()) {
        EXPECT_EQ(server_takes(row, Writer(7).uint32(0).take()), 'F') << row.name;
    }
}

} // namespace
} // namespace gss::test
