// SPDX-License-Identifier: Apache-2.0
// Which cache of a collection an initiator takes: MIT's t_ccselect looks at the same. Two realms
// that know nothing of each other, with the tickets of three users in one folder.
#include "conformance.h"

#include <filesystem>
#include <fstream>

namespace gss::test {

namespace {

class CacheChoice : public OnBackend {
protected:
    static void SetUpTestSuite() {
        realm::RealmOptions options;
        options.name = "ONE.EXAMPLE";
        options.principals = {{.name = "alice"}, {.name = "bob"}};
        options.services = {"host/one.example", "host/foo.one.example", "host/localhost"};
        options.heimdal_prefix = heimdal_prefix();
        // One realm for each: where a host is nowhere in [domain_realm], its domain is what is left
        // to go by.
        options.extra_krb5_conf = "[libdefaults]\n  dns_canonicalize_hostname = false\n";
        one_.emplace(realm::Realm::start(options).value());
        options.name = "TWO.EXAMPLE";
        options.principals = {{.name = "zaphod"}};
        options.services = {"host/two.example"};
        two_.emplace(realm::Realm::start(options).value());
        one_->set_neighbours({two_->as_neighbour()}).value();
        for (const char* service : {"host/one.example", "host/foo.one.example", "host/localhost"}) {
            one_->extract_keytab(service, keytab()).value();
        }
        two_->extract_keytab("host/two.example", keytab()).value();
        std::filesystem::create_directory(collection());
        std::filesystem::create_directory(home());
        one_->kinit("alice", "DIR::" + collection() + "/tktalice").value();
        two_->kinit("zaphod", "DIR::" + collection() + "/tktzaphod").value();
        std::ofstream(collection() + "/primary") << "tktzaphod\n";
    }
    static void TearDownTestSuite() {
        one_.reset();
        two_.reset();
    }
    static std::string collection() { return (one_->folder() / "collection").string(); }
    static std::string home() { return (one_->folder() / "home").string(); }
    static std::string keytab() { return (one_->folder() / "both.keytab").string(); }

    /// Runs @p task in a thread where the collection and the rules of @p identity are the defaults.
    static void with_collection(const std::string& identity, const std::function<void()>& task) {
        std::ofstream(home() + "/.k5identity") << identity;
        const ScopedEnvironment config("KRB5_CONFIG", one_->krb5_conf().string());
        const ScopedEnvironment cache("KRB5CCNAME", "DIR:" + collection());
        const ScopedEnvironment keys("KRB5_KTNAME", keytab());
        const ScopedEnvironment own("HOME", home());
        in_fresh_thread(task);
    }

    /// Who it is that the acceptor sees, or why nobody.
    static std::string seen(const std::string& target, const Credentials* credentials = nullptr) {
        EstablishOptions options;
        options.target = target;
        options.initiate.credentials = credentials;
        const auto both = establish(library(), library(), options);
        return both ? both->acceptor.initiator.value().display().value().text
                    : std::string(to_string(both.error().code()));
    }
    /// Credentials of the default initiator, or of that principal.
    static Result<AcquiredCredentials> acquire(const std::string& principal, bool tell_lifetime) {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        options.tell_lifetime = tell_lifetime;
        std::optional<Name> name;
        if (!principal.empty()) {
            name = Name::import_name(library(), principal, name_type::krb5_principal()).value();
            options.name = &*name;
        }
        return Credentials::acquire(library(), CredentialUsage::initiate, options);
    }

    static std::optional<realm::Realm> one_;
    static std::optional<realm::Realm> two_;
};

std::optional<realm::Realm> CacheChoice::one_;
std::optional<realm::Realm> CacheChoice::two_;

INSTANTIATE_TEST_SUITE_P(All, CacheChoice, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(CacheChoice, OfNobodysTicketsIsAnError) {
    with_collection("", [] {
        const ScopedEnvironment cache("KRB5CCNAME", "DIR:" + home());
        EXPECT_EQ(seen("host@one.example"), "ccache_not_found");
        EXPECT_FALSE(acquire("alice@ONE.EXAMPLE", true).has_value());
    });
}

TEST_P(CacheChoice, GoesByThePrincipalThatIsNamed) {
    with_collection("", [] {
        for (const bool tell_lifetime : {true, false}) {
            const auto alice = acquire("alice@ONE.EXAMPLE", tell_lifetime);
            const auto zaphod = acquire("zaphod@TWO.EXAMPLE", tell_lifetime);
            ASSERT_TRUE(succeeds(alice));
            ASSERT_TRUE(succeeds(zaphod));
            EXPECT_EQ(alice->lifetime.is_supported(), tell_lifetime);
            EXPECT_EQ(seen("host@one.example", &alice->credentials), "alice@ONE.EXAMPLE");
            EXPECT_EQ(seen("host@two.example", &zaphod->credentials), "zaphod@TWO.EXAMPLE");
            EXPECT_EQ(seen("host@two.example", &alice->credentials), "service_unknown");
            const auto nobody = acquire("bob@ONE.EXAMPLE", tell_lifetime);
            EXPECT_TRUE(fails_with(nobody, ErrorCode::ccache_not_found));
            EXPECT_NE(nobody.error().text().find(collection()), std::string::npos);
        }
    });
}

TEST_P(CacheChoice, GoesByTheRealmOfTheTargetOnMit) {
    with_collection("", [] {
        // Heimdal knows the primary cache and no other, unless a name says which.
        const std::string ours = is_mit() ? "alice@ONE.EXAMPLE" : "service_unknown";
        for (const char* target : {"host@one.example", "host@foo.one.example", "host@localhost"}) {
            EXPECT_EQ(seen(target), ours) << target;
        }
        EXPECT_EQ(seen("host@two.example"), "zaphod@TWO.EXAMPLE");
        EXPECT_EQ(seen("host@nowhere.test"), "service_unknown");
    });
}

TEST_P(CacheChoice, OfAcquiredCredentialsIsLeftToTheContextWhereNoLifetimeIsAskedFor) {
    with_collection("", [] {
        const auto later = acquire("", false);
        ASSERT_TRUE(succeeds(later));
        EXPECT_FALSE(later->lifetime.is_supported());
        EXPECT_EQ(seen("host@one.example", &later->credentials),
                  is_mit() ? "alice@ONE.EXAMPLE" : "service_unknown");
        EXPECT_EQ(later->credentials.inquire().value().name.value().display().value().text,
                  is_mit() ? "alice@ONE.EXAMPLE" : "zaphod@TWO.EXAMPLE");
        // Told the lifetime, MIT has settled on the primary cache.
        const auto at_once = acquire("", true);
        ASSERT_TRUE(succeeds(at_once));
        EXPECT_TRUE(at_once->lifetime.duration().has_value());
        EXPECT_EQ(seen("host@one.example", &at_once->credentials), "service_unknown");
        EXPECT_EQ(seen("host@two.example", &at_once->credentials), "zaphod@TWO.EXAMPLE");
    });
}

TEST_P(CacheChoice, GoesByTheUsersRulesOnMit) {
    const std::string rules = "zaphod@TWO.EXAMPLE service=ho*t host=foo.one.example\n"
                              "alice@ONE.EXAMPLE realm=ONE.EXAMPLE\n"
                              "nobody@ONE.EXAMPLE service=bogus\n";
    with_collection(rules, [] {
        if (!is_mit()) {
            EXPECT_EQ(seen("host@one.example"), "service_unknown") << "Heimdal has rules now?";
            return;
        }
        EXPECT_EQ(seen("host@foo.one.example"), "service_unknown") << "zaphod has no way there";
        EXPECT_EQ(seen("host@one.example"), "alice@ONE.EXAMPLE");
        const Name target = service(library(), "bogus@two.example");
        Initiator initiator = Initiator::create(target).value();
        const Step step = initiator.step();
        ASSERT_TRUE(step.failed());
        EXPECT_EQ(step.error->code(), ErrorCode::ccache_not_found);
        EXPECT_NE(step.error->text().find("nobody@ONE.EXAMPLE"), std::string::npos)
            << step.error->text();
    });
}

TEST_P(CacheChoice, NeedsANameThatCanBeFoundToAddAnElement) {
    with_collection("", [] {
        const Credentials primary = std::move(acquire("", true)->credentials);
        const Name alice =
            Name::import_name(library(), "alice@ONE.EXAMPLE", name_type::krb5_principal()).value();
        AddOptions options;
        options.name = &alice;
        const auto added = Credentials::add_to_default(library(), mechanism::krb5(), options);
        if (is_mit()) {
            ASSERT_TRUE(succeeds(added));
            EXPECT_EQ(seen("host@one.example", &added->credentials), "alice@ONE.EXAMPLE");
        } else {
            // gss_add_cred of Heimdal 7.8 would end the process.
            EXPECT_TRUE(fails_with(added, ErrorCode::unavailable));
            EXPECT_NE(added.error().text().find(collection()), std::string::npos);
        }
    });
}

} // namespace

} // namespace gss::test
