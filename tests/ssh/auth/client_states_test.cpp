// SPDX-License-Identifier: Apache-2.0
// Every message number in every state of the clients, whole and cut.
#include "auth_rig.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

/// Words for 3, 51, 52, 60, 61, 64 and 65; 53 says nothing, everything else is out of its place.
struct State {
    std::string_view name;
    std::function<std::shared_ptr<Engine>()> make;
    std::string unimplemented;
    std::string failure;
    std::string success;
    std::string response;
    std::string token;
    std::string error;
    std::string error_token;
    std::string foreign;
};

std::shared_ptr<ClientWithMic> unstarted(bool waits = false) {
    ClientWithMicOptions options = client_options();
    options.error_token_is_answered = waits;
    return std::make_shared<ClientWithMic>(ClientWithMic::create(options).value());
}

std::shared_ptr<ClientWithMic> requested(bool waits = false) {
    auto engine = unstarted(waits);
    engine->start();
    static_cast<void>(poll_all(*engine));
    return engine;
}

/// After RESPONSE; the first leg is asked for, and answered so.
std::shared_ptr<ClientWithMic> first_leg(StepAnswer::Status status, bool answered = true,
                                         bool waits = false) {
    auto engine = requested(waits);
    engine->receive(wire::build_response(mechanism::krb5()));
    const RequestId id = poll_all(*engine).the<GssStep>().id;
    if (answered) {
        StepAnswer answer;
        answer.status = status;
        answer.token = octets("a token");
        answer.flags = ContextFlag::mutual | ContextFlag::integrity;
        answer.mechanism = mechanism::krb5();
        engine->answer(id, answer);
        if (status != StepAnswer::Status::done) {
            static_cast<void>(poll_all(*engine));
        }
    }
    return engine;
}

std::shared_ptr<ClientWithMic> mic_sent() {
    auto engine = first_leg(StepAnswer::Status::done);
    const RequestId id = poll_all(*engine).the<GetMic>().id;
    engine->answer(id, MicAnswer{octets("a mic"), {}});
    static_cast<void>(poll_all(*engine));
    return engine;
}

template <typename EngineType>
std::shared_ptr<EngineType> then(std::shared_ptr<EngineType> engine, const Bytes& payload) {
    engine->receive(payload);
    static_cast<void>(poll_all(*engine));
    return engine;
}

std::shared_ptr<ClientWithMic> told_of_error(std::shared_ptr<ClientWithMic> engine) {
    return then(std::move(engine), wire::build_error({1, 2, "text", "en"}));
}

std::shared_ptr<ClientWithMic> sent_error_token(std::shared_ptr<ClientWithMic> engine,
                                                bool answered) {
    engine->receive(wire::build_error_token(octets("an error token")));
    const RequestId id = poll_all(*engine).the<GssStep>().id;
    if (answered) {
        engine->answer(id, StepAnswer{});
        static_cast<void>(poll_all(*engine));
    }
    return engine;
}

std::shared_ptr<ClientKeyex> keyex(bool started, bool answered) {
    auto engine = std::make_shared<ClientKeyex>(ClientKeyex::create(keyex_options()).value());
    if (started) {
        engine->start();
        const RequestId id = poll_all(*engine).the<GetMic>().id;
        if (answered) {
            engine->answer(id, MicAnswer{octets("a mic"), {}});
            static_cast<void>(poll_all(*engine));
        }
    }
    return engine;
}

std::vector<State> states() {
    using enum StepAnswer::Status;
    const std::string out = "Release Fail2";
    const std::string refused = "Release Fail0";
    return {
        // name, how, 3, 51, 52, 60, 61, 64, 65, the rest
        {"unstarted", [] { return unstarted(); }, "", "", "Fail2", "Fail2", "Fail2", "Fail2",
         "Fail2", "Fail2"},
        {"requested", [] { return requested(); }, "Fail0", "Fail0", "Fail2", "FirstStep", "Fail2",
         "", "Fail2", "Fail2"},
        {"an error before RESPONSE", [] { return told_of_error(requested()); }, "", "Fail0",
         "Fail2", "Fail2", "Fail2", "Fail2", "", "Fail2"},
        {"first leg", [] { return first_leg(more, false); }, "", refused, out, "", "", "", "", ""},
        {"more legs", [] { return first_leg(more); }, refused, refused, out, out, "Step", "",
         "Step", out},
        {"second leg", [] { return then(first_leg(more), wire::build_token(octets("a token"))); },
         "", refused, out, "", "", "", "", ""},
        {"an error", [] { return told_of_error(first_leg(more)); }, "", refused, out, out, out, out,
         "Step", out},
        {"reading an error token", [] { return sent_error_token(first_leg(more), false); }, "", "",
         out, "", "", "", "", ""},
        {"an error token", [] { return sent_error_token(first_leg(more), true); }, "", refused, out,
         out, out, out, out, out},
        {"making the MIC",
         [] {
             auto engine = first_leg(done);
             static_cast<void>(poll_all(*engine));
             return engine;
         },
         "", refused, out, "", "", "", "", ""},
        {"MIC sent", mic_sent, refused, refused, "AuthDone", out, out, "", "", out},
        {"an error after the MIC", [] { return told_of_error(mic_sent()); }, "", refused, out, out,
         out, out, "", out},
        {"an error token after the MIC",
         [] { return then(mic_sent(), wire::build_error_token(octets("an error token"))); }, "",
         refused, out, out, out, out, out, out},
        {"own error token", [] { return first_leg(failed, true, true); }, "Fail0", "Fail0", "Fail2",
         "Fail2", "Fail2", "Fail2", "Fail2", "Fail2"},
        {"keyex unstarted", [] { return keyex(false, false); }, "", "", "Fail2", "Fail2", "Fail2",
         "Fail2", "Fail2", "Fail2"},
        {"keyex making the MIC", [] { return keyex(true, false); }, "", "Fail0", "Fail2", "", "",
         "", "", ""},
        {"keyex requested", [] { return keyex(true, true); }, "Fail0", "Fail0", "AuthDone", "Fail2",
         "Fail2", "Fail2", "Fail2", "Fail2"},
    };
}

const std::string& wanted(const State& state, unsigned number) {
    static const std::string nothing;
    switch (number) {
    case 3:
        return state.unimplemented;
    case 51:
        return state.failure;
    case 52:
        return state.success;
    case 53:
        return nothing;
    case 60:
        return state.response;
    case 61:
        return state.token;
    case 64:
        return state.error;
    case 65:
        return state.error_token;
    default:
        return state.foreign;
    }
}

TEST(ClientStates, every_number_in_every_state_does_what_the_table_says) {
    std::size_t cells = 0;
    for (const State& state : states()) {
        for (unsigned number = 0; number < 256; ++number) {
            const std::shared_ptr<Engine> engine = state.make();
            engine->receive(sample_message(number));
            EXPECT_EQ(poll_all(*engine).words, wanted(state, number))
                << state.name << " " << number;
            ++cells;
        }
    }
    EXPECT_EQ(cells, 17U * 256U);
}

TEST(ClientStates, every_message_cut_at_every_length_in_every_state_proves_nothing) {
    for (const State& state : states()) {
        for (const unsigned number : {51U, 52U, 60U, 61U, 64U, 65U}) {
            for (const Bytes& payload : damaged(sample_message(number))) {
                const std::shared_ptr<Engine> engine = state.make();
                engine->receive(payload);
                const std::string words = poll_all(*engine).words;
                // Held or ignored; otherwise the end, and never for a good reason.
                EXPECT_TRUE(words.empty() || words.ends_with("Fail2"))
                    << state.name << " " << number << " of " << payload.size() << ": " << words;
                EXPECT_TRUE(!words.empty() || wanted(state, number).empty())
                    << state.name << " " << number << " of " << payload.size();
            }
        }
    }
}

TEST(ClientStates, nothing_is_taken_after_the_end) {
    for (const std::string_view way : {"done", "failed"}) {
        auto engine = mic_sent();
        engine->receive(sample_message(way == "done" ? 52 : 51));
        static_cast<void>(poll_all(*engine));
        ASSERT_TRUE(engine->ended());
        for (unsigned number = 0; number < 256; ++number) {
            EXPECT_EQ(engine->receive(sample_message(number)), Fed::ended);
        }
        EXPECT_EQ(engine->start(), Fed::ended);
        EXPECT_EQ(engine->cancel(), Fed::ended);
        EXPECT_EQ(poll_all(*engine).words, "");
    }
}

TEST(ClientStates, an_engine_that_was_moved_from_has_ended) {
    auto engine = requested();
    const ClientWithMic moved = std::move(*engine);
    // NOLINTBEGIN(bugprone-use-after-move)
    EXPECT_TRUE(engine->ended());
    EXPECT_EQ(engine->start(), Fed::ended);
    EXPECT_EQ(engine->receive(failure_message()), Fed::ended);
    EXPECT_FALSE(engine->poll());
    // NOLINTEND(bugprone-use-after-move)
    EXPECT_FALSE(moved.ended());
}

} // namespace
} // namespace gss::test
