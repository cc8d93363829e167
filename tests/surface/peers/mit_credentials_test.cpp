// SPDX-License-Identifier: Apache-2.0
// Delegated credentials that travel before they are stored, and impersonated users who may not log
// in: MIT's t_export_cred and t_s4u look at the same.
#include "conformance.h"

namespace gss::test {

namespace {

class TravellingCredentials : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, TravellingCredentials, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(TravellingCredentials, ThatWereDelegatedAreStoredOnArrival) {
    for (const Oid& oid : {mechanism::krb5(), mechanism::spnego()}) {
        EstablishOptions options =
            with_flags(default_context_flags | ContextFlag::delegate_to_peer);
        options.initiate.mechanism = oid;
        options.accept.accept_delegation = true;
        const ContextPair both = pair(options);
        const auto exported = both.acceptor.delegated.value().export_credentials();
        ASSERT_TRUE(succeeds(exported));
        const auto parsed = ExportedCredentials::parse(exported->bytes()).value();
        const auto arrived = Credentials::import_credentials(acceptor(), parsed);
        ASSERT_TRUE(succeeds(arrived));
        const std::string path = fresh_path("arrived");
        const CredentialStore store = CredentialStore::of({{"ccache", "FILE:" + path}}).value();
        ASSERT_TRUE(succeeds(arrived->credentials.store_into(store)));
        const auto shown = shared_realm().run({"klist", "-f", "FILE:" + path}).value();
        EXPECT_EQ(shown.status, 0) << shown.errors;
        EXPECT_NE(shown.output.find(in_realm("alice")), std::string::npos) << shown.output;
        EXPECT_NE(shown.output.find("Flags: Ff"), std::string::npos) << "not forwarded";
    }
}

class RestrictedUsers : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, RestrictedUsers, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(RestrictedUsers, AreImpersonatedAllTheSame) {
    realm::RealmOptions options;
    options.name = "RESTRICTED.EXAMPLE";
    options.principals = {{.name = "alice"}, {.name = "bob"}};
    options.heimdal_prefix = heimdal_prefix();
    options.client_keytab = false;
    realm::Realm realm = realm::Realm::start(options).value();
    realm.allow_impersonation("host/localhost").value();
    const std::string cache = (realm.folder() / "host_cache").string();
    realm::TicketOptions by_keytab;
    by_keytab.keytab = realm.keytab();
    realm.kinit("host/localhost", cache, by_keytab).value();
    const ScopedEnvironment config("KRB5_CONFIG", realm.krb5_conf().string());
    const ScopedEnvironment keytab("KRB5_KTNAME", realm.keytab().string());
    const ScopedEnvironment tickets("KRB5CCNAME", "FILE:" + cache);
    // A password that must be changed, and one that has expired.
    for (const char* change : {"modprinc +needchange bob", "modprinc -needchange bob",
                               "modprinc -pwexpire 1/1/2000 bob"}) {
        ASSERT_EQ(realm.run({"kadmin.local", "-q", change}).value().status, 0);
        in_fresh_thread([&] {
            const Backend backend = library();
            AcquireOptions krb5_only;
            krb5_only.mechanisms = {mechanism::krb5()};
            const Credentials host =
                Credentials::acquire(backend, CredentialUsage::initiate, krb5_only)
                    .value()
                    .credentials;
            const Name bob =
                Name::import_name(backend, "bob@RESTRICTED.EXAMPLE", name_type::krb5_principal())
                    .value();
            const auto impersonated = host.impersonate(bob);
            ASSERT_TRUE(succeeds(impersonated)) << change;
            EstablishOptions establishing;
            establishing.initiate.credentials = &impersonated->credentials;
            const auto both = establish(backend, backend, establishing);
            ASSERT_TRUE(succeeds(both)) << change;
            EXPECT_EQ(both->acceptor.initiator.value().display().value().text,
                      "bob@RESTRICTED.EXAMPLE");
        });
    }
}

} // namespace

} // namespace gss::test
