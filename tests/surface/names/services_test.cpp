// SPDX-License-Identifier: Apache-2.0
// Which name an acceptor answers to (MIT's t_accname), and which logins a service asks for (MIT's
// t_authind, t_srcattrs).
#include "conformance.h"

#include <algorithm>
#include <memory>

namespace gss::test {

namespace {

/// The library looks at this realm alone, for as long as the object lives.
class InRealm {
public:
    explicit InRealm(const realm::Realm& realm) {
        for (const std::string& pair : realm.environment()) {
            const std::size_t equals = pair.find('=');
            scopes_.push_back(std::make_unique<ScopedEnvironment>(pair.substr(0, equals),
                                                                  pair.substr(equals + 1)));
        }
    }

private:
    std::vector<std::unique_ptr<ScopedEnvironment>> scopes_;
};

// t_accname.

class AcceptorNames : public OnBackend {
protected:
    static void SetUpTestSuite() {
        for (const char* service : {"service1/abraham", "service1/barack", "service2/calvin"}) {
            static_cast<void>(shared_realm().add_service(service, keytab()));
        }
        static_cast<void>(shared_realm().add_service("service2/dwight", "elsewhere.keytab"));
    }
    [[nodiscard]] static std::filesystem::path keytab() {
        return shared_realm().folder() / "accname.keytab";
    }
    /// The name that an acceptor with that name, or none, believes that it has.
    [[nodiscard]] static Result<std::string> seen(std::string_view target,
                                                  std::string_view acceptor = {}) {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        options.store = CredentialStore::of({{"keytab", "FILE:" + keytab().string()}}).value();
        std::optional<Name> own;
        if (!acceptor.empty()) {
            own = Name::import_name(library(), acceptor, name_type::hostbased_service()).value();
            options.name = &*own;
        }
        Result<AcquiredCredentials> credentials =
            Credentials::acquire(library(), CredentialUsage::accept, options);
        if (!credentials) {
            return credentials.error();
        }
        const Name name = principal(library(), target);
        Initiator initiator = Initiator::create(name).value();
        AcceptOptions accept;
        accept.credentials = &credentials->credentials;
        Acceptor answering = Acceptor::create(library(), accept).value();
        Step first = initiator.step();
        if (first.error) {
            return *first.error;
        }
        const Step second = answering.step(first.token);
        if (second.error) {
            return *second.error;
        }
        const Result<ContextInfo> info = answering.inquire();
        return info->target_name.value().display().value().text;
    }
};

INSTANTIATE_TEST_SUITE_P(All, AcceptorNames, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(AcceptorNames, WithoutOneAnyKeyServes) {
    EXPECT_EQ(seen("service1/barack").value(), in_realm("service1/barack"));
    EXPECT_EQ(seen("service2/calvin").value(), in_realm("service2/calvin"));
    // No key: the error names what was asked for.
    const Result<std::string> missing = seen("service2/dwight");
    ASSERT_TRUE(fails_with(missing, ErrorCode::key_not_found));
}

TEST_P(AcceptorNames, OfAServiceAloneServeAllItsHosts) {
    if (is_mit()) {
        EXPECT_EQ(seen("service1/barack", "service1").value(), in_realm("service1/barack"));
        EXPECT_EQ(seen("service2/calvin", "service2").value(), in_realm("service2/calvin"));
        EXPECT_TRUE(fails_with(seen("service2/calvin", "service1"), ErrorCode::key_not_found));
        EXPECT_TRUE(fails_with(seen("service1/barack", "service2"), ErrorCode::key_not_found));
    } else { // a service without a host is one on the local host, which has no key here
        EXPECT_TRUE(fails_with(seen("service1/barack", "service1"), ErrorCode::key_not_found));
    }
}

TEST_P(AcceptorNames, OfAServiceOnAHostServeThatHost) {
    // The hosts have no realm of their own in krb5.conf but that of localhost.
    static_cast<void>(shared_realm().extract_keytab("host/localhost", keytab()));
    EXPECT_EQ(seen("host/localhost", "host@localhost").value(), in_realm("host/localhost"));
    EXPECT_TRUE(fails_with(seen("service1/barack", "host@localhost"), ErrorCode::key_not_found));
}

// t_authind.

/// A realm of MIT's that marks tickets which were got with SPAKE, and two services that want marks.
realm::Realm marking_realm() {
    realm::RealmOptions options;
    options.name = "MARKS.EXAMPLE";
    options.services = {"host/localhost", "strict/localhost"};
    options.extra_krb5_conf = "[libdefaults]\n"
                              "\tspake_preauth_groups = edwards25519\n"
                              "[realms]\n"
                              "\tMARKS.EXAMPLE = {\n"
                              "\t\tspake_preauth_indicator = strong\n"
                              "\t\tspake_preauth_indicator = spake\n"
                              "\t}\n";
    options.ticket = false;
    realm::Realm realm = realm::Realm::start(std::move(options)).value();
    for (const char* command :
         {"modprinc +requires_preauth alice", "setstr host/localhost require_auth strong",
          "setstr strict/localhost require_auth fingerprint"}) {
        const auto changed = realm.run({"kadmin.local", "-q", command}).value();
        EXPECT_EQ(changed.status, 0) << changed.errors;
    }
    realm.kinit("alice", realm.ccache_name()).value();
    return realm;
}

TEST(MitIndicators, AreAskedForByServicesAndTellAcceptorsHowSomebodyLoggedIn) {
    const realm::Realm realm = marking_realm();
    const InRealm scope(realm);
    in_fresh_thread([] {
        const Backend mit = backend("mit");
        ContextPair both = establish(mit, mit).value(); // host asks for what the ticket has
        const Name initiator = std::move(both.acceptor.initiator).value();
        const NameAttributeMap map = initiator.attribute_map().value();
        const auto found = map.find("auth-indicators");
        ASSERT_NE(found, map.end());
        EXPECT_TRUE(found->second.authenticated);
        std::vector<std::string> marks;
        for (const AttributeValue& value : found->second.values) {
            marks.emplace_back(as_text(value.value));
        }
        EXPECT_TRUE(std::count(marks.begin(), marks.end(), "strong") == 1) << marks.size();
        // The KDC gives no ticket for a service that asks for another login.
        EstablishOptions strict;
        strict.target = "strict@localhost";
        const Result<ContextPair> refused = establish(mit, mit, strict);
        ASSERT_FALSE(refused.has_value());
        EXPECT_NE(refused.error().text().find("policy"), std::string::npos)
            << refused.error().text();
        // They go along with a composite name.
        const Name again =
            Name::import_composite(mit, initiator.export_composite().value()).value();
        EXPECT_TRUE(again.equals(initiator).value());
        EXPECT_EQ(again.attribute_map().value().contains("auth-indicators"),
                  map.contains("auth-indicators"));
        // Nobody sets them.
        EXPECT_TRUE(fails_with(initiator.set_attribute("auth-indicators", as_bytes("strong")),
                               ErrorCode::unavailable));
    });
}

// t_srcattrs: through SPNEGO the attributes are those of the mechanism inside.
TEST(MitAttributes, OfAnInitiatorComeThroughSpnego) {
    const Backend mit = backend("mit");
    const ContextPair both = establish(mit, mit, with_mechanism(mechanism::spnego())).value();
    const NameAttributeMap map = both.acceptor.initiator.value().attribute_map().value();
    EXPECT_EQ(map.contains("urn:mspac:client-info"),
              shared_realm().kdc_kind() == realm::KdcKind::mit);
}

} // namespace

} // namespace gss::test
