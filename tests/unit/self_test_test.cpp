// SPDX-License-Identifier: Apache-2.0
// self_test() finds the libraries that verify wrongly.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

namespace gss::test {
namespace {

Result<SelfTestReport> tested(FakeLibrary& fake, CountingLibrary& counted, Weakness weakness) {
    fake.behaviour.weakness = weakness;
    Pair pair = make_pair(counted.backend());
    return self_test(std::move(pair.initiator), std::move(pair.acceptor.context));
}

TEST(SelfTest, an_honest_library_passes) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    const Result<SelfTestReport> report = tested(fake, counted, Weakness::none);
    ASSERT_TRUE(report.has_value()) << report.error().text();
    // Two alterations for each octet of a MIC and two tokens, in both directions, at the least.
    EXPECT_GE(report->refused, 2U * 2U * (20 + 87 + 87));
    EXPECT_GE(report->accepted, report->refused / 2);
    EXPECT_EQ(counted.report(), "");
}

TEST(SelfTest, contexts_without_replay_detection_pass) {
    FakeLibrary fake;
    InitiateOptions options;
    options.flags = ContextFlag::mutual | ContextFlag::integrity;
    Pair pair = make_pair(fake.backend(), options);
    EXPECT_TRUE(self_test(std::move(pair.initiator), std::move(pair.acceptor.context)).has_value());
}

struct WeakCase {
    Weakness weakness;
    std::string text; // what the error says
};

class WeakLibrary : public testing::TestWithParam<WeakCase> {};

INSTANTIATE_TEST_SUITE_P(
    All, WeakLibrary,
    testing::Values(WeakCase{Weakness::inverted_check, "MIC that is genuine was refused"},
                    WeakCase{Weakness::ignored_octet, "of a message altered in octet 66"},
                    WeakCase{Weakness::accepts_replays, "that was replayed was accepted"},
                    WeakCase{Weakness::accepts_cut, "cut to"},
                    WeakCase{Weakness::supplementary, "MIC that is genuine was refused"}));

TEST_P(WeakLibrary, sec_A3_01_sec_A3_02_is_found) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    const Result<SelfTestReport> report = tested(fake, counted, GetParam().weakness);
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code(), ErrorCode::bad_mic);
    EXPECT_NE(report.error().text().find(GetParam().text), std::string::npos)
        << report.error().text();
    EXPECT_EQ(counted.report(), "");
}

TEST(SelfTest, a_library_that_accepts_reflections_is_found) {
    FakeLibrary fake;
    // Turns the direction round before it verifies: its own MIC then comes from its peer.
    fake.table().replace(&CallTable::verify_mic, [&](auto* minor, auto context, auto* message,
                                                     auto* mic, auto* qop) {
        const auto major = fake.honest().verify_mic(minor, context, message, mic, qop);
        // GSS_S_DEFECTIVE_TOKEN of a whole MIC: it was for the other direction.
        return major == (9U << 16) && mic->length == 20 &&
                       static_cast<const unsigned char*>(mic->value)[0] == 'F' &&
                       static_cast<const unsigned char*>(mic->value)[1] == 'M' &&
                       static_cast<const unsigned char*>(mic->value)[2] <= 1 &&
                       static_cast<const unsigned char*>(mic->value)[3] == 0xff
                   ? abi::status_complete
                   : major;
    });
    Pair pair = make_pair(fake.backend());
    const auto report = self_test(std::move(pair.initiator), std::move(pair.acceptor.context));
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code(), ErrorCode::bad_mic);
}

TEST(SelfTest, a_library_that_opens_to_another_message_is_found) {
    FakeLibrary fake;
    fake.table().replace(&CallTable::unwrap, [&](auto* minor, auto context, auto* token,
                                                 auto* message, auto* sealed, auto* qop) {
        const auto major = fake.honest().unwrap(minor, context, token, message, sealed, qop);
        if (message->length > 3) {
            static_cast<unsigned char*>(message->value)[3] ^= 1;
        }
        return major;
    });
    Pair pair = make_pair(fake.backend());
    const auto report = self_test(std::move(pair.initiator), std::move(pair.acceptor.context));
    ASSERT_FALSE(report.has_value());
    EXPECT_NE(report.error().text().find("another message"), std::string::npos);
}

TEST(SelfTest, failing_calls_are_errors) {
    for (const Call call : {Call::get_mic, Call::wrap}) {
        FakeLibrary fake;
        Pair pair = make_pair(fake.backend());
        fake.table().fail(call, {13U << 16, 0});
        const auto report = self_test(std::move(pair.initiator), std::move(pair.acceptor.context));
        ASSERT_FALSE(report.has_value());
        EXPECT_EQ(report.error().code(), ErrorCode::failure);
    }
}

TEST(SelfTest, contexts_that_do_not_belong_together_fail) {
    FakeLibrary fake;
    Pair one = make_pair(fake.backend());
    Pair two = make_pair(fake.backend());
    const auto report = self_test(std::move(one.initiator), std::move(two.acceptor.context));
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code(), ErrorCode::bad_mic);
}

} // namespace
} // namespace gss::test
