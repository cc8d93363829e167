// SPDX-License-Identifier: Apache-2.0
// What a driver makes of a library that fails, and of logins that are cut off.
#include "driver_fixture.h"

#include <algorithm>
#include <utility>

namespace gss::test {
namespace {

using ssh::Driver;
using ssh::DriverOptions;
using ssh::StepAnswer;
using Decision = ssh::AuthorizeAnswer::Decision;
using Status = StepAnswer::Status;
using Kind = CountingLibrary::Kind;

TEST_F(DriverTest, sec_A1_38_a_mic_counts_only_when_the_library_says_complete_and_nothing_else) {
    Driver ours = client();
    Driver theirs = server();
    ASSERT_TRUE(establish(ours, theirs, kex()).done());
    const Bytes good = mic(theirs, kex(), "hash");
    std::vector<std::uint32_t> statuses;
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
        statuses.push_back(1U << bit); // every supplementary status, and every error of one bit
    }
    for (std::uint32_t routine = 1; routine <= 18; ++routine) {
        statuses.push_back(routine << 16U);
        statuses.push_back((routine << 16U) | 2U);
    }
    for (const std::uint32_t supplementary : {3U, 6U, 10U, 18U, 30U, 31U, 0x8002U}) {
        statuses.push_back(supplementary);
    }
    for (const std::uint32_t status : statuses) {
        SCOPED_TRACE(status);
        // The outputs are set as for a good MIC.
        fake_.table().fail(Call::verify_mic, {status, 0}, 1, NativeTable::Carried::out);
        const ssh::VerifyAnswer answer =
            ours.verify_mic({1, kex(), secret("hash"), octets_of(good)});
        EXPECT_FALSE(answer.verified);
        EXPECT_FALSE(answer.text.empty());
        fake_.table().fail(Call::get_mic, {status, 0}, 1, NativeTable::Carried::out);
        EXPECT_FALSE(theirs.get_mic({1, kex(), secret("hash")}).mic);
    }
    EXPECT_TRUE(verifies(ours, kex(), "hash", good));
}

TEST_F(DriverTest, a_stranger_gets_the_status_and_not_what_the_library_says_about_its_files) {
    fake_.table().replace(
        &CallTable::display_status,
        [this](auto* minor, auto code, auto kind, auto* mechanism, auto* context, auto* text) {
            if (kind != abi::status_kind_mechanism) {
                return fake_.honest().display_status(minor, code, kind, mechanism, context, text);
            }
            static const std::string secret_text = "No key in FILE:/etc/secret.keytab for host/box";
            abi::BufferDesc input{secret_text.size(), const_cast<char*>(secret_text.data())};
            // A name's text is a buffer of the library's own memory.
            abi::NameHandle name = nullptr;
            fake_.honest().import_name(minor, &input, nullptr, &name);
            fake_.honest().display_name(minor, name, text, nullptr);
            fake_.honest().release_name(minor, &name);
            *context = 0;
            return abi::Uint32{0};
        });
    Driver ours = client();
    Driver theirs = server();
    const StepAnswer first = ours.step(leg(auth(), true, true));
    fake_.table().fail(Call::accept_sec_context, {13U << 16U, 4711});
    const StepAnswer failed = theirs.step(leg(auth(), false, true, first.token));
    EXPECT_EQ(failed.status, Status::failed);
    EXPECT_EQ(failed.major, 13U << 16U);
    EXPECT_EQ(failed.minor, 4711U);
    EXPECT_EQ(failed.text, "fake error 13");
    ASSERT_TRUE(theirs.last_error());
    EXPECT_NE(theirs.last_error()->text().find("secret.keytab"), std::string::npos);

    // The user at the other end is told everything.
    fake_.table().fail(Call::init_sec_context, {7U << 16U, 4711});
    const StepAnswer local = ours.step(leg(auth(1), true, true));
    EXPECT_EQ(local.status, Status::failed);
    EXPECT_NE(local.text.find("secret.keytab"), std::string::npos);

    // What fails before the library is asked has a status, too.
    const StepAnswer garbage = theirs.step(leg(auth(2), false, true, as_bytes("garbage")));
    EXPECT_EQ(garbage.major, 9U << 16U);
    EXPECT_EQ(garbage.text, "fake error 9");
    EXPECT_TRUE(garbage.token.empty());
}

TEST_F(DriverTest, an_error_token_of_the_library_is_handed_on) {
    Driver ours = client();
    Driver theirs = server();
    Bytes first = ours.step(leg(auth(), true, true)).token;
    first.back() ^= std::byte{1};
    const StepAnswer failed = theirs.step(leg(auth(), false, true, first));
    EXPECT_EQ(failed.status, Status::failed);
    EXPECT_FALSE(failed.token.empty());
    const StepAnswer told = ours.step(leg(auth(), true, false, failed.token));
    EXPECT_EQ(told.status, Status::failed);
    EXPECT_EQ(outstanding(Kind::context), 0U);
}

TEST_F(DriverTest, sec_A1_14_contexts_are_deleted_exactly_once_wherever_a_login_is_cut_off) {
    for (unsigned steps = 0; steps <= 9; ++steps) {
        for (const bool by_engine : {true, false}) {
            SCOPED_TRACE(steps); // 7 tokens are 8 legs; then somebody decides
            CountedFake own;
            own.fake.behaviour.legs = 7;
            {
                Driver ours = driver(own.backend, to_host());
                DriverOptions options = with_authorizer(anybody);
                options.accept_delegation = true;
                Driver theirs = driver(own.backend, std::move(options));
                Bytes token;
                for (unsigned step = 0; step < std::min(steps, 8U); ++step) {
                    Driver& turn = step % 2 == 0 ? ours : theirs;
                    const StepAnswer answer =
                        turn.step(leg(auth(), step % 2 == 0, step < 2, token,
                                      ssh::ssh_required_flags | ContextFlag::delegate_to_peer));
                    ASSERT_NE(answer.status, Status::failed);
                    token = answer.token;
                }
                if (steps == 9) {
                    EXPECT_EQ(theirs.authorize(may_be(auth())).decision, Decision::allow);
                }
                if (by_engine) {
                    for (Driver* side : {&ours, &theirs}) {
                        say(*side, ssh::Release{auth()});
                        say(*side, ssh::Release{auth()}); // and once more makes no difference
                        EXPECT_EQ(side->context(auth()), nullptr);
                    }
                    EXPECT_EQ(own.counted.outstanding(Kind::context), 0U);
                    EXPECT_EQ(own.counted.outstanding(Kind::credential), 0U);
                }
            }
            const std::size_t contexts = std::min<std::size_t>(steps, 2);
            EXPECT_EQ(own.counted.handed_out(Kind::context), contexts);
            EXPECT_EQ(own.fake.table().count(Call::delete_sec_context), contexts);
            EXPECT_EQ(own.counted.report(), "");
        }
    }
}

TEST_F(DriverTest, sec_A1_32_texts_and_tokens_that_end_where_memory_ends_are_not_read_beyond) {
    fake_.behaviour.guarded_buffers = true;
    Driver ours = client();
    DriverOptions options = with_authorizer(
        ssh::any_of({ssh::authorize_principals({{"alice", "user@FAKE.REALM"}}),
                     ssh::authorize_realms({{"FAKE.REALM", {}}}), ssh::authorize_by_userok()}));
    options.accept_delegation = true;
    Driver theirs = server(std::move(options));
    ASSERT_TRUE(establish(ours, theirs, auth()).done());
    const Bytes good = mic(ours, auth(), "data");
    EXPECT_TRUE(verifies(theirs, auth(), "data", good));
    EXPECT_FALSE(verifies(theirs, auth(), "other data", good));
    EXPECT_EQ(theirs.authorize(may_be(auth(), "alice")).decision, Decision::allow);
    EXPECT_EQ(theirs.authorize(may_be(auth(), "user")).decision, Decision::allow);
    EXPECT_EQ(theirs.authorize(may_be(auth(), "bob")).decision, Decision::deny);
    const StepAnswer first = ours.step(leg(auth(1), true, true));
    fake_.table().fail(Call::accept_sec_context, {13U << 16U | 2U, 5}, 1,
                       NativeTable::Carried::out);
    const StepAnswer failed = theirs.step(leg(auth(1), false, true, first.token));
    EXPECT_EQ(failed.text, "fake error 13; fake supplementary 2");
    EXPECT_NE(theirs.last_error()->text().find("fake minor code 5"), std::string::npos);
}

} // namespace
} // namespace gss::test
