// SPDX-License-Identifier: Apache-2.0
// Delegation: never unasked, never taken unasked, and usable when both sides want it.
#include "conformance.h"

namespace gss::test {

namespace {

class Delegation : public OnPair {
protected:
    [[nodiscard]] static EstablishOptions delegating(bool accept) {
        EstablishOptions options =
            with_flags(default_context_flags | ContextFlag::delegate_to_peer);
        options.accept.accept_delegation = accept;
        return options;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Delegation, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Delegation, GivesCredentialsOfTheInitiator) {
    const ContextPair both = pair(delegating(true));
    EXPECT_TRUE(both.initiator.flags().contains(ContextFlag::delegate_to_peer));
    EXPECT_TRUE(both.acceptor.context.flags().contains(ContextFlag::delegate_to_peer));
    ASSERT_TRUE(both.acceptor.delegated.has_value());
    const CredentialInfo info =
        both.acceptor.delegated
            ->inquire(CredentialFields{CredentialField::name, CredentialField::lifetime})
            .value();
    EXPECT_EQ(info.name.value().display().value().text, in_realm("alice"));
    EXPECT_FALSE(info.lifetime.value().is_expired());
    EXPECT_EQ(both.acceptor.delegated->backend(), acceptor());
}

TEST_P(Delegation, GivesCredentialsThatInitiate) {
    const ContextPair both = pair(delegating(true));
    EstablishOptions onward;
    onward.target = "HTTP@localhost";
    onward.initiate.credentials = &both.acceptor.delegated.value();
    const ContextPair second = establish(acceptor(), initiator(), onward).value();
    EXPECT_EQ(second.acceptor.initiator.value().display().value().text, in_realm("alice"));
    EXPECT_FALSE(second.initiator.flags().contains(ContextFlag::delegate_to_peer));
}

TEST_P(Delegation, GivesCredentialsThatDoNotAccept) {
    const ContextPair both = pair(delegating(true));
    EstablishOptions backward;
    backward.accept.credentials = &both.acceptor.delegated.value();
    EXPECT_TRUE(
        fails_with(establish(initiator(), acceptor(), backward), ErrorCode::no_credentials));
}

TEST_P(Delegation, GivesCredentialsThatOutliveTheContext) {
    std::optional<ContextPair> both = pair(delegating(true));
    const Credentials delegated = std::move(*both->acceptor.delegated);
    both.reset();
    EstablishOptions onward;
    onward.initiate.credentials = &delegated;
    EXPECT_TRUE(succeeds(establish(acceptor(), acceptor(), onward)));
}

TEST_P(Delegation, sec_A3_12_IsNotTakenUnlessWanted) {
    const ContextPair both = pair(delegating(false));
    EXPECT_FALSE(both.acceptor.delegated.has_value());
}

TEST_P(Delegation, DoesNotHappenUnasked) {
    EstablishOptions options;
    options.accept.accept_delegation = true;
    const ContextPair both = pair(options);
    EXPECT_FALSE(both.initiator.flags().contains(ContextFlag::delegate_to_peer));
    EXPECT_FALSE(both.acceptor.context.flags().contains(ContextFlag::delegate_to_peer));
    EXPECT_FALSE(both.acceptor.delegated.has_value());
}

TEST_P(Delegation, ByPolicyWaitsForTheKdcsWord) {
    // The KDC has not marked host/localhost as good for delegation.
    EstablishOptions options = with_flags(default_context_flags | ContextFlag::delegate_by_policy);
    options.accept.accept_delegation = true;
    const ContextPair both = pair(options);
    EXPECT_FALSE(both.initiator.flags().contains(ContextFlag::delegate_to_peer));
    EXPECT_FALSE(both.acceptor.delegated.has_value());
}

TEST_P(Delegation, NeedsAForwardableTicket) {
    const std::string cache = fresh_path("fixed_cache");
    realm::TicketOptions ticket;
    ticket.forwardable = false;
    shared_realm().kinit("alice", cache, ticket).value();
    in_fresh_thread([&] {
        const ScopedEnvironment environment("KRB5CCNAME", "FILE:" + cache);
        // It is not an error: the context comes about without delegation.
        const ContextPair both = pair(delegating(true));
        EXPECT_FALSE(both.initiator.flags().contains(ContextFlag::delegate_to_peer));
        EXPECT_FALSE(both.acceptor.delegated.has_value());
    });
}

TEST_P(Delegation, WorksThroughSpnego) {
    EstablishOptions options = delegating(true);
    options.initiate.mechanism = mechanism::spnego();
    const ContextPair both = pair(options);
    ASSERT_TRUE(both.acceptor.delegated.has_value());
    EstablishOptions onward;
    onward.initiate.credentials = &both.acceptor.delegated.value();
    EXPECT_TRUE(succeeds(establish(acceptor(), acceptor(), onward)));
}

} // namespace

} // namespace gss::test
