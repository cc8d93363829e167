// SPDX-License-Identifier: Apache-2.0
// Credentials: acquired, added to and inquired, each field alone; what cannot be had is an error.
#include "conformance.h"

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace gss::test {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

class CredentialTests : public OnBackend {
protected:
    [[nodiscard]] static Credentials acquired(CredentialUsage usage,
                                              const AcquireOptions& options = {}) {
        return Credentials::acquire(library(), usage, options).value().credentials;
    }
    [[nodiscard]] static AcquireOptions krb5_only() {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        return options;
    }
};

INSTANTIATE_TEST_SUITE_P(All, CredentialTests, testing::ValuesIn(backend_names()), name_of_backend);

/// Between a minute and the ten hours of a ticket.
bool is_ticket_lifetime(const Lifetime& lifetime) {
    const std::optional<seconds> left = lifetime.duration();
    return left && *left > std::chrono::minutes(1) && *left <= hours(10);
}

TEST_P(CredentialTests, OfTheDefaultInitiatorAreThoseOfTheCache) {
    const AcquiredCredentials result =
        Credentials::acquire(library(), CredentialUsage::initiate).value();
    EXPECT_TRUE(result.mechanisms.contains(mechanism::krb5()));
    EXPECT_TRUE(is_ticket_lifetime(result.lifetime));
    const CredentialInfo info = result.credentials.inquire().value();
    ASSERT_TRUE(info.name.has_value());
    EXPECT_EQ(info.name->display().value().text, in_realm("alice"));
    EXPECT_EQ(info.usage, CredentialUsage::initiate);
    EXPECT_TRUE(is_ticket_lifetime(info.lifetime.value()));
    EXPECT_TRUE(info.mechanisms.value().contains(mechanism::krb5()));
}

TEST_P(CredentialTests, AreAcquiredForTheMechanismsAskedFor) {
    const AcquiredCredentials result =
        Credentials::acquire(library(), CredentialUsage::initiate, krb5_only()).value();
    EXPECT_EQ(result.mechanisms, OidSet{mechanism::krb5()});
    EXPECT_EQ(result.credentials.inquire().value().mechanisms, OidSet{mechanism::krb5()});
}

TEST_P(CredentialTests, AreAcquiredByName) {
    const Name name = principal(library(), "alice");
    AcquireOptions options = krb5_only();
    options.name = &name;
    const Credentials credentials = acquired(CredentialUsage::initiate, options);
    EXPECT_EQ(credentials.inquire().value().name.value().display().value().text, in_realm("alice"));
}

TEST_P(CredentialTests, OfAnotherPrincipalAreNotTakenFromTheCache) {
    const Name name = principal(library(), "bob");
    AcquireOptions options = krb5_only();
    options.name = &name;
    const auto result = Credentials::acquire(library(), CredentialUsage::initiate, options);
    ASSERT_FALSE(result.has_value());
    EXPECT_TRUE(result.error().is(ErrorClass::missing_credentials)) << result.error().text();
    EXPECT_NE(result.error().text().find("bob"), std::string::npos);
}

TEST_P(CredentialTests, OfTheDefaultAcceptorAreThoseOfTheKeytab) {
    const AcquiredCredentials result =
        Credentials::acquire(library(), CredentialUsage::accept, krb5_only()).value();
    EXPECT_EQ(result.mechanisms, OidSet{mechanism::krb5()});
    EXPECT_TRUE(result.lifetime.is_indefinite());
    EXPECT_EQ(result.credentials.inquire().value().usage, CredentialUsage::accept);
}

TEST_P(CredentialTests, OfANamedAcceptorAreForThatService) {
    const Name name = service(library(), "HTTP@localhost");
    AcquireOptions options = krb5_only();
    options.name = &name;
    const Credentials credentials = acquired(CredentialUsage::accept, options);
    EstablishOptions fitting;
    fitting.target = "HTTP@localhost";
    fitting.accept.credentials = &credentials;
    EXPECT_TRUE(succeeds(establish(library(), library(), fitting)));
    EstablishOptions other;
    other.accept.credentials = &credentials; // host@localhost
    EXPECT_FALSE(establish(library(), library(), other).has_value());
}

TEST_P(CredentialTests, OfAServiceWithoutKeyAreRefused) {
    // In a process of its own, because MIT 1.20 leaks the principal here.
    const Backend opened = library();
    const pid_t child = fork();
    if (child == 0) {
        const Name name = service(opened, "nobody@localhost");
        AcquireOptions options = krb5_only();
        options.name = &name;
        const auto result = Credentials::acquire(opened, CredentialUsage::accept, options);
        const bool refused = !result && result.error().is(ErrorClass::missing_credentials) &&
                             result.error().text().find("nobody") != std::string::npos;
        _exit(refused ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST_P(CredentialTests, MayBeGoodForBothSides) {
    // The name has to be in the cache and in the keytab.
    const std::string cache = fresh_path("both_cache");
    realm::TicketOptions ticket;
    ticket.keytab = shared_realm().keytab();
    shared_realm().kinit("host/localhost", cache, ticket).value();
    in_fresh_thread([&] {
        const ScopedEnvironment environment("KRB5CCNAME", "FILE:" + cache);
        const Credentials credentials = acquired(CredentialUsage::both, krb5_only());
        EXPECT_EQ(credentials.inquire(CredentialField::usage).value().usage, CredentialUsage::both);
        EstablishOptions options;
        options.initiate.credentials = &credentials;
        options.accept.credentials = &credentials;
        const ContextPair pair = establish(library(), library(), options).value();
        EXPECT_EQ(pair.acceptor.initiator.value().display().value().text,
                  in_realm("host/localhost"));
    });
}

TEST_P(CredentialTests, TellEachFieldAlone) {
    const Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
    const CredentialInfo name = credentials.inquire(CredentialField::name).value();
    EXPECT_TRUE(name.name && !name.lifetime && !name.usage && !name.mechanisms);
    const CredentialInfo lifetime = credentials.inquire(CredentialField::lifetime).value();
    EXPECT_TRUE(!lifetime.name && lifetime.lifetime && !lifetime.usage && !lifetime.mechanisms);
    EXPECT_TRUE(is_ticket_lifetime(*lifetime.lifetime));
    const CredentialInfo usage = credentials.inquire(CredentialField::usage).value();
    EXPECT_TRUE(!usage.name && !usage.lifetime && usage.usage && !usage.mechanisms);
    const CredentialInfo mechanisms = credentials.inquire(CredentialField::mechanisms).value();
    EXPECT_TRUE(!mechanisms.name && !mechanisms.lifetime && !mechanisms.usage);
    EXPECT_EQ(mechanisms.mechanisms, OidSet{mechanism::krb5()});
    const CredentialInfo nothing = credentials.inquire(CredentialFields()).value();
    EXPECT_TRUE(!nothing.name && !nothing.lifetime && !nothing.usage && !nothing.mechanisms);
}

TEST_P(CredentialTests, AreInquiredByMechanism) {
    const Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
    const MechanismCredentialInfo info =
        credentials.inquire_by_mechanism(mechanism::krb5()).value();
    EXPECT_EQ(info.name.value().display().value().text, in_realm("alice"));
    EXPECT_TRUE(is_ticket_lifetime(info.initiator_lifetime.value()));
    EXPECT_EQ(info.usage, CredentialUsage::initiate);
    const MechanismCredentialInfo usage =
        credentials.inquire_by_mechanism(mechanism::krb5(), CredentialField::usage).value();
    EXPECT_TRUE(!usage.name && !usage.initiator_lifetime && !usage.acceptor_lifetime);
    EXPECT_EQ(usage.usage, CredentialUsage::initiate);
}

TEST_P(CredentialTests, DoNotKnowMechanismsTheyAreNotFor) {
    const Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    // MIT: the mechanism is unknown; Heimdal: there is no credential for it.
    EXPECT_TRUE(fails_with(credentials.inquire_by_mechanism(unknown),
                           is_mit() ? ErrorCode::bad_mechanism : ErrorCode::no_credentials));
}

TEST_P(CredentialTests, ForSpnegoAreNotInquiredByMechanism) {
    AcquireOptions options;
    options.mechanisms = {mechanism::spnego()};
    const Credentials credentials = acquired(CredentialUsage::initiate, options);
    const auto info = credentials.inquire_by_mechanism(mechanism::spnego());
    EXPECT_TRUE(fails_with(info, is_mit() ? ErrorCode::unavailable : ErrorCode::no_credentials));
}

TEST_P(CredentialTests, OfTheDefaultCanBeInquired) {
    const Result<CredentialInfo> info = Credentials::inquire_default(library());
    ASSERT_TRUE(succeeds(info));
    // Heimdal gives no usable name here.
    EXPECT_EQ(info->name.has_value(), is_mit());
    if (info->name) {
        EXPECT_EQ(info->name->display().value().text, in_realm("alice"));
    }
    EXPECT_TRUE(is_ticket_lifetime(info->lifetime.value()));
    EXPECT_TRUE(info->mechanisms.value().contains(mechanism::krb5()));
}

TEST_P(CredentialTests, ForUnknownMechanismsAreRefused) {
    AcquireOptions options;
    options.mechanisms = {Oid::from_string("1.2.3.4.5").value()};
    const auto result = Credentials::acquire(library(), CredentialUsage::initiate, options);
    EXPECT_TRUE(fails_with(result, ErrorCode::bad_mechanism));
}

TEST_P(CredentialTests, ForAcceptingDoNotInitiate) {
    // Heimdal 7.8 crashes on them when nobody looks before.
    for (const Oid& oid : {mechanism::krb5(), mechanism::spnego()}) {
        AcquireOptions options;
        options.mechanisms = {oid};
        const Credentials accepting = acquired(CredentialUsage::accept, options);
        EstablishOptions wrong = with_mechanism(oid);
        wrong.initiate.credentials = &accepting;
        EXPECT_TRUE(fails_with(establish(library(), library(), wrong), ErrorCode::no_credentials));
    }
}

TEST_P(CredentialTests, ForInitiatingDoNotAccept) {
    const Credentials initiating = acquired(CredentialUsage::initiate, krb5_only());
    EstablishOptions wrong;
    wrong.accept.credentials = &initiating;
    EXPECT_TRUE(fails_with(establish(library(), library(), wrong), ErrorCode::no_credentials));
}

TEST_P(CredentialTests, ReadyForTheirSideEstablishContexts) {
    const Credentials initiating = acquired(CredentialUsage::initiate, krb5_only());
    const Credentials accepting = acquired(CredentialUsage::accept, krb5_only());
    EstablishOptions options;
    options.initiate.credentials = &initiating;
    options.accept.credentials = &accepting;
    EXPECT_TRUE(succeeds(establish(library(), library(), options)));
}

TEST_P(CredentialTests, AreAddedToTheDefault) {
    const AddedCredentials added =
        Credentials::add_to_default(library(), mechanism::krb5()).value();
    EXPECT_EQ(added.mechanisms, OidSet{mechanism::krb5()});
    EXPECT_TRUE(is_ticket_lifetime(added.initiator_lifetime));
    EXPECT_EQ(added.credentials.inquire().value().name.value().display().value().text,
              in_realm("alice"));
}

TEST_P(CredentialTests, WithAnElementMoreLeaveTheOriginalAlone) {
    const Credentials original = acquired(CredentialUsage::initiate, krb5_only());
    const Result<AddedCredentials> added = original.add(mechanism::spnego());
    EXPECT_EQ(original.inquire().value().mechanisms, OidSet{mechanism::krb5()});
    if (!library().supports(Capability::credential_elements, mechanism::spnego())) {
        EXPECT_TRUE(fails_with(added, ErrorCode::unavailable));
        return;
    }
    EXPECT_EQ(added.value().mechanisms, (OidSet{mechanism::krb5(), mechanism::spnego()}));
    EstablishOptions options = with_mechanism(mechanism::spnego());
    options.initiate.credentials = &added->credentials;
    EXPECT_TRUE(succeeds(establish(library(), library(), options)));
}

TEST_P(CredentialTests, TakeAnElementInPlace) {
    Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
    const Result<AddedElement> added = credentials.add_in_place(mechanism::spnego());
    const OidSet mechanisms = credentials.inquire().value().mechanisms.value();
    if (!library().supports(Capability::credential_elements, mechanism::spnego())) {
        EXPECT_TRUE(fails_with(added, ErrorCode::unavailable));
        EXPECT_EQ(mechanisms, OidSet{mechanism::krb5()});
        return;
    }
    EXPECT_EQ(added.value().mechanisms, (OidSet{mechanism::krb5(), mechanism::spnego()}));
    EXPECT_EQ(mechanisms, (OidSet{mechanism::krb5(), mechanism::spnego()}));
}

TEST_P(CredentialTests, DoNotTakeAnElementTwice) {
    const Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
    EXPECT_TRUE(fails_with(credentials.add(mechanism::krb5()), ErrorCode::duplicate_element));
    Credentials added =
        Credentials::add_to_default(library(), mechanism::krb5()).value().credentials;
    EXPECT_TRUE(fails_with(added.add_in_place(mechanism::krb5()), ErrorCode::duplicate_element));
}

TEST_P(CredentialTests, DoNotTakeElementsOfUnknownMechanisms) {
    Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    EXPECT_TRUE(fails_with(credentials.add(unknown), ErrorCode::bad_mechanism));
    EXPECT_TRUE(fails_with(credentials.add_in_place(unknown), ErrorCode::bad_mechanism));
    EXPECT_TRUE(
        fails_with(Credentials::add_to_default(library(), unknown), ErrorCode::bad_mechanism));
    EXPECT_EQ(credentials.inquire().value().mechanisms, OidSet{mechanism::krb5()})
        << "changed by a failed call";
}

TEST_P(CredentialTests, AddedForTheAcceptorAreGoodThere) {
    AddOptions options;
    options.usage = CredentialUsage::accept;
    const AddedCredentials added =
        Credentials::add_to_default(library(), mechanism::krb5(), options).value();
    EXPECT_TRUE(added.acceptor_lifetime.is_indefinite());
    EstablishOptions establish_options;
    establish_options.accept.credentials = &added.credentials;
    EXPECT_TRUE(succeeds(establish(library(), library(), establish_options)));
}

TEST_P(CredentialTests, AddedInPlaceHaveNoDeadline) {
    Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
    AddOptions options;
    options.deadline = Deadline::after(hours(1));
    EXPECT_TRUE(
        fails_with(credentials.add_in_place(mechanism::spnego(), options), ErrorCode::misuse));
}

TEST_P(CredentialTests, ForNamesOfAnotherBackendAreMisuse) {
    const Name mine = principal(library(), "alice");
    AcquireOptions options = krb5_only();
    options.name = &mine;
    for (const std::string& other : backend_names()) {
        if (other != GetParam()) {
            EXPECT_TRUE(
                fails_with(Credentials::acquire(backend(other), CredentialUsage::initiate, options),
                           ErrorCode::misuse));
        }
    }
}

TEST_P(CredentialTests, ThatLiveShorterSaySo) {
    const std::string cache = fresh_path("short_cache");
    realm::TicketOptions ticket;
    ticket.lifetime = std::chrono::minutes(20);
    shared_realm().kinit("alice", cache, ticket).value();
    in_fresh_thread([&] {
        const ScopedEnvironment environment("KRB5CCNAME", "FILE:" + cache);
        const AcquiredCredentials result =
            Credentials::acquire(library(), CredentialUsage::initiate, krb5_only()).value();
        const seconds left = result.lifetime.duration().value();
        EXPECT_GT(left, std::chrono::minutes(1));
        EXPECT_LE(left, std::chrono::minutes(20));
    });
}

TEST_P(CredentialTests, sec_A3_24_LifetimesPast32BitsAreAskedForAndAnswered) {
    for (const Lifetime& asked : {Lifetime(seconds(0x80000000LL)), Lifetime(seconds(1LL << 40U)),
                                  Lifetime(seconds::max()), Lifetime::indefinite()}) {
        AcquireOptions options = krb5_only();
        options.lifetime = asked;
        const AcquiredCredentials result =
            Credentials::acquire(library(), CredentialUsage::initiate, options).value();
        EXPECT_TRUE(is_ticket_lifetime(result.lifetime));
    }
}

TEST_P(CredentialTests, ThatWereReleasedAreMisuse) {
    Credentials credentials = acquired(CredentialUsage::initiate, krb5_only());
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    credentials.release();
    credentials.release();
#pragma GCC diagnostic pop
    EXPECT_TRUE(fails_with(credentials.inquire(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(credentials.add(mechanism::spnego()), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(credentials.inquire_by_mechanism(mechanism::krb5()), ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
