// SPDX-License-Identifier: Apache-2.0
// Elements added from the cache and keytab of a store (MIT's t_add_cred, gss_add_cred_from).
#include "support.h"

#include <array>

namespace gss::test {

namespace {

class Elements : public OnBackend {
protected:
    [[nodiscard]] static AddOptions from(std::initializer_list<CredentialStore::Element> elements,
                                         CredentialUsage usage = CredentialUsage::initiate) {
        AddOptions options;
        options.usage = usage;
        options.store = CredentialStore::of(elements).value();
        return options;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Elements, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Elements, OfANewCredentialComeFromTheStore) {
    const std::string bob_cache = cache_of("bob");
    const std::string alice_cache = cache_of("alice");
    const std::string keytab = keytab_of("host/localhost");
    without_defaults([&] {
        const Backend backend = library();
        const auto bob =
            Credentials::add_to_default(backend, mechanism::krb5(), from({{"ccache", bob_cache}}));
        const auto alice = Credentials::add_to_default(backend, mechanism::krb5(),
                                                       from({{"ccache", alice_cache}}));
        const auto host = Credentials::add_to_default(
            backend, mechanism::krb5(), from({{"keytab", keytab}}, CredentialUsage::accept));
        ASSERT_TRUE(succeeds(bob));
        ASSERT_TRUE(succeeds(alice));
        ASSERT_TRUE(succeeds(host));
        EXPECT_TRUE(bob->mechanisms.contains(mechanism::krb5()));
        EXPECT_FALSE(bob->initiator_lifetime.is_expired());
        for (const auto& [added, who] : {std::pair(&bob, "bob"), std::pair(&alice, "alice")}) {
            EXPECT_EQ(owner_of((*added)->credentials), in_realm(who));
            EstablishOptions options;
            options.initiate.credentials = &(*added)->credentials;
            options.accept.credentials = &host->credentials;
            const auto both = establish(backend, backend, options);
            ASSERT_TRUE(succeeds(both));
            EXPECT_EQ(both->acceptor.initiator.value().display().value().text, in_realm(who));
        }
    });
}

TEST_P(Elements, JoinCredentialsThatExist) {
    const std::string cache = cache_of("bob");
    const Backend backend = library();
    AcquireOptions spnego;
    spnego.mechanisms = {mechanism::spnego()};
    const Credentials base =
        Credentials::acquire(backend, CredentialUsage::initiate, spnego).value().credentials;
    const auto joined = base.add(mechanism::krb5(), from({{"ccache", cache}}));
    if (!backend.supports(Capability::adding_from_store, mechanism::krb5())) {
        EXPECT_TRUE(fails_with(joined, ErrorCode::unavailable));
        EXPECT_NE(joined.error().text().find(cache), std::string::npos) << joined.error().text();
        EXPECT_NE(joined.error().text().find("gss_add_cred_from"), std::string::npos);
        return;
    }
    ASSERT_TRUE(succeeds(joined));
    EXPECT_TRUE(joined->mechanisms.contains(mechanism::krb5()));
    EXPECT_TRUE(joined->mechanisms.contains(mechanism::spnego()));
    EXPECT_EQ(login(backend, joined->credentials).value(), in_realm("bob"));
    EXPECT_FALSE(base.inquire().value().mechanisms->contains(mechanism::krb5()));
    // In place, on the object itself.
    Credentials grown =
        Credentials::acquire(backend, CredentialUsage::initiate, spnego).value().credentials;
    ASSERT_TRUE(succeeds(grown.add_in_place(mechanism::krb5(), from({{"ccache", cache}}))));
    EXPECT_EQ(login(backend, grown).value(), in_realm("bob"));
    EXPECT_TRUE(fails_with(grown.add_in_place(mechanism::krb5(), from({{"ccache", cache}})),
                           ErrorCode::duplicate_element));
}

TEST_P(Elements, CannotBeJoinedThroughAnExportWhereThatIsAbsent) {
    if (library().supports(Capability::adding_from_store, mechanism::krb5())) {
        return;
    }
    // An export is a list of elements; of an import of two only one is left, and SPNEGO's is none.
    AcquireOptions options;
    options.mechanisms = {mechanism::spnego()};
    const Backend backend = library();
    const ExportedCredentials spnego =
        Credentials::acquire(backend, CredentialUsage::initiate, options)
            .value()
            .credentials.export_credentials()
            .value();
    const ExportedCredentials krb5 =
        acquire_from(backend, CredentialUsage::initiate, {{"ccache", cache_of("bob")}})
            .value()
            .credentials.export_credentials()
            .value();
    Bytes both(spnego.native_token().begin(), spnego.native_token().end());
    both.insert(both.end(), krb5.native_token().begin(), krb5.native_token().end());
    const auto imported = Credentials::import_trusted(backend, both);
    ASSERT_TRUE(succeeds(imported));
    EXPECT_FALSE(imported->mechanisms.contains(mechanism::spnego()));
    EXPECT_FALSE(
        login(backend, imported->credentials, "host@localhost", mechanism::spnego()).has_value());
    EXPECT_EQ(native(backend).call().add_cred_from, nullptr);
}

TEST_P(Elements, OfAMissingCacheFail) {
    const std::string missing = "FILE:" + fresh_path("missing");
    const auto added =
        Credentials::add_to_default(library(), mechanism::krb5(), from({{"ccache", missing}}));
    ASSERT_FALSE(added.has_value());
    EXPECT_NE(added.error().text().find(missing), std::string::npos) << added.error().text();
    EXPECT_TRUE(fails_with(added, ErrorCode::ccache_not_found));
    const auto damaged = Credentials::add_to_default(
        library(), mechanism::krb5(), from({{"ccache", shared_realm().krb5_conf().string()}}));
    EXPECT_FALSE(damaged.has_value());
}

TEST_P(Elements, KeepWithinADeadline) {
    AddOptions options = from({{"ccache", cache_of("bob")}});
    options.deadline = Deadline::after(std::chrono::minutes(1));
    const auto added = Credentials::add_to_default(library(), mechanism::krb5(), options);
    ASSERT_TRUE(succeeds(added));
    EXPECT_EQ(owner_of(added->credentials), in_realm("bob"));
    options.deadline = Deadline(Deadline::Clock::now());
    EXPECT_TRUE(fails_with(Credentials::add_to_default(library(), mechanism::krb5(), options),
                           ErrorCode::timed_out));
}

/// Credentials of bob's for one mechanism, in a process whose default is alice.
class ForOneMechanism : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, ForOneMechanism, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(ForOneMechanism, CredentialsAreNeverReplacedByTheDefaultOnes) {
    const std::array all{mechanism::krb5(), mechanism::spnego()};
    for (const Oid& own : all) {
        AcquireOptions options;
        options.mechanisms = {own};
        options.store = CredentialStore::of({{"ccache", cache_of("bob")}}).value();
        const auto bob = Credentials::acquire(library(), CredentialUsage::initiate, options);
        if (!bob) {
            EXPECT_TRUE(fails_with(bob, ErrorCode::unavailable));
            continue;
        }
        for (const Oid& used : all) {
            const auto seen = login(library(), bob->credentials, "host@localhost", used);
            if (used == own) {
                EXPECT_EQ(seen.value(), in_realm("bob"));
                continue;
            }
            ASSERT_TRUE(fails_with(seen, ErrorCode::no_credentials));
            EXPECT_NE(seen.error().text().find("not for mechanism " + used.to_string()),
                      std::string::npos)
                << seen.error().text();
        }
    }
}

TEST_P(ForOneMechanism, DelegatedCredentialsAreNeverReplacedByTheDefaultOnes) {
    for (const Oid& through : {mechanism::krb5(), mechanism::spnego()}) {
        EstablishOptions options =
            with_flags(default_context_flags | ContextFlag::delegate_to_peer);
        options.initiate.mechanism = through;
        AcquireOptions acquiring;
        acquiring.mechanisms = {through};
        acquiring.store = CredentialStore::of({{"ccache", cache_of("bob")}}).value();
        const auto acquired = Credentials::acquire(library(), CredentialUsage::initiate, acquiring);
        if (!acquired) {
            EXPECT_TRUE(fails_with(acquired, ErrorCode::unavailable));
            continue;
        }
        const Credentials& bob = acquired->credentials;
        options.initiate.credentials = &bob;
        options.accept.accept_delegation = true;
        const auto both = establish(library(), library(), options);
        ASSERT_TRUE(succeeds(both));
        const Credentials& delegated = both->acceptor.delegated.value();
        EXPECT_EQ(login(library(), delegated).value(), in_realm("bob"));
        const auto onward = login(library(), delegated, "host@localhost", mechanism::spnego());
        ASSERT_TRUE(fails_with(onward, ErrorCode::no_credentials));
        if (!is_mit()) {
            continue;
        }
        // By way of a cache they are for SPNEGO, too.
        acquiring.mechanisms = {mechanism::spnego()};
        acquiring.store =
            CredentialStore::of({{"ccache", "FILE:" + fresh_path("delegated")}}).value();
        ASSERT_TRUE(succeeds(delegated.store_into(acquiring.store)));
        const auto again = Credentials::acquire(library(), CredentialUsage::initiate, acquiring);
        ASSERT_TRUE(succeeds(again));
        EXPECT_EQ(
            login(library(), again->credentials, "host@localhost", mechanism::spnego()).value(),
            in_realm("bob"));
    }
}

TEST_P(ForOneMechanism, ImpersonatorsAreNeverReplacedByTheDefaultOnes) {
    if (!is_mit()) {
        return; // there it goes by the tickets of the impersonator's cache
    }
    AcquireOptions options;
    options.mechanisms = {mechanism::spnego()};
    options.store = CredentialStore::of({{"ccache", cache_of("bob")}}).value();
    const Credentials bob =
        Credentials::acquire(library(), CredentialUsage::initiate, options).value().credentials;
    const auto alice = bob.impersonate(principal(library(), "alice"));
    ASSERT_TRUE(fails_with(alice, ErrorCode::no_credentials));
    EXPECT_NE(alice.error().text().find("not for mechanism"), std::string::npos)
        << alice.error().text();
}

} // namespace

} // namespace gss::test
