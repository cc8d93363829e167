// SPDX-License-Identifier: Apache-2.0
// Attributes of names (RFC 6680): what the KDC said of the initiator, on real libraries.
#include "conformance.h"

#include <algorithm>
#include <memory>

namespace gss::test {

namespace {

class Attributes : public OnPair {
protected:
    [[nodiscard]] static bool has_attributes() {
        return acceptor().supports(Capability::name_attributes);
    }
};

INSTANTIATE_TEST_SUITE_P(All, Attributes, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Attributes, OfAnInitiatorAreThoseOfItsTicket) {
    const ContextPair both = pair();
    const Name& initiator = both.acceptor.initiator.value();
    const Result<NameAttributes> attributes = initiator.attributes();
    if (!has_attributes()) {
        EXPECT_TRUE(fails_with(attributes, ErrorCode::unavailable));
        EXPECT_TRUE(fails_with(initiator.attribute("urn:mspac:"), ErrorCode::unavailable));
        return;
    }
    ASSERT_TRUE(succeeds(attributes));
    EXPECT_TRUE(attributes->is_mechanism_name);
    EXPECT_EQ(attributes->mechanism, mechanism::krb5());
    // MIT's KDC puts a PAC into its tickets; Heimdal's 7.8 does so only for some databases.
    const bool has_pac = shared_realm().kdc_kind() == realm::KdcKind::mit;
    EXPECT_EQ(std::count(attributes->names.begin(), attributes->names.end(), "urn:mspac:"),
              has_pac ? 1 : 0);
    for (const std::string& name : attributes->names) {
        const Result<NameAttribute> attribute = initiator.attribute(name);
        ASSERT_TRUE(succeeds(attribute)) << name;
        ASSERT_EQ(attribute->values.size(), 1U) << name;
        EXPECT_FALSE(attribute->values[0].value.empty()) << name;
        EXPECT_TRUE(attribute->authenticated) << name;
        EXPECT_TRUE(attribute->complete) << name;
    }
    if (has_pac) {
        // PAC_CLIENT_INFO: 8 octets of time, 2 of length, and the name in UTF-16.
        const Bytes info = initiator.attribute("urn:mspac:client-info").value().values[0].value;
        ASSERT_EQ(info.size(), 8U + 2 + 2 * std::string("alice").size());
        EXPECT_EQ(info[10], std::byte{'a'});
        EXPECT_EQ(info[18], std::byte{'e'});
    }
}

TEST_P(Attributes, ThatTheNameHasNotAreUnavailable) {
    const ContextPair both = pair();
    const Name& initiator = both.acceptor.initiator.value();
    for (const std::string_view name :
         {"", "urn:nothing", "auth-indicators", "urn:mspac:nothing"}) {
        EXPECT_TRUE(fails_with(initiator.attribute(name), ErrorCode::unavailable)) << name;
    }
}

TEST_P(Attributes, OfANameThatWasWrittenDownAreNone) {
    const Name name = principal(acceptor(), "alice");
    for (const Name* which : {&name}) {
        const Result<NameAttributes> attributes = which->attributes();
        if (!has_attributes()) {
            EXPECT_TRUE(fails_with(attributes, ErrorCode::unavailable));
            continue;
        }
        ASSERT_TRUE(succeeds(attributes));
        EXPECT_TRUE(attributes->names.empty());
        EXPECT_FALSE(attributes->is_mechanism_name);
    }
}

/// A realm of MIT's that marks tickets which were got with SPAKE.
realm::Realm realm_with_indicators() {
    realm::RealmOptions options;
    options.name = "INDICATED.EXAMPLE";
    options.extra_krb5_conf = "[libdefaults]\n"
                              "\tspake_preauth_groups = edwards25519\n"
                              "[realms]\n"
                              "\tINDICATED.EXAMPLE = {\n"
                              "\t\tspake_preauth_indicator = strong\n"
                              "\t}\n";
    options.ticket = false;
    realm::Realm realm = realm::Realm::start(std::move(options)).value();
    const auto changed =
        realm.run({"kadmin.local", "-q", "modprinc +requires_preauth alice"}).value();
    EXPECT_EQ(changed.status, 0) << changed.errors;
    realm.kinit("alice", realm.ccache_name()).value();
    return realm;
}

TEST(Indicators, sec_A1_34_OfAStrongLoginReachTheAcceptor) {
    realm::Realm realm = realm_with_indicators();
    std::vector<std::unique_ptr<ScopedEnvironment>> scopes;
    for (const std::string& pair : realm.environment()) {
        const std::size_t equals = pair.find('=');
        scopes.push_back(
            std::make_unique<ScopedEnvironment>(pair.substr(0, equals), pair.substr(equals + 1)));
    }
    in_fresh_thread([] {
        const ContextPair both = establish(backend("mit"), backend("mit")).value();
        const Name& initiator = both.acceptor.initiator.value();
        const std::vector<std::string> names = initiator.attributes().value().names;
        EXPECT_EQ(std::count(names.begin(), names.end(), "auth-indicators"), 1);
        const Result<NameAttribute> indicators = initiator.attribute("auth-indicators");
        ASSERT_TRUE(succeeds(indicators));
        ASSERT_EQ(indicators->values.size(), 1U);
        EXPECT_EQ(as_text(indicators->values[0].value), "strong");
        EXPECT_TRUE(indicators->authenticated);
    });
}

} // namespace

} // namespace gss::test
