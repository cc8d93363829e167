// SPDX-License-Identifier: Apache-2.0
// Whether an account exists shows nowhere: the flow is the same, octet for octet in size.
#include "auth_rig.h"

#include "writer.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

/// What a stranger can see of one conversation, and what the host was asked.
std::string seen(std::string_view user, const Script& server_script, const PairHooks& hooks,
                 const Script& client_script = {}) {
    ClientWithMicOptions client = client_options();
    client.user = user;
    ServerUserAuthOptions options = server_options();
    options.most_failures = 4;
    Login login = log_in(client, options, client_script, server_script, hooks);
    std::string text;
    for (const Sent& message : login.run.messages) {
        if (message.from == Side::server) {
            text += std::to_string(message.number()) + ":" +
                    std::to_string(message.payload.size()) + " ";
        }
    }
    for (const Action& action : login.run.server) {
        text += word(action) + " ";
    }
    const ScriptedCounts& counts = login.server.host.counts();
    return text + std::to_string(counts.steps) + "/" + std::to_string(counts.verified) + "/" +
           std::to_string(counts.released);
}

/// Alice exists and may log in; nobody does not exist. Only the answer to Authorize differs.
struct Users {
    Script known;
    Script unknown;
};
Users users(const std::function<void(Script&)>& change) {
    Users both;
    both.unknown.authorization = {AuthorizeAnswer::Decision::deny, {}, "no such account"};
    change(both.known);
    change(both.unknown);
    return both;
}

TEST(Enumeration, sec_A1_08_an_unknown_user_gets_the_same_flow_up_to_the_decision) {
    for (const unsigned tokens : {1U, 2U, 3U, 4U}) {
        std::vector<std::vector<std::string>> words(2);
        for (const bool known : {true, false}) {
            Script script;
            script.tokens = tokens;
            Script server = script;
            if (!known) {
                server.authorization = {AuthorizeAnswer::Decision::deny, {}, "no such account"};
            }
            ClientWithMicOptions client = client_options();
            client.user = known ? "alice" : "nobdy";
            const Login login = log_in(client, server_options(), script, server);
            for (const Sent& message : login.run.messages) {
                words[known ? 0 : 1].push_back(std::to_string(message.number()) + ":" +
                                               std::to_string(message.payload.size()));
            }
            EXPECT_EQ(login.server.host.counts().verified, 1U);
            EXPECT_EQ(login.server.host.counts().authorized, 1U);
        }
        EXPECT_EQ(words[0].back(), "52:1");
        EXPECT_EQ(words[1].back().substr(0, 2), "51");
        words[0].pop_back();
        words[1].pop_back();
        EXPECT_EQ(words[0], words[1]);
    }
}

TEST(Enumeration, sec_A1_08_A1_10_failures_and_damage_look_the_same_for_both) {
    const std::vector<std::function<void(Script&)>> scripts{
        [](Script&) {},
        [](Script& script) { script.fail_at = 1; },
        [](Script& script) {
            script.fail_at = 1;
            script.error_token = true;
        },
        [](Script& script) { script.verify_status = status_bad_mic; },
        [](Script& script) { script.claims = mechanism::spnego(); },
        [](Script& script) { script.without = ContextFlag::integrity; },
        [](Script& script) { script.tokens = 4; },
    };
    // Every message of the client is damaged in turn: cut by one octet, lengthened by one, doubled.
    for (std::size_t which = 0; which < scripts.size(); ++which) {
        const Users both = users(scripts[which]);
        for (const int damage : {0, 1, 2, 3}) {
            for (const unsigned number : {50U, 61U, 66U}) {
                if (which == 0 && damage == 0) {
                    continue; // a login that succeeds, or does not
                }
                PairHooks hooks;
                bool done = false;
                hooks.deliver = [&](const Sent& message) {
                    Bytes payload = message.payload;
                    std::vector<Bytes> delivered;
                    if (message.from == Side::client && message.number() == number && !done) {
                        done = true;
                        if (damage == 1) {
                            payload.pop_back();
                        } else if (damage == 2) {
                            payload.push_back(std::byte{0});
                        } else if (damage == 3) {
                            delivered.push_back(payload);
                        }
                    }
                    delivered.push_back(payload);
                    return delivered;
                };
                // A MIC that is sent twice may succeed the first time.
                const bool may_succeed = damage == 3 || damage == 0;
                done = false;
                const std::string known = seen("alice", both.known, hooks);
                done = false;
                const std::string unknown = seen("nobdy", both.unknown, hooks);
                if (!may_succeed || known.find("AuthDone") == std::string::npos) {
                    EXPECT_EQ(known, unknown) << which << " " << damage << " " << number;
                }
            }
        }
    }
}

TEST(Enumeration, sec_A1_10_a_request_is_read_to_its_end_whoever_it_names) {
    const std::vector<Bytes> rests{{},
                                   Bytes(3),
                                   Bytes(4),
                                   wire::Writer().uint32(1).string(Bytes(5)).take(),
                                   wire::Writer().uint32(1).string(Bytes(5)).byte(1).take()};
    for (const std::string_view method : {with_mic_method, keyex_method}) {
        for (const Bytes& rest : rests) {
            std::string words[2];
            for (const bool known : {false, true}) {
                Script host; // which knows alice only
                host.authorization.decision =
                    known ? AuthorizeAnswer::Decision::allow : AuthorizeAnswer::Decision::deny;
                ServerRig server = server_rig(server_options_after_kex(), host);
                server.feed(
                    raw_request(known ? "alice" : "nobdy", connection_service, method, rest));
                words[known ? 0 : 1] = std::to_string(server.sent.size()) + "/" +
                                       std::to_string(server.sent.at(0).size()) + "/" +
                                       std::to_string(server.count<AttemptFailed>());
                EXPECT_EQ(server.host.counts().authorized, 0U);
            }
            EXPECT_EQ(words[0], words[1]);
        }
    }
}

} // namespace
} // namespace gss::test
