// SPDX-License-Identifier: Apache-2.0
// What is set on credentials and asked of them.
#include "support.h"

namespace gss::test {

namespace {

const Oid& no_ci_flags() {
    static const Oid oid = Oid::from_string("1.2.752.43.13.29").value();
    return oid;
}

class Options : public OnBackend {
protected:
    [[nodiscard]] static Credentials alice() {
        return Credentials::acquire(library(), CredentialUsage::initiate).value().credentials;
    }
    [[nodiscard]] static ContextFlags granted_to(const Credentials& credentials) {
        EstablishOptions options = with_flags({}, require_nothing);
        options.initiate.credentials = &credentials;
        return establish(library(), library(), options).value().initiator.flags();
    }
};

INSTANTIATE_TEST_SUITE_P(All, Options, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Options, LeaveProtectionAwayWhenAsked) {
    Credentials credentials = alice();
    EXPECT_TRUE(granted_to(credentials).contains(ContextFlag::integrity));
    EXPECT_TRUE(granted_to(credentials).contains(ContextFlag::confidentiality));
    ASSERT_TRUE(succeeds(credentials.set_option(no_ci_flags())));
    EXPECT_FALSE(granted_to(credentials).contains(ContextFlag::integrity));
    EXPECT_FALSE(granted_to(credentials).contains(ContextFlag::confidentiality));
    EXPECT_TRUE(granted_to(alice()).contains(ContextFlag::integrity)) << "of others, too";
    // With a requirement such a context is refused.
    EstablishOptions options;
    options.initiate.credentials = &credentials;
    options.initiate.flags = ContextFlag::mutual;
    EXPECT_TRUE(
        fails_with(establish(library(), library(), options), ErrorCode::insufficient_protection));
}

TEST_P(Options, ThatNobodyKnowsFail) {
    Credentials credentials = alice();
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    const auto set = credentials.set_option(unknown, as_bytes("x"));
    ASSERT_FALSE(set.has_value());
    EXPECT_NE(set.error().text().find("1.2.3.4.5"), std::string::npos) << set.error().text();
    const auto asked = credentials.inquire_by_oid(unknown);
    ASSERT_FALSE(asked.has_value());
    EXPECT_NE(asked.error().text().find("1.2.3.4.5"), std::string::npos) << asked.error().text();
    EXPECT_EQ(login(library(), credentials).value(), in_realm("alice")) << "they still work";
}

TEST_P(Options, WhoseValueIsAnAddressAreRefused) {
    Credentials credentials = alice();
    // MIT's import of a credential, encryption types and replay cache: it follows what it finds.
    for (const char* oid :
         {"1.2.840.113554.1.2.2.5.13", "1.2.840.113554.1.2.2.5.4", "1.2.840.113554.1.2.2.5.11"}) {
        EXPECT_TRUE(
            fails_with(credentials.set_option(Oid::from_string(oid).value(), as_bytes("12345678")),
                       ErrorCode::misuse));
    }
}

TEST_P(Options, InquiryYieldsPieces) {
    // MIT tells the impersonator, of which ordinary credentials have none; Heimdal the cache.
    const std::string cache = cache_of("bob");
    const Credentials bob =
        acquire_from(library(), CredentialUsage::initiate, {{"ccache", cache}}).value().credentials;
    const Oid question =
        Oid::from_string(is_mit() ? "1.2.840.113554.1.2.2.5.14" : "1.2.752.43.13.1").value();
    const auto pieces = bob.inquire_by_oid(question);
    ASSERT_TRUE(succeeds(pieces));
    EXPECT_EQ(pieces->size(), is_mit() ? 0U : 1U);
    if (!is_mit()) {
        EXPECT_NE(pieces->front().text().find(cache), std::string::npos);
    }
    EXPECT_EQ(bob.impersonator().value(), std::nullopt);
}

TEST_P(Options, NegotiableMechanisms) {
    Credentials credentials = alice();
    EXPECT_TRUE(
        fails_with(credentials.set_negotiable_mechanisms({}), ErrorCode::malformed_parameter));
    if (!library().supports(Capability::negotiable_mechanisms, mechanism::spnego())) {
        const auto refused = credentials.set_negotiable_mechanisms({mechanism::krb5()});
        EXPECT_TRUE(fails_with(refused, ErrorCode::unavailable));
        EXPECT_NE(refused.error().text().find("gss_set_neg_mechs"), std::string::npos);
        EXPECT_EQ(native(library()).call().set_neg_mechs, nullptr);
        return;
    }
    ASSERT_TRUE(succeeds(credentials.set_negotiable_mechanisms({mechanism::krb5()})));
    EXPECT_EQ(login(library(), credentials, "host@localhost", mechanism::spnego()).value(),
              in_realm("alice"));
    // Where the acceptor may negotiate something else only, nothing is left.
    Credentials accepting =
        Credentials::acquire(library(), CredentialUsage::accept).value().credentials;
    ASSERT_TRUE(succeeds(accepting.set_negotiable_mechanisms({mechanism::iakerb()})));
    EstablishOptions options = with_mechanism(mechanism::spnego());
    options.initiate.credentials = &credentials;
    options.accept.credentials = &accepting;
    EXPECT_FALSE(establish(library(), library(), options).has_value());
    ASSERT_TRUE(succeeds(accepting.set_negotiable_mechanisms({mechanism::krb5()})));
    EXPECT_TRUE(succeeds(establish(library(), library(), options)));
}

} // namespace

} // namespace gss::test
