// SPDX-License-Identifier: Apache-2.0
// Key exchange when memory runs out at any point, and what it holds after many exchanges. A program
// of its own, because it replaces operator new.
#include "failing_memory.h"
#include "kex_rig.h"
#include "puppet.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <new>

namespace gss::test {
namespace {

// Before main(): OpenSSL must not have been used.
const bool openssl_is_ours = take_over_openssl();

/// A connection that memory fails once, at every allocation by turns, and that goes on afterwards
/// as if nothing had happened, as a careless host would.
struct Sweep {
    std::function<std::unique_ptr<Pair>()> make;
    /// The part in which memory fails.
    std::function<void(Pair&)> run;
    /// What must hold whatever happened. @p whole: nothing failed.
    std::function<void(Pair&, bool whole)> check;

    void go() const {
        ASSERT_TRUE(openssl_is_ours);
        constexpr std::size_t most = 100'000;
        std::size_t threw = 0;
        for (std::size_t number = 1; number < most; ++number) {
            const std::unique_ptr<Pair> pair = make();
            fail_allocation(number);
            try {
                run(*pair);
            } catch (const std::bad_alloc&) {
                ++threw;
            }
            const bool whole = !allocation_failed();
            fail_allocation(0);
            if (!whole && pair->client.kex.under_way()) {
                pair->pump();
            }
            check(*pair, whole);
            if (testing::Test::HasFatalFailure() || testing::Test::HasNonfatalFailure()) {
                FAIL() << "at allocation " << number;
            }
            if (whole) {
                std::printf("%zu allocations failed, %zu of them threw\n", number - 1, threw);
                EXPECT_GT(number, 100U) << "that cannot have been all";
                return;
            }
        }
        FAIL() << "there is no end of allocations";
    }
};

std::unique_ptr<Pair> started(const Choice& choice) {
    auto pair = std::make_unique<Pair>(choice);
    pair->start();
    return pair;
}

void expect_nothing_taken(Pair& pair, std::size_t before) {
    EXPECT_EQ(pair.client.exchanged.size(), before);
    EXPECT_EQ(pair.client.kex.session_id().empty(), before == 0);
    EXPECT_EQ(std::ranges::count(pair.server.received, unsigned{message::newkeys}),
              static_cast<std::ptrdiff_t>(before));
}

void spoil_signature(Bytes& payload) {
    if (payload.front() == std::byte{31}) {
        payload.back() ^= std::byte{1};
    }
}

/// First everything that is made once, so that it is there in each turn.
void warm_up(const Choice& choice) {
    Pair pair(choice);
    pair.exchange();
    pair.expect_agreement(1);
}

TEST(Memory, sec_A2_10_sec_A2_11_a_bad_signature_is_never_taken_when_memory_runs_out) {
    for (const std::string name : {"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"}) {
        SCOPED_TRACE(name);
        Choice choice;
        choice.host_key = name;
        warm_up(choice);
        Sweep{[&] {
                  auto pair = started(choice);
                  pair->client.alter = spoil_signature;
                  return pair;
              },
              [](Pair& pair) { pair.pump(); },
              [](Pair& pair, bool /*whole*/) {
                  expect_nothing_taken(pair, 0);
                  EXPECT_TRUE(pair.client.asked.empty());
              }}
            .go();
    }
}

TEST(Memory, sec_A2_10_a_host_key_is_never_taken_that_was_refused) {
    warm_up({});
    Sweep{[] {
              auto pair = started({});
              pair->client.judge = [](const HostKeyQuestion& /*question*/) {
                  return HostKeyAnswer{false, "a text that is long enough to need memory"};
              };
              return pair;
          },
          [](Pair& pair) { pair.pump(); },
          [](Pair& pair, bool /*whole*/) { expect_nothing_taken(pair, 0); }}
        .go();
}

TEST(Memory, sec_A2_10_a_changed_host_key_is_never_taken_in_a_re_exchange) {
    warm_up({});
    static_cast<void>(other_host_key(KeyType::ed25519));
    Sweep{[] {
              auto pair = started({});
              pair->pump();
              pair->server.server->host_keys = {other_host_key(KeyType::ed25519)};
              pair->client.judge = [](const HostKeyQuestion& /*question*/) {
                  return HostKeyAnswer{false, {}};
              };
              return pair;
          },
          [](Pair& pair) { pair.rekey(); },
          [](Pair& pair, bool /*whole*/) { expect_nothing_taken(pair, 1); }}
        .go();
}

TEST(Memory, sec_A2_10_a_bad_MIC_is_never_taken) {
    Choice choice;
    choice.key_exchange = "gss-curve25519-sha256";
    warm_up(choice);
    Sweep{[&] {
              auto pair = started(choice);
              pair->client.host.script().verify_status = status_bad_mic;
              return pair;
          },
          [](Pair& pair) { pair.pump(); },
          [](Pair& pair, bool /*whole*/) { expect_nothing_taken(pair, 0); }}
        .go();
}

TEST(Memory, sec_A2_16_an_exchange_ends_well_or_not_at_all) {
    for (const std::string method : {"curve25519-sha256", "ecdh-sha2-nistp384",
                                     "diffie-hellman-group14-sha256", "gss-curve25519-sha256"}) {
        SCOPED_TRACE(method);
        Choice choice;
        choice.key_exchange = method;
        choice.cipher = "aes128-ctr";
        warm_up(choice);
        Sweep{[&] { return started(choice); }, [](Pair& pair) { pair.pump(); },
              [&](Pair& pair, bool whole) {
                  EXPECT_TRUE(!whole || pair.client.exchanged.size() == 1);
                  if (pair.client.exchanged.empty()) {
                      return;
                  }
                  EXPECT_EQ(pair.client.asked.size(), is_gss(method) ? 0U : 1U);
                  EXPECT_EQ(pair.client.kex.session_id().size(),
                            method == "ecdh-sha2-nistp384" ? 48U : 32U);
                  if (!pair.server.exchanged.empty()) {
                      pair.expect_agreement(1);
                  }
              }}
            .go();
    }
}

TEST(Memory, sec_A2_15_ten_thousand_wrong_guesses_hold_nothing) {
    struct Case {
        std::string method;
        bool to_client;
    };
    for (const Case& one : {Case{"curve25519-sha256", false}, Case{"curve25519-sha256", true},
                            Case{"gss-curve25519-sha256", false}}) {
        Choice choice;
        choice.key_exchange = one.method;
        std::optional<End> end;
        one.to_client ? end.emplace(client_options(choice)) : end.emplace(server_options(choice));
        Puppet puppet(*end);
        puppet.meet();
        PuppetWords words;
        words.method = one.method;
        words.first = {"sntrup761x25519-sha512@openssh.com"};
        words.guess_flag = true;
        words.guessed = {Bytes(1200, std::byte{30})};
        constexpr std::size_t settled = 100;
        constexpr std::size_t many = 10'000;
        std::size_t then = 0;
        for (std::size_t turn = 0; turn < settled + many; ++turn) {
            if (turn == settled) {
                then = octets_held();
            }
            ASSERT_TRUE(puppet.exchange(words)) << (end->fault ? end->fault->text() : "");
            // What the rig itself keeps of each exchange.
            end->exchanged.resize(1, end->exchanged.front());
            end->exchanged.shrink_to_fit();
            end->received = {};
            end->released = {};
            const ssh::ContextName context{ssh::ContextName::Use::key_exchange,
                                           static_cast<std::uint32_t>(turn)};
            if (puppet.host.has(context) && turn > 0) {
                puppet.host.release(context);
            }
        }
        const std::size_t now = octets_held();
        std::printf("%s: %zu octets held before, %zu after %zu wrong guesses\n", one.method.c_str(),
                    then, now, many);
        EXPECT_LT(now, then + 4096);
    }
}

} // namespace
} // namespace gss::test
