// SPDX-License-Identifier: Apache-2.0
// S4U2Self and S4U2Proxy (MIT's t_s4u, t_s4u2proxy_krb5). A KDC of MIT with the usual database does
// the first only.
#include "support.h"

namespace gss::test {

namespace {

// RFC 4120 s7.5.9: KDC_ERR_BADOPTION is 13; as a code of the krb5 table, whose codes begin here.
constexpr auto bad_option = static_cast<std::uint32_t>(-1765328384 + 13);

class Impersonation : public OnBackend {
protected:
    /// Lets host/localhost impersonate, once for the realm.
    static void SetUpTestSuite() {
        static const bool done = [] {
            shared_realm()
                .allow_impersonation("host/localhost",
                                     has_heimdal_kdc() ? std::vector<std::string>{"HTTP/localhost"}
                                                       : std::vector<std::string>{})
                .value();
            return true;
        }();
        EXPECT_TRUE(done);
    }
    /// Credentials of host/localhost with a ticket.
    [[nodiscard]] static Credentials host(CredentialUsage usage = CredentialUsage::initiate) {
        const std::string cache = fresh_path("host_cache");
        realm::TicketOptions ticket;
        ticket.keytab = shared_realm().keytab();
        shared_realm().kinit("host/localhost", cache, ticket).value();
        return acquire_from(
                   library(), usage,
                   {{"ccache", "FILE:" + cache}, {"keytab", shared_realm().keytab().string()}})
            .value()
            .credentials;
    }
    [[nodiscard]] static Result<AcquiredCredentials> bob_by(const Credentials& impersonator,
                                                            ImpersonateOptions options = {}) {
        const Backend backend = library();
        return impersonator.impersonate(principal(backend, "bob"), options);
    }
};

INSTANTIATE_TEST_SUITE_P(All, Impersonation, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Impersonation, ReachesTheImpersonator) {
    const auto bob = bob_by(host());
    ASSERT_TRUE(succeeds(bob));
    EXPECT_TRUE(library().supports(Capability::impersonation, mechanism::krb5()));
    EXPECT_EQ(owner_of(bob->credentials), in_realm("bob"));
    EXPECT_TRUE(bob->mechanisms.contains(mechanism::krb5()));
    EXPECT_FALSE(bob->lifetime.is_expired());
    EXPECT_EQ(login(library(), bob->credentials).value(), in_realm("bob"));
}

TEST_P(Impersonation, sec_A3_18_IsToldApart) {
    const Credentials impersonator = host();
    const auto bob = bob_by(impersonator);
    ASSERT_TRUE(succeeds(bob));
    // A credential of S4U is not a forwarded one.
    EXPECT_EQ(bob->credentials.impersonator().value(), in_realm("host/localhost"));
    EXPECT_EQ(impersonator.impersonator().value(), std::nullopt);
}

TEST_P(Impersonation, DelegatesWhereTheKdcLetsIt) {
    const auto bob = bob_by(host());
    ASSERT_TRUE(succeeds(bob));
    const auto reached = login(library(), bob->credentials, "HTTP@localhost");
    if (!has_heimdal_kdc()) {
        ASSERT_TRUE(fails_with(reached, ErrorCode::failure));
        EXPECT_EQ(reached.error().native().value().minor, bad_option);
        EXPECT_NE(reached.error().text().find("HTTP"), std::string::npos) << reached.error().text();
        return;
    }
    ASSERT_TRUE(succeeds(reached));
    EXPECT_EQ(*reached, in_realm("bob"));
    EXPECT_EQ(login(library(), bob->credentials, "HTTP@localhost").value(), in_realm("bob"))
        << "and again";
    EXPECT_EQ(login(library(), bob->credentials).value(), in_realm("bob"));
}

TEST_P(Impersonation, DoesNotReachServicesThatItMayNot) {
    const std::string keytab = fresh_path("other_keytab");
    const std::string other =
        GetParam() + (has_heimdal_kdc() ? "h/localhost" : "m/localhost"); // a service of its own
    shared_realm().add_service(other, keytab).value();
    const auto bob = bob_by(host());
    ASSERT_TRUE(succeeds(bob));
    std::string target = other;
    target.replace(target.find('/'), 1, "@");
    const auto reached = login(library(), bob->credentials, target);
    ASSERT_TRUE(fails_with(reached, ErrorCode::failure));
    EXPECT_EQ(reached.error().native().value().minor, bad_option) << reached.error().text();
    EXPECT_NE(reached.error().text().find("target " + target), std::string::npos)
        << reached.error().text();
}

TEST_P(Impersonation, OfAnAcceptedTicketGivesConstrainedCredentials) {
    const Credentials both = host(CredentialUsage::both);
    EstablishOptions options;
    options.accept.credentials = &both;
    options.accept.accept_delegation = true;
    const auto bob = bob_by(host());
    ASSERT_TRUE(succeeds(bob));
    options.initiate.credentials = &bob->credentials;
    const auto pair = establish(library(), library(), options);
    ASSERT_TRUE(succeeds(pair));
    const bool gives = library().supports(Capability::constrained_delegation_of_accepted);
    ASSERT_EQ(pair->acceptor.delegated.has_value(), gives);
    if (!gives) {
        return;
    }
    EXPECT_EQ(pair->acceptor.delegated->impersonator().value(), in_realm("host/localhost"));
    const auto onward = login(library(), *pair->acceptor.delegated, "HTTP@localhost");
    EXPECT_EQ(onward.has_value(), has_heimdal_kdc());
    if (onward) {
        EXPECT_EQ(*onward, in_realm("bob"));
    }
}

TEST_P(Impersonation, GoesByTheImpersonatorsTicketGrantingTicketAlone) {
    // A cache may have tickets already: the impersonator's own are never taken for the user's.
    const Credentials impersonator = host();
    EXPECT_EQ(login(library(), impersonator).value(), in_realm("host/localhost"));
    EXPECT_EQ(login(library(), impersonator, "HTTP@localhost").value(), in_realm("host/localhost"));
    const auto bob = bob_by(impersonator);
    ASSERT_TRUE(succeeds(bob));
    EXPECT_EQ(owner_of(bob->credentials), in_realm("bob"));
    EXPECT_EQ(login(library(), bob->credentials).value(), in_realm("bob"));
    const auto reached = login(library(), bob->credentials, "HTTP@localhost");
    if (has_heimdal_kdc()) {
        ASSERT_TRUE(succeeds(reached));
        EXPECT_EQ(*reached, in_realm("bob"));
    } else { // its database allows nobody to delegate
        ASSERT_TRUE(fails_with(reached, ErrorCode::failure));
        EXPECT_EQ(reached.error().native().value().minor, bad_option) << reached.error().text();
    }
    EXPECT_EQ(login(library(), impersonator).value(), in_realm("host/localhost"));
}

TEST_P(Impersonation, OutlivesTheImpersonator) {
    std::optional<Credentials> bob;
    {
        const Credentials impersonator = host();
        bob.emplace(std::move(bob_by(impersonator).value().credentials));
    }
    EXPECT_EQ(login(library(), *bob).value(), in_realm("bob"));
    EXPECT_EQ(login(library(), *bob, "HTTP@localhost").has_value(), has_heimdal_kdc());
}

TEST_P(Impersonation, NeedsAnInitiator) {
    const Credentials accepting = acquire_from(library(), CredentialUsage::accept,
                                               {{"keytab", shared_realm().keytab().string()}})
                                      .value()
                                      .credentials;
    EXPECT_TRUE(fails_with(bob_by(accepting), ErrorCode::no_credentials));
}

TEST_P(Impersonation, OfNobodyFails) {
    const Backend backend = library();
    const auto nobody = host().impersonate(principal(backend, "nobody"));
    ASSERT_TRUE(fails_with(nobody, ErrorCode::client_unknown));
    EXPECT_NE(nobody.error().text().find("nobody"), std::string::npos) << nobody.error().text();
}

TEST_P(Impersonation, OfAnOrdinaryUserIsNoUse) {
    // Whoever has a ticket gets one of bob to himself. Nothing allows alice to show it elsewhere:
    // the KDC refuses (KDC_ERR_BADOPTION), and nobody falls back to alice's own tickets.
    const Backend backend = library();
    const Credentials alice =
        acquire_from(backend, CredentialUsage::initiate, {{"ccache", cache_of("alice")}})
            .value()
            .credentials;
    const auto bob = alice.impersonate(principal(backend, "bob"));
    ASSERT_TRUE(succeeds(bob));
    EXPECT_EQ(bob->credentials.impersonator().value(), in_realm("alice"));
    EXPECT_EQ(login(backend, alice).value(), in_realm("alice"));
    for (const std::string target : {"HTTP@localhost", "host@localhost"}) {
        const auto reached = login(backend, bob->credentials, target);
        ASSERT_TRUE(fails_with(reached, ErrorCode::failure)) << target;
        EXPECT_EQ(reached.error().native().value().minor, bad_option) << reached.error().text();
        EXPECT_NE(reached.error().text().find("target " + target), std::string::npos)
            << reached.error().text();
    }
}

TEST_P(Impersonation, KeepsWithinADeadline) {
    const Credentials impersonator = host();
    ImpersonateOptions options;
    options.deadline = Deadline::after(std::chrono::minutes(1));
    EXPECT_TRUE(succeeds(bob_by(impersonator, options)));
    options.deadline = Deadline(Deadline::Clock::now());
    EXPECT_TRUE(fails_with(bob_by(impersonator, options), ErrorCode::timed_out));
}

TEST_P(Impersonation, AddsAnElementWhereTheLibraryCan) {
    const Backend backend = library();
    AcquireOptions spnego;
    spnego.mechanisms = {mechanism::spnego()};
    const Credentials base =
        Credentials::acquire(backend, CredentialUsage::initiate, spnego).value().credentials;
    const auto added = base.add_impersonating(host(), mechanism::krb5(), principal(backend, "bob"));
    if (native(backend).call().add_cred_impersonate_name == nullptr) {
        EXPECT_TRUE(fails_with(added, ErrorCode::unavailable));
        EXPECT_FALSE(backend.supports(Capability::adding_from_store, mechanism::krb5()));
        return;
    }
    ASSERT_TRUE(succeeds(added));
    EXPECT_EQ(login(backend, added->credentials).value(), in_realm("bob"));
    AddOptions accepting;
    accepting.usage = CredentialUsage::accept;
    EXPECT_TRUE(fails_with(
        base.add_impersonating(host(), mechanism::krb5(), principal(backend, "bob"), accepting),
        ErrorCode::malformed_parameter));
}

TEST(Impersonation, AcrossBackendsIsMisuse) {
    const Credentials mit =
        Credentials::acquire(backend("mit"), CredentialUsage::initiate).value().credentials;
    const Credentials heimdal =
        Credentials::acquire(backend("heimdal"), CredentialUsage::initiate).value().credentials;
    EXPECT_TRUE(
        fails_with(mit.impersonate(principal(backend("heimdal"), "bob")), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(
        mit.add_impersonating(heimdal, mechanism::ntlm(), principal(backend("mit"), "bob")),
        ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
