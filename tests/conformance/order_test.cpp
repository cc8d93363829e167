// SPDX-License-Identifier: Apache-2.0
// The order of messages: what comes twice, early or late is an error, unless the caller says
// otherwise, and even then a checksum has to hold.
#include "conformance.h"

namespace gss::test {

namespace {

class OrderTests : public OnPair {
protected:
    /// Two MICs over "m", in the order of their numbers.
    [[nodiscard]] static std::vector<Buffer> mics(SecurityContext& from, int count) {
        std::vector<Buffer> result;
        for (int index = 0; index < count; ++index) {
            result.push_back(from.get_mic(as_bytes("m")).value());
        }
        return result;
    }
    [[nodiscard]] static Result<VerifiedMic> verify(SecurityContext& to, BytesView mic) {
        return to.verify_mic(as_bytes("m"), mic);
    }
    [[nodiscard]] static bool out_of_order_works() {
        return acceptor().supports(Capability::out_of_order_delivery);
    }
};

INSTANTIATE_TEST_SUITE_P(All, OrderTests, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(OrderTests, ReplayedMicsAreDuplicates) {
    ContextPair both = pair();
    const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
    ASSERT_TRUE(succeeds(verify(both.acceptor.context, mic)));
    const Result<VerifiedMic> replayed = verify(both.acceptor.context, mic);
    ASSERT_TRUE(fails_with(replayed, ErrorCode::duplicate_token));
    EXPECT_TRUE(replayed.error().is(ErrorClass::supplementary));
}

TEST_P(OrderTests, ReplayedMessagesAreDuplicates) {
    ContextPair both = pair();
    for (const Seal seal : {Seal::required, Seal::integrity_only}) {
        const Buffer token = both.acceptor.context.wrap(as_bytes("m"), seal).value().token;
        ASSERT_TRUE(succeeds(both.initiator.unwrap(token)));
        EXPECT_TRUE(fails_with(both.initiator.unwrap(token), ErrorCode::duplicate_token));
    }
}

TEST_P(OrderTests, SkippedTokensLeaveAGap) {
    ContextPair both = pair();
    const std::vector<Buffer> three = mics(both.initiator, 3);
    EXPECT_TRUE(succeeds(verify(both.acceptor.context, three[0])));
    const Result<VerifiedMic> early = verify(both.acceptor.context, three[2]);
    ASSERT_TRUE(fails_with(early, ErrorCode::gap_token));
    EXPECT_TRUE(early.error().is(ErrorClass::token_too_early));
}

TEST_P(OrderTests, LateTokensAreUnsequenced) {
    ContextPair both = pair();
    const std::vector<Buffer> three = mics(both.initiator, 3);
    ASSERT_FALSE(verify(both.acceptor.context, three[1]).has_value());
    const Result<VerifiedMic> late = verify(both.acceptor.context, three[0]);
    ASSERT_TRUE(fails_with(late, ErrorCode::unsequenced_token));
    EXPECT_TRUE(late.error().is(ErrorClass::token_too_late));
}

TEST_P(OrderTests, DirectionsAreCountedApart) {
    ContextPair both = pair();
    static_cast<void>(mics(both.initiator, 5));
    const Buffer back = both.acceptor.context.get_mic(as_bytes("m")).value();
    EXPECT_TRUE(succeeds(verify(both.initiator, back)));
}

TEST_P(OrderTests, WithoutDetectionNothingIsSaid) {
    const ContextFlags flags{ContextFlag::mutual, ContextFlag::integrity};
    ContextPair both = pair(with_flags(flags));
    const std::vector<Buffer> three = mics(both.initiator, 3);
    for (const std::size_t index : {2U, 0U, 0U, 1U, 2U}) {
        EXPECT_TRUE(succeeds(verify(both.acceptor.context, three[index]))) << index;
    }
}

constexpr ContextFlags replay_only{ContextFlag::mutual, ContextFlag::integrity,
                                   ContextFlag::replay_detection};

TEST_P(OrderTests, WithReplayDetectionAloneGapsAreNoErrors) {
    ContextPair both = pair(with_flags(replay_only));
    const std::vector<Buffer> three = mics(both.initiator, 3);
    EXPECT_TRUE(succeeds(verify(both.acceptor.context, three[0])));
    EXPECT_TRUE(succeeds(verify(both.acceptor.context, three[2])));
    const Result<VerifiedMic> late = verify(both.acceptor.context, three[1]);
    if (mit_accepts()) {
        EXPECT_TRUE(succeeds(late));
    } else {
        // Heimdal 7.8 loses its place in the list of what it has seen.
        EXPECT_TRUE(fails_with(late, ErrorCode::unsequenced_token));
    }
}

TEST_P(OrderTests, WithReplayDetectionAloneDuplicatesAreErrors) {
    ContextPair both = pair(with_flags(replay_only));
    for (const Buffer& mic : mics(both.initiator, 3)) {
        ASSERT_TRUE(succeeds(verify(both.acceptor.context, mic)));
        EXPECT_TRUE(fails_with(verify(both.acceptor.context, mic), ErrorCode::duplicate_token));
    }
}

TEST_P(OrderTests, AcceptingOutOfOrderIsUnavailableWhereItCouldBeForged) {
    ContextPair both = pair();
    const Result<void> accepted = both.acceptor.context.accept_out_of_order();
    if (out_of_order_works()) {
        EXPECT_TRUE(succeeds(accepted));
    } else {
        EXPECT_TRUE(fails_with(accepted, ErrorCode::unavailable));
    }
}

TEST_P(OrderTests, AcceptedOutOfOrderIsMarked) {
    ContextPair both = pair();
    SecurityContext& to = both.acceptor.context;
    if (!to.accept_out_of_order()) {
        const std::vector<Buffer> two = mics(both.initiator, 2);
        EXPECT_TRUE(fails_with(verify(to, two[1]), ErrorCode::gap_token)) << "still strict";
        return;
    }
    const std::vector<Buffer> three = mics(both.initiator, 3);
    EXPECT_EQ(verify(to, three[1]).value().order, Order::gap);
    EXPECT_EQ(verify(to, three[0]).value().order, Order::unsequenced);
    EXPECT_EQ(verify(to, three[2]).value().order, Order::in_order);
    EXPECT_TRUE(fails_with(verify(to, three[0]), ErrorCode::duplicate_token));
    const Buffer skipped = both.initiator.wrap(as_bytes("skipped")).value().token;
    const Buffer early = both.initiator.wrap(as_bytes("early")).value().token;
    const Unwrapped opened = to.unwrap(early).value();
    EXPECT_EQ(opened.order, Order::gap);
    EXPECT_EQ(opened.message.text(), "early");
    Buffer late = Buffer::copy_of(skipped);
    EXPECT_EQ(to.unwrap_in_place(late.mutable_view()).value().order, Order::unsequenced);
    EXPECT_TRUE(fails_with(to.unwrap(skipped), ErrorCode::duplicate_token));
}

TEST_P(OrderTests, TokensBehindTheWindowAreOld) {
    ContextPair both = pair(with_flags(replay_only));
    SecurityContext& to = both.acceptor.context;
    const std::vector<Buffer> many = mics(both.initiator, 100);
    ASSERT_TRUE(succeeds(verify(to, many[99])));
    EXPECT_TRUE(fails_with(verify(to, many[0]), ErrorCode::old_token));
    if (to.accept_out_of_order()) {
        EXPECT_EQ(verify(to, many[1]).value().order, Order::old);
    }
}

TEST_P(OrderTests, ReplaysBehindTheWindowAreNeverInOrder) {
    ContextPair both = pair();
    SecurityContext& to = both.acceptor.context;
    const std::vector<Buffer> many = mics(both.initiator, 100);
    for (const Buffer& mic : many) {
        ASSERT_TRUE(succeeds(verify(to, mic)));
    }
    EXPECT_FALSE(verify(to, many[0]).has_value());
    if (to.accept_out_of_order()) {
        // The library no longer knows. MIT 1.20 says "unsequenced" where sequences are detected,
        // "old" where only replays are.
        EXPECT_EQ(verify(to, many[0]).value().order, Order::unsequenced);
        EXPECT_TRUE(fails_with(verify(to, many[80]), ErrorCode::duplicate_token));
    }
}

TEST_P(OrderTests, ForgedNumbersAreRefusedEvenOutOfOrder) {
    ContextPair both = pair();
    SecurityContext& to = both.acceptor.context;
    if (!to.accept_out_of_order()) {
        // RFC 4121 s4.2.6: the number is in octets 8 to 15. What is said differs, success never.
        for (std::size_t index = 8; index < 16; ++index) {
            const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
            EXPECT_FALSE(verify(to, altered(mic, index)).has_value());
        }
        return;
    }
    for (std::size_t index = 8; index < 16; ++index) {
        for (const std::byte bits : {std::byte{0x01}, std::byte{0x02}, std::byte{0x80}}) {
            const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
            EXPECT_TRUE(fails_with(verify(to, altered(mic, index, bits)), ErrorCode::bad_mic));
            EXPECT_TRUE(succeeds(verify(to, mic))) << "the forged one moved the window";
            for (const Seal seal : {Seal::required, Seal::integrity_only}) {
                const Buffer token = both.initiator.wrap(as_bytes("m"), seal).value().token;
                EXPECT_TRUE(fails_with(to.unwrap(altered(token, index, bits)), ErrorCode::bad_mic));
                EXPECT_TRUE(succeeds(to.unwrap(token)));
            }
        }
    }
}

} // namespace

} // namespace gss::test
