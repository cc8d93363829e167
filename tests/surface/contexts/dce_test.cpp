// SPDX-License-Identifier: Apache-2.0
// DCE style: three legs, the last from the initiator (MS-KILE 3.4.5.1).
#include "conformance.h"

#include <gssxx/krb5/context.h>

namespace gss::test {

namespace {

class Dce : public OnPair {
protected:
    [[nodiscard]] static EstablishOptions dce(const Oid& mechanism = mechanism::krb5()) {
        EstablishOptions options = with_flags(
            default_context_flags | ContextFlag::dce_style | ContextFlag::confidentiality,
            require_mutual_and_integrity | ContextFlag::dce_style);
        options.initiate.mechanism = mechanism;
        return options;
    }
    [[nodiscard]] static Initiator start() {
        const Name target = service(initiator(), "host@localhost");
        return Initiator::create(target, dce().initiate).value();
    }
};

INSTANTIATE_TEST_SUITE_P(All, Dce, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Dce, HasAThirdLeg) {
    Initiator from = start();
    Acceptor to = Acceptor::create(acceptor()).value();
    const Step first = from.step();
    ASSERT_TRUE(first.more());
    const Step answer = to.step(first.token);
    ASSERT_TRUE(answer.more()) << "the acceptor waits for the initiator's own answer";
    EXPECT_TRUE(fails_with(to.finish(), ErrorCode::misuse));
    const Step last = from.step(answer.token);
    ASSERT_TRUE(last.done());
    ASSERT_FALSE(last.token.empty()) << "established, and still a token to send";
    ASSERT_TRUE(to.step(last.token).done());
    AcceptedContext accepted = to.finish().value();
    SecurityContext context = from.finish().value();
    EXPECT_TRUE(context.flags().contains(ContextFlag::dce_style));
    EXPECT_TRUE(accepted.context.flags().contains(ContextFlag::dce_style));
    EXPECT_EQ(accepted.initiator.value().display().value().text, in_realm("alice"));
}

TEST_P(Dce, ProtectsMessagesBothWays) {
    ContextPair both = pair(dce());
    const Bytes message = pattern(100);
    const Buffer mic = both.initiator.get_mic(message).value();
    EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(message, mic)));
    EXPECT_FALSE(succeeds(both.acceptor.context.verify_mic(pattern(99), mic)));
    const Buffer back = both.acceptor.context.get_mic(message).value();
    EXPECT_TRUE(succeeds(both.initiator.verify_mic(message, back)));
    EXPECT_TRUE(text(krb5::session_key(both.initiator).value().octets.view()) ==
                text(krb5::session_key(both.acceptor.context).value().octets.view()));
}

TEST_P(Dce, AlteredLegsAreRefused) {
    for (const bool third : {false, true}) {
        Initiator from = start();
        Acceptor to = Acceptor::create(acceptor()).value();
        const Step first = from.step();
        const Step answer = to.step(first.token);
        ASSERT_TRUE(answer.more());
        if (!third) {
            const Step refused = from.step(altered(answer.token, answer.token.size() - 1));
            EXPECT_TRUE(refused.failed());
            EXPECT_FALSE(succeeds(from.finish()));
            continue;
        }
        const Step last = from.step(answer.token);
        ASSERT_TRUE(last.done());
        EXPECT_TRUE(to.step(altered(last.token, last.token.size() - 1)).failed());
        EXPECT_FALSE(succeeds(to.finish()));
    }
}

TEST_P(Dce, ThirdLegOfAnotherContextIsRefused) {
    Initiator one = start();
    Initiator other = start();
    Acceptor to_one = Acceptor::create(acceptor()).value();
    Acceptor to_other = Acceptor::create(acceptor()).value();
    const Step answer_one = to_one.step(one.step().token);
    const Step answer_other = to_other.step(other.step().token);
    ASSERT_TRUE(answer_one.more() && answer_other.more());
    ASSERT_TRUE(one.step(answer_one.token).done());
    const Step last = other.step(answer_other.token);
    ASSERT_TRUE(last.done());
    EXPECT_TRUE(to_one.step(last.token).failed());
}

TEST_P(Dce, EmptyAndCutThirdLegsAreRefused) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{20}}) {
        Initiator from = start();
        Acceptor to = Acceptor::create(acceptor()).value();
        const Step answer = to.step(from.step().token);
        ASSERT_TRUE(answer.more());
        const Step last = from.step(answer.token);
        ASSERT_TRUE(last.done());
        const Step refused = to.step(last.token.view().first(size));
        ASSERT_TRUE(refused.failed()) << size;
        EXPECT_TRUE(refused.error.has_value());
    }
}

TEST_P(Dce, WorksThroughSpnego) {
    const Result<ContextPair> both = try_establish(dce(mechanism::spnego()));
    ASSERT_TRUE(succeeds(both));
    EXPECT_TRUE(both->initiator.flags().contains(ContextFlag::dce_style));
    EXPECT_TRUE(both->acceptor.context.flags().contains(ContextFlag::dce_style));
}

} // namespace

} // namespace gss::test
