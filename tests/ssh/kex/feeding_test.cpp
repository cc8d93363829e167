// SPDX-License-Identifier: Apache-2.0
// Whole or split feeding gives the same actions: it does not matter when messages arrive, when
// actions are taken, and when questions are answered.
#include "kex_support.h"

#include <algorithm>
#include <deque>
#include <random>
#include <sstream>

namespace gss::test {

namespace {

std::string hex(BytesView octets) {
    std::ostringstream text;
    text << std::hex;
    for (const std::byte octet : octets) {
        text << std::to_integer<unsigned>(octet) << '.';
    }
    return text.str();
}

/// Everything that an action says, as text.
struct Describe {
    std::string operator()(const ssh::SendMessage& action) const {
        return "send " + hex(action.payload);
    }
    std::string operator()(const ssh::GssStep& action) const {
        return "step " + std::to_string(action.id) + to_string(action.context) +
               (action.first ? " first " : " ") + hex(action.token);
    }
    std::string operator()(const ssh::GetMic& action) const {
        return "mic " + std::to_string(action.id) + hex(action.data.view());
    }
    std::string operator()(const ssh::VerifyMic& action) const {
        return "verify " + std::to_string(action.id) + hex(action.data.view()) + hex(action.mic);
    }
    std::string operator()(const ssh::Release& action) const {
        return "release " + to_string(action.context);
    }
    std::string operator()(const KexDone& action) const {
        return "done " + hex(action.exchange_hash.view()) + hex(action.shared_secret.view()) +
               (action.host_key ? hex(*action.host_key) : "none");
    }
    std::string operator()(const Fail& action) const {
        return "fail " + std::to_string(static_cast<int>(action.fault)) + " " +
               std::to_string(action.disconnect_reason) + action.text;
    }
    template <typename T>
    std::string operator()(const T&) const {
        return "an action of no key exchange";
    }
};

/// One engine, what arrives at it, and when.
struct Play {
    KexCase what;
    Side role = Side::client;
    std::vector<Bytes> messages;
};

constexpr std::uint64_t client_seed = 1001;
constexpr std::uint64_t server_seed = 1002;

/// Messages that the other side sends in a good exchange.
std::vector<Bytes> good_messages(const KexCase& what, Side role) {
    KexPair pair(what);
    Script script;
    script.tokens = what.tokens;
    pair.client_host = ScriptedHost(script, client_seed);
    pair.server_host = ScriptedHost(script, server_seed);
    std::vector<Bytes> found;
    for (const Sent& message : pair.run().messages) {
        if (message.from != role) {
            found.push_back(message.payload);
        }
    }
    return found;
}

/// An engine of its own, as the pair of good_messages() had it.
struct Stage {
    explicit Stage(const Play& play) : pair(play.what), host(script_of(play), seed_of(play)) {
        if (play.role == Side::client) {
            pair.client->start();
            engine = &*pair.client;
        } else {
            // The server's key is the second that the pair's crypto makes.
            EXPECT_TRUE(pair.crypto.ecdh(ssh::EcdhCurve::x25519).has_value());
            engine = &*pair.server;
        }
    }
    static Script script_of(const Play& play) {
        Script script;
        script.tokens = play.what.tokens;
        return script;
    }
    static std::uint64_t seed_of(const Play& play) {
        return play.role == Side::client ? client_seed : server_seed;
    }

    KexPair pair;
    ScriptedHost host;
    ssh::Engine* engine = nullptr;
};

/// Plays with choices: which of the things that can be done now is done next. 0 takes an action, 1
/// feeds a message while there is one, the last one answers a question while there is one.
std::vector<std::string> perform(const Play& play,
                                 const std::function<std::size_t(std::size_t)>& choose) {
    Stage stage(play);
    std::deque<Bytes> waiting(play.messages.begin(), play.messages.end());
    std::deque<ssh::Action> open;
    std::vector<std::string> said;
    const auto poll = [&] {
        auto action = stage.engine->poll();
        if (action) {
            said.push_back(std::visit(Describe{}, *action));
            open.push_back(std::move(*action));
        }
        return action.has_value();
    };
    bool idle = false;
    while (!idle) {
        std::vector<std::function<void()>> choices;
        choices.emplace_back(poll);
        if (!waiting.empty()) {
            choices.emplace_back([&] {
                stage.engine->receive(waiting.front());
                waiting.pop_front();
            });
        }
        if (!open.empty()) {
            choices.emplace_back([&] {
                stage.host.handle(*stage.engine, open.front());
                open.pop_front();
            });
        }
        choices[choose(choices.size())]();
        idle = waiting.empty() && open.empty() && !poll();
    }
    return said;
}

/// One message at a time: everything is taken and answered before the next arrives. @p fed counts
/// the messages until the end.
std::vector<std::string> one_by_one(const Play& play, std::size_t* fed = nullptr) {
    Stage stage(play);
    std::vector<std::string> said;
    const auto settle_all = [&] {
        while (auto action = stage.engine->poll()) {
            said.push_back(std::visit(Describe{}, *action));
            stage.host.handle(*stage.engine, *action);
        }
    };
    settle_all();
    for (const Bytes& message : play.messages) {
        if (fed != nullptr && !stage.engine->ended()) {
            ++*fed;
        }
        stage.engine->receive(message);
        settle_all();
    }
    return said;
}

/// Everything is fed at once, before any answer.
std::vector<std::string> all_at_once(const Play& play) {
    std::size_t fed = 0;
    return perform(play, [&](std::size_t choices) -> std::size_t {
        if (fed < play.messages.size()) {
            ++fed;
            return 1;
        }
        return choices - 1;
    });
}

void expect_same(const Play& play, std::mt19937& random) {
    const auto wanted = one_by_one(play);
    EXPECT_EQ(all_at_once(play), wanted);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(perform(play,
                          [&random](std::size_t choices) {
                              return std::uniform_int_distribution<std::size_t>(0, choices -
                                                                                       1)(random);
                          }),
                  wanted);
    }
}

TEST(KexFeeding, good_exchanges_are_the_same_whole_and_split) {
    std::mt19937 random(4462);
    for (const KexFamily family : all_families()) {
        for (unsigned tokens = 1; tokens <= 6; ++tokens) {
            for (const Side role : {Side::client, Side::server}) {
                SCOPED_TRACE(name_of(family) + std::to_string(tokens));
                const KexCase what{family, tokens, tokens % 3 != 0, tokens % 2};
                const Play play{what, role, good_messages(what, role)};
                const auto said = one_by_one(play);
                ASSERT_FALSE(said.empty());
                EXPECT_TRUE(said.back().starts_with("done")) << said.back();
                expect_same(play, random);
            }
        }
    }
}

TEST(KexFeeding, bad_exchanges_are_the_same_whole_and_split) {
    std::mt19937 random(8732);
    const auto below = [&random](std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
    };
    std::size_t failed = 0;
    std::size_t followed = 0;
    for (int i = 0; i < 1500; ++i) {
        const auto families = all_families();
        const KexCase what{families[below(families.size())], static_cast<unsigned>(1 + below(6)),
                           below(2) == 0, 0};
        const Side role = below(2) == 0 ? Side::client : Side::server;
        Play play{what, role, good_messages(what, role)};
        // A message more, less, twice, in another place, or altered.
        const std::size_t where = below(play.messages.size());
        const auto place = play.messages.begin() + static_cast<std::ptrdiff_t>(where);
        switch (below(5)) {
        case 0:
            play.messages.insert(
                place, well_formed(static_cast<std::uint8_t>(28 + below(16)), what.family));
            break;
        case 1:
            play.messages.erase(place);
            break;
        case 2:
            play.messages.insert(place, Bytes(*place));
            break;
        case 3:
            std::ranges::shuffle(play.messages, random);
            break;
        default:
            (*place)[below(place->size())] ^= static_cast<std::byte>(1U << below(8));
        }
        SCOPED_TRACE(name_of(what.family) + " " + std::to_string(i));
        std::size_t fed = 0;
        const auto said = one_by_one(play, &fed);
        if (!said.empty() && said.back().starts_with("done") && fed < play.messages.size()) {
            // What comes behind the end is for the host to refuse; before the last answer it is
            // for the engine.
            EXPECT_TRUE(all_at_once(play).back().starts_with("fail 0 2message"));
            play.messages.resize(fed);
            ++followed;
        }
        expect_same(play, random);
        failed += !said.empty() && said.back().starts_with("fail") ? 1U : 0U;
        if (HasFailure()) {
            return;
        }
    }
    EXPECT_GT(failed, 500U);
    EXPECT_GT(followed, 20U);
}

TEST(KexFeeding, a_flood_while_a_question_is_open_is_the_end) {
    for (const std::size_t size : {std::size_t{20}, std::size_t{40000}}) {
        KexPair pair;
        pair.client->start();
        const auto question = take_all(*pair.client);
        std::size_t taken = 0;
        while (!pair.client->ended() && taken < 100) {
            pair.client->receive(Bytes(size, std::byte{31}));
            ++taken;
        }
        EXPECT_LE(taken, 9U);
        EXPECT_LE((taken - 1) * size, std::size_t{128} * 1024);
        expect_failure(settle(*pair.client, pair.client_host), Fault::peer);
    }
}

} // namespace

} // namespace gss::test
