// SPDX-License-Identifier: Apache-2.0
// SPNEGO over Kerberos (RFC 4178), on MIT, on Heimdal, and between them.
#include "negotiation.h"

#include <algorithm>
#include <array>

namespace gss::test {

namespace {

class Spnego : public OnPair {
protected:
    static bool mit_initiates() { return GetParam().initiator == "mit"; }
    static NegotiationOptions options(const Oid& mechanism = mechanism::spnego()) {
        NegotiationOptions options;
        options.establish = with_mechanism(mechanism);
        return options;
    }
    static Negotiation run(const NegotiationOptions& options) {
        return negotiate(initiator(), acceptor(), options);
    }
    /// Changes the last octet of every one of @p oids in that leg.
    static std::function<void(std::size_t, Bytes&)> hide(std::size_t where,
                                                         const std::vector<Oid>& oids) {
        return [where, oids](std::size_t leg, Bytes& token) {
            for (const Oid& oid : oids) {
                const Bytes der = oid.to_der();
                const auto found = std::search(token.begin(), token.end(), der.begin(), der.end());
                if (leg == where && found != token.end()) {
                    *(found + static_cast<std::ptrdiff_t>(der.size()) - 1) = std::byte{0x7f};
                }
            }
        };
    }
};

INSTANTIATE_TEST_SUITE_P(All, Spnego, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Spnego, NegotiatesKerberosAndSaysSo) {
    const Negotiation negotiation = run(options());
    EXPECT_EQ(negotiation.legs.size(), 2U) << (negotiation.error ? negotiation.error->text() : "");
    EXPECT_TRUE(mentions(negotiation.legs.at(0), mechanism::spnego()));
    EXPECT_TRUE(mentions(negotiation.legs.at(0), mechanism::krb5()));
    ContextPair both = established(run(options()));
    expect_working(both, mechanism::krb5());
    EXPECT_EQ(both.acceptor.initiator.value().display().value().text, in_realm("alice"));
}

TEST_P(Spnego, NamesOfItsContextsAreNamesOfKerberos) {
    const ContextPair both = established(run(options()));
    const Name& initiator = both.acceptor.initiator.value();
    EXPECT_EQ(initiator.local_name().value(), "alice");
    EXPECT_TRUE(initiator.user_ok("root").has_value());
    const Name alice = principal(acceptor(), "alice").canonicalize(mechanism::krb5()).value();
    const Name kerberos = initiator.canonicalize(mechanism::krb5()).value();
    EXPECT_TRUE(kerberos.equals(alice).value());
    EXPECT_EQ(text(kerberos.export_name().value()), text(alice.export_name().value()));
    // MIT's stay names of SPNEGO, with the attributes that canonicalizing would lose.
    EXPECT_EQ(initiator.equals(alice).value(), !mit_accepts());
    EXPECT_EQ(text(initiator.export_name().value()) == text(alice.export_name().value()),
              !mit_accepts());
    const Name inquired = both.acceptor.context.inquire().value().initiator_name.value();
    EXPECT_EQ(inquired.local_name().value(), "alice");
}

TEST_P(Spnego, ListWithoutACommonMechanismIsRefused) {
    NegotiationOptions hiding = options();
    hiding.tamper =
        hide(0, {mechanism::krb5(), mechanism::ms_krb5(), mechanism::iakerb(), mechanism::ntlm()});
    const Negotiation negotiation = run(hiding);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_FALSE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(), ErrorCode::bad_mechanism) << negotiation.error->text();
}

// RFC 4178 s4.2.2: supportedMech "is a value that MUST be one of those offered by the initiator".
TEST_P(Spnego, AnswerThatNamesAMechanismNobodyOfferedIsRefused) {
    NegotiationOptions naming = options();
    naming.tamper = hide(1, {mechanism::krb5(), mechanism::ms_krb5()});
    const Negotiation negotiation = run(naming);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_TRUE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(),
              mit_initiates() ? ErrorCode::invalid_token : ErrorCode::bad_mechanism)
        << negotiation.error->text();
}

TEST_P(Spnego, AnswerThatRejectsIsAFailure) {
    NegotiationOptions rejecting = options();
    bool found_state = false;
    rejecting.tamper = [&](std::size_t leg, Bytes& token) {
        // negState [0] ENUMERATED: accept-completed (0) becomes reject (2).
        const std::array state{std::byte{0xa0}, std::byte{0x03}, std::byte{0x0a}, std::byte{0x01},
                               std::byte{0x00}};
        const auto found = std::search(token.begin(), token.end(), state.begin(), state.end());
        if (leg == 1 && found != token.end()) {
            *(found + 4) = std::byte{0x02};
            found_state = true;
        }
    };
    const Negotiation negotiation = run(rejecting);
    EXPECT_TRUE(found_state);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_TRUE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(),
              mit_initiates() ? ErrorCode::invalid_token : ErrorCode::bad_mechanism)
        << negotiation.error->text();
}

TEST_P(Spnego, AlteredTokensOfTheMechanismInsideAreRefused) {
    for (const std::size_t where : {0U, 1U}) {
        NegotiationOptions altering = options();
        altering.tamper = [&](std::size_t leg, Bytes& token) {
            if (leg == where) {
                token.at(token.size() - 20) ^= std::byte{1};
            }
        };
        const Negotiation negotiation = run(altering);
        ASSERT_TRUE(negotiation.error.has_value()) << where;
        EXPECT_EQ(negotiation.initiator_failed, where == 1);
    }
}

TEST_P(Spnego, OneSideThatSpeaksKerberosAloneIsUnderstoodOrRefused) {
    // An acceptor takes what comes; an initiator of SPNEGO takes no bare Kerberos.
    NegotiationOptions bare = options(mechanism::krb5());
    ContextPair both = established(run(bare));
    EXPECT_EQ(both.acceptor.context.mechanism(), mechanism::krb5());
    NegotiationOptions answering = options();
    const Bytes answer = run(bare).legs.at(1);
    answering.tamper = [&](std::size_t leg, Bytes& token) {
        if (leg == 1) {
            token = answer;
        }
    };
    const Negotiation negotiation = run(answering);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_TRUE(negotiation.initiator_failed);
}

class SpnegoAcceptor : public OnBackend {
protected:
    static Bytes element(unsigned tag, const Bytes& content) {
        Bytes whole{static_cast<std::byte>(tag), static_cast<std::byte>(content.size())};
        whole.insert(whole.end(), content.begin(), content.end());
        return whole;
    }
    static Bytes joined(std::initializer_list<Bytes> parts) {
        Bytes whole;
        for (const Bytes& part : parts) {
            whole.insert(whole.end(), part.begin(), part.end());
        }
        return whole;
    }
    /// NegTokenInit (RFC 4178 s4.2.1) with these mechanisms and a token of the first one.
    static Bytes offer(std::initializer_list<Oid> mechanisms, std::string_view optimistic) {
        Bytes list;
        for (const Oid& mechanism : mechanisms) {
            list = joined({list, mechanism.to_der()});
        }
        const BytesView view = as_bytes(optimistic);
        const Bytes token = element(0xa2, element(0x04, Bytes(view.begin(), view.end())));
        const Bytes init =
            element(0xa0, element(0x30, joined({element(0xa0, element(0x30, list)), token})));
        return element(0x60, joined({mechanism::spnego().to_der(), init}));
    }
};

INSTANTIATE_TEST_SUITE_P(All, SpnegoAcceptor, testing::ValuesIn(backend_names()), name_of_backend);

// RFC 4178 s4.2.1: "If the mechanism selected by the acceptor differs from the preferred mechanism,
// the optimistic mechanism token" is not looked at: the acceptor names the one it has.
TEST_P(SpnegoAcceptor, DoesNotReadAnOptimisticTokenOfAnotherMechanism) {
    const Oid unknown = Oid::from_string("1.3.6.1.4.1.99999.1").value();
    Acceptor acceptor = Acceptor::create(library()).value();
    const Step step = acceptor.step(offer({unknown, mechanism::krb5()}, "of nobody"));
    ASSERT_TRUE(step.more()) << (step.error ? step.error->text() : "done");
    EXPECT_TRUE(mentions(step.token.view(), mechanism::krb5()));
    EXPECT_FALSE(mentions(step.token.view(), unknown));
}

TEST_P(SpnegoAcceptor, ReadsAnOptimisticTokenOfItsOwn) {
    Acceptor acceptor = Acceptor::create(library()).value();
    const Step step = acceptor.step(offer({mechanism::krb5()}, "of nobody"));
    EXPECT_TRUE(step.failed());
}

TEST_P(SpnegoAcceptor, RefusesAnOfferOfNothingItHas) {
    const Oid unknown = Oid::from_string("1.3.6.1.4.1.99999.1").value();
    Acceptor acceptor = Acceptor::create(library()).value();
    EXPECT_TRUE(fails_with(acceptor.step(offer({unknown}, "of nobody")), ErrorCode::bad_mechanism));
}

// The build runs this program without MIT's plugins (GSS_MECH_CONFIG).
TEST(Plugins, ThatAreNotInstalledCanDoNothing) {
    const Backend mit = backend("mit");
    EXPECT_FALSE(mit.mechanisms().value().contains(mechanism::ntlm()));
    for (unsigned number = 0; number <= 0xff; ++number) {
        const auto capability = static_cast<Capability>(number);
        EXPECT_FALSE(mit.supports(capability, mechanism::ntlm())) << to_string(capability);
    }
    for (const Oid& inside : {mechanism::krb5(), mechanism::spnego(), mechanism::iakerb()}) {
        EXPECT_TRUE(mit.supports(Capability::contexts, inside)) << inside.to_string();
    }
}

} // namespace

} // namespace gss::test
