// SPDX-License-Identifier: Apache-2.0
// Memory that runs out, at each allocation of a session in turn: a check that has failed stays
// failed, and nobody is logged in who has not proven who he is.
#include "failing_memory.h"
#include "session_pair.h"

#include <gtest/gtest.h>

#include <functional>
#include <new>

namespace gss::test {

namespace {

/// Runs @p what with each allocation failing in turn, on a new pair each time, until none fails.
void at_every_allocation(const std::function<void(SessionPair&)>& what,
                         const std::function<void(SessionPair&, bool failed)>& check) {
    constexpr std::size_t most = 20'000;
    for (std::size_t number = 1; number < most; ++number) {
        SessionPair pair = SessionPair::with("curve25519-sha256");
        bool threw = false;
        fail_allocation(number);
        try {
            what(pair);
        } catch (const std::exception&) {
            threw = true; // bad_alloc, or the value() of an Error
        }
        const bool failed = allocation_failed();
        fail_allocation(0);
        check(pair, threw);
        if (!failed) {
            ASSERT_GT(number, 20U) << "nothing was tried";
            return;
        }
    }
    FAIL() << "more allocations than expected";
}

TEST(SessionMemory, sec_A2_16_a_wrong_password_logs_nobody_in) {
    at_every_allocation(
        [](SessionPair& pair) {
            pair.at(End::server).answer =
                [](transport::Event& event) -> std::optional<transport::Answer> {
                if (std::holds_alternative<transport::PasswordRequest>(event)) {
                    return transport::Refusal{};
                }
                return std::nullopt;
            };
            pair.log_in(transport::WithPassword{SecretBytes(as_bytes("wrong"))});
        },
        [](SessionPair& pair, bool /*failed*/) {
            EXPECT_FALSE(pair.server().is_authenticated());
            EXPECT_FALSE(pair.client().is_authenticated());
            EXPECT_EQ(pair.at(End::server).count<transport::LoggedIn>(), 0U);
        });
}

TEST(SessionMemory, sec_A2_10_a_refused_host_key_ends_the_session) {
    at_every_allocation(
        [](SessionPair& pair) {
            pair.at(End::client).answer =
                [](transport::Event& event) -> std::optional<transport::Answer> {
                if (std::holds_alternative<transport::HostKeyQuestion>(event)) {
                    return transport::Refusal{};
                }
                return std::nullopt;
            };
            pair.run();
        },
        [](SessionPair& pair, bool failed) {
            EXPECT_EQ(pair.at(End::client).count<transport::KeysExchanged>(), 0U);
            // Either no check has been reached yet, or it has ended the session.
            if (!failed) {
                EXPECT_FALSE(pair.client().is_active());
            }
            if (pair.at(End::client).count<transport::HostKeyQuestion>() != 0) {
                EXPECT_FALSE(pair.client().is_active());
            }
        });
}

} // namespace

} // namespace gss::test
