// SPDX-License-Identifier: Apache-2.0
// Texts for people and logs: whatever a stranger or a library put into them, they only show it.
#include "auth_rig.h"

#include "escape.h"
#include "writer.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

/// What would be obeyed by a terminal, break a log line, or not be text at all.
const std::vector<std::string>& hostile_texts() {
    static const std::vector<std::string> texts{
        "\x1b[2J\x1b]0;owned\x07",
        "line\r\nAccepted gssapi-keyex for root",
        std::string("cut\0here", 8),
        "\xff\xfe\xc0\x80",
        "\xe2\x80\xae reversed",
        "\xc2\x9b"
        "31m",
        std::string(5000, '\x1b'),
        "",
        std::string(4096, 'x') + "\n",
        "%s%n",
    };
    return texts;
}

void expect_shown(std::string_view text) {
    EXPECT_TRUE(is_utf8(text));
    EXPECT_EQ(escape_control_characters(text), text) << "a control character is left";
    EXPECT_LE(text.size(), 4 * wire::max_text_size + 100);
}

void expect_all_shown(const std::vector<Action>& actions) {
    for (const Action& action : actions) {
        if (const auto* failed = std::get_if<AttemptFailed>(&action)) {
            expect_shown(failed->reason);
        }
        if (const auto* end = std::get_if<Fail>(&action)) {
            expect_shown(end->text);
        }
    }
}

TEST(Texts, sec_A1_21_what_a_library_says_is_shown_by_servers_and_clients) {
    for (const std::string& text : hostile_texts()) {
        Script failing;
        failing.fail_at = 1;
        failing.text = text;
        Script denying;
        denying.authorization = {AuthorizeAnswer::Decision::deny, {}, text};
        for (const Script& script : {failing, denying}) {
            const Login login = log_in(client_options(), server_options(), {}, script);
            ASSERT_NE(login.run.last<AttemptFailed>(Side::server), nullptr);
            expect_all_shown(login.run.server);
            expect_all_shown(login.run.client);
        }
        const Login login = log_in(client_options(), server_options(), failing, {});
        ASSERT_NE(login.run.last<Fail>(Side::client), nullptr);
        expect_all_shown(login.run.client);
    }
}

TEST(Texts, sec_A1_21_what_a_server_says_is_shown) {
    for (const std::string& text : hostile_texts()) {
        ClientRig client = client_rig();
        client.feed(wire::build_response(mechanism::krb5()));
        client.feed(wire::build_error({1, 2, text, "en"}));
        client.feed(failure_message());
        ASSERT_NE(client.last<Fail>(), nullptr);
        expect_all_shown(client.others);
    }
}

TEST(Texts, sec_A1_21_what_a_client_says_is_shown) {
    for (const std::string& text : hostile_texts()) {
        ServerRig server = server_rig();
        server.feed(with_mic_request(text.substr(0, 1000)));
        server.feed(raw_request("alice", text.substr(0, 200), text.substr(0, 200), octets(text)));
        server.feed(raw_request("alice", connection_service, text.substr(0, 200), octets(text)));
        server.engine.other_method_failed();
        server.feed(with_mic_request());
        server.feed(wire::Writer(61).text(text).take());
        expect_all_shown(server.others);
        EXPECT_GE(server.count<AttemptFailed>(), 2U);
    }
}

TEST(Texts, sec_A1_21_an_empty_oid_is_looked_at_and_not_past) {
    for (const Bytes& element : {Bytes{}, Bytes{std::byte{6}}, Bytes{std::byte{6}, std::byte{0}},
                                 Bytes{std::byte{6}, std::byte{1}}}) {
        ServerRig server = server_rig();
        server.feed(raw_request("alice", connection_service, with_mic_method,
                                wire::Writer().uint32(1).string(element).octets()));
        EXPECT_EQ(server.numbers(), (std::vector<unsigned>{51}));
        ClientRig client = client_rig();
        client.feed(wire::Writer(60).string(element).take());
        ASSERT_NE(client.last<Fail>(), nullptr);
        expect_all_shown(client.others);
    }
}

} // namespace
} // namespace gss::test
