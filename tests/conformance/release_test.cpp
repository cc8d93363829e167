// SPDX-License-Identifier: Apache-2.0
// Everything that a real library hands out is given back exactly once, whatever happens between.
#include "conformance.h"

#include "counting.h"
#include "fake_krb5.h"

#include "access.h"
#include "library_backend.h"

#include <array>

namespace gss::test {

namespace {

/// A backend whose native calls are counted, and what must be true of them in the end.
class Counted {
public:
    explicit Counted(const std::string& name)
        : counter_(static_cast<const rfc2744::LibraryBackend&>(
                       *detail::Access::of(gss::test::backend(name)))
                       .native()) {}
    [[nodiscard]] Backend backend() const { return counter_.backend(); }
    [[nodiscard]] CountingLibrary& counter() { return counter_; }

private:
    CountingLibrary counter_;
};

class Release : public OnPair {
protected:
    /// Runs @p scenario on counted backends, then compares what was handed out and given back.
    static void counted(const std::function<void(const Backend&, const Backend&)>& scenario) {
        Counted from(GetParam().initiator);
        Counted to(GetParam().acceptor);
        scenario(from.backend(), to.backend());
        EXPECT_EQ(from.counter().report(), "");
        EXPECT_EQ(to.counter().report(), "");
        EXPECT_GT(from.counter().table().count() + to.counter().table().count(), 0U);
    }
};

INSTANTIATE_TEST_SUITE_P(All, Release, testing::ValuesIn(all_pairs()), name_of_pair);

/// Everything the binding does, once.
void full_scenario(const Backend& from, const Backend& to) {
    AcquireOptions acquire;
    acquire.mechanisms = {mechanism::krb5()};
    const AcquiredCredentials initiating =
        Credentials::acquire(from, CredentialUsage::initiate, acquire).value();
    const AcquiredCredentials accepting =
        Credentials::acquire(to, CredentialUsage::accept, acquire).value();
    EXPECT_TRUE(succeeds(initiating.credentials.inquire()));
    EXPECT_TRUE(succeeds(initiating.credentials.inquire_by_mechanism(mechanism::krb5())));
    EXPECT_TRUE(succeeds(Credentials::inquire_default(from)));
    EXPECT_TRUE(succeeds(Credentials::add_to_default(from, mechanism::krb5())));
    EstablishOptions options = with_flags(default_context_flags | ContextFlag::delegate_to_peer);
    options.initiate.credentials = &initiating.credentials;
    options.accept.credentials = &accepting.credentials;
    options.accept.accept_delegation = true;
    ContextPair both = establish(from, to, options).value();
    EXPECT_TRUE(both.acceptor.delegated.has_value());
    for (const Seal seal : {Seal::required, Seal::integrity_only}) {
        const Buffer token = both.initiator.wrap(pattern(100), seal).value().token;
        EXPECT_TRUE(succeeds(both.acceptor.context.unwrap(token)));
        Buffer in_place = both.initiator.wrap(pattern(100), seal).value().token;
        EXPECT_TRUE(succeeds(both.acceptor.context.unwrap_in_place(in_place.mutable_view())));
        Bytes memory(300);
        const WrappedInto into = both.initiator.wrap_into(pattern(100), memory, seal).value();
        EXPECT_TRUE(succeeds(both.acceptor.context.unwrap(BytesView(memory).first(into.size))));
    }
    const Buffer mic = both.acceptor.context.get_mic(as_bytes("m")).value();
    EXPECT_TRUE(succeeds(both.initiator.verify_mic(as_bytes("m"), mic)));
    EXPECT_TRUE(succeeds(both.initiator.inquire()));
    const ExportedContext exported = both.acceptor.context.export_context().value();
    const SecurityContext imported = SecurityContext::import_context(to, exported).value();
    EXPECT_TRUE(succeeds(imported.inquire()));
}

/// Credentials out of and into caches and keytabs that are named.
void all_about_stores(const Backend& from, const Backend& to) {
    const CredentialStore store =
        CredentialStore::of({{"ccache", shared_realm().ccache_name()},
                             {"keytab", "FILE:" + shared_realm().keytab().string()}})
            .value();
    AcquireOptions acquire;
    acquire.mechanisms = {mechanism::krb5()};
    acquire.store = store;
    const Credentials initiating =
        Credentials::acquire(from, CredentialUsage::initiate, acquire).value().credentials;
    const Name host = service(to, "host@localhost");
    acquire.name = &host;
    const Credentials accepting =
        Credentials::acquire(to, CredentialUsage::accept, acquire).value().credentials;
    const Name nobody = service(from, "nobody@localhost");
    acquire.name = &nobody;
    EXPECT_FALSE(Credentials::acquire(from, CredentialUsage::initiate, acquire).has_value());
    EstablishOptions options = with_flags(default_context_flags | ContextFlag::delegate_to_peer);
    options.initiate.credentials = &initiating;
    options.accept.credentials = &accepting;
    options.accept.accept_delegation = true;
    const ContextPair both = establish(from, to, options).value();
    for (const std::string& cache : {"FILE:" + fresh_path("stored"), std::string("MEMORY:stored"),
                                     std::string("FILE:/nowhere/stored")}) {
        const CredentialStore target = CredentialStore::of({{"ccache", cache}}).value();
        for (const bool overwrite : {true, false, true}) {
            static_cast<void>(
                both.acceptor.delegated->store_into(target, {mechanism::krb5(), overwrite}));
        }
    }
    const Name& initiator = both.acceptor.initiator.value();
    EXPECT_TRUE(succeeds(initiator.local_name()));
    EXPECT_TRUE(succeeds(initiator.user_ok("root")));
    static_cast<void>(initiator.attribute("nothing"));
    for (const std::string& name : initiator.attributes().value_or(NameAttributes()).names) {
        EXPECT_TRUE(succeeds(initiator.attribute(name)));
    }
}

void all_about_names(const Backend& library) {
    const Name name = principal(library, "alice");
    const Name canonical = name.canonicalize(mechanism::krb5()).value();
    const Buffer octets = canonical.export_name().value();
    EXPECT_TRUE(succeeds(Name::import_exported(library, octets)));
    EXPECT_TRUE(succeeds(canonical.duplicate()));
    EXPECT_TRUE(succeeds(name.mechanisms()));
    EXPECT_TRUE(name.equals(canonical).value());
    EXPECT_TRUE(succeeds(library.mechanisms()));
    EXPECT_TRUE(succeeds(library.name_types(mechanism::krb5())));
    EXPECT_FALSE(name.canonicalize(Oid::from_string("1.2.3.4").value()).has_value());
}

TEST_P(Release, HappensOnceForAllThatSucceeds) {
    counted([](const Backend& from, const Backend& to) {
        full_scenario(from, to);
        all_about_names(from);
        all_about_names(to);
    });
}

TEST_P(Release, HappensOnceForStores) {
    counted([](const Backend& from, const Backend& to) { all_about_stores(from, to); });
}

/// The handles of Heimdal's libkrb5 that we resolve ourselves.
TEST_P(Release, HappensOnceInsideLibkrb5) {
    for (const std::string& name : {GetParam().initiator, GetParam().acceptor}) {
        const Backend opened = backend(name); // outlives what is taken from it
        const auto& native =
            static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(opened)).native();
        CountingKrb5 krb5(native.loaded.krb5);
        rfc2744::Library library = native;
        library.loaded.krb5 = CountingKrb5::functions();
        const Backend counted = detail::Access::backend(rfc2744::make_backend(library));
        all_about_stores(counted, counted);
        EXPECT_EQ(krb5.report(), "");
        EXPECT_GT(krb5.handed_out(), 5U);
    }
}

TEST_P(Release, HappensOnceThroughSpnego) {
    counted([](const Backend& from, const Backend& to) {
        EXPECT_TRUE(succeeds(establish(from, to, with_mechanism(mechanism::spnego()))));
    });
}

TEST_P(Release, HappensOnceWhenStepsFail) {
    counted([](const Backend& from, const Backend& to) {
        EstablishOptions unknown;
        unknown.target = "nobody@localhost";
        EXPECT_FALSE(establish(from, to, unknown).has_value());
        EstablishOptions bound;
        bound.initiate.channel_bindings = ChannelBindings::of_application_data(as_bytes("x"));
        bound.accept.channel_bindings = ChannelBindings::of_application_data(as_bytes("y"));
        EXPECT_FALSE(establish(from, to, bound).has_value());
        EstablishOptions weak = with_flags(ContextFlag::integrity, require_nothing);
        weak.accept.required = require_mutual_and_integrity;
        EXPECT_FALSE(establish(from, to, weak).has_value());
        EstablishOptions strict = with_flags(default_context_flags, require_nothing);
        strict.initiate.required = ContextFlag::anonymity;
        EXPECT_FALSE(establish(from, to, strict).has_value());
    });
}

TEST_P(Release, HappensOnceWhenTokensAreBad) {
    counted([](const Backend& from, const Backend& to) {
        const Name target = service(from, "host@localhost");
        Initiator initiator = Initiator::create(target).value();
        const Step first = initiator.step();
        ASSERT_TRUE(first.more());
        for (std::size_t index = 0; index < first.token.size(); index += 16) {
            Acceptor acceptor = Acceptor::create(to).value();
            static_cast<void>(acceptor.step(altered(first.token, index)));
            Acceptor cut = Acceptor::create(to).value();
            static_cast<void>(cut.step(first.token.view().first(index)));
        }
        EXPECT_TRUE(initiator.step(as_bytes("garbage")).failed());
        ContextPair both = establish(from, to).value();
        const Buffer token = both.initiator.wrap(pattern(50)).value().token;
        for (std::size_t index = 0; index < token.size(); ++index) {
            static_cast<void>(both.acceptor.context.unwrap(altered(token, index)));
        }
    });
}

TEST_P(Release, HappensOnceForContextsDroppedHalfOpen) {
    counted([](const Backend& from, const Backend& to) {
        const Name target = service(from, "host@localhost");
        Initiator initiator = Initiator::create(target).value();
        const Step first = initiator.step();
        Acceptor acceptor = Acceptor::create(to).value();
        EXPECT_TRUE(acceptor.step(first.token).done());
    });
}

TEST_P(Release, HappensOnceForDelegatedCredentialsNobodyWants) {
    counted([](const Backend& from, const Backend& to) {
        const EstablishOptions options =
            with_flags(default_context_flags | ContextFlag::delegate_to_peer);
        EXPECT_TRUE(succeeds(establish(from, to, options)));
        // Taken, and then the context is refused for another reason.
        EstablishOptions refused = options;
        refused.accept.accept_delegation = true;
        refused.accept.required = ContextFlag::anonymity;
        EXPECT_FALSE(establish(from, to, refused).has_value());
    });
}

} // namespace

} // namespace gss::test
