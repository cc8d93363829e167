// SPDX-License-Identifier: Apache-2.0
// Every bit of a MIC and every field and octet of what it covers, altered in turn, is refused.
#include "auth_rig.h"

#include "writer.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

/// The issue asks for so many refusals for each method.
constexpr std::size_t wanted_refusals = 50000;

/// Calls @p use with what MIC data becomes when one thing in it is altered.
std::size_t for_each_altered(const Bytes& data, const std::function<void(const Bytes&)>& use) {
    std::size_t count = 0;
    const auto give = [&](const Bytes& altered) {
        if (altered != data) {
            use(altered);
            ++count;
        }
    };
    for (std::size_t at = 0; at < data.size(); ++at) {
        Bytes altered = data;
        for (unsigned value = 0; value < 256; ++value) { // every bit, and every other change
            altered[at] = std::byte{static_cast<std::uint8_t>(value)};
            give(altered);
        }
        Bytes shorter = data;
        shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
        give(shorter);
        Bytes longer = data;
        longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at), std::byte{0});
        give(longer);
        give(Bytes(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(at)));
    }
    return count;
}

/// The same for the fields: other values, and the same octets on another side of a border.
std::vector<Bytes> altered_fields(std::string_view method) {
    const auto made = [](std::string_view session, std::uint8_t number, std::string_view user,
                         std::string_view service, std::string_view name) {
        return wire::Writer().text(session).byte(number).text(user).text(service).text(name).take();
    };
    const std::string session(as_text(session_id()));
    const std::string_view service = connection_service;
    const std::string_view other_method = method == keyex_method ? with_mic_method : keyex_method;
    std::vector<Bytes> altered{
        made("", 50, "alice", service, method),
        made(session.substr(1), 50, "alice", service, method),
        made(session + "0", 50, "alice", service, method),
        made(session, 50, "", service, method),
        made(session, 50, "root", service, method),
        made(session, 50, "alic", service, method),
        made(session, 50, "alices", "sh-connection", method),
        made(session, 50, "alice", "ssh-userauth", method),
        made(session, 50, "alice", "", method),
        made(session, 50, "alice", service, other_method),
        made(session, 50, "alice", service, "gssapi"),
        made(session, 50, "alice", service, ""),
        made(session + "2", 50, "alice", service, method),
        wire::Writer().byte(50).text("alice").text(service).text(method).take(),
        wire::Writer().text(session).text("alice").text(service).text(method).take(),
    };
    for (unsigned number = 0; number < 256; ++number) {
        if (number != 50) {
            altered.push_back(
                made(session, static_cast<std::uint8_t>(number), "alice", service, method));
        }
    }
    return altered;
}

/// Calls @p use with what a MIC becomes when it is altered.
std::size_t for_each_altered_mic(const Bytes& mic, const std::function<void(const Bytes&)>& use) {
    std::size_t count = for_each_altered(mic, use);
    for (std::size_t first = 0; first < mic.size() * 8; first += 3) {
        for (std::size_t second = first + 1; second < mic.size() * 8; second += 5) {
            Bytes altered = mic;
            for (const std::size_t bit : {first, second}) {
                altered[bit / 8] ^= std::byte{static_cast<std::uint8_t>(1U << bit % 8)};
            }
            use(altered);
            ++count;
        }
    }
    return count;
}

/// A server, and a way to give it one MIC in a fresh attempt.
struct Target {
    ServerRig server;
    std::function<void(const std::function<Bytes(Initiator&)>&)> attempt;
};

/// gssapi-with-mic: each MIC has an attempt, and a context, of its own.
void attempt_with_mic(ServerRig& server, const std::function<Bytes(Initiator&)>& mic) {
    Script one;
    one.tokens = 1;
    Initiator initiator(one);
    server.sent.clear();
    server.others.clear();
    server.feed(with_mic_request());
    server.feed(wire::build_token(initiator.step().token));
    server.feed(wire::build_mic(mic(initiator)));
}

/// gssapi-keyex: one context for all.
void attempt_keyex(ServerRig& server, Initiator& initiator,
                   const std::function<Bytes(Initiator&)>& mic) {
    server.sent.clear();
    server.others.clear();
    server.feed(wire::build_keyex_request({"alice", connection_service}, mic(initiator)));
}

/// How many alterations were refused; every other outcome is a failure of the test.
std::size_t refusals(ServerRig& server, std::string_view method,
                     const std::function<void(const std::function<Bytes(Initiator&)>&)>& attempt) {
    const Bytes data = mic_data({session_id(), "alice", connection_service, method});
    std::size_t refused = 0;
    std::size_t outcomes = 0;
    const auto expect_refusal = [&](const std::function<Bytes(Initiator&)>& mic) {
        attempt(mic);
        ++outcomes;
        const bool good = !server.sent.empty() && server.sent.back()[0] == std::byte{51} &&
                          server.count<AttemptFailed>() == 1 && server.count<AuthDone>() == 0 &&
                          !server.engine.ended();
        refused += good ? 1U : 0U;
    };
    for_each_altered(data, [&](const Bytes& altered) {
        expect_refusal([&](Initiator& initiator) { return initiator.mic(altered); });
    });
    for (const Bytes& altered : altered_fields(method)) {
        expect_refusal([&](Initiator& initiator) { return initiator.mic(altered); });
    }
    // The MIC itself: a fresh one is altered each time, in the same place.
    Script one;
    one.tokens = 1;
    Initiator pattern(one);
    static_cast<void>(pattern.step());
    const Bytes shape = pattern.mic(data);
    const std::size_t altered_mics = for_each_altered_mic(shape, [&](const Bytes& altered) {
        expect_refusal([&](Initiator& initiator) {
            Bytes mic = initiator.mic(data);
            if (altered.size() != shape.size()) {
                mic.resize(altered.size(), std::byte{0});
                return mic;
            }
            for (std::size_t i = 0; i < mic.size(); ++i) {
                mic[i] ^= shape[i] ^ altered[i];
            }
            return mic;
        });
    });
    EXPECT_GT(altered_mics, shape.size() * 255U);
    EXPECT_EQ(refused, outcomes);
    EXPECT_EQ(server.host.counts().authorized, 0U);
    // And what was altered all the time is good when it is left alone.
    attempt([&](Initiator& initiator) { return initiator.mic(data); });
    EXPECT_EQ(server.count<AuthDone>(), 1U);
    EXPECT_EQ(server.sent.back()[0], std::byte{52});
    return refused;
}

TEST(Refusals, rfc_U13_every_alteration_of_a_with_mic_mic_is_refused) {
    std::size_t refused = 0;
    for (int session = 0; session < 2; ++session) {
        Script one;
        one.tokens = 1;
        ServerRig server = server_rig(server_options(), one);
        refused += refusals(server, with_mic_method,
                            [&](const auto& mic) { attempt_with_mic(server, mic); });
    }
    EXPECT_GE(refused, wanted_refusals);
    RecordProperty("refusals", std::to_string(refused));
}

TEST(Refusals, rfc_X02_X06_every_alteration_of_a_keyex_mic_is_refused) {
    std::size_t refused = 0;
    for (int session = 0; session < 2; ++session) {
        ServerRig server = server_rig(server_options_after_kex());
        Initiator initiator;
        initiator.context = kex_context;
        establish_kex(initiator.host, server.host);
        refused += refusals(server, keyex_method,
                            [&](const auto& mic) { attempt_keyex(server, initiator, mic); });
    }
    EXPECT_GE(refused, wanted_refusals);
    RecordProperty("refusals", std::to_string(refused));
}

} // namespace
} // namespace gss::test
