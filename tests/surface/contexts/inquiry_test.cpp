// SPDX-License-Identifier: Apache-2.0
// Inquiries of contexts that are under way, established and gone (t_inq_ctx, t_context).
#include "conformance.h"

#include <gssxx/krb5/context.h>

namespace gss::test {

namespace {

class Inquiry : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, Inquiry, testing::ValuesIn(all_pairs()), name_of_pair);

/// GSS_C_INQ_SSPI_SESSION_KEY.
const Oid& session_key_oid() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.2.5.5").value();
    return oid;
}

// The counterpart of t_inq_ctx: at each point of establishment, an answer or an Error.
TEST_P(Inquiry, OfAPartlyEstablishedContextTellsWhatIsKnown) {
    const Name target = service(initiator(), "host@localhost");
    InitiateOptions options;
    options.flags = default_context_flags | ContextFlag::dce_style; // three legs: two half-open
    Initiator from = Initiator::create(target, options).value();
    Acceptor to = Acceptor::create(acceptor()).value();
    EXPECT_TRUE(fails_with(from.inquire(), ErrorCode::no_context));
    const Step first = from.step();
    ASSERT_TRUE(first.more());
    const ContextInfo initiating = from.inquire().value();
    EXPECT_TRUE(initiating.locally_initiated);
    EXPECT_FALSE(initiating.open);
    EXPECT_EQ(initiating.target_name.value().display().value().text, target.display().value().text);
    const Step answer = to.step(first.token);
    ASSERT_TRUE(answer.more());
    const ContextInfo accepting = to.inquire().value();
    EXPECT_FALSE(accepting.locally_initiated);
    EXPECT_FALSE(accepting.open);
    const Step last = from.step(answer.token);
    ASSERT_TRUE(last.done());
    EXPECT_TRUE(from.inquire().value().open);
    ASSERT_TRUE(to.step(last.token).done());
    const ContextInfo accepted = to.inquire().value();
    EXPECT_TRUE(accepted.open);
    EXPECT_EQ(accepted.initiator_name.value().display().value().text, in_realm("alice"));
    EXPECT_FALSE(accepted.lifetime.is_expired());
}

TEST_P(Inquiry, ByOidOfWhatNobodyKnowsIsAnError) {
    const ContextPair both = pair();
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    for (const SecurityContext* side : {&both.initiator, &both.acceptor.context}) {
        const Result<std::vector<Buffer>> pieces = side->inquire_by_oid(unknown);
        ASSERT_FALSE(pieces.has_value());
        EXPECT_EQ(pieces.error().operation(), "gss_inquire_sec_context_by_oid");
        EXPECT_NE(pieces.error().text().find("1.2.3.4.5"), std::string::npos)
            << pieces.error().text();
        const bool mit = side->backend().name() == "mit";
        EXPECT_EQ(pieces.error().code(), mit ? ErrorCode::unavailable : ErrorCode::failure);
    }
}

TEST_P(Inquiry, ByOidOfAnAddressIsMisuse) {
    // MIT yields the address of a lucid context, with keys that nobody would wipe or release.
    const ContextPair both = pair();
    for (const char* oid : {"1.2.840.113554.1.2.2.5.6", "1.2.840.113554.1.2.2.5.6.1"}) {
        const Oid question = Oid::from_string(oid).value();
        EXPECT_TRUE(fails_with(both.initiator.inquire_by_oid(question), ErrorCode::misuse));
        EXPECT_TRUE(fails_with(both.acceptor.context.inquire_by_oid(question), ErrorCode::misuse));
    }
}

TEST_P(Inquiry, ByOidOfAContextThatIsGoneIsMisuse) {
    ContextPair both = pair();
    ASSERT_TRUE(succeeds(both.initiator.export_context()));
    EXPECT_TRUE(fails_with(both.initiator.inquire_by_oid(session_key_oid()), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(both.initiator.set_option(session_key_oid()), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(krb5::session_key(both.initiator), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(krb5::authentication_time(both.initiator), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(krb5::authorization_data(both.initiator, krb5::ad_win2k_pac),
                           ErrorCode::misuse));
    EXPECT_TRUE(fails_with(both.initiator.inquire(), ErrorCode::misuse));
}

TEST_P(Inquiry, OfAContextOfAnotherProcessTellsTheSame) {
    ContextPair both = pair();
    const ContextInfo before = both.initiator.inquire().value();
    const ExportedContext exported = both.initiator.export_context().value();
    const SecurityContext imported = SecurityContext::import_context(initiator(), exported).value();
    const ContextInfo after = imported.inquire().value();
    EXPECT_EQ(before.initiator_name.value().display().value().text,
              after.initiator_name.value().display().value().text);
    EXPECT_EQ(before.mechanism, after.mechanism);
    EXPECT_EQ(before.locally_initiated, after.locally_initiated);
    EXPECT_TRUE(after.open);
}

// The counterpart of t_ciflags: an initiator may leave confidentiality and integrity out of what
// it asks for, and gets them nevertheless, as RFC 4121 s4.1.1.1 lets both sides have them.
TEST_P(Inquiry, ToldFlagsAreThoseOfTheStep) {
    for (const ContextFlags asked : {ContextFlags(ContextFlag::mutual), default_context_flags,
                                     default_context_flags | ContextFlag::confidentiality}) {
        const ContextPair both = pair(with_flags(asked, require_nothing));
        const ContextFlags incidental{ContextFlag::protection_ready, ContextFlag::transferable};
        EXPECT_EQ((both.initiator.flags() - incidental).bits(),
                  (both.initiator.inquire().value().flags - incidental).bits());
        EXPECT_TRUE(both.initiator.flags().contains_all(asked));
    }
}

// The counterpart of t_err: what the acceptor answers when it fails tells the initiator why.
TEST_P(Inquiry, ErrorTokenOfTheAcceptorIsUnderstood) {
    const Name target = service(initiator(), "host@localhost");
    InitiateOptions options;
    options.channel_bindings = ChannelBindings::of_application_data(as_bytes("one"));
    Initiator from = Initiator::create(target, options).value();
    AcceptOptions accept;
    accept.channel_bindings = ChannelBindings::of_application_data(as_bytes("two"));
    Acceptor to = Acceptor::create(acceptor(), accept).value();
    const Step first = from.step();
    const Step refused = to.step(first.token);
    ASSERT_TRUE(refused.failed());
    EXPECT_TRUE(fails_with(refused, ErrorCode::bad_channel_bindings));
    if (refused.token.empty()) {
        EXPECT_FALSE(mit_accepts()) << "MIT answers with a KRB-ERROR";
        return;
    }
    const Step told = from.step(refused.token);
    ASSERT_TRUE(told.failed());
    EXPECT_FALSE(told.error->messages().empty());
    EXPECT_FALSE(succeeds(from.finish()));
}

} // namespace

} // namespace gss::test
