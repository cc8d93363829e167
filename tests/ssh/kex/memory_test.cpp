// SPDX-License-Identifier: Apache-2.0
// What a half-open engine holds in memory. A program of its own, because it counts operator new.
#include "kex_support.h"

#include "allocation_counter.h"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <variant>
#include <vector>

namespace gss::test {

namespace {

constexpr std::size_t most_octets = 8192;
constexpr std::size_t big_kexinit = 8000;

/// Bytes in use of the whole heap, OpenSSL's too.
std::size_t heap_in_use() {
    return mallinfo2().uordblks;
}

struct Held {
    std::size_t ours = 0; ///< operator new
    std::size_t all = 0;  ///< malloc

    void at_least(const Held& other) {
        ours = std::max(ours, other.ours);
        all = std::max(all, other.all);
    }
};

/// Engines of one exchange, made one by one so that each is counted alone.
struct Half {
    Half(const ssh::Crypto& used, const KexCase& of) : crypto(used), what(of) {}

    void make_client() {
        ClientKexOptions options = client_options(what, transcript);
        client = ClientKeyExchange::create(crypto, options).value();
    }
    void make_server() {
        ServerKexOptions options = server_options(what, transcript);
        server = ServerKeyExchange::create(crypto, options).value();
    }

    const ssh::Crypto& crypto;
    KexCase what;
    Transcript transcript{big_kexinit};
    std::optional<ClientKeyExchange> client;
    std::optional<ServerKeyExchange> server;
};

/// What the engine made by @p task holds afterwards.
template <typename Task>
Held held_by(Task&& task) {
    const std::size_t ours = held_bytes();
    const std::size_t all = heap_in_use();
    task();
    return {held_bytes() - ours, heap_in_use() - all};
}

/// The most that a client and a server hold while they wait for each other, through one exchange.
/// Messages and tokens on their way belong to the host and are not there when it is counted.
struct Most {
    Held client;
    Held server;
};

/// One side, driven by messages that were recorded before.
Held most_of(Side role, const ssh::Crypto& crypto, const KexCase& what,
             const std::vector<Bytes>& messages, std::uint64_t seed) {
    Half half(crypto, what);
    Script script;
    script.tokens = what.tokens;
    ScriptedHost host(script, seed);
    Held most;
    std::size_t host_bytes = 0;
    const std::size_t ours = held_bytes();
    const std::size_t all = heap_in_use();
    const auto look = [&] {
        Held now{held_bytes() - ours - host_bytes, heap_in_use() - all - host_bytes};
        most.at_least(now);
    };
    if (role == Side::client) {
        half.make_client();
    } else {
        half.make_server();
    }
    look();
    ssh::Engine& engine =
        role == Side::client ? static_cast<ssh::Engine&>(*half.client) : *half.server;
    const auto answer_all = [&] {
        while (auto action = engine.poll()) {
            // What the scripted host keeps is not the engine's.
            const std::size_t before = held_bytes();
            if (auto* step = std::get_if<ssh::GssStep>(&*action)) {
                auto answer = host.step(*step);
                const std::size_t token =
                    answer.token.empty() ? 0 : malloc_usable_size(answer.token.data());
                host_bytes += held_bytes() - before - token;
                engine.answer(step->id, std::move(answer));
            } else {
                host.handle(engine, *action);
            }
        }
    };
    if (role == Side::client) {
        half.client->start();
    }
    answer_all();
    for (const Bytes& message : messages) {
        if (!engine.ended()) {
            look();
            engine.receive(message);
            answer_all();
        }
    }
    return most;
}

Most measure(const ssh::Crypto& crypto, const KexCase& what) {
    // Recorded with the same seeds; the keys differ, which ends the client's exchange at the MIC.
    std::vector<Bytes> to_client;
    std::vector<Bytes> to_server;
    {
        Half half(crypto, what);
        half.make_client();
        half.make_server();
        Script script;
        script.tokens = what.tokens;
        ScriptedHost client_host(script, 5);
        ScriptedHost server_host(script, 6);
        half.client->start();
        for (Sent& message :
             run_pair(*half.client, *half.server, client_host, server_host).messages) {
            (message.from == Side::client ? to_server : to_client)
                .push_back(std::move(message.payload));
        }
    }
    return {most_of(Side::client, crypto, what, to_client, 5),
            most_of(Side::server, crypto, what, to_server, 6)};
}

TEST(KexMemory, a_half_open_engine_holds_at_most_8_KiB) {
    const ToyCrypto toy;
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        const KexCase what{family, 4, true};
        measure(toy, what); // what is made once for the process
        const Most most = measure(toy, what);
        EXPECT_LE(most.client.ours, most_octets);
        EXPECT_LE(most.server.ours, most_octets);
        EXPECT_GT(most.client.ours, 500U) << "nothing was counted";
        EXPECT_GT(most.server.ours, 500U);
        std::printf("%s client %zu, server %zu bytes\n", name_of(family).c_str(), most.client.ours,
                    most.server.ours);
    }
}

#ifdef GSSXX_COUNT_THE_HEAP // not in a build with a sanitizer, which has a heap of its own

/// False where malloc keeps what was freed, as tcache does.
bool heap_is_counted() {
    constexpr std::size_t probe = 1000;
    const std::size_t before = heap_in_use();
    void* volatile memory = std::malloc(probe); // volatile: the pair must not be optimised away
    const bool seen = heap_in_use() >= before + probe;
    std::free(memory);
    return seen && heap_in_use() == before;
}

TEST(KexMemory, with_the_keys_that_OpenSSL_holds) {
    mallopt(M_MXFAST, 0);
    ASSERT_TRUE(heap_is_counted()) << "run with GLIBC_TUNABLES=glibc.malloc.tcache_count=0";
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        const KexCase what{family, 4, true};
        measure(ssh::openssl_crypto(), what); // what is made once for the process
        const Most most = measure(ssh::openssl_crypto(), what);
        std::printf("%s client %zu of ours, %zu in all; server %zu of ours, %zu in all\n",
                    name_of(family).c_str(), most.client.ours, most.client.all, most.server.ours,
                    most.server.all);
        EXPECT_GT(most.server.all, most.server.ours) << "nothing was counted";
        EXPECT_LE(most.server.all, most_octets);
        // A client waits with its key pair; four numbers of 6144 and 8192 bits alone are 3 and 4
        // KiB.
        if (ssh::info(family).modulus.value_or(0) <= 4096) {
            EXPECT_LE(most.client.all, most_octets);
        }
    }
}

#endif // GSSXX_COUNT_THE_HEAP

TEST(KexMemory, a_start_without_memory_says_nothing_but_Fail) {
    const ToyCrypto toy;
    for (const KexFamily family : {KexFamily::group14_sha256, KexFamily::gex_sha1}) {
        std::size_t failed = 0;
        for (bool thrown = true; thrown; ++failed) {
            Half half(toy, {family});
            half.make_client();
            fail_allocation(failed + 1);
            thrown = false;
            try {
                half.client->start();
            } catch (const std::bad_alloc&) {
                thrown = true;
            }
            fail_allocation(0);
            const std::vector<ssh::Action> said = take_all(*half.client);
            ASSERT_EQ(said.size(), 1U) << failed;
            EXPECT_EQ(std::holds_alternative<ssh::Fail>(said[0]), thrown) << failed;
            EXPECT_EQ(half.client->ended(), thrown) << failed;
        }
        EXPECT_GT(failed, 1U) << "nothing was allocated";
    }
}

TEST(KexMemory, a_KEXINIT_is_not_kept) {
    const ToyCrypto toy;
    const auto engine_of = [&](std::size_t size) {
        const Transcript transcript(size);
        std::optional<ServerKeyExchange> server;
        const ServerKexOptions options = server_options({}, transcript);
        return held_by([&] { server = ServerKeyExchange::create(toy, options).value(); }).ours;
    };
    // As malloc rounds up.
    EXPECT_LE(engine_of(100000), engine_of(100) + 200);
}

} // namespace

} // namespace gss::test
