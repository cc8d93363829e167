// SPDX-License-Identifier: Apache-2.0
// Credentials by password, acquired and added.
#include "support.h"

#include "access.h"
#include "convert.h"
#include "native_name.h"

namespace gss::test {

namespace {

class Passwords : public OnBackend {
protected:
    [[nodiscard]] static std::string of(std::string_view who) {
        return shared_realm().password_of(who).value();
    }
    [[nodiscard]] static Result<AcquiredCredentials> acquire(std::string_view who,
                                                             std::string_view password,
                                                             PasswordOptions options = {},
                                                             const Backend& backend = library()) {
        if (options.mechanisms.empty()) {
            options.mechanisms = {mechanism::krb5()};
        }
        return Credentials::acquire_with_password(backend, principal(backend, who), password,
                                                  options);
    }
};

INSTANTIATE_TEST_SUITE_P(All, Passwords, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Passwords, GiveCredentialsWithoutAnyCache) {
    without_defaults([] {
        ASSERT_TRUE(library().supports(Capability::credential_passwords, mechanism::krb5()));
        const auto bob = acquire("bob", of("bob"));
        ASSERT_TRUE(succeeds(bob));
        EXPECT_EQ(owner_of(bob->credentials), in_realm("bob"));
        EXPECT_EQ(bob->mechanisms, OidSet{mechanism::krb5()});
        EXPECT_FALSE(bob->lifetime.is_expired());
        EXPECT_FALSE(bob->lifetime.is_indefinite());
        const Backend backend = library();
        const std::string keytab = shared_realm().keytab();
        const Credentials host =
            acquire_from(backend, CredentialUsage::accept, {{"keytab", keytab}})
                .value()
                .credentials;
        EstablishOptions options;
        options.initiate.credentials = &bob->credentials;
        options.accept.credentials = &host;
        const auto both = establish(backend, backend, options);
        ASSERT_TRUE(succeeds(both));
        EXPECT_EQ(both->acceptor.initiator.value().display().value().text, in_realm("bob"));
    });
}

TEST_P(Passwords, OfTwoUsersLiveSideBySide) {
    const auto alice = acquire("alice", of("alice"));
    const auto bob = acquire("bob", of("bob"));
    ASSERT_TRUE(succeeds(alice));
    ASSERT_TRUE(succeeds(bob));
    EXPECT_EQ(login(library(), alice->credentials).value(), in_realm("alice"));
    EXPECT_EQ(login(library(), bob->credentials).value(), in_realm("bob"));
    EXPECT_EQ(login(library(), alice->credentials).value(), in_realm("alice"));
}

TEST_P(Passwords, ThatAreWrongFailWithoutBeingShown) {
    const auto wrong = acquire("bob", "not-the-password-of-bob");
    ASSERT_FALSE(wrong.has_value());
    EXPECT_TRUE(wrong.error().code() == ErrorCode::decrypt_failed) << wrong.error().text();
    EXPECT_NE(wrong.error().text().find("bob"), std::string::npos);
    EXPECT_EQ(wrong.error().text().find("not-the-password"), std::string::npos);
    EXPECT_EQ(wrong.error().operation(), "gss_acquire_cred_with_password");
    EXPECT_TRUE(fails_with(acquire("nobody", "whatever"), ErrorCode::client_unknown));
}

TEST_P(Passwords, ThatNativeLibrariesWouldMisreadAreRefused) {
    using namespace std::string_view_literals;
    const std::string good = of("bob");
    EXPECT_TRUE(fails_with(acquire("bob", ""), ErrorCode::malformed_parameter));
    // Libraries read up to the first NUL: this would be the right password to them.
    EXPECT_TRUE(
        fails_with(acquire("bob", good + std::string("\0x", 2)), ErrorCode::malformed_parameter));
    PasswordOptions accepting;
    accepting.usage = CredentialUsage::accept;
    EXPECT_TRUE(fails_with(acquire("bob", good, accepting), ErrorCode::malformed_parameter));
}

TEST_P(Passwords, AskForALifetime) {
    PasswordOptions options;
    options.lifetime = std::chrono::seconds(600);
    const auto bob = acquire("bob", of("bob"), options);
    ASSERT_TRUE(succeeds(bob));
    ASSERT_TRUE(bob->lifetime.duration().has_value());
    // Neither library passes it on to the KDC: what is told is what there is.
    EXPECT_GT(bob->lifetime.duration().value(), std::chrono::seconds(300));
}

TEST_P(Passwords, KeepWithinADeadline) {
    PasswordOptions options;
    options.deadline = Deadline::after(std::chrono::minutes(1));
    const auto bob = acquire("bob", of("bob"), options);
    ASSERT_TRUE(succeeds(bob));
    EXPECT_EQ(owner_of(bob->credentials), in_realm("bob"));
    options.deadline = Deadline(Deadline::Clock::now());
    EXPECT_TRUE(fails_with(acquire("bob", of("bob"), options), ErrorCode::timed_out));
}

TEST_P(Passwords, AreNoUseWhereTheMechanismHasNone) {
    PasswordOptions options;
    options.mechanisms = OidSet{Oid::from_string("1.2.3.4.5").value()};
    EXPECT_FALSE(acquire("bob", of("bob"), options).has_value());
}

TEST_P(Passwords, AddAnElement) {
    const Backend backend = library();
    const Name bob = principal(backend, "bob");
    AcquireOptions spnego;
    spnego.mechanisms = {mechanism::spnego()};
    const auto base = Credentials::acquire(backend, CredentialUsage::initiate, spnego);
    ASSERT_TRUE(succeeds(base));
    const auto before = base->credentials.inquire(CredentialField::mechanisms);
    const auto added = base->credentials.add_with_password(mechanism::krb5(), bob, of("bob"));
    if (!backend.supports(Capability::adding_from_store, mechanism::krb5())) {
        EXPECT_TRUE(fails_with(added, ErrorCode::unavailable));
        return;
    }
    ASSERT_TRUE(succeeds(added));
    EXPECT_TRUE(added->mechanisms.contains(mechanism::krb5()));
    EXPECT_EQ(login(backend, added->credentials).value(), in_realm("bob"));
    EXPECT_EQ(base->credentials.inquire(CredentialField::mechanisms)->mechanisms,
              before->mechanisms)
        << "the original changed";
    EXPECT_TRUE(fails_with(added->credentials.add_with_password(mechanism::krb5(), bob, of("bob")),
                           ErrorCode::duplicate_element));
    EXPECT_FALSE(base->credentials.add_with_password(mechanism::krb5(), bob, "wrong").has_value());
    EXPECT_TRUE(fails_with(base->credentials.add_with_password(mechanism::krb5(), bob, ""),
                           ErrorCode::malformed_parameter));
}

TEST_P(Passwords, AddNoElementNativelyWhereAbsent) {
    if (library().supports(Capability::adding_from_store, mechanism::krb5())) {
        return;
    }
    namespace abi = rfc2744::abi;
    const rfc2744::Library own = native(library());
    rfc2744::OidArgument krb5(mechanism::krb5());
    const OidSet set{mechanism::spnego()};
    rfc2744::OidSetArgument only(set);
    abi::CredentialHandle base = nullptr;
    abi::CredentialHandle grown = nullptr;
    abi::Uint32 minor = 0;
    ASSERT_EQ(own.call().acquire_cred(&minor, nullptr, abi::lifetime_indefinite, only.get(), 1,
                                      &base, nullptr, nullptr),
              0U);
    const Name bob = principal(library(), "bob");
    std::string password = of("bob");
    abi::BufferDesc octets{password.size(), password.data()};
    EXPECT_NE(own.call().add_cred_with_password(
                  &minor, base, rfc2744::handle_of(detail::Access::of(bob)), krb5.get(), &octets, 1,
                  0, 0, &grown, nullptr, nullptr, nullptr),
              0U);
    EXPECT_EQ(grown, nullptr);
    own.call().release_cred(&minor, &base);
}

TEST(Passwords, OfAnotherBackendsNamesAreMisuse) {
    const Backend mit = backend("mit");
    const Backend heimdal = backend("heimdal");
    EXPECT_TRUE(fails_with(Credentials::acquire_with_password(mit, principal(heimdal, "bob"), "x"),
                           ErrorCode::misuse));
    const Credentials alice =
        Credentials::acquire(heimdal, CredentialUsage::initiate).value().credentials;
    EXPECT_TRUE(fails_with(alice.add_with_password(mechanism::iakerb(), principal(mit, "bob"), "x"),
                           ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
