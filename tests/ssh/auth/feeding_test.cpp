// SPDX-License-Identifier: Apache-2.0
// When the host takes actions and answers makes no difference to what they are.
#include "auth_rig.h"

#include "writer.h"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

/// How a host deals with an engine.
struct Manner {
    std::string_view name;
    bool takes_at_once = true; ///< polls after each message, or once at the end
    std::size_t behind = 0;    ///< questions are answered after so many more messages
};

/// Everything the server says to a list of messages, in order.
std::vector<std::string> said(const std::vector<Bytes>& messages, const Script& script,
                              const ServerUserAuthOptions& options, const Manner& manner) {
    ServerUserAuth engine = ServerUserAuth::create(options).value();
    ScriptedHost host(script, 7);
    std::vector<std::string> words;
    std::deque<Action> open;
    std::size_t waited = 0;
    const auto take = [&] {
        while (auto action = engine.poll()) {
            words.push_back(whole(*action));
            if (std::holds_alternative<Release>(*action)) {
                host.handle(engine, *action);
            } else {
                open.push_back(std::move(*action));
            }
        }
    };
    const auto answer = [&] {
        while (!open.empty()) {
            const Action action = std::move(open.front());
            open.pop_front();
            host.handle(engine, action);
            take();
        }
    };
    for (const Bytes& message : messages) {
        engine.receive(message);
        if (manner.takes_at_once) {
            take();
        }
        if (waited++ >= manner.behind) {
            take();
            answer();
            waited = 0;
        }
    }
    take();
    answer();
    return words;
}

/// The messages of a client that does not wait: its own, as it sent them to a server with seed 7.
std::vector<Bytes> client_messages(unsigned tokens) {
    Script script;
    script.tokens = tokens;
    ClientRig client = client_rig(client_options(), script);
    ServerRig server{ServerUserAuth::create(server_options()).value(), script};
    server.host = ScriptedHost(script, 7);
    const PairRun run = run_pair(client.engine, server.engine, client.host, server.host);
    std::vector<Bytes> messages;
    for (const Sent& message : run.messages) {
        if (message.from == Side::client) {
            messages.push_back(message.payload);
        }
    }
    return messages;
}

TEST(Feeding, a_client_that_is_complete_sends_token_and_mic_back_to_back) {
    // With one or three tokens the client is complete first: the server still takes the last token
    // when the MIC arrives, and holds it.
    for (const unsigned tokens : {1U, 2U, 3U, 4U, 5U}) {
        Script script;
        script.tokens = tokens;
        const std::vector<Bytes> messages = client_messages(tokens);
        const auto once = said(messages, script, server_options(), {"at once", true, 0});
        EXPECT_TRUE(once.back().starts_with("AuthDone{")) << once.back();
        for (const Manner& manner :
             {Manner{"taken late", false, 0}, Manner{"one behind", true, 1},
              Manner{"one behind, taken late", false, 1}, Manner{"all at the end", true, 100},
              Manner{"all at the end, taken late", false, 100}}) {
            EXPECT_EQ(said(messages, script, server_options(), manner), once)
                << tokens << " " << manner.name;
        }
    }
}

TEST(Feeding, damaged_conversations_come_out_the_same_in_every_manner) {
    // No request but the first: one that abandons a question takes away what the answer would say.
    std::mt19937 random(4462);
    std::size_t compared = 0;
    for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
        Script script;
        script.tokens = tokens;
        const std::vector<Bytes> good = client_messages(tokens);
        for (int round = 0; round < 200; ++round) {
            std::vector<Bytes> messages = good;
            const std::size_t at = 1 + random() % (messages.size() - 1);
            switch (random() % 5) {
            case 0:
                messages[at].resize(1 + random() % messages[at].size());
                break;
            case 1:
                messages[at][random() % messages[at].size()] ^=
                    std::byte{static_cast<std::uint8_t>(1U << random() % 8)};
                break;
            case 2:
                messages.insert(messages.begin() + static_cast<std::ptrdiff_t>(at), messages[at]);
                break;
            case 3:
                messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            default:
                messages[at][0] = std::byte{static_cast<std::uint8_t>(51 + random() % 30)};
                break;
            }
            for (std::size_t i = 1; i < messages.size(); ++i) {
                if (messages[i][0] == std::byte{50}) {
                    messages[i][0] = std::byte{66};
                }
            }
            const auto once = said(messages, script, server_options(), {"at once", true, 0});
            for (const Manner& manner :
                 {Manner{"taken late", false, 0}, Manner{"one behind", true, 1},
                  Manner{"all at the end", false, 100}}) {
                EXPECT_EQ(said(messages, script, server_options(), manner), once)
                    << tokens << " " << round << " " << manner.name;
                ++compared;
            }
        }
    }
    EXPECT_EQ(compared, 4U * 200U * 3U);
}

TEST(Feeding, a_client_holds_what_comes_while_its_library_works) {
    // ERROR, ERRTOK and FAILURE come in one go while the library reads a token.
    const auto said_by_client = [](bool at_once) {
        ClientWithMic engine = ClientWithMic::create(client_options()).value();
        std::vector<std::string> words;
        engine.start();
        std::deque<Action> open;
        const auto take = [&] {
            while (auto action = engine.poll()) {
                words.push_back(whole(*action));
                open.push_back(std::move(*action));
            }
        };
        const auto answer = [&] {
            take();
            while (!open.empty()) {
                const Action action = std::move(open.front());
                open.pop_front();
                if (const auto* step = std::get_if<GssStep>(&action)) {
                    StepAnswer said;
                    said.status =
                        step->first ? StepAnswer::Status::more : StepAnswer::Status::failed;
                    said.token = step->first ? octets("a token") : Bytes{};
                    said.text = "words of the library";
                    engine.answer(step->id, said);
                    take();
                }
            }
        };
        for (const Bytes& message :
             {wire::build_response(mechanism::krb5()), wire::build_error({1, 2, "why", ""}),
              wire::build_error_token(octets("error token")), failure_message()}) {
            if (at_once || message[0] != std::byte{51}) {
                engine.receive(message);
                answer();
            } else {
                engine.receive(message);
            }
        }
        answer();
        return words;
    };
    const auto once = said_by_client(true);
    EXPECT_TRUE(once.back().starts_with("Fail0{"));
    EXPECT_NE(once.back().find("why"), std::string::npos);
    EXPECT_EQ(said_by_client(false), once);
}

TEST(Feeding, a_peer_that_does_not_wait_is_held_within_limits) {
    ServerUserAuth engine = ServerUserAuth::create(server_options()).value();
    engine.receive(with_mic_request());
    Initiator initiator;
    engine.receive(wire::build_token(initiator.step().token));
    EXPECT_EQ(poll_all(engine).words, "Send60 FirstStep");
    for (int i = 0; i < 8; ++i) {
        engine.receive(wire::build_token(octets("more")));
        EXPECT_EQ(poll_all(engine).words, "");
    }
    engine.receive(wire::build_token(octets("too many")));
    EXPECT_EQ(poll_all(engine).words, "Release Fail2");
}

} // namespace
} // namespace gss::test
