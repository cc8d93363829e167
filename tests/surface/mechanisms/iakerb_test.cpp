// SPDX-License-Identifier: Apache-2.0
// IAKERB on MIT: the initiator reaches no KDC, the acceptor asks for it.
#include "negotiation.h"

namespace gss::test {

namespace {

class Iakerb : public testing::Test {
protected:
    [[nodiscard]] static Backend library() { return backend("mit"); }

    void SetUp() override {
        AcquireOptions options;
        options.mechanisms = {mechanism::iakerb()};
        accepting_ =
            Credentials::acquire(library(), CredentialUsage::accept, options).value().credentials;
        nowhere_ = shared_realm().config_with_kdc_port(1, "krb5-no-kdc.conf").value();
    }
    /// Credentials with nothing but what @p store has.
    Credentials& initiating(std::initializer_list<CredentialStore::Element> store,
                            const Name* name = nullptr) {
        AcquireOptions options;
        options.mechanisms = {mechanism::iakerb()};
        options.name = name;
        options.store = CredentialStore::of(store).value();
        const ScopedEnvironment config("KRB5_CONFIG", nowhere_.string());
        initiating_ =
            Credentials::acquire(library(), CredentialUsage::initiate, options).value().credentials;
        return *initiating_;
    }
    Credentials& by_password() {
        const Name alice = principal(library(), "alice");
        return initiating({{"password", shared_realm().password_of("alice").value()}}, &alice);
    }
    /// Heimdal's KDC wants it of everybody.
    static bool with_preauthentication() {
        return shared_realm().kdc_kind() == realm::KdcKind::heimdal;
    }
    Negotiation run(const Credentials& credentials, ContextFlags flags = default_context_flags,
                    ContextFlags required = require_mutual_and_integrity,
                    const std::function<void(std::size_t, Bytes&)>& tamper = {}) const {
        NegotiationOptions options;
        options.tamper = tamper;
        options.establish = with_flags(flags, required);
        options.establish.initiate.mechanism = mechanism::iakerb();
        options.establish.initiate.credentials = &credentials;
        options.establish.accept.credentials = &*accepting_;
        options.initiating = [this](const std::function<void()>& step) {
            const ScopedEnvironment config("KRB5_CONFIG", nowhere_.string());
            step();
        };
        return negotiate(library(), library(), options);
    }

    std::optional<Credentials> accepting_;
    std::optional<Credentials> initiating_;
    std::filesystem::path nowhere_;
};

TEST_F(Iakerb, InitiatorWithAPasswordReachesNoKdc) {
    const Negotiation negotiation = run(by_password());
    ASSERT_TRUE(negotiation.contexts.has_value())
        << (negotiation.error ? negotiation.error->text() : "");
    // AS, TGS and AP exchange; a KDC that wants preauthentication first adds one.
    EXPECT_EQ(negotiation.legs.size(), with_preauthentication() ? 8U : 6U);
    ContextPair both = established(run(by_password()));
    expect_working(both, mechanism::iakerb());
    EXPECT_EQ(both.acceptor.initiator.value().display().value().text, in_realm("alice"));
}

TEST_F(Iakerb, WithoutMutualAuthenticationTheLastAnswerIsLeftOut) {
    const Negotiation negotiation =
        run(by_password(), ContextFlag::integrity, ContextFlag::integrity);
    EXPECT_EQ(negotiation.legs.size(), with_preauthentication() ? 7U : 5U)
        << (negotiation.error ? negotiation.error->text() : "");
}

TEST_F(Iakerb, InitiatorWithATicketAsksForTheServiceOnly) {
    const std::string cache = fresh_path("cache");
    ASSERT_TRUE(shared_realm().kinit("alice", cache));
    ContextPair both = established(run(initiating({{"ccache", "FILE:" + cache}})));
    expect_working(both, mechanism::iakerb());
    const std::string other = fresh_path("cache");
    ASSERT_TRUE(shared_realm().kinit("alice", other));
    EXPECT_EQ(run(initiating({{"ccache", "FILE:" + other}})).legs.size(), 4U);
}

// MIT 1.20 says of this one that it is established; whether it has a context then depends on memory
// that it never wrote. One that has none is refused.
TEST_F(Iakerb, InitiatorWithTheServicesTicketGetsAWholeContextOrNone) {
    const std::string cache = fresh_path("cache");
    ASSERT_TRUE(shared_realm().kinit("alice", cache));
    ASSERT_TRUE(run(initiating({{"ccache", "FILE:" + cache}})).contexts.has_value());
    Negotiation second = run(initiating({{"ccache", "FILE:" + cache}}));
    if (second.contexts) {
        expect_working(*second.contexts, mechanism::iakerb());
    } else {
        EXPECT_FALSE(second.initiator_failed);
        EXPECT_EQ(second.error->code(), ErrorCode::no_context) << second.error->text();
    }
}

TEST_F(Iakerb, InitiatorWithAKeytabReachesNoKdc) {
    const std::string keytab = fresh_path("keytab");
    ASSERT_TRUE(shared_realm().extract_keytab("bob", keytab));
    ContextPair both = established(
        run(initiating({{"client_keytab", "FILE:" + keytab}, {"ccache", "MEMORY:iakerb-bob"}})));
    EXPECT_EQ(both.acceptor.initiator.value().display().value().text, in_realm("bob"));
}

TEST_F(Iakerb, AWrongPasswordIsTheInitiatorsFailure) {
    const Name alice = principal(library(), "alice");
    const Negotiation negotiation = run(initiating({{"password", "wrong"}}, &alice));
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_TRUE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->mechanism(), mechanism::iakerb());
    EXPECT_EQ(negotiation.error->code(), ErrorCode::decrypt_failed) << negotiation.error->text();
}

// The realm travels with each request, and the acceptor finds the KDC. MIT 1.20 does not tell an
// initiator without a realm which one it is in, as later versions do.
TEST_F(Iakerb, ARealmThatTheAcceptorDoesNotKnowIsRefused) {
    for (const std::string_view text : {"alice@NO.REALM", "alice@"}) {
        const Name name = Name::import_name(library(), text, name_type::krb5_principal()).value();
        const Negotiation negotiation = run(initiating({{"password", "secret"}}, &name));
        ASSERT_TRUE(negotiation.error.has_value()) << text;
        EXPECT_FALSE(negotiation.initiator_failed) << text;
        EXPECT_EQ(negotiation.error->mechanism(), mechanism::iakerb());
    }
}

// RFC draft-ietf-kitten-iakerb s3: the checksum of the whole conversation is in the AP exchange.
TEST_F(Iakerb, AConversationThatSomebodyAlteredIsRefused) {
    const std::size_t legs = run(by_password()).legs.size();
    for (std::size_t altered_leg = 1; altered_leg < legs; ++altered_leg) {
        // The acceptor waits in vain for a KDC's answer to an altered request.
        if (altered_leg % 2 == 0 && altered_leg + 2 < legs) {
            continue;
        }
        const Negotiation negotiation =
            run(by_password(), default_context_flags, require_mutual_and_integrity,
                [&](std::size_t leg, Bytes& token) {
                    if (leg == altered_leg) {
                        token.at(token.size() - 5) ^= std::byte{1};
                    }
                });
        EXPECT_TRUE(negotiation.error.has_value()) << altered_leg;
    }
}

TEST_F(Iakerb, DefaultCredentialsDoNotAcceptIt) {
    NegotiationOptions options;
    options.establish = with_mechanism(mechanism::iakerb());
    options.establish.initiate.credentials = &by_password();
    const Negotiation negotiation = negotiate(library(), library(), options);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_EQ(negotiation.error->code(), ErrorCode::bad_mechanism) << negotiation.error->text();
}

} // namespace

} // namespace gss::test
