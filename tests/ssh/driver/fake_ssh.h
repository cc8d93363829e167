// SPDX-License-Identifier: Apache-2.0
// What the tests of drivers on the fake library share.
#pragma once

#include "counting.h"
#include "fake_library.h"

#include <gssxx/gssxx.h>
#include <gssxx/ssh/driver.h>
#include <gssxx/ssh/token.h>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gss::test {

/// A fake library whose objects are counted. Goes after everything that was made with it, and fails
/// the test when something of that was not given back exactly once.
struct CountedFake {
    FakeLibrary fake;
    CountingLibrary counted{fake.library()};
    Backend backend = counted.backend();

    CountedFake() = default;
    CountedFake(const CountedFake&) = delete;
    CountedFake& operator=(const CountedFake&) = delete;
    ~CountedFake() { EXPECT_EQ(counted.report(), ""); }
};

/// Contexts by name.
[[nodiscard]] inline ssh::ContextName auth(std::uint32_t number = 0) {
    return {ssh::ContextName::Use::authentication, number};
}
[[nodiscard]] inline ssh::ContextName kex(std::uint32_t number = 0) {
    return {ssh::ContextName::Use::key_exchange, number};
}

/// The question for a leg.
[[nodiscard]] ssh::GssStep leg(const ssh::ContextName& context, bool initiate, bool first,
                               BytesView token = {}, ContextFlags flags = ssh::ssh_required_flags);

/// Runs all legs of a context between two drivers; the last answers of both sides.
struct Legs {
    ssh::StepAnswer client;
    ssh::StepAnswer server;
    [[nodiscard]] bool done() const noexcept {
        return client.status == ssh::StepAnswer::Status::done &&
               server.status == ssh::StepAnswer::Status::done;
    }
};
[[nodiscard]] Legs establish(ssh::Driver& client, ssh::Driver& server,
                             const ssh::ContextName& context,
                             ContextFlags flags = ssh::ssh_required_flags);

/// A driver, or the test program ends.
[[nodiscard]] ssh::Driver driver(const Backend& backend, ssh::DriverOptions options = {});
/// The options of a client that goes to @p host.
[[nodiscard]] ssh::DriverOptions to_host(std::string host = "server");
/// The options of a server that allows whom @p authorizer allows.
[[nodiscard]] ssh::DriverOptions with_authorizer(ssh::Authorizer authorizer);

/// The question whether the peer of @p context may be @p user.
[[nodiscard]] ssh::Authorize may_be(const ssh::ContextName& context, std::string user = "alice");

/// What the peer of @p context has proved, as an engine says it.
[[nodiscard]] ssh::AuthDone done_with(const ssh::ContextName& context, bool partial = false);

[[nodiscard]] Bytes octets_of(BytesView view);
[[nodiscard]] SecretBytes secret(std::string_view text);

} // namespace gss::test
