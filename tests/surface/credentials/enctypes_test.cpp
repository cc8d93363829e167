// SPDX-License-Identifier: Apache-2.0
// Encryption types that a credential may use (MIT's t_enctypes).
#include "support.h"

#include <array>

namespace gss::test {

namespace {

constexpr std::int32_t aes128 = 17; // RFC 3962 s7
constexpr std::int32_t aes256 = 18;
constexpr std::int32_t aes256_sha2 = 20; // RFC 8009 s5
// RFC 4120 s7.5.9: KDC_ERR_ETYPE_NOSUPP is 14; as a code of the krb5 table, whose codes begin here.
constexpr auto etype_nosupp = static_cast<std::uint32_t>(-1765328384 + 14);

/// RFC 4120 s5.5.1: the authenticator is encrypted with the ticket's session key; s5.2.9: etype
/// [0], and cipher [2] right behind it, as there is no version of a session key.
std::int32_t enctype_of_authenticator(BytesView token) {
    for (std::size_t index = token.size() - 6; index-- > 0;) {
        const std::string_view octets = as_text(token.subspan(index, 6));
        if (octets.starts_with("\xa0\x03\x02\x01") && octets[5] == '\xa2') {
            return static_cast<std::int32_t>(octets[4]);
        }
    }
    return 0;
}

class AllowableEnctypes : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, AllowableEnctypes, testing::ValuesIn(backend_names()),
                         name_of_backend);

TEST_P(AllowableEnctypes, RestrictWhatIsOffered) {
    for (const std::int32_t enctype : {aes128, aes256}) {
        // A cache of its own: tickets that are there already are not asked for again.
        Credentials bob =
            acquire_from(library(), CredentialUsage::initiate, {{"ccache", cache_of("bob")}})
                .value()
                .credentials;
        ASSERT_TRUE(succeeds(krb5::set_allowable_enctypes(bob, std::array{enctype})));
        InitiateOptions options;
        options.credentials = &bob;
        const Name target = service(library(), "host@localhost");
        const Step first = Initiator::create(target, options).value().step();
        ASSERT_FALSE(first.failed());
        EXPECT_EQ(enctype_of_authenticator(first.token), enctype);
        EXPECT_EQ(login(library(), bob).value(), in_realm("bob"));
    }
}

TEST_P(AllowableEnctypes, ThatTheServiceLacksFail) {
    const std::string keytab = fresh_path("aes128_keytab");
    const std::string name = GetParam() + (has_heimdal_kdc() ? "eh" : "em");
    shared_realm().add_service(name + "/localhost", keytab, {"aes128-cts-hmac-sha1-96"}).value();
    const Credentials accepting =
        acquire_from(library(), CredentialUsage::accept, {{"keytab", "FILE:" + keytab}})
            .value()
            .credentials;
    Credentials bob =
        acquire_from(library(), CredentialUsage::initiate, {{"ccache", cache_of("bob")}})
            .value()
            .credentials;
    EstablishOptions options;
    options.target = name + "@localhost";
    options.initiate.credentials = &bob;
    options.accept.credentials = &accepting;
    // Nothing else is offered in its place: it is the KDC that says no (KDC_ERR_ETYPE_NOSUPP).
    ASSERT_TRUE(succeeds(krb5::set_allowable_enctypes(bob, std::array{aes256_sha2})));
    const auto lacking = establish(library(), library(), options);
    ASSERT_TRUE(fails_with(lacking, ErrorCode::key_not_found));
    EXPECT_EQ(lacking.error().native().value().minor, etype_nosupp) << lacking.error().text();
    EXPECT_NE(lacking.error().text().find("target " + options.target), std::string::npos)
        << lacking.error().text();
    // It was the list and nothing else.
    ASSERT_TRUE(succeeds(krb5::set_allowable_enctypes(bob, std::array{aes128})));
    EXPECT_TRUE(succeeds(establish(library(), library(), options)));
}

TEST_P(AllowableEnctypes, ThatNobodyKnowsAreRefused) {
    Credentials bob =
        acquire_from(library(), CredentialUsage::initiate, {{"ccache", cache_of("bob")}})
            .value()
            .credentials;
    const auto unknown = krb5::set_allowable_enctypes(bob, std::array{aes256, 9999});
    EXPECT_TRUE(fails_with(unknown, ErrorCode::malformed_parameter));
    EXPECT_NE(unknown.error().text().find("9999"), std::string::npos);
    EXPECT_TRUE(fails_with(krb5::set_allowable_enctypes(bob, {}), ErrorCode::malformed_parameter));
    const std::vector<std::int32_t> many(1000, aes256);
    EXPECT_TRUE(
        fails_with(krb5::set_allowable_enctypes(bob, many), ErrorCode::malformed_parameter));
    EXPECT_EQ(login(library(), bob).value(), in_realm("bob"));
}

} // namespace

} // namespace gss::test
