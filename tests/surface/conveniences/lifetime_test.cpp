// SPDX-License-Identifier: Apache-2.0
// Lifetimes as points in time, and which is longer.
#include "conformance.h"

namespace gss::test {

namespace {

using Clock = std::chrono::system_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

const Clock::time_point noon = Clock::time_point(std::chrono::hours(500000));

TEST(LifetimesInTime, EndWhenTheySay) {
    EXPECT_EQ(Lifetime(seconds(90)).end(noon), noon + seconds(90));
    EXPECT_EQ(Lifetime(seconds(0)).end(noon), noon);
    EXPECT_EQ(Lifetime::indefinite().end(noon), std::nullopt);
    EXPECT_EQ(Lifetime::not_supported().end(noon), std::nullopt);
    // Past what the clock can count there is no point in time, and nothing overflows.
    EXPECT_EQ(Lifetime(seconds::max()).end(noon), std::nullopt);
    EXPECT_TRUE(Lifetime(std::chrono::hours(24 * 365)).end(noon).has_value());
}

TEST(LifetimesInTime, AreWhatIsLeft) {
    EXPECT_EQ(Lifetime::until(noon + seconds(90), noon), Lifetime(seconds(90)));
    EXPECT_EQ(Lifetime::until(noon + milliseconds(90999), noon), Lifetime(seconds(90)));
    EXPECT_TRUE(Lifetime::until(noon, noon).is_expired());
    EXPECT_TRUE(Lifetime::until(noon - seconds(5), noon).is_expired());
    EXPECT_TRUE(Lifetime::until(noon + milliseconds(999), noon).is_expired());
    EXPECT_TRUE(Lifetime::until(Clock::time_point(), noon).is_expired());
    const Lifetime hour = Lifetime::until(Clock::now() + std::chrono::hours(1));
    EXPECT_LE(hour, Lifetime(std::chrono::hours(1)));
    EXPECT_GT(hour, Lifetime(std::chrono::minutes(50)));
    EXPECT_EQ(Lifetime::until(*Lifetime(seconds(7)).end(noon), noon), Lifetime(seconds(7)));
}

TEST(LifetimesInTime, HaveAnOrder) {
    EXPECT_LT(Lifetime(seconds(1)), Lifetime(seconds(2)));
    EXPECT_LT(Lifetime(seconds::max()), Lifetime::indefinite());
    EXPECT_GE(Lifetime::indefinite(), Lifetime::indefinite());
    EXPECT_GE(Lifetime::not_supported(), Lifetime::not_supported());
    // Nobody knows which is longer.
    for (const Lifetime& known : {Lifetime(seconds(1)), Lifetime::indefinite()}) {
        EXPECT_FALSE(Lifetime::not_supported() < known);
        EXPECT_FALSE(Lifetime::not_supported() > known);
        EXPECT_FALSE(known == Lifetime::not_supported());
        EXPECT_FALSE(known < Lifetime::not_supported());
    }
    EXPECT_TRUE(Deadline() == Deadline());
    EXPECT_FALSE(Deadline() == Deadline(Deadline::Clock::time_point()));
}

class LifetimesOfTickets : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, LifetimesOfTickets, testing::ValuesIn(backend_names()),
                         name_of_backend);

TEST_P(LifetimesOfTickets, EndWithTheTicket) {
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    const AcquiredCredentials mine =
        Credentials::acquire(library(), CredentialUsage::initiate, options).value();
    const std::optional<Clock::time_point> end =
        mine.credentials.inquire(CredentialField::lifetime).value().lifetime.value().end();
    ASSERT_TRUE(end.has_value());
    // The realm gives tickets of ten hours, and this one was got a moment ago.
    EXPECT_LE(*end, Clock::now() + std::chrono::hours(10) + seconds(1));
    EXPECT_GT(*end, Clock::now() + std::chrono::hours(9));
}

} // namespace

} // namespace gss::test
