// SPDX-License-Identifier: Apache-2.0
// Who is let in, and who gets what was delegated.
#include "driver_fixture.h"

#include <array>
#include <new>
#include <stdexcept>
#include <utility>
#include <variant>
#include <vector>

namespace gss::test {
namespace {

using ssh::AuthorizationRequest;
using ssh::ContextName;
using ssh::Driver;
using ssh::DriverOptions;
using Decision = ssh::AuthorizeAnswer::Decision;
using Kind = CountingLibrary::Kind;

TEST_F(DriverTest, sec_A1_05_nobody_is_let_in_unless_somebody_decides) {
    Driver ours = client();
    Driver nobody_decides = server();
    ASSERT_TRUE(establish(ours, nobody_decides, kex()).done());
    const Bytes good = mic(ours, kex(), "data");
    ASSERT_TRUE(verifies(nobody_decides, kex(), "data", good));
    const auto denied = nobody_decides.authorize(may_be(kex(), "user"));
    EXPECT_EQ(denied.decision, Decision::deny);
    EXPECT_FALSE(denied.reason.empty());

    // The library says user@FAKE.REALM; nobody takes that for user, bob or root.
    const std::array authorizers{
        ssh::authorize_principals({{"alice", "user@FAKE.REALM"}}),
        ssh::authorize_realms({{"OTHER.REALM", {}}}),
        ssh::any_of({}),
        ssh::Authorizer([](const AuthorizationRequest&) -> ssh::AuthorizeAnswer {
            throw std::runtime_error("the directory is away");
        }),
    };
    std::uint32_t number = 0;
    for (const ssh::Authorizer& authorizer : authorizers) {
        Driver theirs = server(with_authorizer(authorizer));
        const ContextName name = auth(++number);
        ASSERT_TRUE(establish(ours, theirs, name).done());
        for (const std::string user : {"user", "bob", "root", "", "user@FAKE.REALM"}) {
            const auto answer = theirs.authorize(may_be(name, user));
            EXPECT_EQ(answer.decision, Decision::deny) << user;
            EXPECT_FALSE(answer.reason.empty());
        }
    }
}

TEST_F(DriverTest, an_authorizer_gets_to_know_everything_about_the_initiator) {
    std::optional<std::string> said;
    DriverOptions options = with_authorizer([&](const AuthorizationRequest& request) {
        said = request.principal_text;
        EXPECT_EQ(request.user, "alice");
        EXPECT_EQ(request.service, "ssh-connection");
        EXPECT_EQ(request.method, "gssapi-with-mic");
        EXPECT_EQ(request.mechanism, mechanism::krb5());
        EXPECT_TRUE(request.flags.contains(ContextFlag::delegate_to_peer));
        EXPECT_EQ(request.principal.display().value().text, "user@FAKE.REALM");
        EXPECT_EQ(as_text(ExportedName::parse(request.exported_name).value().name),
                  "user@FAKE.REALM");
        EXPECT_NE(request.delegated, nullptr);
        EXPECT_EQ(request.delegated->inquire().value().name->display().value().text,
                  "user@FAKE.REALM");
        ssh::AuthorizeAnswer partly;
        partly.decision = Decision::allow_partly;
        partly.methods = {"password"};
        return partly;
    });
    options.accept_delegation = true;
    Driver ours = client();
    Driver theirs = server(std::move(options));
    ASSERT_TRUE(
        establish(ours, theirs, auth(), ssh::ssh_required_flags | ContextFlag::delegate_to_peer)
            .done());
    const auto answer = theirs.authorize(may_be(auth()));
    EXPECT_EQ(answer.decision, Decision::allow_partly);
    EXPECT_EQ(answer.methods, std::vector<std::string>{"password"});
    EXPECT_EQ(said, "user@FAKE.REALM");
}

TEST_F(DriverTest, without_a_principal_nobody_is_let_in) {
    fake_.table().replace(&CallTable::accept_sec_context,
                          [this](auto* minor, auto* context, auto credential, auto* input,
                                 auto* bindings, auto** /*source*/, auto... rest) {
                              return fake_.honest().accept_sec_context(
                                  minor, context, credential, input, bindings, nullptr, rest...);
                          });
    Driver ours = client();
    Driver theirs = server(with_authorizer(anybody));
    ASSERT_TRUE(establish(ours, theirs, auth()).done());
    EXPECT_EQ(theirs.authorize(may_be(auth())).decision, Decision::deny);
}

TEST_F(DriverTest, a_name_that_cannot_be_shown_or_exported_is_not_let_in_by_a_rule) {
    Driver ours = client();
    Driver theirs = server(with_authorizer(ssh::authorize_realms({{"FAKE.REALM", {}}})));
    ASSERT_TRUE(establish(ours, theirs, auth()).done());
    for (const std::size_t nth : {1U, 2U}) {
        fake_.table().fail_nth(nth, {13U << 16U, 1});
        EXPECT_EQ(theirs.authorize(may_be(auth(), "user")).decision, Decision::deny);
        EXPECT_EQ(fake_.table().hit(), Call::display_name);
    }
    Driver again = server(with_authorizer(ssh::authorize_realms({{"FAKE.REALM", {}}})));
    ASSERT_TRUE(establish(ours, again, auth(1)).done());
    fake_.table().fail(Call::export_name, {18U << 16U, 1});
    EXPECT_EQ(again.authorize(may_be(auth(1), "user")).decision, Decision::deny);
    EXPECT_EQ(again.authorize(may_be(auth(1), "user")).decision, Decision::allow);
}

class Delegation : public DriverTest {
protected:
    /// A server to which the client has delegated through @p names.
    [[nodiscard]] Driver with_delegated(std::initializer_list<ContextName> names,
                                        ssh::Authorizer authorizer = anybody) {
        DriverOptions options = with_authorizer(std::move(authorizer));
        options.accept_delegation = true;
        const Credentials own =
            Credentials::acquire(library_.backend, CredentialUsage::accept).value().credentials;
        options.credentials = &own;
        Driver theirs = server(std::move(options));
        for (const ContextName& name : names) {
            EXPECT_TRUE(establish(ours_, theirs, name,
                                  ssh::ssh_required_flags | ContextFlag::delegate_to_peer)
                            .done());
        }
        theirs.use_credentials(nullptr);
        return theirs;
    }
    /// Credentials that the server holds: its own are gone.
    [[nodiscard]] std::size_t held() const { return outstanding(Kind::credential); }

    Driver ours_ = client();
};

TEST_F(Delegation, sec_A1_12_the_peer_is_handed_out_once_and_after_success_only) {
    Driver theirs = with_delegated({auth()});
    EXPECT_EQ(held(), 1U);
    EXPECT_FALSE(theirs.take_peer(auth()));
    EXPECT_EQ(theirs.authorize(may_be(auth())).decision, Decision::allow);
    EXPECT_FALSE(theirs.take_peer(auth())) << "allowed, but the engine has not finished";
    say(theirs, done_with(auth()));
    EXPECT_FALSE(theirs.take_peer(auth(1)));
    EXPECT_FALSE(theirs.take_peer(kex()));
    {
        const std::optional<ssh::Peer> peer = theirs.take_peer(auth());
        ASSERT_TRUE(peer);
        EXPECT_EQ(peer->principal->display().value().text, "user@FAKE.REALM");
        EXPECT_TRUE(peer->delegated);
        EXPECT_EQ(peer->lifetime, Lifetime(std::chrono::seconds(3600)));
        EXPECT_FALSE(theirs.take_peer(auth()));
        EXPECT_EQ(held(), 1U);
    }
    EXPECT_EQ(held(), 0U);
}

TEST_F(Delegation, sec_A1_12_what_was_delegated_by_somebody_who_is_denied_is_released) {
    Driver theirs = with_delegated({kex()}, ssh::authorize_realms({{"OTHER.REALM", {}}}));
    EXPECT_EQ(held(), 1U);
    EXPECT_EQ(theirs.authorize(may_be(kex(), "user")).decision, Decision::deny);
    EXPECT_EQ(held(), 0U);
    // Even if an engine went on to say that all is well.
    say(theirs, done_with(kex()));
    const std::optional<ssh::Peer> peer = theirs.take_peer(kex());
    ASSERT_TRUE(peer);
    EXPECT_FALSE(peer->delegated);
}

TEST_F(Delegation, sec_A1_12_what_came_with_another_method_is_released_when_one_succeeds) {
    Driver theirs = with_delegated({kex(), auth(0), auth(1)});
    EXPECT_EQ(held(), 3U);
    // Not while more methods are needed.
    say(theirs, done_with(auth(0), true));
    EXPECT_EQ(held(), 3U);
    say(theirs, done_with(auth(1)));
    EXPECT_EQ(held(), 2U) << "those of the key exchange";
    EXPECT_FALSE(theirs.take_peer(kex()));
    EXPECT_TRUE(theirs.take_peer(auth(0))->delegated);
    EXPECT_TRUE(theirs.take_peer(auth(1))->delegated);
}

TEST_F(Delegation, sec_A1_12_what_was_delegated_is_released_when_a_password_did_it) {
    Driver theirs = with_delegated({kex(), auth(0)});
    PuppetEngine engine;
    engine.put(ssh::OtherRequest{"alice", "ssh-connection", "password", {}});
    theirs.run(engine, ignore);
    EXPECT_EQ(held(), 2U) << "nothing is decided yet";
    engine.cancel(); // the host has accepted the password
    theirs.run(engine, ignore);
    EXPECT_EQ(held(), 0U);
    EXPECT_FALSE(theirs.take_peer(kex()));
    EXPECT_FALSE(theirs.take_peer(auth(0)));
}

TEST_F(Delegation, sec_A1_12_a_partial_success_that_came_to_nothing_leaves_nothing) {
    ssh::Fail too_many;
    too_many.fault = ssh::Fault::peer;
    too_many.disconnect_reason = 14;
    Driver theirs = with_delegated({auth(0)});
    say(theirs, done_with(auth(0), true));
    EXPECT_EQ(held(), 1U);
    say(theirs, too_many);
    EXPECT_EQ(held(), 0U);
    EXPECT_FALSE(theirs.take_peer(auth(0)));
    // Not when another method has made it a whole one: by an engine of ours, or by the host's.
    Driver whole = with_delegated({auth(1), kex()});
    say(whole, done_with(auth(1), true));
    say(whole, done_with(kex()));
    say(whole, too_many); // a later engine, of a re-exchange
    EXPECT_TRUE(whole.take_peer(auth(1)).value().delegated);
    EXPECT_TRUE(whole.take_peer(kex()).value().delegated);
    Driver by_password = with_delegated({auth(2)});
    say(by_password, done_with(auth(2), true));
    PuppetEngine engine;
    engine.cancel();
    by_password.run(engine, ignore);
    EXPECT_TRUE(by_password.take_peer(auth(2)).value().delegated);
}

TEST_F(Delegation, sec_A1_12_an_engine_that_ended_by_an_exception_leaves_nothing) {
    // By an answer of the driver's own, and by a message.
    for (const bool by_answer : {false, true}) {
        const ContextName partly = auth(by_answer ? 0 : 2);
        const ContextName under_way = auth(by_answer ? 1 : 3);
        Driver theirs = with_delegated({kex(by_answer ? 0 : 1), partly, under_way});
        say(theirs, done_with(partly, true));
        EXPECT_EQ(held(), 3U) << "another method is to come";
        PuppetEngine engine;
        engine.hold(under_way);
        engine.throw_after(done_with(under_way));
        std::vector<ssh::Action> said;
        const auto note = [&said](ssh::Action action) { said.push_back(std::move(action)); };
        if (by_answer) {
            engine.ask(may_be(under_way));
            EXPECT_THROW(theirs.run(engine, note), std::bad_alloc);
        } else {
            EXPECT_THROW(engine.receive(octets_of(as_bytes("message"))), std::bad_alloc);
        }
        EXPECT_TRUE(said.empty());
        theirs.run(engine, note);
        ASSERT_EQ(said.size(), 1U);
        EXPECT_TRUE(std::holds_alternative<ssh::Fail>(said[0])) << "AuthDone was taken back";
        EXPECT_EQ(theirs.context(under_way), nullptr);
        EXPECT_EQ(held(), 0U);
        for (const ContextName& name : {kex(by_answer ? 0 : 1), partly, under_way}) {
            EXPECT_FALSE(theirs.take_peer(name));
        }
    }
}

TEST_F(Delegation, sec_A1_12_a_context_that_is_released_takes_along_what_was_delegated) {
    Driver theirs = with_delegated({kex(), auth(0)});
    say(theirs, ssh::Release{auth(0)});
    EXPECT_EQ(held(), 1U);
    EXPECT_FALSE(theirs.take_peer(auth(0)));
    { const Driver gone = std::move(theirs); }
    EXPECT_EQ(held(), 0U);
}

TEST_F(DriverTest, sec_A1_13_a_server_that_does_not_want_delegation_does_not_ask_the_library) {
    Driver ours = client();
    Driver theirs = server(with_authorizer(anybody));
    ASSERT_TRUE(
        establish(ours, theirs, auth(), ssh::ssh_required_flags | ContextFlag::delegate_to_peer)
            .done());
    say(theirs, done_with(auth()));
    EXPECT_FALSE(theirs.take_peer(auth())->delegated);
    // The acceptor's own credential was the only one.
    EXPECT_EQ(library_.counted.handed_out(Kind::credential), 1U);
}

} // namespace
} // namespace gss::test
