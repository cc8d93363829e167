// SPDX-License-Identifier: Apache-2.0
// Contexts that are not established yet, and initiators that are moved and dropped on the way.
#include "conformance.h"

namespace gss::test {

namespace {

class HalfOpenTests : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, HalfOpenTests, testing::ValuesIn(all_pairs()), name_of_pair);

/// A value or an Error with a text; the point is that the library survives the question.
void expect_answer(const Result<ContextInfo>& info, bool locally_initiated) {
    if (info) {
        EXPECT_EQ(info->locally_initiated, locally_initiated);
        EXPECT_FALSE(info->open);
    } else {
        EXPECT_FALSE(info.error().text().empty());
    }
}

class HalfOpenMechanisms : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, HalfOpenMechanisms, testing::ValuesIn(backend_names()),
                         name_of_backend);

TEST_P(HalfOpenMechanisms, sec_A3_07_AnswerInquiries) {
    const Name target = service(library(), "host@localhost");
    const OidSet mechanisms = library().mechanisms().value();
    for (const Oid& oid : mechanisms) {
        InitiateOptions options;
        options.mechanism = oid;
        options.required = require_nothing;
        Initiator from = Initiator::create(target, options).value();
        EXPECT_TRUE(fails_with(from.inquire(), ErrorCode::no_context)) << "nothing exists yet";
        const Step first = from.step();
        if (first.failed()) {
            EXPECT_TRUE(fails_with(from.inquire(), ErrorCode::no_context)) << oid.to_string();
            continue;
        }
        expect_answer(from.inquire(), true);
        AcceptOptions accept;
        accept.required = require_nothing;
        Acceptor to = Acceptor::create(library(), accept).value();
        EXPECT_TRUE(fails_with(to.inquire(), ErrorCode::no_context));
        const Step answer = to.step(first.token);
        if (answer.more()) {
            expect_answer(to.inquire(), false);
        }
    }
}

TEST_P(HalfOpenMechanisms, sec_A3_07_AnswerInquiriesWhileIakerbGoesOn) {
    const Name target = service(library(), "host@localhost");
    InitiateOptions options;
    options.mechanism = mechanism::iakerb();
    options.required = require_nothing;
    Initiator from = Initiator::create(target, options).value();
    const Step first = from.step();
    if (!is_mit()) {
        EXPECT_TRUE(fails_with(first, ErrorCode::bad_mechanism));
        return;
    }
    ASSERT_TRUE(first.more()) << first.error->text();
    expect_answer(from.inquire(), true);
    EXPECT_TRUE(fails_with(from.early_protection(), ErrorCode::no_context));
}

TEST_P(HalfOpenTests, ProtectMessagesOnlyWhenGranted) {
    const Name target = service(initiator(), "host@localhost");
    Initiator from = Initiator::create(target).value();
    EXPECT_TRUE(fails_with(from.early_protection(), ErrorCode::no_context));
    const Step first = from.step();
    ASSERT_TRUE(first.more());
    const Result<MessageProtection*> early = from.early_protection();
    // Per-message services before the acceptor answered are promised by the flag alone.
    EXPECT_EQ(early.has_value(), from.flags().contains(ContextFlag::protection_ready));
    if (early) {
        const Result<Buffer> mic = (*early)->get_mic(as_bytes("early"));
        EXPECT_TRUE(succeeds(mic));
    }
}

TEST_P(HalfOpenTests, SurviveBeingMovedAtEveryStep) {
    const Name target = service(initiator(), "host@localhost");
    Initiator from = Initiator::create(target).value();
    Initiator moved = std::move(from);
    const Step first = moved.step();
    Initiator again = std::move(moved);
    Acceptor to = Acceptor::create(acceptor()).value();
    Acceptor to_moved = std::move(to);
    const Step answer = to_moved.step(first.token);
    Acceptor to_again = std::move(to_moved);
    ASSERT_TRUE(again.step(answer.token).done());
    SecurityContext context = again.finish().value();
    AcceptedContext accepted = to_again.finish().value();
    SecurityContext context_moved = std::move(context);
    const Buffer mic = context_moved.get_mic(as_bytes("m")).value();
    EXPECT_TRUE(succeeds(accepted.context.verify_mic(as_bytes("m"), mic)));
}

TEST_P(HalfOpenTests, ThatWereMovedFromAreMisuse) {
    const Name target = service(initiator(), "host@localhost");
    Initiator from = Initiator::create(target).value();
    const Initiator taken = std::move(from);
    EXPECT_TRUE(fails_with(from.step(), ErrorCode::misuse)); // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(fails_with(from.finish(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(from.inquire(), ErrorCode::misuse));
    EXPECT_FALSE(from.established());
}

TEST_P(HalfOpenTests, MayBeDroppedAtEveryStep) {
    const Name target = service(initiator(), "host@localhost");
    for (int steps = 0; steps < 3; ++steps) {
        Initiator from = Initiator::create(target).value();
        Acceptor to = Acceptor::create(acceptor()).value();
        Step last;
        if (steps > 0) {
            last = from.step();
            ASSERT_TRUE(last.more());
        }
        if (steps > 1) {
            last = to.step(last.token);
            ASSERT_TRUE(last.done());
        }
    } // leaks and double releases are seen by the sanitizers
}

TEST_P(HalfOpenMechanisms, AnswersWithoutAFrameAreRefused) {
    // Heimdal 7.8 goes on with memory that it never wrote: it must not see them.
    const Name target = service(library(), "host@localhost");
    const std::array krb5_answers{std::string_view("garbage"), std::string_view("o\x02\x02\x00", 4),
                                  std::string_view("`\x00", 2)};
    const std::array spnego_answers{
        std::string_view("garbage"),
        std::string_view("\xa1\x0f\x30\x0d\xa2\x0b\x04\x09not a one", 17), // response token
        std::string_view("\xa1\x06\x30\x04\xa2\x02\x04\x00", 8),           // an empty one
        std::string_view("\xa1\x06\x30\x80\xa2\x02\x04\x00", 8)};          // BER
    const auto try_all = [&](const Oid& oid, const auto& answers) {
        for (const std::string_view answer : answers) {
            InitiateOptions options;
            options.mechanism = oid;
            Initiator from = Initiator::create(target, options).value();
            ASSERT_TRUE(from.step().more());
            const Step refused = from.step(as_bytes(answer));
            ASSERT_TRUE(fails_with(refused, ErrorCode::invalid_token)) << answer;
            EXPECT_EQ(refused.error->native().has_value(), is_mit()) << answer;
        }
    };
    try_all(mechanism::krb5(), krb5_answers);
    try_all(mechanism::spnego(), spnego_answers);
}

TEST_P(HalfOpenTests, ErrorTokensOfTheAcceptorAreUnderstood) {
    // A key the acceptor lacks: the token is for HTTP, the credential for host.
    AcquireOptions acquire;
    acquire.mechanisms = {mechanism::krb5()};
    const Name host = service(acceptor(), "host@localhost");
    acquire.name = &host;
    const Credentials only_host =
        Credentials::acquire(acceptor(), CredentialUsage::accept, acquire).value().credentials;
    const Name target = service(initiator(), "HTTP@localhost");
    Initiator from = Initiator::create(target).value();
    const Step first = from.step();
    AcceptOptions accept;
    accept.credentials = &only_host;
    Acceptor to = Acceptor::create(acceptor(), accept).value();
    const Step refused = to.step(first.token);
    ASSERT_TRUE(refused.failed());
    if (!refused.token.empty()) {
        const Step told = from.step(refused.token);
        ASSERT_TRUE(told.failed());
        EXPECT_FALSE(told.error->text().empty());
    }
}

} // namespace

} // namespace gss::test
