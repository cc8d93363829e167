// SPDX-License-Identifier: Apache-2.0
// Messages: every form of protecting and opening agrees, and nothing altered passes.
#include "conformance.h"

#include <algorithm>

namespace gss::test {

namespace {

class Messages : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, Messages, testing::ValuesIn(all_pairs()), name_of_pair);

constexpr std::array<std::size_t, 10> sizes{0, 1, 15, 16, 17, 64, 1000, 1024, 65536, 1U << 20U};

/// What works in one direction has to work in the other.
void in_both_directions(ContextPair& pair,
                        const std::function<void(SecurityContext&, SecurityContext&)>& test) {
    test(pair.initiator, pair.acceptor.context);
    test(pair.acceptor.context, pair.initiator);
}

TEST_P(Messages, WithAMicAreVerified) {
    ContextPair both = pair();
    for (const std::size_t size : sizes) {
        const Bytes message = pattern(size);
        in_both_directions(both, [&](SecurityContext& from, SecurityContext& to) {
            const Buffer mic = from.get_mic(message).value();
            const VerifiedMic verified = to.verify_mic(message, mic).value();
            EXPECT_EQ(verified.qop, default_qop);
            EXPECT_EQ(verified.order, Order::in_order);
        });
    }
}

TEST_P(Messages, ThatAreSealedOpenToThemselves) {
    ContextPair both = pair(with_flags(default_context_flags | ContextFlag::confidentiality));
    for (const std::size_t size : sizes) {
        const Bytes message = pattern(size);
        in_both_directions(both, [&](SecurityContext& from, SecurityContext& to) {
            const Wrapped wrapped = from.wrap(message).value();
            EXPECT_TRUE(wrapped.sealed);
            if (size >= 16) {
                EXPECT_EQ(wrapped.token.text().find(as_text(message).substr(0, 16)),
                          std::string_view::npos)
                    << "in the clear";
            }
            const Unwrapped opened = to.unwrap(wrapped.token).value();
            EXPECT_EQ(opened.message.text(), as_text(message)) << size;
            EXPECT_TRUE(opened.sealed);
            EXPECT_EQ(opened.qop, default_qop);
            EXPECT_EQ(opened.order, Order::in_order);
        });
    }
}

TEST_P(Messages, WithIntegrityOnlyStayReadable) {
    ContextPair both = pair();
    for (const std::size_t size : sizes) {
        const Bytes message = pattern(size);
        in_both_directions(both, [&](SecurityContext& from, SecurityContext& to) {
            const Wrapped wrapped = from.wrap(message, Seal::integrity_only).value();
            EXPECT_FALSE(wrapped.sealed);
            const Unwrapped opened = to.unwrap(wrapped.token).value();
            EXPECT_EQ(opened.message.text(), as_text(message)) << size;
            EXPECT_FALSE(opened.sealed);
        });
    }
}

TEST_P(Messages, AreSealedOnContextsThatDidNotAskForIt) {
    // Kerberos contexts can always encrypt; whether the flag was granted is another matter.
    ContextPair both = pair(with_flags({}, require_nothing));
    const Wrapped wrapped = both.initiator.wrap(as_bytes("m"), Seal::if_available).value();
    const Unwrapped opened = both.acceptor.context.unwrap(wrapped.token).value();
    EXPECT_EQ(opened.sealed, wrapped.sealed);
    EXPECT_EQ(opened.message.text(), "m");
}

TEST_P(Messages, OpenTheSameFromEveryKindOfMemory) {
    ContextPair both = pair();
    SecurityContext& from = both.initiator;
    SecurityContext& to = both.acceptor.context;
    for (const Seal seal : {Seal::required, Seal::integrity_only}) {
        const Bytes message = pattern(333);
        const std::string expected = text(message);
        const Buffer token = from.wrap(message, seal).value().token;
        EXPECT_EQ(text(to.unwrap(token.view()).value().message), expected);
        Buffer mutable_token = from.wrap(message, seal).value().token;
        EXPECT_EQ(text(to.unwrap(mutable_token.mutable_view()).value().message), expected);
        EXPECT_EQ(text(to.unwrap(from.wrap(message, seal).value().token).value().message),
                  expected);
        Buffer in_place = from.wrap(message, seal).value().token;
        const UnwrappedInPlace opened = to.unwrap_in_place(in_place.mutable_view()).value();
        EXPECT_EQ(text(opened.message), expected);
        EXPECT_EQ(opened.sealed, seal == Seal::required);
        EXPECT_GE(opened.message.data(), in_place.data());
        EXPECT_LE(opened.message.data() + opened.message.size(), in_place.data() + in_place.size());
    }
}

TEST_P(Messages, LeaveConstTokensAlone) {
    ContextPair both = pair();
    for (const Seal seal : {Seal::required, Seal::integrity_only}) {
        const Buffer token = both.initiator.wrap(pattern(100), seal).value().token;
        const std::string before = text(token);
        ASSERT_TRUE(succeeds(both.acceptor.context.unwrap(token)));
        EXPECT_EQ(text(token), before);
    }
    const Bytes message = pattern(100);
    const Buffer mic = both.initiator.get_mic(message).value();
    const std::string before = text(mic);
    ASSERT_TRUE(succeeds(both.acceptor.context.verify_mic(message, mic)));
    EXPECT_EQ(text(mic), before);
    EXPECT_EQ(text(message), text(pattern(100)));
}

TEST_P(Messages, AreWrappedIntoTheCallersMemory) {
    ContextPair both = pair();
    in_both_directions(both, [](SecurityContext& from, SecurityContext& to) {
        for (const Seal seal : {Seal::required, Seal::integrity_only}) {
            for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{4096}}) {
                const Bytes message = pattern(size);
                Bytes memory(size + 200, std::byte{0xEE});
                const WrappedInto into = from.wrap_into(message, memory, seal).value();
                ASSERT_LE(into.size, memory.size());
                EXPECT_EQ(into.sealed, seal == Seal::required);
                EXPECT_TRUE(std::all_of(memory.begin() + static_cast<std::ptrdiff_t>(into.size),
                                        memory.end(),
                                        [](std::byte octet) { return octet == std::byte{0xEE}; }))
                    << "written past the token";
                const Unwrapped opened = to.unwrap(BytesView(memory).first(into.size)).value();
                EXPECT_EQ(text(opened.message), text(message));
            }
        }
    });
}

TEST_P(Messages, HaveMicsWrittenIntoTheCallersMemory) {
    ContextPair both = pair();
    in_both_directions(both, [](SecurityContext& from, SecurityContext& to) {
        const Bytes message = pattern(77);
        Bytes memory(200, std::byte{0xEE});
        const std::size_t size = from.get_mic_into(message, memory).value();
        ASSERT_LE(size, memory.size());
        EXPECT_EQ(memory[size], std::byte{0xEE});
        EXPECT_TRUE(succeeds(to.verify_mic(message, BytesView(memory).first(size))));
    });
}

TEST_P(Messages, DoNotFitTooLittleMemory) {
    ContextPair both = pair();
    const Bytes message = pattern(100);
    const std::size_t exact = both.initiator.wrap(message).value().token.size();
    const std::size_t exact_mic = both.initiator.get_mic(message).value().size();
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100}, exact - 1}) {
        Bytes memory(size);
        EXPECT_TRUE(
            fails_with(both.initiator.wrap_into(message, memory), ErrorCode::parameter_write));
    }
    Bytes small(exact_mic - 1);
    EXPECT_TRUE(
        fails_with(both.initiator.get_mic_into(message, small), ErrorCode::parameter_write));
    Bytes fitting(exact);
    EXPECT_EQ(both.initiator.wrap_into(message, fitting).value().size, exact);
    Bytes fitting_mic(exact_mic);
    EXPECT_EQ(both.initiator.get_mic_into(message, fitting_mic).value(), exact_mic);
}

TEST_P(Messages, ThatDidNotFitSpendNoNumberWhereTheLibraryWritesThere) {
    ContextPair both = pair();
    const Bytes message = pattern(100);
    Bytes small(10);
    ASSERT_FALSE(both.initiator.wrap_into(message, small).has_value());
    ASSERT_FALSE(both.initiator.get_mic_into(message, small).has_value());
    const Buffer mic = both.initiator.get_mic(message).value();
    const Result<VerifiedMic> verified = both.acceptor.context.verify_mic(message, mic);
    if (initiator().supports(Capability::wrap_in_caller_memory)) {
        EXPECT_TRUE(succeeds(verified));
    } else {
        EXPECT_TRUE(fails_with(verified, ErrorCode::gap_token));
    }
}

TEST_P(Messages, OfTheLimitFitAndLongerOnesDoNot) {
    ContextPair both = pair();
    in_both_directions(both, [](SecurityContext& from, SecurityContext&) {
        for (const Seal seal : {Seal::required, Seal::integrity_only}) {
            for (const std::size_t token_size : {100U, 128U, 1000U, 4096U, 65535U}) {
                const std::size_t limit = from.wrap_size_limit(token_size, seal).value();
                ASSERT_GT(limit, 0U);
                EXPECT_LE(from.wrap(pattern(limit), seal).value().token.size(), token_size);
                EXPECT_GT(from.wrap(pattern(limit + 1), seal).value().token.size(), token_size);
            }
            EXPECT_EQ(from.wrap_size_limit(10, seal).value(), 0U) << "smaller than any token";
            EXPECT_EQ(from.wrap_size_limit(0, seal).value(), 0U);
        }
    });
}

TEST_P(Messages, OfAnUnknownQualityAreRefusedByMit) {
    ContextPair both = pair();
    constexpr Qop unknown = 77;
    const Result<Buffer> mic = both.initiator.get_mic(as_bytes("m"), unknown);
    const Result<Wrapped> wrapped = both.initiator.wrap(as_bytes("m"), Seal::required, unknown);
    if (GetParam().initiator == "mit") {
        EXPECT_TRUE(fails_with(mic, ErrorCode::bad_qop));
        EXPECT_TRUE(fails_with(wrapped, ErrorCode::bad_qop));
    } else {
        // Heimdal 7.8 does not look at it.
        EXPECT_TRUE(succeeds(mic));
        EXPECT_TRUE(succeeds(wrapped));
    }
}

TEST_P(Messages, OfAnotherContextAreRefused) {
    ContextPair both = pair();
    ContextPair other = pair();
    const Bytes message = pattern(100);
    const Buffer mic = other.initiator.get_mic(message).value();
    EXPECT_FALSE(both.acceptor.context.verify_mic(message, mic).has_value());
    const Buffer token = other.initiator.wrap(message).value().token;
    EXPECT_FALSE(both.acceptor.context.unwrap(token).has_value());
    const Buffer clear = other.initiator.wrap(message, Seal::integrity_only).value().token;
    EXPECT_FALSE(both.acceptor.context.unwrap(clear).has_value());
}

TEST_P(Messages, sec_A3_21_ReflectedAreRefused) {
    ContextPair both = pair();
    const Bytes message = pattern(100);
    in_both_directions(both, [&](SecurityContext& from, SecurityContext&) {
        const Buffer mic = from.get_mic(message).value();
        EXPECT_FALSE(from.verify_mic(message, mic).has_value());
        const Buffer sealed = from.wrap(message).value().token;
        EXPECT_FALSE(from.unwrap(sealed).has_value());
        const Buffer clear = from.wrap(message, Seal::integrity_only).value().token;
        EXPECT_FALSE(from.unwrap(clear).has_value());
    });
}

TEST_P(Messages, AreNotTakenForAnotherKind) {
    ContextPair both = pair();
    const Bytes message = pattern(100);
    const Buffer mic = both.initiator.get_mic(message).value();
    EXPECT_FALSE(both.acceptor.context.unwrap(mic).has_value());
    const Buffer token = both.initiator.wrap(message, Seal::integrity_only).value().token;
    EXPECT_FALSE(both.acceptor.context.verify_mic(message, token).has_value());
}

TEST_P(Messages, WithoutATokenAreRefused) {
    ContextPair both = pair();
    SecurityContext& to = both.acceptor.context;
    const auto refused_here = [](const auto& result) {
        ASSERT_TRUE(fails_with(result, ErrorCode::invalid_token));
        EXPECT_FALSE(result.error().native().has_value()) << "the native library saw it";
    };
    refused_here(to.verify_mic(as_bytes("m"), {}));
    refused_here(to.unwrap(BytesView()));
    refused_here(to.unwrap(MutableBytes()));
    refused_here(to.unwrap(Bytes()));
    refused_here(to.unwrap(Buffer()));
    refused_here(to.unwrap_in_place({}));
}

TEST_P(Messages, sec_A3_01_AlteredAnywhereAreRefused) {
    // self_test alters every octet of everything, in both directions.
    ContextPair both = pair();
    const Result<SelfTestReport> report =
        self_test(std::move(both.initiator), std::move(both.acceptor.context));
    ASSERT_TRUE(succeeds(report));
    EXPECT_GT(report->refused, 500U);
    EXPECT_GT(report->accepted, 100U);
}

TEST_P(Messages, sec_A3_01_AlteredAnywhereAreRefusedThroughSpnego) {
    ContextPair both = pair(with_mechanism(mechanism::spnego()));
    EXPECT_TRUE(succeeds(self_test(std::move(both.initiator), std::move(both.acceptor.context))));
}

TEST_P(Messages, sec_A3_01_AlteredMicsNeverVerify) {
    ContextPair both = pair();
    const Bytes message = pattern(40);
    const std::size_t size = both.initiator.get_mic(message).value().size();
    for (std::size_t index = 0; index < size; ++index) {
        const Buffer mic = both.initiator.get_mic(message).value();
        const Bytes wrong = altered(mic, index, std::byte{0x40});
        EXPECT_FALSE(both.acceptor.context.verify_mic(message, wrong).has_value()) << index;
    }
}

} // namespace

} // namespace gss::test
