// SPDX-License-Identifier: Apache-2.0
// Establishment: what is asked for is granted or refused, and both sides agree on what was.
#include "conformance.h"

#include <chrono>

namespace gss::test {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class Establishment : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, Establishment, testing::ValuesIn(all_pairs()), name_of_pair);

/// Flags that libraries report of their own accord and in their own way.
constexpr ContextFlags incidental{ContextFlag::protection_ready, ContextFlag::transferable,
                                  ContextFlag::confidentiality, ContextFlag::integrity};

TEST_P(Establishment, GrantsTheDefaultFlagsToBothSides) {
    const ContextPair both = pair();
    EXPECT_TRUE(both.initiator.flags().contains_all(default_context_flags));
    EXPECT_TRUE(both.acceptor.context.flags().contains_all(default_context_flags));
    for (const ContextFlag never :
         {ContextFlag::delegate_to_peer, ContextFlag::anonymity, ContextFlag::dce_style}) {
        EXPECT_FALSE(both.initiator.flags().contains(never));
        EXPECT_FALSE(both.acceptor.context.flags().contains(never));
    }
}

TEST_P(Establishment, GrantsEveryFlagThatIsAskedForAlone) {
    for (const ContextFlag flag :
         {ContextFlag::mutual, ContextFlag::replay_detection, ContextFlag::sequence_detection,
          ContextFlag::confidentiality, ContextFlag::integrity}) {
        const ContextPair both = pair(with_flags(flag, flag));
        EXPECT_TRUE(both.initiator.flags().contains(flag));
        EXPECT_TRUE(both.acceptor.context.flags().contains(flag));
        const ContextFlags others = ContextFlags{ContextFlag::mutual, ContextFlag::replay_detection,
                                                 ContextFlag::sequence_detection} -
                                    ContextFlags(flag);
        EXPECT_TRUE((both.initiator.flags() & others).empty())
            << "bits " << both.initiator.flags().bits() << " for " << static_cast<unsigned>(flag);
        EXPECT_TRUE((both.acceptor.context.flags() & others).empty())
            << "bits " << both.acceptor.context.flags().bits();
    }
}

TEST_P(Establishment, WithoutAnyFlagStillGivesIntegrity) {
    const ContextPair both = pair(with_flags({}, require_nothing));
    EXPECT_TRUE((both.initiator.flags() - incidental).empty()) << both.initiator.flags().bits();
    EXPECT_FALSE(both.acceptor.context.flags().contains(ContextFlag::mutual));
}

TEST_P(Establishment, IsOneWayWhereOnlyIntegrityIsRequired) {
    const ContextFlags flags = default_context_flags - ContextFlags(ContextFlag::mutual);
    ContextPair both = pair(with_flags(flags, require_integrity_only));
    EXPECT_FALSE(both.initiator.flags().contains(ContextFlag::mutual));
    const Bytes message = pattern(100);
    const Buffer mic = both.initiator.get_mic(message).value();
    EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(message, mic)));
}

TEST_P(Establishment, FailsWhereTheInitiatorIsGrantedTooLittle) {
    EstablishOptions options = with_flags(default_context_flags, require_nothing);
    options.initiate.required = require_mutual_and_integrity | ContextFlag::anonymity;
    const Result<ContextPair> result = try_establish(options);
    ASSERT_TRUE(fails_with(result, ErrorCode::insufficient_protection));
    EXPECT_NE(result.error().text().find("anonymity"), std::string::npos) << result.error().text();
}

TEST_P(Establishment, FailsWhereTheAcceptorRequiresWhatWasNotAskedFor) {
    EstablishOptions options = with_flags(ContextFlag::integrity, require_nothing);
    options.accept.required = require_mutual_and_integrity;
    const Result<ContextPair> result = try_establish(options);
    ASSERT_TRUE(fails_with(result, ErrorCode::insufficient_protection));
    EXPECT_NE(result.error().text().find("mutual"), std::string::npos) << result.error().text();
}

TEST_P(Establishment, AcceptorRefusesWithoutAToken) {
    const Name target = service(initiator(), "host@localhost");
    InitiateOptions one_way;
    one_way.flags = ContextFlag::integrity;
    one_way.required = require_nothing;
    Initiator from = Initiator::create(target, one_way).value();
    const Step first = from.step();
    ASSERT_TRUE(first.done());
    Acceptor to = Acceptor::create(acceptor()).value();
    const Step refused = to.step(first.token);
    EXPECT_TRUE(fails_with(refused, ErrorCode::insufficient_protection));
    EXPECT_TRUE(refused.token.empty());
    EXPECT_TRUE(fails_with(to.finish(), ErrorCode::misuse));
}

TEST_P(Establishment, KeepsFlagBitsWithoutAName) {
    constexpr std::uint32_t unknown = 0x00400000;
    EstablishOptions options = with_flags(default_context_flags | ContextFlags::from_bits(unknown));
    // Asking for what nobody knows neither fails nor is granted.
    const ContextPair both = pair(options);
    EXPECT_TRUE(both.initiator.flags().contains_all(default_context_flags));
    options.initiate.required |= ContextFlags::from_bits(unknown);
    const Result<ContextPair> required = try_establish(options);
    if (!both.initiator.flags().contains_all(ContextFlags::from_bits(unknown))) {
        EXPECT_TRUE(fails_with(required, ErrorCode::insufficient_protection));
    }
}

TEST_P(Establishment, TellsTheNamesOfBothSides) {
    const ContextPair both = pair();
    EXPECT_EQ(both.acceptor.initiator.value().display().value().text, in_realm("alice"));
    const ContextInfo from = both.initiator.inquire().value();
    EXPECT_EQ(from.initiator_name.value().display().value().text, in_realm("alice"));
    EXPECT_EQ(from.target_name.value().display().value().text, in_realm("host/localhost"));
    const ContextInfo to = both.acceptor.context.inquire().value();
    EXPECT_EQ(to.initiator_name.value().display().value().text, in_realm("alice"));
    EXPECT_EQ(to.target_name.value().display().value().text, in_realm("host/localhost"));
}

TEST_P(Establishment, IsInquiredOnBothSides) {
    const ContextPair both = pair();
    const ContextInfo from = both.initiator.inquire().value();
    const ContextInfo to = both.acceptor.context.inquire().value();
    EXPECT_TRUE(from.locally_initiated);
    EXPECT_FALSE(to.locally_initiated);
    for (const ContextInfo* info : {&from, &to}) {
        EXPECT_TRUE(info->open);
        EXPECT_EQ(info->mechanism, mechanism::krb5());
        EXPECT_TRUE(info->flags.contains_all(default_context_flags));
        const std::optional<seconds> left = info->lifetime.duration();
        ASSERT_TRUE(left.has_value());
        EXPECT_GT(*left, minutes(1));
        EXPECT_LE(*left, hours(10) + minutes(5)); // MIT adds the clock skew on the acceptor
    }
    EXPECT_EQ(both.initiator.mechanism(), mechanism::krb5());
    EXPECT_EQ(both.acceptor.context.mechanism(), mechanism::krb5());
    EXPECT_EQ(both.initiator.backend(), initiator());
}

TEST_P(Establishment, TellsTheRemainingLifetime) {
    const ContextPair both = pair();
    for (const Lifetime& lifetime :
         {both.initiator.remaining_lifetime().value(),
          both.acceptor.context.remaining_lifetime().value(), both.acceptor.lifetime}) {
        const std::optional<seconds> left = lifetime.duration();
        ASSERT_TRUE(left.has_value());
        EXPECT_GT(*left, minutes(1));
        EXPECT_LE(*left, hours(10) + minutes(5));
    }
}

TEST_P(Establishment, sec_A3_24_TakesEveryLifetime) {
    for (const Lifetime& asked :
         {Lifetime(seconds(0)), Lifetime(seconds(60)), Lifetime(seconds(0x80000000LL)),
          Lifetime(seconds(0xffffffffLL)), Lifetime(seconds(1LL << 40U)), Lifetime(seconds::max()),
          Lifetime::indefinite()}) {
        EstablishOptions options;
        options.initiate.lifetime = asked;
        const ContextPair both = pair(options);
        const std::optional<seconds> left = both.initiator.remaining_lifetime().value().duration();
        ASSERT_TRUE(left.has_value());
        EXPECT_GT(*left, seconds(0));
        EXPECT_LE(*left, hours(10));
    }
}

TEST_P(Establishment, WorksWithSpnego) {
    const Result<ContextPair> both = try_establish(with_mechanism(mechanism::spnego()));
    ASSERT_TRUE(succeeds(both));
    // The context speaks Kerberos in the end; MIT says so, Heimdal says SPNEGO.
    for (const Oid& spoken : {both->initiator.mechanism(), both->acceptor.context.mechanism()}) {
        EXPECT_TRUE(spoken == mechanism::krb5() || spoken == mechanism::spnego())
            << spoken.to_string();
    }
    EXPECT_EQ(both->acceptor.initiator.value().display().value().text, in_realm("alice"));
    EXPECT_TRUE(both->initiator.flags().contains_all(require_mutual_and_integrity));
}

TEST_P(Establishment, WithSpnegoProtectsMessages) {
    ContextPair both = pair(with_mechanism(mechanism::spnego()));
    const Bytes message = pattern(1000);
    const Wrapped wrapped = both.initiator.wrap(message).value();
    EXPECT_EQ(text(both.acceptor.context.unwrap(wrapped.token).value().message), text(message));
    const Buffer mic = both.acceptor.context.get_mic(message).value();
    EXPECT_TRUE(succeeds(both.initiator.verify_mic(message, mic)));
}

TEST_P(Establishment, WithUnknownMechanismsIsRefused) {
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    EXPECT_TRUE(fails_with(try_establish(with_mechanism(unknown)), ErrorCode::bad_mechanism));
}

TEST_P(Establishment, TakesNamedCredentials) {
    const Name name = principal(initiator(), "alice");
    AcquireOptions acquire;
    acquire.name = &name;
    acquire.mechanisms = {mechanism::krb5()};
    const Credentials from =
        Credentials::acquire(initiator(), CredentialUsage::initiate, acquire).value().credentials;
    const Name host = service(acceptor(), "host@localhost");
    acquire.name = &host;
    const Credentials to =
        Credentials::acquire(acceptor(), CredentialUsage::accept, acquire).value().credentials;
    EstablishOptions options;
    options.initiate.credentials = &from;
    options.accept.credentials = &to;
    EXPECT_TRUE(succeeds(try_establish(options)));
}

TEST_P(Establishment, TakesCredentialsOfItsOwnBackendOnly) {
    AcquireOptions acquire;
    acquire.mechanisms = {mechanism::krb5()};
    const Credentials from =
        Credentials::acquire(acceptor(), CredentialUsage::initiate, acquire).value().credentials;
    EstablishOptions options;
    options.initiate.credentials = &from;
    const Result<ContextPair> result = try_establish(options);
    if (initiator() == acceptor()) {
        EXPECT_TRUE(succeeds(result));
    } else {
        EXPECT_TRUE(fails_with(result, ErrorCode::misuse));
    }
}

TEST_P(Establishment, ToAnUnknownServiceFails) {
    EstablishOptions options;
    options.target = "nobody@localhost";
    EXPECT_TRUE(fails_with(try_establish(options), ErrorCode::service_unknown));
}

TEST_P(Establishment, sec_A3_20_ReplayedFirstTokensAreRefused) {
    const Name target = service(initiator(), "host@localhost");
    InitiateOptions one_way;
    one_way.flags = ContextFlags{ContextFlag::integrity, ContextFlag::replay_detection};
    one_way.required = require_integrity_only;
    AcceptOptions accept;
    accept.required = require_integrity_only;
    Initiator from = Initiator::create(target, one_way).value();
    const Step first = from.step();
    ASSERT_TRUE(first.done());
    Acceptor to = Acceptor::create(acceptor(), accept).value();
    ASSERT_TRUE(to.step(first.token).done());
    Acceptor again = Acceptor::create(acceptor(), accept).value();
    const Step replayed = again.step(first.token);
    if (acceptor().supports(Capability::replay_cache)) {
        EXPECT_TRUE(fails_with(replayed, ErrorCode::replayed_token));
    } else {
        // Why mutual authentication is required by default.
        EXPECT_TRUE(replayed.done());
    }
}

TEST_P(Establishment, RefusesEmptyAndEarlyTokens) {
    const Name target = service(initiator(), "host@localhost");
    Initiator early = Initiator::create(target).value();
    EXPECT_TRUE(fails_with(early.step(as_bytes("x")), ErrorCode::invalid_token));
    Acceptor empty = Acceptor::create(acceptor()).value();
    EXPECT_TRUE(fails_with(empty.step({}), ErrorCode::invalid_token));
    Initiator continued = Initiator::create(target).value();
    ASSERT_TRUE(continued.step().more());
    EXPECT_TRUE(fails_with(continued.step({}), ErrorCode::invalid_token));
    EXPECT_TRUE(fails_with(continued.step(as_bytes("x")), ErrorCode::misuse))
        << "a failed step is terminal";
}

TEST_P(Establishment, IsNotFinishedBeforeItIsDone) {
    const Name target = service(initiator(), "host@localhost");
    Initiator from = Initiator::create(target).value();
    EXPECT_TRUE(fails_with(from.finish(), ErrorCode::misuse));
    const Step first = from.step();
    ASSERT_TRUE(first.more());
    EXPECT_FALSE(from.established());
    EXPECT_TRUE(fails_with(from.finish(), ErrorCode::misuse));
    Acceptor to = Acceptor::create(acceptor()).value();
    const Step answer = to.step(first.token);
    ASSERT_TRUE(answer.done());
    EXPECT_TRUE(to.established());
    ASSERT_TRUE(from.step(answer.token).done());
    EXPECT_TRUE(fails_with(from.step(answer.token), ErrorCode::misuse));
    EXPECT_TRUE(succeeds(from.finish()));
    EXPECT_TRUE(fails_with(from.finish(), ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
