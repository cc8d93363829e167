// SPDX-License-Identifier: Apache-2.0
#include "convert.h"

#include <gssxx/time.h>

#include <gtest/gtest.h>

#include <limits>

namespace gss::test {
namespace {

using std::chrono::seconds;

TEST(Lifetime, sec_A3_24_thirty_two_bits_of_seconds_survive) {
    for (const std::uint32_t count : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xfffffffeU}) {
        const Lifetime lifetime = rfc2744::to_lifetime(count);
        EXPECT_EQ(lifetime.duration(), seconds(count));
        EXPECT_FALSE(lifetime.is_indefinite());
        EXPECT_EQ(lifetime.is_expired(), count == 0);
    }
    const Lifetime indefinite = rfc2744::to_lifetime(0xffffffffU);
    EXPECT_TRUE(indefinite.is_indefinite());
    EXPECT_EQ(indefinite.duration(), std::nullopt);
    EXPECT_FALSE(indefinite.is_expired());
}

TEST(Lifetime, sec_A3_24_requests_saturate_below_indefinite) {
    EXPECT_EQ(rfc2744::to_native(seconds(1)), 1U);
    EXPECT_EQ(rfc2744::to_native(seconds(0x80000000LL)), 0x80000000U);
    EXPECT_EQ(rfc2744::to_native(seconds(0xfffffffeLL)), 0xfffffffeU);
    EXPECT_EQ(rfc2744::to_native(seconds(0xffffffffLL)), 0xfffffffeU);
    EXPECT_EQ(rfc2744::to_native(seconds(0x100000001LL)), 0xfffffffeU);
    EXPECT_EQ(rfc2744::to_native(seconds::max()), 0xfffffffeU);
    EXPECT_EQ(rfc2744::to_native(Lifetime::indefinite()), 0xffffffffU);
    EXPECT_EQ(rfc2744::to_native(Lifetime::not_supported()), 0xffffffffU);
    // RFC 2744 s5.2: zero asks for the default, which here is the longest there is.
    EXPECT_EQ(rfc2744::to_native(seconds(0)), 0xffffffffU);
}

TEST(Lifetime, negative_durations_are_expired) {
    EXPECT_TRUE(Lifetime(seconds(-1)).is_expired());
    EXPECT_EQ(Lifetime(seconds::min()), Lifetime(seconds(0)));
}

TEST(Lifetime, the_three_kinds_are_told_apart) {
    EXPECT_NE(Lifetime::indefinite(), Lifetime::not_supported());
    EXPECT_NE(Lifetime::indefinite(), Lifetime(seconds(0)));
    EXPECT_TRUE(Lifetime::indefinite().is_supported());
    EXPECT_FALSE(Lifetime::not_supported().is_supported());
    EXPECT_EQ(Lifetime::not_supported().duration(), std::nullopt);
    EXPECT_FALSE(Lifetime::not_supported().is_expired());
}

TEST(Deadline, none_is_the_default_and_what_cannot_be_reached) {
    EXPECT_EQ(Deadline().when(), std::nullopt);
    EXPECT_EQ(Deadline::after(Deadline::Clock::duration::max()).when(), std::nullopt);
}

TEST(Deadline, lies_where_it_was_put) {
    const Deadline::Clock::time_point when{seconds(5)};
    EXPECT_EQ(Deadline(when).when(), when);
    const auto before = Deadline::Clock::now();
    const Deadline hour = Deadline::after(seconds(3600));
    ASSERT_TRUE(hour.when().has_value());
    EXPECT_GE(*hour.when(), before + seconds(3600));
    // The past can be asked for: it has passed.
    EXPECT_LT(*Deadline::after(seconds(-3600)).when(), before);
}

} // namespace
} // namespace gss::test
