// SPDX-License-Identifier: Apache-2.0
// Every message number in every state, both roles, every family, initial and re-exchange. What is
// expected is written here once more, apart from the engines' own tables.
#include "kex_support.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace gss::test {

namespace {

/// What a message in its place leads to.
enum class Next {
    step,    ///< a leg is asked for
    verify,  ///< the MIC is to be verified
    message, ///< something is sent
    nothing, ///< the engine waits on
    refused, ///< the end: the server has refused
};

/// A state, and an engine in it.
struct Scene {
    Side role = Side::client;
    /// Brings one of the engines there. Null: not for this family.
    std::function<std::unique_ptr<KexPair>(KexCase)> make;
    /// The messages that have a place here, by number. Everything else ends the engine.
    std::map<std::uint8_t, Next> places;
    enum class Kind { waits, asks, ended } kind = Kind::waits;
    /// True when a context is under way, which the end must release.
    bool holds_context = true;
};

bool is_gex(const KexCase& what) {
    return ssh::info(what.family).kind == KexKind::dh_group_exchange;
}

ssh::Engine& engine_of(KexPair& pair, Side role) {
    return role == Side::client ? static_cast<ssh::Engine&>(*pair.client) : *pair.server;
}

/// Runs until that message, and leaves it undelivered.
std::unique_ptr<KexPair> before(KexCase what, unsigned tokens, bool host_key, Side from,
                                std::uint8_t number) {
    what.tokens = tokens;
    what.host_key = host_key;
    auto pair = std::make_unique<KexPair>(what);
    const Bytes ignored = pair->run_until(from, number);
    return pair;
}

/// As before(), and then delivers it and leaves the questions that come of it unanswered but for
/// the first @p answered ones.
std::unique_ptr<KexPair> asked(KexCase what, unsigned tokens, Side from, std::uint8_t number,
                               int answered = 0) {
    what.tokens = tokens;
    auto pair = std::make_unique<KexPair>(what);
    const Bytes payload = pair->run_until(from, number);
    const bool to_client = from == Side::server;
    ssh::Engine& engine = engine_of(*pair, to_client ? Side::client : Side::server);
    engine.receive(payload);
    for (int i = 0; i <= answered; ++i) {
        for (const ssh::Action& action : take_all(engine)) {
            if (i < answered) {
                (to_client ? pair->client_host : pair->server_host).handle(engine, action);
            }
        }
    }
    return pair;
}

std::unique_ptr<KexPair> only(const KexCase& what, bool wanted) {
    return wanted ? std::make_unique<KexPair>(what) : nullptr;
}

std::map<std::string, Scene> scenes() {
    using enum Next;
    using Kind = Scene::Kind;
    constexpr Side client = Side::client;
    constexpr Side server = Side::server;
    std::map<std::string, Scene> all;
    all["client, not started"] = {
        client, [](const KexCase& what) { return only(what, true); }, {}, Kind::waits, false};
    all["client, GROUPREQ sent"] = {client,
                                    [](const KexCase& what) {
                                        auto pair = only(what, is_gex(what));
                                        if (pair) {
                                            pair->client->start();
                                            const auto ignored = take_all(*pair->client);
                                        }
                                        return pair;
                                    },
                                    {{41, step}},
                                    Kind::waits,
                                    false};
    all["client, first leg under way"] = {client,
                                          [](const KexCase& what) {
                                              auto pair = only(what, true);
                                              pair->client->start();
                                              if (is_gex(what)) {
                                                  pair->client->receive(
                                                      well_formed(kexgss::group, what.family));
                                              }
                                              const auto ignored = take_all(*pair->client);
                                              return pair;
                                          },
                                          {},
                                          Kind::asks};
    all["client, INIT sent"] = {
        client,
        [](const KexCase& what) { return before(what, 4, false, server, kexgss::token); },
        {{31, step}, {32, step}, {33, nothing}, {34, refused}}};
    all["client, HOSTKEY seen"] = {
        client,
        [](const KexCase& what) { return before(what, 2, true, server, kexgss::complete); },
        {{31, step}, {32, step}, {34, refused}}};
    all["client, CONTINUE seen"] = {
        client,
        [](const KexCase& what) { return before(what, 4, false, server, kexgss::complete); },
        {{31, step}, {32, step}, {34, refused}}};
    all["client, INIT sent, complete"] = {
        client,
        [](const KexCase& what) { return before(what, 1, false, server, kexgss::complete); },
        {{32, verify}, {33, nothing}, {34, refused}}};
    all["client, HOSTKEY seen, complete"] = {
        client,
        [](const KexCase& what) { return before(what, 1, true, server, kexgss::complete); },
        {{32, verify}, {34, refused}}};
    all["client, CONTINUE seen, complete"] = {
        client,
        [](const KexCase& what) { return before(what, 3, false, server, kexgss::complete); },
        {{32, verify}, {34, refused}}};
    all["client, later leg under way"] = {
        client,
        [](const KexCase& what) { return asked(what, 4, server, kexgss::token); },
        {},
        Kind::asks};
    all["client, last leg under way"] = {
        client,
        [](const KexCase& what) { return asked(what, 2, server, kexgss::complete); },
        {},
        Kind::asks};
    all["client, MIC being verified"] = {
        client,
        [](const KexCase& what) { return asked(what, 1, server, kexgss::complete); },
        {},
        Kind::asks};
    all["server, waiting for GROUPREQ"] = {
        server,
        [](const KexCase& what) { return only(what, is_gex(what)); },
        {{40, message}},
        Kind::waits,
        false};
    all["server, waiting for INIT"] = {
        server,
        [](const KexCase& what) { return before(what, 2, false, client, kexgss::init); },
        {{30, step}},
        Kind::waits,
        false};
    all["server, first leg under way"] = {
        server,
        [](const KexCase& what) { return asked(what, 2, client, kexgss::init); },
        {},
        Kind::asks};
    all["server, waiting for a token"] = {
        server,
        [](const KexCase& what) { return before(what, 4, true, client, kexgss::token); },
        {{31, step}}};
    all["server, later leg under way"] = {
        server,
        [](const KexCase& what) { return asked(what, 4, client, kexgss::token); },
        {},
        Kind::asks};
    all["server, MIC being made"] = {
        server,
        [](const KexCase& what) { return asked(what, 2, client, kexgss::init, 1); },
        {},
        Kind::asks};
    for (const Side role : {client, server}) {
        const std::string name = role == client ? "client" : "server";
        all[name + ", done"] = {role,
                                [](const KexCase& what) {
                                    auto pair = only(what, true);
                                    expect_agreement(pair->run());
                                    return pair;
                                },
                                {},
                                Kind::ended};
        all[name + ", failed"] = {role,
                                  [](const KexCase& what) {
                                      auto pair = only(what, true);
                                      for (const Side side : {Side::client, Side::server}) {
                                          engine_of(*pair, side).cancel();
                                          const auto ignored = take_all(engine_of(*pair, side));
                                      }
                                      return pair;
                                  },
                                  {},
                                  Kind::ended};
    }
    return all;
}

/// The end, and nothing but the end.
void expect_end(const std::vector<ssh::Action>& actions, bool release, Fault fault) {
    ASSERT_EQ(actions.size(), release ? 2U : 1U);
    EXPECT_EQ(std::holds_alternative<ssh::Release>(actions[0]), release);
    const auto* fail = std::get_if<Fail>(&actions.back());
    ASSERT_NE(fail, nullptr);
    EXPECT_EQ(fail->fault, fault) << fail->text;
    EXPECT_NE(fail->disconnect_reason, 0U);
}

void expect_next(const std::vector<ssh::Action>& actions, Next next) {
    if (next == Next::refused) {
        return expect_end(actions, true, Fault::refused);
    }
    if (next == Next::nothing) {
        EXPECT_TRUE(actions.empty());
        return;
    }
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(std::holds_alternative<ssh::GssStep>(actions[0]), next == Next::step);
    EXPECT_EQ(std::holds_alternative<ssh::VerifyMic>(actions[0]), next == Next::verify);
    EXPECT_EQ(std::holds_alternative<ssh::SendMessage>(actions[0]), next == Next::message);
}

std::size_t cells_checked = 0;

/// Feeds one payload to an engine in that state.
void check_cell(const Scene& scene, const KexCase& what, BytesView payload,
                std::optional<Next> next) {
    const auto pair = scene.make(what);
    if (!pair) {
        return;
    }
    ++cells_checked;
    ssh::Engine& engine = engine_of(*pair, scene.role);
    const Fed fed = engine.receive(payload);
    const auto actions = take_all(engine);
    switch (scene.kind) {
    case Scene::Kind::ended:
        EXPECT_EQ(fed, Fed::ended);
        EXPECT_TRUE(actions.empty());
        return;
    case Scene::Kind::asks:
        // Held until the answer; nothing is done out of turn.
        EXPECT_EQ(fed, Fed::taken);
        EXPECT_TRUE(actions.empty());
        EXPECT_FALSE(engine.ended());
        return;
    case Scene::Kind::waits:
        break;
    }
    EXPECT_EQ(fed, Fed::taken);
    if (next) {
        expect_next(actions, *next);
    } else {
        expect_end(actions, scene.holds_context, Fault::peer);
    }
    if (engine.ended()) {
        EXPECT_EQ(engine.receive(payload), Fed::ended);
        EXPECT_FALSE(engine.poll().has_value());
    }
}

/// The right form of COMPLETE for the state: with a token only while one is missing.
Bytes message_for(const Scene& scene, std::uint8_t number, KexFamily family) {
    const auto place = scene.places.find(number);
    if (number != kexgss::complete || place == scene.places.end() || place->second == Next::step) {
        return well_formed(number, family);
    }
    const Bytes key = sample_public_key(family);
    const Bytes mic = bytes_of("a message integrity code");
    return build(wire::KexComplete{key, mic, std::nullopt}, form_of(family));
}

TEST(KexStates, every_message_in_every_state) {
    cells_checked = 0;
    for (const auto& [name, scene] : scenes()) {
        for (const KexFamily family : all_families()) {
            for (const std::uint32_t exchange : {0U, 1U}) {
                for (unsigned number = 0; number < 256; ++number) {
                    const auto octet = static_cast<std::uint8_t>(number);
                    const auto place = scene.places.find(octet);
                    SCOPED_TRACE(name + ", " + name_of(family) + ", message " +
                                 std::to_string(number));
                    check_cell(
                        scene, {family, 2, false, exchange}, message_for(scene, octet, family),
                        place == scene.places.end() ? std::nullopt : std::optional(place->second));
                    if (HasFailure()) {
                        return;
                    }
                }
            }
        }
    }
    // 20 states of every family, and two more of group exchange.
    EXPECT_EQ(cells_checked, (20U * 13U + 2U) * 2U * 256U);
}

TEST(KexStates, every_message_cut_or_lengthened_in_every_state) {
    for (const auto& [name, scene] : scenes()) {
        for (const KexFamily family : one_of_each_kind()) {
            for (unsigned number = 0; number < 256; ++number) {
                const auto octet = static_cast<std::uint8_t>(number);
                SCOPED_TRACE(name + ", " + name_of(family) + ", message " + std::to_string(number));
                const Bytes whole = message_for(scene, octet, family);
                const KexCase what{family, 2, false, number % 2};
                check_cell(scene, what, whole + Bytes(1), std::nullopt);
                check_cell(scene, what, whole + Bytes(300, std::byte{0xff}), std::nullopt);
                const bool has_place = scene.places.contains(octet);
                for (std::size_t size = 1; size < whole.size(); size += has_place ? 1 : 40) {
                    check_cell(scene, what, BytesView(whole).first(size), std::nullopt);
                }
                if (HasFailure()) {
                    return;
                }
            }
            // An empty payload is no message that could be held.
            if (scene.kind != Scene::Kind::asks) {
                check_cell(scene, {family}, {}, std::nullopt);
            }
        }
    }
}

TEST(KexStates, COMPLETE_of_the_wrong_kind_in_every_state) {
    for (const auto& [name, scene] : scenes()) {
        const auto place = scene.places.find(kexgss::complete);
        if (place == scene.places.end()) {
            continue;
        }
        for (const KexFamily family : all_families()) {
            SCOPED_TRACE(name + ", " + name_of(family));
            const Bytes key = sample_public_key(family);
            const Bytes mic = bytes_of("mic");
            const Bytes token = bytes_of("token");
            wire::KexComplete wrong{key, mic, std::nullopt};
            if (place->second == Next::verify) {
                wrong.token = token;
            }
            check_cell(scene, {family}, build(wrong, form_of(family)), std::nullopt);
            // TRUE and an empty token is neither.
            wrong.token = BytesView();
            check_cell(scene, {family}, build(wrong, form_of(family)), std::nullopt);
            wrong = {key, {}, token};
            check_cell(scene, {family}, build(wrong, form_of(family)), std::nullopt);
        }
    }
}

TEST(KexStates, sec_A1_01_a_server_that_waits_for_INIT_takes_nothing_else) {
    for (const KexFamily family : all_families()) {
        const Bytes init = well_formed(kexgss::init, family);
        for (unsigned number = 0; number < 256; ++number) {
            if (number == kexgss::init) {
                continue;
            }
            SCOPED_TRACE(name_of(family) + ", message " + std::to_string(number));
            // The number alone, its own layout, and the layout of INIT under that number.
            Bytes disguised = init;
            disguised[0] = static_cast<std::byte>(number);
            for (const Bytes& payload :
                 {Bytes{static_cast<std::byte>(number)},
                  well_formed(static_cast<std::uint8_t>(number), family), disguised}) {
                KexPair pair({family});
                const Bytes ignored = pair.run_until(Side::client, kexgss::init);
                const Outcome outcome = feed(*pair.server, pair.server_host, payload);
                expect_failure(outcome, Fault::peer);
                EXPECT_EQ(outcome.fail()->disconnect_reason, disconnect_protocol_error);
                EXPECT_TRUE(outcome.sent.empty());
                EXPECT_EQ(pair.server_host.counts().steps, 0U);
                EXPECT_EQ(pair.server_host.counts().released, 0U);
                // The end does not fall through: INIT comes too late.
                EXPECT_EQ(pair.server->receive(init), Fed::ended);
                EXPECT_EQ(pair.server_host.counts().steps, 0U);
            }
        }
    }
}

/// Calls @p check with an engine in each state but those of that kind.
template <typename Check>
void in_every_state_but(Scene::Kind left_out, Check&& check) {
    for (const auto& [name, scene] : scenes()) {
        if (scene.kind == left_out) {
            continue;
        }
        SCOPED_TRACE(name);
        for (const KexFamily family : one_of_each_kind()) {
            if (const auto pair = scene.make({family})) {
                check(scene, engine_of(*pair, scene.role));
            }
        }
    }
}

TEST(KexStates, answers_that_nobody_asked_for_are_stale_or_too_late_in_every_state) {
    in_every_state_but(Scene::Kind::asks, [](const Scene& scene, ssh::Engine& engine) {
        const Fed wanted = scene.kind == Scene::Kind::ended ? Fed::ended : Fed::stale;
        for (const ssh::RequestId id : {0U, 1U, 2U, 3U, 99U}) {
            EXPECT_EQ(engine.answer(id, ssh::StepAnswer{}), wanted);
            EXPECT_EQ(engine.answer(id, ssh::MicAnswer{}), wanted);
            EXPECT_EQ(engine.answer(id, ssh::VerifyAnswer{true, {}}), wanted);
            EXPECT_EQ(engine.answer(id, ssh::AuthorizeAnswer{}), wanted);
        }
        EXPECT_TRUE(take_all(engine).empty());
    });
}

TEST(KexStates, cancelling_is_the_end_in_every_state) {
    in_every_state_but(Scene::Kind::ended, [](const Scene& scene, ssh::Engine& engine) {
        EXPECT_EQ(engine.cancel(), Fed::taken);
        expect_end(take_all(engine), scene.holds_context, Fault::local);
        EXPECT_TRUE(engine.ended());
    });
}

} // namespace

} // namespace gss::test
