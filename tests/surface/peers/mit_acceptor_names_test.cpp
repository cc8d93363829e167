// SPDX-License-Identifier: Apache-2.0
// Which key an acceptor takes, by the name that it was acquired with: MIT's t_gssapi.py and
// t_accname look at the same. Services of a realm of its own, one of them renamed so that key and
// ticket differ in name.
#include "conformance.h"

#include <sys/wait.h>
#include <unistd.h>

namespace gss::test {

namespace {

/// service1/abraham, service1/barack, service2/calvin and host/localhost have keys in the keytab,
/// service2/dwight has none there.
class AcceptorNames : public OnBackend {
protected:
    static realm::Realm start() {
        realm::RealmOptions options;
        options.name = "NAMES.EXAMPLE";
        options.principals = {{.name = "alice"}};
        options.services = {"host/localhost", "service1/abraham", "service1/barack",
                            "service2/calvin"};
        options.heimdal_prefix = heimdal_prefix();
        realm::Realm realm = realm::Realm::start(options).value();
        realm.add_service("service2/dwight", "dwight.keytab").value();
        return realm;
    }
    static void SetUpTestSuite() { realm_.emplace(start()); }
    static void TearDownTestSuite() { realm_.reset(); }

    /// Runs @p task in a thread whose libraries read the realm's configuration, with more text in
    /// it.
    static void with_config(const std::string& more, const std::function<void()>& task) {
        const auto config =
            realm_->write_krb5_conf("more.conf", {.extra_krb5_conf = more}).value().string();
        const ScopedEnvironment path("KRB5_CONFIG", config);
        const ScopedEnvironment keytab("KRB5_KTNAME", realm_->keytab().string());
        const ScopedEnvironment cache("KRB5CCNAME", realm_->ccache_name());
        in_fresh_thread(task);
    }

    /// A context of alice to @p target, accepted with @p acceptor (a host-based name; empty: none).
    static Result<ContextPair> accepted(const std::string& target, const std::string& acceptor) {
        const Backend library = OnBackend::library();
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        std::optional<Name> name;
        if (!acceptor.empty()) {
            name = service(library, acceptor);
            options.name = &*name;
        }
        const auto acquired = Credentials::acquire(library, CredentialUsage::accept, options);
        if (!acquired) {
            return acquired.error();
        }
        EstablishOptions establishing;
        establishing.target = target;
        establishing.accept.credentials = &acquired->credentials;
        return establish(library, library, establishing);
    }
    /// The acceptor's own name in the context.
    static std::string target_of(const Result<ContextPair>& both) {
        return both->acceptor.context.inquire().value().target_name.value().display().value().text;
    }

    static std::optional<realm::Realm> realm_;
};

std::optional<realm::Realm> AcceptorNames::realm_;

INSTANTIATE_TEST_SUITE_P(All, AcceptorNames, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(AcceptorNames, NoneTakesAnyKeyOfTheKeytab) {
    with_config("", [] {
        for (const std::string service : {"service1@barack", "service2@calvin", "host@localhost"}) {
            const auto both = accepted(service, "");
            ASSERT_TRUE(succeeds(both)) << service;
            std::string expected = service + "@NAMES.EXAMPLE";
            expected[expected.find('@')] = '/';
            EXPECT_EQ(target_of(both), expected);
        }
        const auto refused = accepted("service2@dwight", "");
        EXPECT_TRUE(fails_with(refused, ErrorCode::key_not_found));
        EXPECT_NE(refused.error().text().find("dwight"), std::string::npos)
            << refused.error().text();
    });
}

TEST_P(AcceptorNames, TakeAnotherTicketsKeyWhenThatOpensIt) {
    // The KDC gives the service another name; the keytab's key is the same and is used by any
    // acceptor whose name does not say otherwise.
    const auto renamed =
        realm_->run({"kadmin.local", "-q", "renprinc -force service1/abraham service1/andrew"});
    ASSERT_EQ(renamed.value().status, 0) << renamed->errors;
    with_config("", [] {
        for (const std::string acceptor : {"", "service1"}) {
            const auto both = accepted("service1@andrew", acceptor);
            if (!is_mit() && !acceptor.empty()) {
                EXPECT_TRUE(fails_with(both, ErrorCode::key_not_found)); // there is no such host
                continue;
            }
            ASSERT_TRUE(succeeds(both)) << acceptor;
            // The name is the key's, not the ticket's.
            EXPECT_EQ(target_of(both), "service1/abraham@NAMES.EXAMPLE");
        }
    });
    ASSERT_EQ(
        realm_->run({"kadmin.local", "-q", "renprinc -force service1/andrew service1/abraham"})
            .value()
            .status,
        0);
}

TEST_P(AcceptorNames, OfAServiceAloneTakeItsKeysForEveryHostOnMit) {
    with_config("", [] {
        for (const auto& [target, acceptor, fits] :
             {std::tuple{"service1@abraham", "service1", true},
              std::tuple{"service2@calvin", "service2", true},
              std::tuple{"host@localhost", "host", true},
              std::tuple{"service1@abraham", "service2", false},
              std::tuple{"service2@calvin", "service1", false}}) {
            const auto both = accepted(target, acceptor);
            // Heimdal puts this machine's name behind the service's: there is no such key.
            if (fits && is_mit()) {
                EXPECT_TRUE(succeeds(both)) << target << " by " << acceptor;
            } else {
                EXPECT_TRUE(fails_with(both, ErrorCode::key_not_found));
            }
        }
    });
}

TEST_P(AcceptorNames, WithNothingBehindTheSignAreRefused) {
    // MIT reads "host@" as "host", Heimdal past the end of the name.
    EXPECT_TRUE(
        fails_with(Name::import_name(library(), "service1@", name_type::hostbased_service()),
                   ErrorCode::bad_name));
}

TEST_P(AcceptorNames, OfAServiceAndItsHostTakeThatKeyAlone) {
    with_config("", [] {
        for (const auto& [target, fits] :
             {std::pair{"service1@barack", true}, std::pair{"service1@abraham", false},
              std::pair{"host@localhost", false}}) {
            const auto both = accepted(target, "service1@barack");
            if (fits) {
                EXPECT_TRUE(succeeds(both));
            } else {
                EXPECT_TRUE(fails_with(both, ErrorCode::key_not_found)) << target;
            }
        }
        // In a process of its own, because MIT 1.20 leaks the principal here.
        const pid_t child = fork();
        if (child == 0) {
            const auto refused = accepted("host@localhost", "host@elsewhere");
            _exit(!refused && refused.error().is(ErrorClass::missing_credentials) &&
                          refused.error().text().find("elsewhere") != std::string::npos
                      ? 0
                      : 1);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    });
}

TEST_P(AcceptorNames, OfOtherHostsDoWhereKrb5ConfSaysSo) {
    with_config("[libdefaults]\n  ignore_acceptor_hostname = true\n", [] {
        const auto both = accepted("host@localhost", "host@elsewhere");
        if (is_mit()) {
            EXPECT_TRUE(succeeds(both));
        } else {
            EXPECT_FALSE(both.has_value()) << "Heimdal knows that setting now?";
        }
        EXPECT_TRUE(
            fails_with(accepted("service1@barack", "host@localhost"), ErrorCode::key_not_found));
    });
}

TEST_P(AcceptorNames, AreNotThereWithoutAKeytab) {
    with_config("", [] {
        const ScopedEnvironment keytab("KRB5_KTNAME", "FILE:/nowhere/keytab");
        const auto refused = accepted("host@localhost", "");
        EXPECT_TRUE(fails_with(refused, ErrorCode::keytab_not_found));
        EXPECT_NE(refused.error().text().find("/nowhere/keytab"), std::string::npos);
    });
}

} // namespace

} // namespace gss::test
