// SPDX-License-Identifier: Apache-2.0
// Memory that runs out at every allocation of a login: nobody is let in by it.
#include "walk.h"

#include "failing_memory.h"
#include "state_access.h"

#include <gtest/gtest.h>

#include <chrono>
#include <new>

namespace gss::test {

namespace {

/// A login that the host refuses, with that allocation failing. False when none failed any more.
bool refused_login(const Course& course, std::size_t allocation) {
    bool let_in = false;
    SessionPair pair(client_options(course), server_options(course));
    pair.at(End::server).answer = [&](transport::Event& event) -> std::optional<transport::Answer> {
        let_in = let_in || std::holds_alternative<transport::LoggedIn>(event);
        if (std::holds_alternative<transport::PasswordRequest>(event) ||
            std::holds_alternative<transport::PublicKeyRequest>(event) ||
            std::holds_alternative<ssh::Authorize>(event)) {
            return transport::Refusal{};
        }
        return std::nullopt;
    };
    bool out_of_memory = false;
    fail_allocation(allocation);
    try {
        pair.log_in(method_of(course.method));
    } catch (const std::bad_alloc&) {
        out_of_memory = true;
    } catch (const std::exception&) {
        // The client has ended before it could try.
    }
    const bool failed = allocation_failed();
    fail_allocation(0);
    EXPECT_TRUE(failed || !out_of_memory);
    EXPECT_FALSE(let_in) << course.method << ", allocation " << allocation;
    EXPECT_FALSE(pair.server().is_authenticated())
        << course.method << ", allocation " << allocation;
    EXPECT_FALSE(pair.client().is_authenticated())
        << course.method << ", allocation " << allocation;
    // What is left of it ends, and lets nobody in either.
    try {
        pair.run();
    } catch (const std::exception&) {
        ADD_FAILURE() << "there is memory now";
    }
    EXPECT_FALSE(let_in || pair.server().is_authenticated());
    return failed;
}

TEST(OutOfMemory, sec_A2_10_A2_11_nobody_is_let_in_by_it) {
    (void)test_key();
    for (const char* method : {"password", "publickey", "gssapi-keyex", "gssapi-with-mic"}) {
        Course course;
        course.method = method;
        course.key_exchange =
            course.method == "gssapi-keyex" ? "gss-curve25519-sha256" : "curve25519-sha256";
        std::size_t allocation = 1;
        while (refused_login(course, allocation)) {
            ++allocation;
        }
        EXPECT_GT(allocation, 200U) << method;
    }
}

// Thousands of strangers may connect and fall silent: what was sent to them leaves no memory
// behind.
TEST(Silence, gives_the_memory_of_what_went_out_back) {
    SessionPair pair(client_options(Course()), server_options(Course()));
    for (const End which : {End::client, End::server}) {
        transport::Session& session = pair.at(which).session;
        session.sent(session.output().size());
        session.elapsed(std::chrono::seconds(1)); // something has just gone out
        session.elapsed(std::chrono::seconds(1));
        EXPECT_EQ(transport::detail::StateAccess::writer(session).buffer().capacity(), 0U);
        EXPECT_EQ(transport::detail::StateAccess::reader(session).buffer().capacity(), 0U);
    }
}

// What a session says first is made with it: half of that is no session.
TEST(OutOfMemory, a_session_is_made_whole_or_not_at_all) {
    (void)test_key();
    const Course course;
    const transport::ClientOptions client = client_options(course);
    const transport::ServerOptions server = server_options(course);
    std::size_t allocation = 1;
    for (bool failed = true; failed; ++allocation) {
        bool out_of_memory = false;
        fail_allocation(allocation);
        try {
            SessionPair pair(client, server);
            fail_allocation(0);
            pair.run();
            EXPECT_TRUE(pair.client().algorithms()) << allocation;
        } catch (const std::bad_alloc&) {
            out_of_memory = true;
        }
        failed = allocation_failed();
        fail_allocation(0);
        EXPECT_EQ(failed, out_of_memory) << allocation;
    }
    EXPECT_GT(allocation, 50U);
}

} // namespace

} // namespace gss::test
