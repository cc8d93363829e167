// SPDX-License-Identifier: Apache-2.0
// Collections of caches, and caches of every type.
#include "support.h"

#include <filesystem>
#include <fstream>

namespace gss::test {

namespace {

class Caches : public OnBackend {
protected:
    [[nodiscard]] static std::string collection() {
        const std::string path = fresh_path("collection");
        std::filesystem::create_directory(path);
        return path;
    }
    [[nodiscard]] static Credentials bob() {
        return acquire_from(library(), CredentialUsage::initiate, {{"ccache", cache_of("bob")}})
            .value()
            .credentials;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Caches, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Caches, OfACollectionAreListedAndChosen) {
    const std::string path = collection();
    const std::string first = "DIR::" + path + "/tkt1";
    const std::string second = "DIR::" + path + "/tkt2";
    shared_realm().kinit("alice", first).value();
    shared_realm().kinit("bob", second).value();
    in_fresh_thread([&] {
        const auto caches = krb5::CacheCollection::open(library(), "DIR:" + path);
        ASSERT_TRUE(succeeds(caches));
        for (const auto& [name, who] :
             {std::pair(&first, "alice"), std::pair(&second, "bob"), std::pair(&first, "alice")}) {
            ASSERT_TRUE(succeeds(caches->choose(*name)));
            const auto all = caches->list();
            ASSERT_TRUE(succeeds(all));
            ASSERT_EQ(all->size(), 2U);
            for (const krb5::Cache& cache : *all) {
                EXPECT_EQ(cache.chosen, cache.name == *name) << cache.name;
                EXPECT_EQ(cache.principal, in_realm(cache.name == first ? "alice" : "bob"));
            }
            // The collection's own name stands for the chosen one, in this library and others.
            for (const std::string& reader : backend_names()) {
                const auto credentials = acquire_from(backend(reader), CredentialUsage::initiate,
                                                      {{"ccache", "DIR:" + path}});
                ASSERT_TRUE(succeeds(credentials));
                EXPECT_EQ(owner_of(credentials->credentials), in_realm(who));
            }
        }
        EXPECT_EQ(caches->find(in_realm("bob")).value().name, second);
        EXPECT_TRUE(fails_with(caches->find(in_realm("nobody")), ErrorCode::ccache_not_found));
        const auto missing = caches->choose("DIR::" + path + "/tkt9");
        EXPECT_TRUE(fails_with(missing, ErrorCode::ccache_not_found));
        EXPECT_NE(missing.error().text().find("tkt9"), std::string::npos);
    });
}

TEST_P(Caches, OfTheDefaultAreFound) {
    const std::string path = collection();
    shared_realm().kinit("bob", "DIR::" + path + "/tkt1").value();
    const ScopedEnvironment variable("KRB5CCNAME", "DIR:" + path);
    in_fresh_thread([&] {
        const auto caches = krb5::CacheCollection::open(library());
        ASSERT_TRUE(succeeds(caches));
        EXPECT_EQ(caches->name(), "DIR:" + path);
        ASSERT_TRUE(succeeds(caches->list()));
        EXPECT_EQ(caches->list()->at(0).principal, in_realm("bob"));
    });
}

TEST_P(Caches, ThatAreDamagedAreListedWithoutAPrincipal) {
    const std::string path = collection();
    shared_realm().kinit("bob", "DIR::" + path + "/tkt1").value();
    std::ofstream(path + "/tkt2") << "what somebody else's program wrote";
    in_fresh_thread([&] {
        const auto all = krb5::CacheCollection::open(library(), "DIR:" + path).value().list();
        ASSERT_TRUE(succeeds(all));
        int readable = 0;
        for (const krb5::Cache& cache : *all) {
            readable += cache.principal ? 1 : 0;
            EXPECT_EQ(cache.principal.has_value(), cache.name.ends_with("tkt1"));
        }
        EXPECT_EQ(readable, 1);
    });
}

TEST_P(Caches, OfOneFileAreThatFile) {
    const std::string cache = cache_of("bob");
    const auto caches = krb5::CacheCollection::open(library(), cache);
    ASSERT_TRUE(succeeds(caches));
    const auto all = caches->list();
    ASSERT_TRUE(succeeds(all));
    ASSERT_EQ(all->size(), 1U);
    EXPECT_EQ(all->at(0).name, cache);
    EXPECT_EQ(all->at(0).principal, in_realm("bob"));
    EXPECT_TRUE(all->at(0).chosen);
    EXPECT_TRUE(fails_with(caches->choose(cache), ErrorCode::unavailable));
}

TEST_P(Caches, OfMemoryAreTheProcessesOwn) {
    const krb5::MemoryCache memory = krb5::MemoryCache::create(library()).value();
    StoreOptions options;
    options.overwrite = true;
    ASSERT_TRUE(succeeds(bob().store_into(memory.store(), options)));
    const auto caches = krb5::CacheCollection::open(library(), memory.name());
    ASSERT_TRUE(succeeds(caches));
    const auto found = caches->find(in_realm("bob"));
    ASSERT_TRUE(succeeds(found));
    EXPECT_TRUE(found->name.starts_with("MEMORY:"));
}

TEST_P(Caches, OfUnknownTypesAreRefused) {
    const auto unknown = krb5::CacheCollection::open(library(), "NOSUCHTYPE:x");
    EXPECT_TRUE(fails_with(unknown, ErrorCode::ccache_unreadable));
    EXPECT_NE(unknown.error().text().find("NOSUCHTYPE"), std::string::npos);
    EXPECT_TRUE(fails_with(krb5::CacheCollection::open(library(), std::string()),
                           ErrorCode::malformed_parameter));
}

TEST_P(Caches, OfEveryTypeWorkOrSayWhyNot) {
    const std::string folder = collection();
    const std::string number = fresh_path("").substr(shared_realm().folder().string().size() + 1);
    const Credentials credentials = bob();
    for (const std::string& name :
         {"FILE:" + folder + "/file", "DIR:" + folder, "MEMORY:gssxx-types-" + GetParam(),
          "KEYRING:process:gssxx-types-" + GetParam(), "KCM:" + std::to_string(getuid()) + ":gssxx",
          std::string("API:gssxx")}) {
        in_fresh_thread([&] {
            const CredentialStore store = CredentialStore::of({{"ccache", name}}).value();
            StoreOptions options;
            options.overwrite = true;
            const auto stored = credentials.store_into(store, options);
            const auto again =
                acquire_from(library(), CredentialUsage::initiate, {{"ccache", name}});
            if (name.starts_with("FILE") || name.starts_with("DIR") || name.starts_with("MEMORY")) {
                EXPECT_TRUE(succeeds(stored)) << name;
            }
            // Either both work, or both say what is wrong and with which cache.
            ASSERT_EQ(stored.has_value(), again.has_value())
                << name << ": " << (stored ? again.error().text() : stored.error().text());
            if (stored) {
                EXPECT_EQ(login(library(), again->credentials).value(), in_realm("bob")) << name;
            } else {
                EXPECT_NE(stored.error().text().find(name), std::string::npos)
                    << stored.error().text();
                EXPECT_NE(again.error().text().find(name), std::string::npos)
                    << again.error().text();
            }
        });
    }
}

TEST_P(Caches, OfACollectionAreChosenByTheIdentityFile) {
    // MIT chooses by ~/.k5identity which of a collection's caches a service gets; Heimdal has no
    // such choice and takes the chosen one.
    const std::string path = collection();
    shared_realm().kinit("alice", "DIR::" + path + "/tkt1").value();
    shared_realm().kinit("bob", "DIR::" + path + "/tkt2").value();
    std::ofstream(path + "/primary") << "tkt1\n";
    std::ofstream(path + "/.k5identity") << in_realm("bob") + " service=HTTP\n";
    const ScopedEnvironment variable("KRB5CCNAME", "DIR:" + path);
    const ScopedEnvironment home("HOME", path);
    in_fresh_thread([&] {
        // Without credentials of its own: those that are acquired are of one cache.
        for (const auto& [target, who] : {std::pair("HTTP@localhost", is_mit() ? "bob" : "alice"),
                                          std::pair("host@localhost", "alice")}) {
            EstablishOptions options;
            options.target = target;
            const auto both = establish(library(), library(), options);
            ASSERT_TRUE(succeeds(both));
            EXPECT_EQ(both->acceptor.initiator.value().display().value().text, in_realm(who))
                << target;
        }
    });
}

} // namespace

} // namespace gss::test
