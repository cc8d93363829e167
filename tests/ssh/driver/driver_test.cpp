// SPDX-License-Identifier: Apache-2.0
// What a driver answers, and what it keeps.
#include "driver_fixture.h"

#include <utility>

namespace gss::test {
namespace {

using ssh::AuthorizationRequest;
using ssh::ContextName;
using ssh::Driver;
using ssh::DriverOptions;
using ssh::StepAnswer;
using Decision = ssh::AuthorizeAnswer::Decision;
using Status = StepAnswer::Status;
using Kind = CountingLibrary::Kind;

TEST_F(DriverTest, answers_questions_with_contexts_that_it_keeps_by_name) {
    Driver ours = client();
    Driver theirs = server();
    for (const ContextName& name : {kex(), auth(0), kex(1), auth(1)}) {
        const Legs legs = establish(ours, theirs, name);
        ASSERT_TRUE(legs.done());
        EXPECT_EQ(legs.client.mechanism, mechanism::krb5());
        EXPECT_TRUE(legs.client.flags.contains_all(ssh::ssh_required_flags));
        EXPECT_TRUE(legs.server.flags.contains_all(ssh::ssh_required_flags));
    }
    const Bytes good = mic(ours, auth(1), "data");
    EXPECT_TRUE(verifies(theirs, auth(1), "data", good));
    EXPECT_FALSE(verifies(theirs, auth(1), "Data", good));
    EXPECT_FALSE(verifies(theirs, auth(0), "data", good)) << "another context of the session";
    EXPECT_FALSE(verifies(theirs, kex(1), "data", good));
    EXPECT_FALSE(verifies(ours, auth(1), "data", good)) << "our own MIC, sent back";
    theirs.release(auth(1));
    EXPECT_FALSE(verifies(theirs, auth(1), "data", good));
    EXPECT_EQ(theirs.context(auth(1)), nullptr);
    EXPECT_NE(theirs.context(auth(0)), nullptr);
    EXPECT_EQ(outstanding(Kind::context), 7U);
}

TEST_F(DriverTest, a_question_about_a_context_that_is_not_there_is_refused) {
    Driver theirs = server(with_authorizer(anybody));
    const std::size_t before = fake_.table().count();
    const StepAnswer step = theirs.step(leg(auth(), false, false, as_bytes("token")));
    EXPECT_EQ(step.status, Status::failed);
    EXPECT_NE(step.major, 0U);
    EXPECT_FALSE(theirs.get_mic({1, auth(), secret("data")}).mic);
    EXPECT_FALSE(theirs.verify_mic({1, auth(), secret("data"), {}}).verified);
    EXPECT_EQ(theirs.authorize(may_be(auth())).decision, Decision::deny);
    EXPECT_FALSE(theirs.take_peer(auth()));
    theirs.release(auth());
    // The text of a status is all that the library was asked for.
    EXPECT_EQ(fake_.table().count() - before, fake_.table().count(Call::display_status));
    EXPECT_TRUE(theirs.last_error());
}

TEST_F(DriverTest, questions_in_a_wrong_order_are_refused) {
    fake_.behaviour.legs = 4;
    Driver ours = client();
    Driver theirs = server(with_authorizer(anybody));
    const StepAnswer first = ours.step(leg(auth(), true, true));
    ASSERT_EQ(first.status, Status::more);
    // Half-open: no MIC, nobody to authorise.
    const StepAnswer second = theirs.step(leg(auth(), false, true, first.token));
    ASSERT_EQ(second.status, Status::more);
    EXPECT_FALSE(theirs.get_mic({1, auth(), secret("data")}).mic);
    EXPECT_FALSE(theirs.verify_mic({1, auth(), secret("data"), {}}).verified);
    EXPECT_EQ(theirs.authorize(may_be(auth())).decision, Decision::deny);
    EXPECT_EQ(theirs.context(auth()), nullptr);
    // A leg of the other role ends the context, even with a token that would do.
    const Bytes third = ours.step(leg(auth(), true, false, second.token)).token;
    EXPECT_EQ(theirs.step(leg(auth(), true, false, third)).status, Status::failed);
    EXPECT_EQ(theirs.step(leg(auth(), false, false, third)).status, Status::failed);

    // A second beginning leaves the first alone; so does a leg after the last one.
    fake_.behaviour.legs = 0;
    ASSERT_TRUE(establish(ours, theirs, kex()).done());
    EXPECT_EQ(theirs.step(leg(kex(), false, true, first.token)).status, Status::failed);
    EXPECT_EQ(theirs.step(leg(kex(), false, false, first.token)).status, Status::failed);
    EXPECT_TRUE(verifies(theirs, kex(), "data", mic(ours, kex(), "data")));
    // Nobody to authorise stands behind a context that we initiated.
    EXPECT_EQ(ours.authorize(may_be(kex())).decision, Decision::deny);
}

TEST_F(DriverTest, a_driver_that_was_moved_from_refuses_everything) {
    Driver theirs = server(with_authorizer(anybody));
    const Driver now = std::move(theirs);
    // NOLINTBEGIN(bugprone-use-after-move)
    EXPECT_EQ(theirs.step(leg(auth(), false, true, as_bytes("x"))).status, Status::failed);
    EXPECT_FALSE(theirs.get_mic({1, auth(), secret("data")}).mic);
    EXPECT_FALSE(theirs.verify_mic({1, auth(), secret("data"), {}}).verified);
    EXPECT_EQ(theirs.authorize(may_be(auth())).decision, Decision::deny);
    EXPECT_FALSE(theirs.take_peer(auth()));
    EXPECT_EQ(theirs.context(auth()), nullptr);
    EXPECT_FALSE(theirs.last_error());
    EXPECT_FALSE(theirs.prepare(mechanism::krb5(), ssh::ssh_required_flags));
    theirs.release(auth());
    theirs.use_credentials(nullptr);
    // NOLINTEND(bugprone-use-after-move)
}

TEST_F(DriverTest, options_that_make_no_sense_are_refused) {
    CountedFake other;
    const Credentials foreign =
        Credentials::acquire(other.backend, CredentialUsage::accept).value().credentials;
    DriverOptions options;
    options.credentials = &foreign;
    EXPECT_FALSE(Driver::create(library_.backend, options));
    options.credentials = nullptr;
    options.step_limit = std::chrono::milliseconds(-1);
    EXPECT_FALSE(Driver::create(library_.backend, options));
    // A client without a host gets nowhere.
    EXPECT_EQ(server().step(leg(kex(), true, true)).status, Status::failed);
}

TEST_F(DriverTest, a_key_exchange_needs_mutual_authentication_and_integrity_whatever_options_say) {
    DriverOptions lenient;
    lenient.require_mutual = false;
    lenient.require_integrity = false;
    for (const ContextFlag lacking : {ContextFlag::mutual, ContextFlag::integrity}) {
        fake_.behaviour.withheld = {};
        fake_.behaviour.legs = 2;
        Driver ours = client();
        const StepAnswer in_kex = ours.step(leg(kex(), true, true));
        const StepAnswer in_auth = ours.step(leg(auth(), true, true));
        fake_.behaviour.withheld = lacking;
        Driver theirs = server(lenient);
        EXPECT_EQ(theirs.step(leg(kex(), false, true, in_kex.token)).status, Status::failed);
        EXPECT_EQ(theirs.step(leg(auth(), false, true, in_auth.token)).status, Status::done);
        Driver strict = server();
        EXPECT_EQ(strict.step(leg(auth(), false, true, in_auth.token)).status, Status::failed);
    }
}

TEST_F(DriverTest, nobody_in_particular_may_exchange_keys_but_not_log_in) {
    fake_.behaviour.added = ContextFlag::anonymity;
    const ContextFlags hidden = ssh::ssh_required_flags | ContextFlag::anonymity;
    Driver ours = client();
    Driver theirs = server(with_authorizer(anybody));
    EXPECT_EQ(ours.step(leg(auth(), true, true, {}, hidden)).status, Status::failed);
    ASSERT_TRUE(establish(ours, theirs, kex(), hidden).done());
    EXPECT_EQ(theirs.authorize(may_be(kex())).decision, Decision::deny);
}

TEST_F(DriverTest, credentials_can_be_changed_between_contexts) {
    const auto credentials_of = [&](std::string_view name) {
        const Name imported = Name::import_name(library_.backend, name).value();
        AcquireOptions options;
        options.name = &imported;
        return Credentials::acquire(library_.backend, CredentialUsage::initiate, options)
            .value()
            .credentials;
    };
    const Credentials first = credentials_of("first");
    const Credentials second = credentials_of("second");
    std::string principal;
    Driver theirs = server(with_authorizer([&](const AuthorizationRequest& request) {
        principal = request.principal_text;
        return ssh::allow();
    }));
    DriverOptions options = to_host();
    options.credentials = &first;
    Driver ours = driver(library_.backend, options);
    const auto principal_of = [&](const ContextName& name) {
        EXPECT_TRUE(establish(ours, theirs, name).done());
        static_cast<void>(theirs.authorize(may_be(name)));
        return principal;
    };
    EXPECT_EQ(principal_of(kex(0)), "first@FAKE.REALM");
    ours.use_credentials(&second);
    EXPECT_EQ(principal_of(kex(1)), "second@FAKE.REALM");
    ours.use_credentials(nullptr);
    EXPECT_EQ(principal_of(kex(2)), "user@FAKE.REALM");
}

TEST_F(DriverTest, a_first_token_is_made_once_when_it_was_prepared) {
    const auto made = [this] { return fake_.table().count(Call::init_sec_context); };
    for (const ContextName& name : {kex(), auth()}) {
        Driver ours = client();
        Driver theirs = server();
        const std::size_t before = made();
        ASSERT_TRUE(ours.prepare(mechanism::krb5(), ssh::ssh_required_flags));
        EXPECT_EQ(made() - before, 1U);
        const StepAnswer first = ours.step(leg(name, true, true));
        ASSERT_EQ(first.status, Status::more);
        EXPECT_EQ(made() - before, 1U) << "what was prepared is taken";
        const StepAnswer second = theirs.step(leg(name, false, true, first.token));
        ASSERT_EQ(second.status, Status::done);
        ASSERT_EQ(ours.step(leg(name, true, false, second.token)).status, Status::done);
        EXPECT_TRUE(verifies(theirs, name, "data", mic(ours, name, "data")));
        // Once: a second context with the same token would be a replay.
        EXPECT_NE(ours.step(leg(kex(7), true, true)).token, first.token);
        EXPECT_EQ(made() - before, 3U);
    }
}

TEST_F(DriverTest, what_was_prepared_for_another_step_is_not_taken) {
    const auto made = [this] { return fake_.table().count(Call::init_sec_context); };
    const ContextFlags delegating = ssh::ssh_required_flags | ContextFlag::delegate_to_peer;
    const auto is_made_anew = [&](Driver& ours, const ssh::GssStep& step) {
        const std::size_t before = made();
        static_cast<void>(ours.step(step));
        return made() != before;
    };
    Driver ours = client();
    ASSERT_TRUE(ours.prepare(mechanism::krb5(), delegating));
    EXPECT_TRUE(is_made_anew(ours, leg(kex(0), true, true))) << "nobody asked to delegate there";
    EXPECT_TRUE(is_made_anew(ours, leg(kex(1), true, true, {}, delegating))) << "and it is gone";
    // Other credentials, somebody logged in, an engine failed: of no use any more.
    ASSERT_TRUE(ours.prepare(mechanism::krb5(), delegating));
    ours.use_credentials(nullptr);
    EXPECT_TRUE(is_made_anew(ours, leg(kex(2), true, true, {}, delegating)));
    ASSERT_TRUE(ours.prepare(mechanism::krb5(), delegating));
    ours.note(ssh::AuthDone{
        "user", "ssh-connection", "gssapi-keyex", kex(0), mechanism::krb5(), {}, false, {}});
    EXPECT_TRUE(is_made_anew(ours, leg(kex(3), true, true, {}, delegating)));
    ASSERT_TRUE(ours.prepare(mechanism::krb5(), delegating));
    ours.note(ssh::Fail{});
    EXPECT_TRUE(is_made_anew(ours, leg(kex(4), true, true, {}, delegating)));
    // An acceptor's step leaves it alone.
    ASSERT_TRUE(ours.prepare(mechanism::krb5(), delegating));
    static_cast<void>(ours.step(leg(auth(1), false, true, as_bytes("token"))));
    EXPECT_FALSE(is_made_anew(ours, leg(kex(5), true, true, {}, delegating)));
    EXPECT_EQ(outstanding(Kind::context), 6U) << "one for each step, and none left over";

    fake_.behaviour.added = ContextFlag::anonymity;
    const ContextFlags hidden = ssh::ssh_required_flags | ContextFlag::anonymity;
    ASSERT_TRUE(ours.prepare(mechanism::krb5(), hidden));
    EXPECT_EQ(ours.step(leg(auth(2), true, true, {}, hidden)).status, Status::failed)
        << "nobody in particular cannot log in";
}

TEST_F(DriverTest, a_failure_to_prepare_is_told_at_once_and_by_the_step) {
    Driver nowhere = server(); // no host to go to
    const Result<void> prepared = nowhere.prepare(mechanism::krb5(), ssh::ssh_required_flags);
    ASSERT_FALSE(prepared);
    const StepAnswer step = nowhere.step(leg(kex(), true, true));
    EXPECT_EQ(step.status, Status::failed);
    EXPECT_FALSE(step.text.empty());
    ASSERT_TRUE(nowhere.last_error());
    EXPECT_EQ(nowhere.last_error()->text(), prepared.error().text());
    EXPECT_EQ(nowhere.step(leg(kex(), true, false, as_bytes("x"))).status, Status::failed);
    EXPECT_EQ(outstanding(Kind::context), 0U);
}

TEST_F(DriverTest, run_answers_questions_and_hands_out_the_rest_in_order) {
    Driver ours = client();
    Driver theirs = server(with_authorizer(anybody));
    ASSERT_TRUE(establish(ours, theirs, auth()).done());
    PuppetEngine engine;
    engine.put(ssh::SendMessage{octets_of(as_bytes("one"))});
    engine.ask(may_be(auth()));
    engine.put(ssh::SendMessage{octets_of(as_bytes("two"))});
    engine.put(ssh::Release{auth()});
    std::string order;
    theirs.run(engine, [&](const ssh::Action& action) {
        order += std::string(as_text(std::get<ssh::SendMessage>(action).payload)) + " ";
    });
    EXPECT_EQ(order, "one two ");
    ASSERT_TRUE(engine.authorized());
    EXPECT_EQ(engine.authorized()->decision, Decision::allow);
    EXPECT_EQ(theirs.context(auth()), nullptr);

    engine.ask(leg(auth(5), false, false, as_bytes("token")));
    theirs.run(engine, ignore);
    EXPECT_EQ(engine.step()->status, Status::failed);
    engine.ask(ssh::GetMic{0, auth(5), secret("data")});
    theirs.run(engine, ignore);
    EXPECT_FALSE(engine.mic()->mic);
    engine.ask(ssh::VerifyMic{0, auth(5), secret("data"), {}});
    theirs.run(engine, ignore);
    EXPECT_FALSE(engine.verified()->verified);
}

} // namespace
} // namespace gss::test
