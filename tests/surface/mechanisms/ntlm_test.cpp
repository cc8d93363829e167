// SPDX-License-Identifier: Apache-2.0
// NTLM by itself and inside SPNEGO, on MIT, with Debian's gss-ntlmssp: nothing of the binding is
// for Kerberos only.
#include "negotiation.h"
#include "ntlm_users.h"

#include <algorithm>

namespace gss::test {

namespace {

constexpr std::size_t signature_size = 16;

class Ntlm : public testing::Test {
protected:
    [[nodiscard]] static Backend library() { return backend("mit"); }
    /// NTLM authenticates the initiator only.
    static NegotiationOptions with(const Oid& mechanism,
                                   ContextFlags accepted = ContextFlag::integrity) {
        NegotiationOptions options;
        options.establish = with_flags(default_context_flags, ContextFlag::integrity);
        options.establish.initiate.mechanism = mechanism;
        options.establish.accept.required = accepted;
        return options;
    }
    static Negotiation run(const NegotiationOptions& options) {
        return negotiate(library(), library(), options);
    }
    static std::function<void(const std::function<void()>&)> in(const std::string& variable,
                                                                const std::string& value) {
        return [=](const std::function<void()>& step) {
            const ScopedEnvironment changed(variable, value);
            step();
        };
    }
    static std::string nowhere() { return "FILE:" + fresh_path("nowhere"); }
};

TEST_F(Ntlm, IsOfferedByTheLibrary) {
    EXPECT_TRUE(library().mechanisms().value().contains(mechanism::ntlm()));
    EXPECT_TRUE(library().supports(Capability::contexts, mechanism::ntlm()));
    // The mechanism has no gss_inquire_names_for_mech.
    EXPECT_TRUE(fails_with(library().name_types(mechanism::ntlm()), ErrorCode::unavailable));
}

TEST_F(Ntlm, EstablishesInThreeLegsAndProtectsMessages) {
    const Negotiation negotiation = run(with(mechanism::ntlm()));
    EXPECT_EQ(negotiation.legs.size(), 3U);
    ContextPair both = established(run(with(mechanism::ntlm())));
    expect_working(both, mechanism::ntlm());
    EXPECT_EQ(both.acceptor.initiator.value().display().value().text, ntlm_user);
    const ContextInfo accepted = both.acceptor.context.inquire().value();
    EXPECT_EQ(accepted.initiator_name.value().display().value().text, ntlm_user);
    EXPECT_FALSE(accepted.target_name.has_value()) << "an acceptor has no name in NTLM";
    EXPECT_TRUE(both.initiator.inquire().value().target_name.has_value());
    EXPECT_GT(accepted.lifetime.duration().value(), std::chrono::hours(1));
}

TEST_F(Ntlm, IsNoMutualAuthentication) {
    const Negotiation negotiation = run(with(mechanism::ntlm(), require_mutual_and_integrity));
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_FALSE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(), ErrorCode::insufficient_protection);
    EXPECT_EQ(negotiation.error->mechanism(), mechanism::ntlm());
}

TEST_F(Ntlm, EstablishedContextsTravel) {
    for (const bool accepted : {false, true}) {
        ContextPair both = established(run(with(mechanism::ntlm())));
        SecurityContext& leaving = accepted ? both.acceptor.context : both.initiator;
        SecurityContext& staying = accepted ? both.initiator : both.acceptor.context;
        const ExportedContext exported = leaving.export_context().value();
        SecurityContext arrived = SecurityContext::import_context(library(), exported).value();
        EXPECT_EQ(arrived.mechanism(), mechanism::ntlm());
        const Buffer token = staying.wrap(as_bytes("there")).value().token;
        EXPECT_EQ(arrived.unwrap(token).value().message.text(), "there");
        const Buffer mic = arrived.get_mic(as_bytes("back")).value();
        EXPECT_TRUE(succeeds(staying.verify_mic(as_bytes("back"), mic)));
        EXPECT_EQ(arrived.inquire().value().locally_initiated, !accepted);
    }
}

TEST_F(Ntlm, AWrongPasswordNamesTheMechanism) {
    NegotiationOptions options = with(mechanism::ntlm());
    options.initiating = in("NTLM_USER_FILE", write_ntlm_users("wrong", "DOMAIN:carol:guess\n"));
    const Negotiation negotiation = run(options);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_FALSE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->mechanism(), mechanism::ntlm()) << negotiation.error->text();
    EXPECT_EQ(negotiation.error->text().find("keytab"), std::string::npos)
        << negotiation.error->text();
}

TEST_F(Ntlm, AnUnknownUserIsRefused) {
    NegotiationOptions options = with(mechanism::ntlm());
    options.initiating = in("NTLM_USER_FILE", write_ntlm_users("other", "DOMAIN:dave:secret\n"));
    const Negotiation negotiation = run(options);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_FALSE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->mechanism(), mechanism::ntlm()) << negotiation.error->text();
}

TEST_F(Ntlm, WithoutUsersThereAreNoCredentials) {
    NegotiationOptions options = with(mechanism::ntlm());
    options.initiating = in("NTLM_USER_FILE", fresh_path("nobody"));
    const Negotiation negotiation = run(options);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_TRUE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->mechanism(), mechanism::ntlm()) << negotiation.error->text();
    EXPECT_EQ(negotiation.error->text().find("cache"), std::string::npos)
        << negotiation.error->text();
}

TEST_F(Ntlm, AlteredMessagesAreRefused) {
    ContextPair both = established(run(with(mechanism::ntlm())));
    const Buffer token = both.initiator.wrap(as_bytes("message")).value().token;
    for (std::size_t at = 0; at < token.size(); ++at) {
        ContextPair pair = established(run(with(mechanism::ntlm())));
        const Buffer genuine = pair.initiator.wrap(as_bytes("message")).value().token;
        EXPECT_TRUE(
            fails_with(pair.acceptor.context.unwrap(altered(genuine, at)), ErrorCode::bad_mic))
            << at;
        const Buffer mic = pair.acceptor.context.get_mic(as_bytes("message")).value();
        if (at < mic.size()) {
            EXPECT_TRUE(fails_with(pair.initiator.verify_mic(as_bytes("message"), altered(mic, at)),
                                   ErrorCode::bad_mic));
        }
    }
}

// gss-ntlmssp 1.2 reads a signature's octets whether they are there or not, and nothing behind.
TEST_F(Ntlm, TokensOfAnotherSizeNeverReachTheLibrary) {
    ContextPair both = established(run(with(mechanism::ntlm())));
    const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
    ASSERT_EQ(mic.size(), signature_size);
    SecurityContext& reader = both.acceptor.context;
    Bytes longer(mic.view().begin(), mic.view().end());
    longer.push_back(std::byte{0});
    EXPECT_TRUE(fails_with(reader.verify_mic(as_bytes("m"), longer), ErrorCode::invalid_token));
    for (std::size_t size = 1; size < signature_size; ++size) {
        const auto verified = reader.verify_mic(as_bytes("m"), mic.view().first(size));
        ASSERT_TRUE(fails_with(verified, ErrorCode::invalid_token)) << size;
        EXPECT_FALSE(verified.error().native().has_value());
        const auto unwrapped = reader.unwrap(mic.view().first(size));
        ASSERT_TRUE(fails_with(unwrapped, ErrorCode::invalid_token)) << size;
        EXPECT_FALSE(unwrapped.error().native().has_value());
    }
    EXPECT_TRUE(succeeds(reader.verify_mic(as_bytes("m"), mic))) << "nothing has moved";
}

// The calling errors of RFC 2744 s3.9.1 come from this mechanism.
TEST_F(Ntlm, AnEmptyMessageIsACallingError) {
    ContextPair both = established(run(with(mechanism::ntlm())));
    const auto mic = both.initiator.get_mic(as_bytes(""));
    ASSERT_TRUE(fails_with(mic, ErrorCode::parameter_read));
    EXPECT_TRUE(mic.error().is(ErrorClass::parameter_read));
    EXPECT_EQ(mic.error().native().value().calling(), 1U);
    EXPECT_EQ(mic.error().mechanism(), mechanism::ntlm());
}

TEST_F(Ntlm, SpnegoPrefersKerberosWhereBothHaveIt) {
    const Negotiation negotiation = run(with(mechanism::spnego()));
    EXPECT_TRUE(mentions(negotiation.legs.at(0), mechanism::ntlm()));
    ContextPair both = established(run(with(mechanism::spnego())));
    expect_working(both, mechanism::krb5());
}

TEST_F(Ntlm, SpnegoTakesNtlmWithoutATicket) {
    NegotiationOptions options = with(mechanism::spnego());
    options.initiating = in("KRB5CCNAME", nowhere());
    const Negotiation negotiation = run(options);
    EXPECT_EQ(negotiation.legs.size(), 4U) << "three of NTLM, and the state that ends it";
    EXPECT_TRUE(mentions(negotiation.legs.at(0), mechanism::ntlm()));
    EXPECT_FALSE(mentions(negotiation.legs.at(0), mechanism::krb5()));
    ContextPair both = established(run(options));
    expect_working(both, mechanism::ntlm());
    EXPECT_EQ(both.acceptor.initiator.value().display().value().text, ntlm_user);
}

TEST_F(Ntlm, SpnegoContextsTravel) {
    NegotiationOptions options = with(mechanism::spnego());
    options.initiating = in("KRB5CCNAME", nowhere());
    ContextPair both = established(run(options));
    const ExportedContext exported = both.acceptor.context.export_context().value();
    SecurityContext arrived = SecurityContext::import_context(library(), exported).value();
    EXPECT_EQ(arrived.mechanism(), mechanism::ntlm());
    const Buffer token = both.initiator.wrap(as_bytes("there")).value().token;
    EXPECT_EQ(arrived.unwrap(token).value().message.text(), "there");
}

// RFC 4178 s4.2.1: the optimistic token is of the initiator's preferred mechanism, here Kerberos,
// which the acceptor has no key for.
TEST_F(Ntlm, SpnegoTurnsToNtlmWhenTheOptimisticTokenIsOfAnother) {
    NegotiationOptions options = with(mechanism::spnego());
    options.accepting = in("KRB5_KTNAME", nowhere());
    const Negotiation negotiation = run(options);
    EXPECT_TRUE(mentions(negotiation.legs.at(0), mechanism::krb5()));
    EXPECT_EQ(negotiation.legs.size(), 6U) << "one round more, and the MICs of the list";
    ContextPair both = established(run(options));
    expect_working(both, mechanism::ntlm());
}

// RFC 4178 s5: "the negotiation failed" when a MIC of the list does not fit.
TEST_F(Ntlm, SpnegoRefusesAnAlteredMicOfTheList) {
    for (const std::size_t altered_leg : {4U, 5U}) {
        NegotiationOptions options = with(mechanism::spnego());
        options.accepting = in("KRB5_KTNAME", nowhere());
        options.tamper = [altered_leg](std::size_t leg, Bytes& token) {
            if (leg == altered_leg) {
                token.back() ^= std::byte{1};
            }
        };
        const Negotiation negotiation = run(options);
        ASSERT_TRUE(negotiation.error.has_value()) << altered_leg;
        EXPECT_EQ(negotiation.initiator_failed, altered_leg == 5U);
        EXPECT_EQ(negotiation.error->code(), ErrorCode::bad_mic) << negotiation.error->text();
    }
}

// RFC 4178 s5: whoever hides the better mechanism from the acceptor is found out by the MIC.
TEST_F(Ntlm, SpnegoListThatSomebodyAlteredIsRefused) {
    NegotiationOptions options = with(mechanism::spnego());
    options.tamper = [](std::size_t leg, Bytes& token) {
        if (leg == 0) {
            const Bytes krb5 = mechanism::krb5().to_der();
            const auto found = std::search(token.begin(), token.end(), krb5.begin(), krb5.end());
            ASSERT_NE(found, token.end());
            *(found + static_cast<std::ptrdiff_t>(krb5.size()) - 1) = std::byte{0x7f};
        }
    };
    const Negotiation negotiation = run(options);
    ASSERT_TRUE(negotiation.error.has_value()) << "the hidden mechanism was not missed";
    EXPECT_EQ(negotiation.error->code(), ErrorCode::bad_mic);
}

TEST_F(Ntlm, SpnegoWithoutACommonMechanismFails) {
    // The initiator has a ticket only, the acceptor has users only.
    NegotiationOptions options = with(mechanism::spnego());
    options.initiating = in("NTLM_USER_FILE", fresh_path("nobody"));
    options.accepting = in("KRB5_KTNAME", nowhere());
    const Negotiation negotiation = run(options);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_FALSE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(), ErrorCode::bad_mechanism);
}

} // namespace

} // namespace gss::test
