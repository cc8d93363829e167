// SPDX-License-Identifier: Apache-2.0
// Every message number in every state of the server, whole and cut.
#include "auth_rig.h"

#include "server_table.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

/// How a server comes to a state, and what it does there: words for 61, 63, 65, 66, 62 and 67 to
/// 79, for a new request (with-mic), and for every other number.
struct State {
    std::string_view name;
    std::function<ServerRig()> make;
    std::string token;
    std::string complete;
    std::string error_token;
    std::string mic;
    std::string method_specific;
    std::string request;
    std::string foreign;
};

Script script_of(unsigned tokens, ContextFlags without = {}) {
    Script script;
    script.tokens = tokens;
    script.without = without;
    return script;
}

/// Comes to the point after the request, after @p legs answered tokens.
ServerRig after_legs(unsigned tokens, int legs, ContextFlags without = {}) {
    ServerUserAuthOptions options = server_options_after_kex();
    options.accept_without_integrity = true;
    ServerRig server = server_rig(options, script_of(tokens, without));
    Initiator initiator(script_of(tokens, without));
    server.feed(with_mic_request());
    Bytes token = initiator.step().token;
    for (int leg = 0; leg < legs; ++leg) {
        server.feed(wire::build_token(token));
        if (leg + 1 < legs) {
            token = initiator.step(*wire::parse_token(server.sent.back())).token;
        }
    }
    return server;
}

ServerRig with_open_question(ServerRig server, const Bytes& payload) {
    server.engine.receive(payload);
    EXPECT_FALSE(poll_all(server.engine).words.empty());
    return server;
}

Bytes first_token() {
    return wire::build_token(Initiator(script_of(2)).step().token);
}

Bytes keyex_request() {
    return wire::build_keyex_request({"alice", connection_service}, octets("a mic"));
}

ServerRig keyex_at(bool authorizing) {
    ServerRig server = server_rig(server_options_after_kex());
    server.engine.receive(keyex_request());
    const Polled polled = poll_all(server.engine);
    if (authorizing) {
        server.engine.answer(polled.the<VerifyMic>().id, VerifyAnswer{true, {}});
        EXPECT_EQ(poll_all(server.engine).words, "Authorize");
    }
    return server;
}

ServerRig with_mic_authorizing() {
    ServerRig server = after_legs(2, 1);
    server.engine.receive(wire::build_mic(octets("a mic")));
    const Polled polled = poll_all(server.engine);
    server.engine.answer(polled.the<VerifyMic>().id, VerifyAnswer{true, {}});
    EXPECT_EQ(poll_all(server.engine).words, "Authorize");
    return server;
}

ServerRig after_refusal() {
    ServerRig server = server_rig(server_options_after_kex());
    server.feed(with_mic_request());
    server.feed(wire::build_token(octets("garbage")));
    return server;
}

ServerRig with_other() {
    ServerRig server = server_rig(server_options_after_kex());
    server.feed(other_request("publickey"));
    return server;
}

const std::string refused = "AttemptFailed Send51";
const std::string released = "Release AttemptFailed Send51";

std::vector<State> states() {
    const std::string begun = "Release AttemptFailed Send60";
    return {
        {"idle", [] { return server_rig(server_options_after_kex()); }, "Fail2", "Fail2", "Fail2",
         "Fail2", "Fail2", "Send60", "Fail2"},
        {"after a refusal", after_refusal, "", "", "", "", "", "Send60", "Fail2"},
        {"another method", with_other, "Fail2", "Fail2", "Fail2", "Fail2", "Fail2", "Send60",
         "Fail2"},
        {"selected", [] { return after_legs(2, 0); }, "FirstStep", refused, "AttemptFailed",
         refused, refused, "AttemptFailed Send60", "Fail2"},
        {"first leg", [] { return with_open_question(after_legs(2, 0), first_token()); }, "", "",
         "", "", "", begun, ""},
        {"more legs", [] { return after_legs(3, 1); }, "Step", released, "Step", released, released,
         begun, "Release Fail2"},
        {"second leg",
         [] { return with_open_question(after_legs(3, 1), wire::build_token(octets("a token"))); },
         "", "", "", "", "", begun, ""},
        {"reading an error token",
         [] {
             return with_open_question(after_legs(3, 1),
                                       wire::build_error_token(octets("a token")));
         },
         "", "", "", "", "", begun, ""},
        {"complete", [] { return after_legs(2, 1); }, released, released, "Release AttemptFailed",
         "VerifyMic", released, begun, "Release Fail2"},
        {"complete without integrity", [] { return after_legs(2, 1, ContextFlag::integrity); },
         released, "Authorize", "Release AttemptFailed", released, released, begun,
         "Release Fail2"},
        {"verifying",
         [] { return with_open_question(after_legs(2, 1), wire::build_mic(octets("a mic"))); }, "",
         "", "", "", "", begun, ""},
        {"authorizing", with_mic_authorizing, "", "", "", "", "", begun, ""},
        {"authorizing without a MIC",
         [] {
             return with_open_question(after_legs(2, 1, ContextFlag::integrity),
                                       wire::build_exchange_complete());
         },
         "", "", "", "", "", begun, ""},
        {"keyex verifying", [] { return keyex_at(false); }, "", "", "", "", "", "", ""},
        {"keyex authorizing", [] { return keyex_at(true); }, "", "", "", "", "", "", ""},
    };
}

/// A good message of that number; the token is one that the mechanism takes.
Bytes sample(unsigned number) {
    return number == 61 ? first_token() : sample_message(number);
}

const std::string& wanted(const State& state, unsigned number) {
    static const std::string nothing;
    switch (number) {
    case 3:
        return nothing;
    case 50:
        return state.request;
    case 61:
        return state.token;
    case 63:
        return state.complete;
    case 65:
        return state.error_token;
    case 66:
        return state.mic;
    case 60: // a server's own
    case 64:
        return state.foreign;
    default:
        return number >= 60 && number <= 79 ? state.method_specific : state.foreign;
    }
}

TEST(ServerStates, every_number_in_every_state_does_what_the_table_says) {
    std::size_t cells = 0;
    for (const State& state : states()) {
        for (unsigned number = 0; number < 256; ++number) {
            ServerRig server = state.make();
            const Bytes payload = sample(number);
            server.engine.receive(payload);
            const Polled polled = poll_all(server.engine);
            EXPECT_EQ(polled.words, wanted(state, number)) << state.name << " " << number;
            EXPECT_EQ(server.engine.ended(), polled.words.ends_with("Fail2"));
            ++cells;
        }
    }
    EXPECT_EQ(cells, 15U * 256U);
}

/// Nothing damaged may become success, or get as far as a question.
void expect_harmless(const State& state, const Bytes& payload) {
    ServerRig server = state.make();
    server.engine.receive(payload);
    const Polled polled = poll_all(server.engine);
    const auto number = std::to_integer<unsigned>(payload[0]);
    for (const std::string_view bad :
         {"AuthDone", "Send52", "VerifyMic", "Authorize", "Step", "Send60"}) {
        EXPECT_EQ(polled.words.find(bad), std::string::npos)
            << state.name << " " << number << " of " << payload.size() << ": " << polled.words;
    }
}

TEST(ServerStates, every_message_cut_at_every_length_in_every_state_proves_nothing) {
    for (const State& state : states()) {
        for (const unsigned number : {3U, 50U, 51U, 60U, 61U, 63U, 64U, 65U, 66U}) {
            for (const Bytes& payload : damaged(sample(number))) {
                expect_harmless(state, payload);
            }
        }
        for (const Bytes& payload : damaged(keyex_request())) {
            expect_harmless(state, payload);
        }
    }
}

TEST(ServerStates, an_empty_and_an_endless_message_end_the_session) {
    for (const State& state : states()) {
        for (const std::size_t size : {std::size_t{0}, std::size_t{256 * 1024 + 1}}) {
            ServerRig server = state.make();
            server.engine.receive(Bytes(size, std::byte{61}));
            EXPECT_TRUE(poll_all(server.engine).words.ends_with("Fail2")) << state.name;
        }
    }
}

TEST(ServerStates, nothing_is_taken_after_the_end) {
    ServerRig failed = server_rig();
    failed.feed(wire::build_success());
    Login done = log_in(client_options(), server_options(), {}, {});
    for (ServerRig* server : {&failed, &done.server}) {
        ASSERT_TRUE(server->engine.ended());
        for (unsigned number = 0; number < 256; ++number) {
            EXPECT_EQ(server->engine.receive(sample(number)), Fed::ended);
        }
        EXPECT_EQ(server->engine.answer(1, AuthorizeAnswer{}), Fed::ended);
        EXPECT_EQ(poll_all(server->engine).words, "");
    }
}

TEST(ServerStates, the_table_has_a_cell_for_everything) {
    // An empty cell would be ServerCell::begin, which belongs to one number only.
    for (std::size_t state = 0; state < detail::server_states; ++state) {
        for (unsigned number = 0; number < 256; ++number) {
            const auto cell = detail::server_cell(static_cast<detail::ServerState>(state),
                                                  static_cast<std::uint8_t>(number));
            EXPECT_EQ(cell == detail::ServerCell::begin, number == 50) << state << " " << number;
        }
    }
}

} // namespace
} // namespace gss::test
