// SPDX-License-Identifier: Apache-2.0
// Credentials exported and imported: by the name of their cache, or with their tickets.
#include "support.h"

#include "convert.h"

#include <filesystem>

namespace gss::test {

namespace {

class Exchange : public OnBackend {
protected:
    [[nodiscard]] static Credentials of_file(const std::string& cache) {
        return acquire_from(library(), CredentialUsage::initiate, {{"ccache", cache}})
            .value()
            .credentials;
    }
    [[nodiscard]] static Credentials in_memory() {
        PasswordOptions options;
        options.mechanisms = {mechanism::krb5()};
        const Backend backend = library();
        return Credentials::acquire_with_password(backend, principal(backend, "bob"),
                                                  shared_realm().password_of("bob").value(),
                                                  options)
            .value()
            .credentials;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Exchange, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Exchange, OfACacheInAFileIsItsName) {
    const std::string cache = cache_of("bob");
    const auto exported = of_file(cache).export_credentials();
    ASSERT_TRUE(succeeds(exported));
    EXPECT_EQ(exported->backend(), GetParam());
    EXPECT_NE(as_text(exported->native_token()).find(cache), std::string::npos);
    const auto imported = Credentials::import_credentials(library(), *exported);
    ASSERT_TRUE(succeeds(imported));
    EXPECT_TRUE(imported->mechanisms.contains(mechanism::krb5()));
    EXPECT_EQ(owner_of(imported->credentials), in_realm("bob"));
    EXPECT_EQ(login(library(), imported->credentials).value(), in_realm("bob"));
}

TEST_P(Exchange, OfACacheInMemoryHasTheTickets) {
    std::optional<ExportedCredentials> exported;
    {
        const Credentials bob = in_memory();
        exported.emplace(bob.export_credentials().value());
    } // the cache is gone
    EXPECT_GT(exported->native_token().size(), 300U);
    const auto parsed = ExportedCredentials::parse(exported->bytes());
    ASSERT_TRUE(succeeds(parsed));
    const auto imported = Credentials::import_credentials(library(), *parsed);
    ASSERT_TRUE(succeeds(imported));
    EXPECT_EQ(login(library(), imported->credentials).value(), in_realm("bob"));
    // Heimdal does not know how long these live, and says for ever.
    EXPECT_FALSE(imported->lifetime.is_indefinite());
    const auto lifetime =
        imported->credentials.inquire(CredentialField::lifetime).value().lifetime.value();
    EXPECT_FALSE(lifetime.is_indefinite());
    EXPECT_EQ(lifetime.is_supported(), is_mit());
    // And again, from the imported ones.
    const auto again = imported->credentials.export_credentials();
    ASSERT_TRUE(succeeds(again));
    EXPECT_TRUE(succeeds(Credentials::import_credentials(library(), *again)));
}

TEST_P(Exchange, OfAcceptingCredentials) {
    const std::string keytab = keytab_of("host/localhost");
    const Credentials host =
        acquire_from(library(), CredentialUsage::accept, {{"keytab", keytab}}).value().credentials;
    const auto exported = host.export_credentials();
    if (!library().supports(Capability::acceptor_credential_export)) {
        EXPECT_TRUE(fails_with(exported, ErrorCode::unavailable));
        EXPECT_NE(exported.error().text().find(GetParam()), std::string::npos);
        return;
    }
    ASSERT_TRUE(succeeds(exported));
    const auto imported = Credentials::import_credentials(library(), *exported);
    ASSERT_TRUE(succeeds(imported));
    EXPECT_EQ(imported->credentials.inquire(CredentialField::usage).value().usage,
              CredentialUsage::accept);
    EstablishOptions options;
    options.accept.credentials = &imported->credentials;
    EXPECT_TRUE(succeeds(establish(library(), library(), options)));
}

TEST_P(Exchange, AcceptingCredentialsFailNativelyWhereAbsent) {
    if (library().supports(Capability::acceptor_credential_export)) {
        return;
    }
    const rfc2744::Library own = native(library());
    rfc2744::abi::CredentialHandle handle = nullptr;
    rfc2744::abi::Uint32 minor = 0;
    const OidSet set{mechanism::krb5()};
    rfc2744::OidSetArgument only(set);
    ASSERT_EQ(own.call().acquire_cred(&minor, nullptr, rfc2744::abi::lifetime_indefinite,
                                      only.get(), 2, &handle, nullptr, nullptr),
              0U);
    rfc2744::abi::BufferDesc token;
    EXPECT_NE(own.call().export_cred(&minor, handle, &token), 0U);
    own.call().release_cred(&minor, &handle);
}

TEST_P(Exchange, OfWhatIsCutOrAlteredIsRefused) {
    const ExportedCredentials exported = of_file(cache_of("bob")).export_credentials().value();
    const BytesView frame = exported.bytes();
    for (std::size_t size = 0; size < frame.size(); ++size) {
        EXPECT_TRUE(
            fails_with(ExportedCredentials::parse(frame.first(size)), ErrorCode::damaged_export))
            << size;
    }
    for (std::size_t index = 0; index < frame.size(); ++index) {
        EXPECT_TRUE(fails_with(ExportedCredentials::parse(altered(frame, index)),
                               ErrorCode::damaged_export))
            << index;
    }
    Bytes longer(frame.begin(), frame.end());
    longer.push_back(std::byte{0});
    EXPECT_TRUE(fails_with(ExportedCredentials::parse(longer), ErrorCode::damaged_export));
    EXPECT_TRUE(
        fails_with(Credentials::import_trusted(library(), {}), ErrorCode::malformed_parameter));
}

TEST_P(Exchange, OfAFileThatIsGoneOrDamagedFails) {
    const std::string cache = cache_of("bob");
    const ExportedCredentials exported = of_file(cache).export_credentials().value();
    // Cut inside the name of its owner, so that nothing of it can be read.
    std::filesystem::resize_file(cache.substr(5), 20);
    const auto damaged = Credentials::import_credentials(library(), exported);
    ASSERT_TRUE(fails_with(damaged, ErrorCode::ccache_corrupt));
    EXPECT_NE(damaged.error().text().find(cache), std::string::npos) << damaged.error().text();
    std::filesystem::remove(cache.substr(5));
    const auto gone = Credentials::import_credentials(library(), exported);
    ASSERT_TRUE(fails_with(gone, ErrorCode::ccache_not_found));
    EXPECT_NE(gone.error().text().find(cache), std::string::npos) << gone.error().text();
}

TEST(Exchange, BetweenBackendsIsMisuse) {
    const ExportedCredentials exported =
        Credentials::acquire(backend("mit"), CredentialUsage::initiate)
            .value()
            .credentials.export_credentials()
            .value();
    EXPECT_TRUE(fails_with(Credentials::import_credentials(backend("heimdal"), exported),
                           ErrorCode::misuse));
    const ContextPair both = establish(backend("mit"), backend("mit")).value();
    EXPECT_TRUE(fails_with(
        ExportedCredentials::parse(ExportedContext::frame("mit", as_bytes("x")).value().bytes()),
        ErrorCode::damaged_export))
        << "a context is no credential";
}

} // namespace

} // namespace gss::test
