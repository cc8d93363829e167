// SPDX-License-Identifier: Apache-2.0
// Every native call of a whole login fails once: nobody gets in whose login was damaged, and
// everything that the library handed out is given back exactly once.
#include "driver_fixture.h"

namespace gss::test {
namespace {

using Carried = NativeTable::Carried;
using Decision = ssh::AuthorizeAnswer::Decision;
using Status = ssh::StepAnswer::Status;

struct SweepCase {
    Carried carried;
    std::uint32_t major;
};

/// A key exchange and a login, as engines would ask for them; true when all of it went well.
bool log_in(const Backend& backend) {
    ssh::MechanismPolicy policy;
    const auto offered = ssh::offered_mechanisms(backend, policy);
    if (!offered || offered->empty()) {
        return false;
    }
    ssh::DriverOptions options =
        with_authorizer(ssh::any_of({ssh::authorize_realms({{"OTHER.REALM", {}}}),
                                     ssh::authorize_principals({{"alice", "user@FAKE.REALM"}})}));
    options.accept_delegation = true;
    ssh::Driver server = driver(backend, std::move(options));
    ssh::Driver client = driver(backend, to_host());
    const ContextFlags flags = ssh::ssh_required_flags | ContextFlag::delegate_to_peer;
    if (!establish(client, server, kex(), flags).done()) {
        return false;
    }
    const auto hash_mic = server.get_mic({1, kex(), secret("hash")});
    if (!hash_mic.mic || !client.verify_mic({1, kex(), secret("hash"), *hash_mic.mic}).verified) {
        return false;
    }
    if (!establish(client, server, auth(), flags).done()) {
        return false;
    }
    const auto mic = client.get_mic({1, auth(), secret("data")});
    if (!mic.mic || !server.verify_mic({1, auth(), secret("data"), *mic.mic}).verified) {
        return false;
    }
    if (server.authorize(may_be(auth())).decision != Decision::allow) {
        return false;
    }
    PuppetEngine engine;
    engine.put(done_with(auth()));
    server.run(engine, ignore);
    const std::optional<ssh::Peer> peer = server.take_peer(auth());
    return peer && peer->principal && peer->delegated;
}

class SshSweep : public testing::TestWithParam<SweepCase> {};

INSTANTIATE_TEST_SUITE_P(All, SshSweep,
                         testing::Values(SweepCase{Carried::not_at_all, 13U << 16U},
                                         SweepCase{Carried::out, 13U << 16U},
                                         // A calling error, and a status that says nothing.
                                         SweepCase{Carried::out, 1U << 24U},
                                         SweepCase{Carried::out, 0x4000}));

TEST_P(SshSweep, sec_A1_39_a_failure_of_any_native_call_of_a_login_leaks_nothing) {
    const auto [carried, major] = GetParam();
    for (std::size_t n = 1;; ++n) {
        SCOPED_TRACE("native call " + std::to_string(n));
        CountedFake library;
        library.fake.behaviour.legs = 4;
        library.fake.table().fail_nth(n, {major, 5}, carried);
        const bool done = log_in(library.backend);
        ASSERT_EQ(library.counted.report(), "");
        const std::optional<Call> hit = library.fake.table().hit();
        if (!hit) {
            EXPECT_TRUE(done);
            EXPECT_GT(n, 20U) << "the login was shorter than it should be";
            return;
        }
        // A rule that cannot be read lets nobody in, but the next one is still asked; and a text
        // that is only for people is not missed.
        const bool harmless = *hit == Call::display_name || *hit == Call::display_status;
        EXPECT_TRUE(!done || harmless) << name_of(*hit);
    }
}

} // namespace
} // namespace gss::test
