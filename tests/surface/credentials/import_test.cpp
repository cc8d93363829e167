// SPDX-License-Identifier: Apache-2.0
// Credentials of Kerberos from handles of libkrb5 and from names (MIT's t_imp_cred).
#include "support.h"

#include "krb5_handles.h"
#include "sources.h"

#include <filesystem>

namespace gss::test {

namespace {

class Imports : public OnBackend {
protected:
    [[nodiscard]] const rfc2744::Krb5Functions& krb5() const { return krb5_; }

private:
    rfc2744::Krb5Functions krb5_ = native(library()).loaded.krb5;
};

INSTANTIATE_TEST_SUITE_P(All, Imports, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Imports, ByHandles) {
    const std::string cache_name = cache_of("bob");
    const std::string keytab_name = keytab_of("host/localhost");
    without_defaults([&] {
        const rfc2744::Krb5Context context(krb5());
        rfc2744::CacheOwner cache(krb5(), context.get());
        rfc2744::KeytabOwner keytab(krb5(), context.get());
        rfc2744::PrincipalOwner host(krb5(), context.get());
        ASSERT_EQ(krb5().cc_resolve(context.get(), cache_name.c_str(), cache.receive()), 0);
        ASSERT_EQ(krb5().kt_resolve(context.get(), keytab_name.c_str(), keytab.receive()), 0);
        ASSERT_EQ(
            krb5().parse_name(context.get(), in_realm("host/localhost").c_str(), host.receive()),
            0);
        const auto bob = krb5::import_credentials(library(), {cache.get(), nullptr, nullptr});
        const auto any = krb5::import_credentials(library(), {nullptr, nullptr, keytab.get()});
        const auto one = krb5::import_credentials(library(), {nullptr, host.get(), keytab.get()});
        ASSERT_TRUE(succeeds(bob));
        ASSERT_TRUE(succeeds(any));
        ASSERT_TRUE(succeeds(one));
        EXPECT_EQ(owner_of(bob->credentials), in_realm("bob"));
        EXPECT_EQ(owner_of(one->credentials), in_realm("host/localhost"));
        for (const auto* accepting : {&any, &one}) {
            EstablishOptions options;
            options.initiate.credentials = &bob->credentials;
            options.accept.credentials = &(*accepting)->credentials;
            const auto both = establish(library(), library(), options);
            ASSERT_TRUE(succeeds(both));
            EXPECT_EQ(both->acceptor.initiator.value().display().value().text, in_realm("bob"));
            EXPECT_EQ((*accepting)->credentials.inquire(CredentialField::usage).value().usage,
                      CredentialUsage::accept);
        }
    });
}

TEST_P(Imports, ByNames) {
    const std::string cache = cache_of("bob");
    const std::string keytab = keytab_of("host/localhost");
    without_defaults([&] {
        const auto bob = krb5::import_credentials(library(), {cache, std::nullopt, std::nullopt});
        const auto host =
            krb5::import_credentials(library(), {std::nullopt, keytab, in_realm("host/localhost")});
        ASSERT_TRUE(succeeds(bob));
        ASSERT_TRUE(succeeds(host));
        EstablishOptions options;
        options.initiate.credentials = &bob->credentials;
        options.accept.credentials = &host->credentials;
        EXPECT_TRUE(succeeds(establish(library(), library(), options)));
    });
}

TEST_P(Imports, OfNothingAreMisuse) {
    EXPECT_TRUE(
        fails_with(krb5::import_credentials(library(), krb5::NativeHandles{}), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(krb5::import_credentials(library(), krb5::CredentialNames{}),
                           ErrorCode::misuse));
    EXPECT_TRUE(fails_with(
        krb5::import_credentials(library(), {cache_of("bob"), std::nullopt, "host/localhost"}),
        ErrorCode::misuse));
}

TEST_P(Imports, ByNamesOfWhatIsMissing) {
    const std::string missing = "FILE:" + fresh_path("missing");
    const auto cache = krb5::import_credentials(library(), {missing, std::nullopt, std::nullopt});
    EXPECT_TRUE(fails_with(cache, ErrorCode::ccache_not_found));
    EXPECT_NE(cache.error().text().find(missing), std::string::npos);
    const auto keytab = krb5::import_credentials(library(), {std::nullopt, missing, std::nullopt});
    EXPECT_TRUE(fails_with(keytab, ErrorCode::keytab_not_found));
    EXPECT_TRUE(
        fails_with(krb5::import_credentials(library(), {std::nullopt, std::string(), std::nullopt}),
                   ErrorCode::malformed_parameter));
}

TEST_P(Imports, CopyIntoAHandle) {
    const auto bob =
        krb5::import_credentials(library(), {cache_of("bob"), std::nullopt, std::nullopt});
    ASSERT_TRUE(succeeds(bob));
    const auto memory = krb5::MemoryCache::create(library());
    ASSERT_TRUE(succeeds(memory));
    const rfc2744::Krb5Context context(krb5());
    rfc2744::CacheOwner cache(krb5(), context.get());
    rfc2744::PrincipalOwner owner(krb5(), context.get());
    ASSERT_EQ(krb5().cc_resolve(context.get(), memory->name().c_str(), cache.receive()), 0);
    ASSERT_EQ(krb5().parse_name(context.get(), in_realm("bob").c_str(), owner.receive()), 0);
    ASSERT_EQ(krb5().cc_initialize(context.get(), cache.get(), owner.get()), 0);
    ASSERT_TRUE(succeeds(krb5::copy_cache(bob->credentials, cache.get())));
    const auto copy =
        acquire_from(library(), CredentialUsage::initiate, {{"ccache", memory->name()}});
    ASSERT_TRUE(succeeds(copy));
    EXPECT_EQ(login(library(), copy->credentials).value(), in_realm("bob"));
    EXPECT_TRUE(fails_with(krb5::copy_cache(bob->credentials, nullptr), ErrorCode::misuse));
}

TEST_P(Imports, MemoryCachesAreTheirOwnersAlone) {
    const auto first = krb5::MemoryCache::create(library());
    const auto second = krb5::MemoryCache::create(library());
    ASSERT_TRUE(succeeds(first));
    ASSERT_TRUE(succeeds(second));
    EXPECT_NE(first->name(), second->name());
    EXPECT_TRUE(first->name().starts_with("MEMORY:"));
    const auto bob =
        krb5::import_credentials(library(), {cache_of("bob"), std::nullopt, std::nullopt});
    const auto alice =
        krb5::import_credentials(library(), {cache_of("alice"), std::nullopt, std::nullopt});
    StoreOptions options;
    options.overwrite = true;
    ASSERT_TRUE(succeeds(bob->credentials.store_into(first->store(), options)));
    ASSERT_TRUE(succeeds(alice->credentials.store_into(second->store(), options)));
    std::string name;
    {
        const krb5::MemoryCache third = krb5::MemoryCache::create(library()).value();
        name = third.name();
        ASSERT_TRUE(succeeds(bob->credentials.store_into(third.store(), options)));
        EXPECT_TRUE(
            succeeds(acquire_from(library(), CredentialUsage::initiate, {{"ccache", name}})));
    }
    EXPECT_TRUE(fails_with(acquire_from(library(), CredentialUsage::initiate, {{"ccache", name}}),
                           ErrorCode::ccache_not_found))
        << "it has gone with its owner";
    for (const auto& [cache, who] : {std::pair(&first, "bob"), std::pair(&second, "alice")}) {
        const auto stored =
            acquire_from(library(), CredentialUsage::initiate, {{"ccache", (*cache)->name()}});
        ASSERT_TRUE(succeeds(stored));
        EXPECT_EQ(login(library(), stored->credentials).value(), in_realm(who));
    }
}

TEST_P(Imports, DefaultCacheByName) {
    const std::string bob = cache_of("bob");
    in_fresh_thread([&] {
        const auto set = krb5::set_default_cache_name(library(), bob);
        ASSERT_TRUE(succeeds(set));
        EXPECT_EQ(
            owner_of(
                Credentials::acquire(library(), CredentialUsage::initiate).value().credentials),
            in_realm("bob"));
        const auto again = krb5::set_default_cache_name(library(), bob);
        ASSERT_TRUE(succeeds(again));
        if (is_mit()) {
            EXPECT_EQ(*again, bob);
        } else {
            EXPECT_EQ(*again, std::nullopt) << "it does not tell";
        }
        const auto reset = krb5::set_default_cache_name(library(), std::nullopt);
        EXPECT_EQ(reset.has_value(), is_mit());
        if (!reset) {
            EXPECT_TRUE(fails_with(reset, ErrorCode::unavailable));
        }
        EXPECT_TRUE(fails_with(krb5::set_default_cache_name(library(), std::string()),
                               ErrorCode::malformed_parameter));
    });
    in_fresh_thread([&] {
        EXPECT_EQ(
            owner_of(
                Credentials::acquire(library(), CredentialUsage::initiate).value().credentials),
            in_realm("alice"));
    });
}

TEST_P(Imports, ReplayCacheOfAnAcceptor) {
    Credentials host = acquire_from(library(), CredentialUsage::accept,
                                    {{"keytab", shared_realm().keytab().string()}})
                           .value()
                           .credentials;
    const auto chosen = krb5::set_replay_cache(host, "none:");
    if (!library().supports(Capability::replay_cache_choice)) {
        EXPECT_TRUE(fails_with(chosen, ErrorCode::unavailable));
        EXPECT_EQ(native(library()).call().krb5_set_cred_rcache, nullptr);
        return;
    }
    ASSERT_TRUE(succeeds(chosen));
    const auto accepts_twice = [&] {
        InitiateOptions initiate;
        initiate.flags = ContextFlag::integrity;
        initiate.required = require_nothing;
        const Name target = service(library(), "host@localhost");
        const Step first = Initiator::create(target, initiate).value().step();
        AcceptOptions accept;
        accept.credentials = &host;
        accept.required = require_nothing;
        EXPECT_TRUE(Acceptor::create(library(), accept).value().step(first.token).done());
        return Acceptor::create(library(), accept).value().step(first.token).done();
    };
    EXPECT_TRUE(accepts_twice());
    ASSERT_TRUE(succeeds(krb5::set_replay_cache(host, "dfl:" + fresh_path("replays"))));
    EXPECT_FALSE(accepts_twice());
    const auto unknown = krb5::set_replay_cache(host, "nosuchtype:x");
    ASSERT_FALSE(unknown.has_value());
    EXPECT_NE(unknown.error().text().find("nosuchtype"), std::string::npos);
    EXPECT_FALSE(accepts_twice()) << "the one before is still there";
    EXPECT_TRUE(fails_with(krb5::set_replay_cache(host, ""), ErrorCode::malformed_parameter));
    Credentials initiating =
        Credentials::acquire(library(), CredentialUsage::initiate).value().credentials;
    EXPECT_TRUE(fails_with(krb5::set_replay_cache(initiating, "none:"), ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
