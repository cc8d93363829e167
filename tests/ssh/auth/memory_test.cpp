// SPDX-License-Identifier: Apache-2.0
// What a stranger can make an engine allocate. A program of its own: operator new counts.
#include "allocation_counter.h"
#include "auth_rig.h"

#include "writer.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;

constexpr std::size_t most_half_open = 8192;

/// What is held after @p make has made an engine and its actions were taken.
template <typename EngineType>
std::size_t held_by(const std::function<EngineType()>& make) {
    static_cast<void>(session_id()); // made before the count begins
    static_cast<void>(mechanism::krb5());
    const std::size_t before = held_bytes();
    const EngineType engine = make();
    return held_bytes() - before;
}

TEST(Memory, a_half_open_server_holds_at_most_8_kib) {
    const std::string user(64, 'u');
    ServerUserAuthOptions options = server_options_after_kex();
    options.other_methods = {"publickey", "password", "keyboard-interactive", "hostbased"};
    const auto state_after = [&](std::size_t messages) {
        return held_by<ServerUserAuth>([&] {
            ServerUserAuth engine = ServerUserAuth::create(options).value();
            Script three;
            three.tokens = 3;
            ScriptedHost host(three);
            Initiator initiator(three);
            std::vector<Bytes> sent;
            std::vector<Action> others;
            const std::vector<std::function<Bytes()>> all{
                [&] { return with_mic_request(user); },
                [&] { return wire::build_token(initiator.step().token); },
                [&] {
                    return wire::build_token(initiator.step(*wire::parse_token(sent.back())).token);
                },
                [&] { return wire::build_mic(octets("a mic that is not good")); },
            };
            for (std::size_t i = 0; i < messages; ++i) {
                engine.receive(all[i]());
                drain(engine, host, sent, others);
            }
            return engine;
        });
    };
    std::size_t most = 0;
    for (std::size_t messages = 0; messages <= 4; ++messages) {
        const std::size_t now = state_after(messages);
        EXPECT_GT(now, 100U) << "the count does not count";
        EXPECT_LE(now, most_half_open) << messages;
        most = std::max(most, now);
    }
    RecordProperty("octets", std::to_string(most));
}

TEST(Memory, a_half_open_client_holds_at_most_8_kib) {
    const auto state_after = [&](std::size_t messages) {
        return held_by<ClientWithMic>([&] {
            ClientWithMic engine = ClientWithMic::create(client_options()).value();
            Script four;
            four.tokens = 4;
            ScriptedHost host(four);
            std::vector<Bytes> sent;
            std::vector<Action> others;
            engine.start();
            const Bytes all[] = {wire::build_response(mechanism::krb5()),
                                 wire::build_error({1, 2, std::string(1000, 'e'), "en"}),
                                 wire::build_error_token(octets("error"))};
            for (std::size_t i = 0; i < messages; ++i) {
                engine.receive(all[i]);
                drain(engine, host, sent, others);
            }
            drain(engine, host, sent, others);
            return engine;
        });
    };
    std::size_t most = 0;
    for (std::size_t messages = 0; messages <= 3; ++messages) {
        const std::size_t now = state_after(messages);
        EXPECT_LE(now, most_half_open) << messages;
        most = std::max(most, now);
    }
    RecordProperty("octets", std::to_string(most));
    const std::size_t keyex = held_by<ClientKeyex>([] {
        ClientKeyex engine = ClientKeyex::create(keyex_options()).value();
        engine.start();
        static_cast<void>(poll_all(engine));
        return engine;
    });
    EXPECT_LE(keyex, most_half_open);
}

/// What an engine allocates, in all, while it takes @p payload and says what it has to say.
std::size_t allocated_for(Engine& engine, const Bytes& payload) {
    const std::size_t before = allocated_bytes();
    engine.receive(payload);
    while (engine.poll()) {
    }
    return allocated_bytes() - before;
}

TEST(Memory, sec_A1_16_a_count_of_mechanisms_allocates_nothing) {
    for (const std::uint32_t count :
         {0U, 1U, 64U, 65U, 2048U, 0x10000U, 0x80000000U, 0xffffffffU}) {
        for (const std::size_t body : {0U, 3U, 4U, 15U, 60U}) {
            ServerUserAuth server = ServerUserAuth::create(server_options()).value();
            wire::Writer rest;
            rest.uint32(count).raw(Bytes(body, std::byte{0xff}));
            const Bytes payload =
                raw_request("alice", connection_service, with_mic_method, rest.octets());
            EXPECT_LT(allocated_for(server, payload), 4096U) << count << " " << body;
            EXPECT_FALSE(server.ended());
        }
    }
}

TEST(Memory, lengths_that_lie_allocate_nothing) {
    for (const std::uint32_t length : {0x100U, 0xffffU, 0x10001U, 0x7fffffffU, 0xffffffffU}) {
        for (const std::uint8_t number : {std::uint8_t{61}, std::uint8_t{65}, std::uint8_t{66}}) {
            ServerUserAuth server = ServerUserAuth::create(server_options()).value();
            server.receive(with_mic_request());
            static_cast<void>(poll_all(server));
            EXPECT_LT(allocated_for(server, wire::Writer(number).uint32(length).take()), 4096U);
        }
        ServerUserAuth fresh = ServerUserAuth::create(server_options()).value();
        EXPECT_LT(allocated_for(fresh, wire::Writer(50).uint32(length).take()), 4096U);
        for (const std::uint8_t number :
             {std::uint8_t{51}, std::uint8_t{60}, std::uint8_t{64}, std::uint8_t{65}}) {
            ClientWithMic client = ClientWithMic::create(client_options()).value();
            client.start();
            static_cast<void>(poll_all(client));
            EXPECT_LT(allocated_for(client, wire::Writer(number).uint32(length).take()), 4096U);
        }
    }
}

TEST(Memory, a_long_conversation_of_failures_leaves_nothing_behind) {
    ServerUserAuth server = ServerUserAuth::create(server_options()).value();
    std::size_t after_ten = 0;
    for (int i = 0; i < 1000; ++i) {
        server.receive(with_mic_request());
        server.receive(wire::build_token(octets("garbage")));
        server.receive(with_mic_request("somebody else"));
        static_cast<void>(poll_all(server));
        if (i == 10) {
            after_ten = held_bytes();
        }
    }
    EXPECT_LE(held_bytes(), after_ten + 256);
}

} // namespace
} // namespace gss::test
