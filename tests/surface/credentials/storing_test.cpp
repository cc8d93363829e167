// SPDX-License-Identifier: Apache-2.0
// Credentials into the default cache and into collections (MIT's t_store_cred).
#include "support.h"

#include <filesystem>

namespace gss::test {

namespace {

class Defaults : public OnBackend {
protected:
    /// Runs @p task where @p cache is the default one.
    static void with_default(const std::string& cache, const std::function<void()>& task) {
        const ScopedEnvironment variable("KRB5CCNAME", cache);
        in_fresh_thread(task);
    }
    [[nodiscard]] static Credentials of(const std::string& cache) {
        return acquire_from(library(), CredentialUsage::initiate, {{"ccache", cache}})
            .value()
            .credentials;
    }
    [[nodiscard]] static std::string folder() {
        const std::string path = fresh_path("collection");
        std::filesystem::create_directory(path);
        return path;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Defaults, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Defaults, AFileIsMadeForItsOwnerOnly) {
    const std::string bob = cache_of("bob");
    const std::string path = fresh_path("default");
    with_default("FILE:" + path, [&] {
        const Credentials credentials = of(bob);
        const auto stored = credentials.store();
        ASSERT_TRUE(succeeds(stored));
        EXPECT_TRUE(stored->mechanisms.contains(mechanism::krb5()));
        EXPECT_EQ(stored->usage, CredentialUsage::initiate);
        EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
        const auto by_default = Credentials::acquire(library(), CredentialUsage::initiate);
        ASSERT_TRUE(succeeds(by_default));
        EXPECT_EQ(owner_of(by_default->credentials), in_realm("bob"));
    });
}

TEST_P(Defaults, AreReplacedOnlyWhenAsked) {
    const std::string bob = cache_of("bob");
    const std::string alice = cache_of("alice");
    with_default(alice, [&] {
        const Credentials credentials = of(bob);
        const auto refused = credentials.store();
        EXPECT_TRUE(fails_with(refused, ErrorCode::duplicate_element));
        EXPECT_NE(refused.error().text().find(alice), std::string::npos) << refused.error().text();
        EXPECT_EQ(owner_of(of(alice)), in_realm("alice")) << "the old cache is as it was";
        StoreOptions options;
        options.overwrite = true;
        ASSERT_TRUE(succeeds(credentials.store(options)));
        EXPECT_EQ(owner_of(of(alice)), in_realm("bob"));
    });
}

TEST_P(Defaults, ThatCannotBeWrittenLeaveEverythingAsItWas) {
    const std::string bob = cache_of("bob");
    const std::string place = folder();
    with_default("FILE:" + place + "/missing/cache",
                 [&] { EXPECT_TRUE(fails_with(of(bob).store(), ErrorCode::ccache_not_found)); });
    EXPECT_TRUE(std::filesystem::is_empty(place));
    with_default(bob, [&] {
        const Credentials accepting = acquire_from(library(), CredentialUsage::accept,
                                                   {{"keytab", shared_realm().keytab().string()}})
                                          .value()
                                          .credentials;
        StoreOptions options;
        options.overwrite = true;
        EXPECT_TRUE(fails_with(accepting.store(options), ErrorCode::no_credentials));
        options.mechanism = mechanism::ntlm();
        EXPECT_TRUE(fails_with(of(bob).store(options), ErrorCode::unavailable));
        EXPECT_EQ(owner_of(of(bob)), in_realm("bob"));
    });
}

TEST_P(Defaults, OfACollectionAreItsChosenCache) {
    const std::string bob = cache_of("bob");
    const std::string place = folder();
    with_default("DIR:" + place, [&] {
        const Credentials credentials = of(bob);
        ASSERT_TRUE(succeeds(credentials.store()));
        const auto by_default = Credentials::acquire(library(), CredentialUsage::initiate);
        ASSERT_TRUE(succeeds(by_default));
        EXPECT_EQ(owner_of(by_default->credentials), in_realm("bob"));
        EXPECT_TRUE(fails_with(credentials.store(), ErrorCode::duplicate_element));
        StoreOptions options;
        options.overwrite = true;
        options.set_default = true;
        EXPECT_TRUE(succeeds(credentials.store(options)));
    });
}

TEST_P(Defaults, AreMovedToAnotherCacheOfTheCollection) {
    const std::string place = folder();
    const std::string first = "DIR::" + place + "/tkt1";
    const std::string second = "DIR::" + place + "/tkt2";
    shared_realm().kinit("alice", first).value();
    shared_realm().kinit("bob", second).value();
    const std::string bob = cache_of("bob");
    with_default("DIR:" + place, [&] {
        const auto collection = krb5::CacheCollection::open(library());
        ASSERT_TRUE(succeeds(collection));
        ASSERT_TRUE(succeeds(collection->choose(first)));
        StoreOptions options;
        options.overwrite = true;
        const CredentialStore into = CredentialStore::of({{"ccache", second}}).value();
        const auto stored = of(bob).store_into(into, options);
        ASSERT_TRUE(succeeds(stored));
        EXPECT_EQ(
            owner_of(
                Credentials::acquire(library(), CredentialUsage::initiate).value().credentials),
            in_realm("alice"))
            << "only set_default moves the choice";
        options.set_default = true;
        ASSERT_TRUE(succeeds(of(bob).store_into(into, options)));
        EXPECT_EQ(
            owner_of(
                Credentials::acquire(library(), CredentialUsage::initiate).value().credentials),
            in_realm("bob"));
    });
}

} // namespace

} // namespace gss::test
