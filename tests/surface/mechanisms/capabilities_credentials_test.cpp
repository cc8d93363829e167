// SPDX-License-Identifier: Apache-2.0
// Credentials: what calls on them come to, beside what the backend says.
#include "capabilities.h"

#include <gssxx/krb5/cache_collection.h>
#include <gssxx/krb5/credentials.h>
#include <gssxx/krb5/renewer.h>

#include <array>
#include <utility>

namespace gss::test {

namespace {

TEST_P(Capabilities, CredentialElements) {
    bool works = true;
    for (const CredentialUsage usage : {CredentialUsage::initiate, CredentialUsage::accept}) {
        AddOptions options;
        options.usage = usage;
        works = good(Credentials::add_to_default(library(), mechanism(), options)) && works;
    }
    told(Capability::credential_elements, works);
}

TEST_P(Capabilities, CredentialStores) {
    AcquireOptions options = acquiring();
    options.store = other_store();
    const auto initiating = Credentials::acquire(library(), CredentialUsage::initiate, options);
    options.store = store();
    const auto accepting = Credentials::acquire(library(), CredentialUsage::accept, options);
    told(Capability::credential_store, good(initiating) &&
                                           logs_in(initiating->credentials, other_user()) &&
                                           good(accepting) && accepts(accepting->credentials));
}

TEST_P(Capabilities, CredentialStoring) {
    const auto own = others();
    StoreOptions options;
    options.mechanism = mechanism();
    AcquireOptions again = acquiring();
    again.store = CredentialStore::of({{"ccache", "FILE:" + fresh_path("stored")}}).value();
    const auto stored = own ? own->credentials.store_into(again.store, options)
                            : Result<StoredCredentials>(own.error());
    const auto found = stored ? Credentials::acquire(library(), CredentialUsage::initiate, again)
                              : Result<AcquiredCredentials>(stored.error());
    told(Capability::credential_storing, good(found) && stored->mechanisms.contains(mechanism()) &&
                                             logs_in(found->credentials, other_user()));
}

TEST_P(Capabilities, CredentialStoreExtras) {
    AcquireOptions options = acquiring();
    const Name name = other_name();
    options.name = &name;
    options.store = CredentialStore::of({{"password", other_password()}}).value();
    const auto typed = Credentials::acquire(library(), CredentialUsage::initiate, options);
    const std::string keytab = fresh_path("bob_keytab");
    shared_realm().extract_keytab("bob", keytab).value();
    options.store = CredentialStore::of({{"client_keytab", "FILE:" + keytab},
                                         {"ccache", "FILE:" + fresh_path("filled")}})
                        .value();
    const auto filled = Credentials::acquire(library(), CredentialUsage::initiate, options);
    told(Capability::credential_store_extras,
         good(typed) && logs_in(typed->credentials, other_user()) && good(filled) &&
             logs_in(filled->credentials, other_user()));
}

TEST_P(Capabilities, ReplayCache) {
    told(Capability::replay_cache, refuses_replay());
    AcquireOptions options = acquiring();
    options.store = store();
    ASSERT_TRUE(options.store.set("rcache", "none:"));
    auto by_key = Credentials::acquire(library(), CredentialUsage::accept, options);
    auto set = Credentials::acquire(library(), CredentialUsage::accept, acquiring());
    told(Capability::replay_cache_choice,
         good(by_key) && good(set) && good(krb5::set_replay_cache(set->credentials, "none:")) &&
             !refuses_replay(&by_key->credentials) && !refuses_replay(&set->credentials),
         // What its KDC says is never the same twice, and IAKERB has it in its checksum.
         mechanism() != mechanism::iakerb() || !has_heimdal_kdc());
}

TEST_P(Capabilities, CredentialPasswords) {
    PasswordOptions options;
    options.mechanisms = {mechanism()};
    const auto acquired =
        Credentials::acquire_with_password(library(), other_name(), other_password(), options);
    told(Capability::credential_passwords,
         good(acquired) && logs_in(acquired->credentials, other_user()));
}

TEST_P(Capabilities, AddingFromStore) {
    // On MIT not one for SPNEGO: it has an element of NTLM inside, which cannot be copied.
    const Oid& lone = GetParam().backend == "mit" ? mechanism::iakerb() : mechanism::spnego();
    const Oid& other = mechanism() == mechanism::krb5() ? lone : mechanism::krb5();
    AcquireOptions options;
    options.mechanisms = {other};
    const auto base = Credentials::acquire(library(), CredentialUsage::initiate, options);
    AddOptions from_store;
    from_store.store = other_store();
    const auto stored = base ? base->credentials.add(mechanism(), from_store)
                             : Result<AddedCredentials>(base.error());
    const auto typed =
        base ? base->credentials.add_with_password(mechanism(), other_name(), other_password())
             : Result<AddedCredentials>(base.error());
    told(Capability::adding_from_store, good(stored) && good(typed) &&
                                            logs_in(stored->credentials, other_user()) &&
                                            logs_in(typed->credentials, other_user()));
}

TEST_P(Capabilities, CredentialExport) {
    const auto own = others();
    const auto exported =
        own ? own->credentials.export_credentials() : Result<ExportedCredentials>(own.error());
    const auto imported = exported ? Credentials::import_credentials(library(), *exported)
                                   : Result<AcquiredCredentials>(exported.error());
    told(Capability::credential_export,
         good(imported) && logs_in(imported->credentials, other_user()));
}

TEST_P(Capabilities, AcceptorCredentialExport) {
    const auto own = Credentials::acquire(library(), CredentialUsage::accept, acquiring());
    const auto exported =
        own ? own->credentials.export_credentials() : Result<ExportedCredentials>(own.error());
    const auto imported = exported ? Credentials::import_credentials(library(), *exported)
                                   : Result<AcquiredCredentials>(exported.error());
    told(Capability::acceptor_credential_export, good(imported) && accepts(imported->credentials));
}

TEST_P(Capabilities, Impersonation) {
    const auto service = services(CredentialUsage::initiate);
    ImpersonateOptions options;
    options.mechanisms = {mechanism()};
    const auto bob = service
                         ? service->credentials.impersonate(principal(library(), "bob"), options)
                         : Result<AcquiredCredentials>(service.error());
    told(Capability::impersonation, good(bob) && logs_in(bob->credentials, in_realm("bob")));
    // MIT's KDC with its usual database lets nobody do the second step.
    told(Capability::constrained_delegation,
         good(bob) && logs_in(bob->credentials, in_realm("bob"), "HTTP@localhost"),
         has_heimdal_kdc());
}

TEST_P(Capabilities, ConstrainedDelegationOfAccepted) {
    const auto both = services(CredentialUsage::both);
    // Heimdal's KDC delegates further only what S4U2Self has begun.
    const auto service = services(CredentialUsage::initiate);
    ImpersonateOptions impersonate;
    impersonate.mechanisms = {mechanism()};
    auto bob = service ? service->credentials.impersonate(principal(library(), "bob"), impersonate)
                       : Result<AcquiredCredentials>(service.error());
    const bool goes_on = bob.has_value() && has_heimdal_kdc();
    if (!bob) {
        bob = others();
    }
    bool works = good(both) && good(bob);
    if (works) {
        NegotiationOptions delegating = options();
        delegating.establish.initiate.credentials = &bob->credentials;
        delegating.establish.accept.credentials = &both->credentials;
        delegating.establish.accept.accept_delegation = true;
        const Negotiation negotiation = run(delegating);
        const Credentials* given = negotiation.contexts && negotiation.contexts->acceptor.delegated
                                       ? &*negotiation.contexts->acceptor.delegated
                                       : nullptr;
        const auto by = given != nullptr ? given->impersonator()
                                         : Result<std::optional<std::string>>(std::nullopt);
        works = good(by) && *by == in_realm("host/localhost");
        if (works && goes_on) {
            EstablishOptions onward;
            onward.target = "HTTP@localhost";
            onward.initiate.credentials = given;
            const auto reached = establish(library(), library(), onward);
            works = good(reached) &&
                    reached->acceptor.initiator.value().display().value().text == in_realm("bob");
        }
    }
    told(Capability::constrained_delegation_of_accepted, works);
}

TEST_P(Capabilities, NegotiableMechanisms) {
    auto accepting = Credentials::acquire(library(), CredentialUsage::accept, acquiring());
    const auto limited_to = [&](const Oid& only) {
        return good(accepting) && good(accepting->credentials.set_negotiable_mechanisms({only}));
    };
    told(Capability::negotiable_mechanisms,
         limited_to(mechanism::iakerb()) && !accepts(accepting->credentials) &&
             limited_to(mechanism::krb5()) && accepts(accepting->credentials));
}

TEST_P(Capabilities, CredentialOptions) {
    // GSS_KRB5_CRED_NO_CI_FLAGS_X: no protection that was not asked for.
    const Oid option = Oid::from_string("1.2.752.43.13.29").value();
    auto own = others();
    const auto protects = [&] {
        NegotiationOptions plain = options();
        plain.establish = with_flags({}, require_nothing);
        plain.establish.initiate.mechanism = mechanism();
        plain.establish.initiate.credentials = &own->credentials;
        plain.establish.accept.credentials = accepting_ ? &*accepting_ : nullptr;
        const Negotiation negotiation = run(plain);
        return negotiation.contexts &&
               negotiation.contexts->initiator.flags().contains(ContextFlag::integrity);
    };
    told(Capability::credential_options,
         good(own) && protects() && good(own->credentials.set_option(option)) && !protects());
}

TEST_P(Capabilities, CallsOfKerberos) {
    const std::string cache(other_store().find("ccache").value());
    auto imported = krb5::import_credentials(library(), {cache, std::nullopt, std::nullopt});
    const std::array enctypes{std::int32_t{18}};
    const auto memory = krb5::MemoryCache::create(library());
    const auto all = krb5::CacheCollection::open(library(), cache);
    told(Capability::native_krb5,
         good(imported) && imported->mechanisms.contains(mechanism()) && good(memory) &&
             good(all) && good(all->list()) &&
             good(krb5::set_allowable_enctypes(imported->credentials, enctypes)) &&
             logs_in(imported->credentials, in_realm("bob")));
}

TEST_P(Capabilities, Renewal) {
    if (mechanism() != mechanism::krb5()) { // the calls are Kerberos's alone
        told(Capability::renewal, false);
        told(Capability::renewal_trace, false);
        return;
    }
    const std::string keytab = fresh_path("bob.keytab");
    shared_realm().extract_keytab("bob", keytab).value();
    const std::string cache = "FILE:" + fresh_path("renewed");
    const auto renews = [&](std::function<void(std::string_view)> trace) {
        auto renewer = krb5::Renewer::create(library(), {.ccache = cache,
                                                         .keytab = "FILE:" + keytab,
                                                         .principal = in_realm("bob"),
                                                         .trace = std::move(trace)});
        return good(renewer) && good(renewer->renew());
    };
    bool works = renews({});
    if (works) {
        AcquireOptions options = acquiring();
        options.store = CredentialStore::of({{"ccache", cache}}).value();
        const auto acquired = Credentials::acquire(library(), CredentialUsage::initiate, options);
        works = good(acquired) && logs_in(acquired->credentials, in_realm("bob"));
    }
    told(Capability::renewal, works);
    std::size_t lines = 0;
    const bool traced = renews([&](std::string_view) { ++lines; });
    told(Capability::renewal_trace, traced && lines > 5);
}

} // namespace

} // namespace gss::test
