// SPDX-License-Identifier: Apache-2.0
// Tickets that are renewed, or got again from a keytab, before they expire.
#include "conformance.h"

#include <gssxx/krb5/renewer.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace gss::test {

namespace {

using krb5::Renewal;
using krb5::RenewalSource;
using krb5::Renewer;
using krb5::RenewerOptions;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Clock = Renewer::Clock;

class Renewing : public OnBackend {
protected:
    /// A cache with a ticket of bob's, who has no other.
    [[nodiscard]] static std::string cache(std::optional<seconds> lifetime,
                                           std::optional<seconds> renewable) {
        const std::string path = fresh_path("renewed");
        realm::TicketOptions ticket;
        ticket.lifetime = lifetime;
        ticket.renewable_lifetime = renewable;
        EXPECT_TRUE(succeeds(shared_realm().kinit("bob", path, ticket)));
        return "FILE:" + path;
    }
    [[nodiscard]] static std::string keytab() {
        const std::string path = fresh_path("bob.keytab");
        EXPECT_TRUE(succeeds(shared_realm().extract_keytab("bob", path)));
        return "FILE:" + path;
    }
    [[nodiscard]] static std::string content(const std::string& cache) {
        std::ifstream file(cache.substr(5), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// The context that a ticket in that cache gives.
    static void expect_usable(const std::string& cache) {
        AcquireOptions acquire;
        ASSERT_TRUE(succeeds(acquire.store.set("ccache", cache)));
        const AcquiredCredentials own =
            Credentials::acquire(library(), CredentialUsage::initiate, acquire).value();
        EstablishOptions options;
        options.initiate.credentials = &own.credentials;
        const ContextPair both = establish(library(), library(), options).value();
        EXPECT_EQ(both.acceptor.initiator.value().display().value().text, in_realm("bob"));
    }
};

INSTANTIATE_TEST_SUITE_P(All, Renewing, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Renewing, OfARenewableTicketNeedsNoKey) {
    const std::string name = cache(minutes(5), hours(1));
    Renewer renewer = Renewer::create(library(), {.ccache = name}).value();
    const auto before = renewer.end();
    const std::string old = content(name);
    const Result<Renewal> renewed = renewer.renew();
    ASSERT_TRUE(succeeds(renewed));
    EXPECT_EQ(renewed->source, RenewalSource::renewable_ticket);
    EXPECT_NE(content(name), old);
    EXPECT_GE(renewer.end(), before - seconds(2));
    EXPECT_EQ(renewed->end, renewer.end());
    EXPECT_EQ(std::filesystem::status(name.substr(5)).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    expect_usable(name);
}

TEST_P(Renewing, WithAKeytabFillsACacheThatDoesNotExistOrHasExpired) {
    const std::string path = fresh_path("none_yet");
    const std::string expired = fresh_path("expired");
    ASSERT_TRUE(succeeds(shared_realm().kinit_expired("bob", expired)));
    for (const std::string& name : {"FILE:" + path, path + "_bare", "FILE:" + expired}) {
        Renewer renewer =
            Renewer::create(library(),
                            {.ccache = name, .keytab = keytab(), .principal = in_realm("bob")})
                .value();
        EXPECT_LE(renewer.next_due(), Clock::now()) << "due at once";
        const auto renewed = renewer.poll();
        ASSERT_TRUE(succeeds(renewed)) << name;
        ASSERT_TRUE(renewed->has_value());
        // Of the expired one, only the cache says so: a KDC still renews it.
        if (name != "FILE:" + expired) {
            EXPECT_EQ((*renewed)->source, RenewalSource::keytab);
        }
        EXPECT_GT(renewer.next_due(), Clock::now() + minutes(1));
        expect_usable(name);
    }
}

TEST_P(Renewing, FillsACacheInMemory) {
    static int count = 0;
    const std::string name = "MEMORY:renewed" + std::to_string(count++);
    Renewer renewer =
        Renewer::create(library(),
                        {.ccache = name, .keytab = keytab(), .principal = in_realm("bob")})
            .value();
    ASSERT_TRUE(succeeds(renewer.renew()));
    expect_usable(name);
}

TEST_P(Renewing, IsDueTheMarginBeforeTheEndAndAtHalfOfAShortLife) {
    const std::string name = cache(hours(2), hours(3));
    const Renewer calm =
        Renewer::create(library(), {.ccache = name, .margin = minutes(30)}).value();
    const auto left = calm.end() - Clock::now();
    EXPECT_GT(left, minutes(100));
    EXPECT_EQ(calm.end() - calm.next_due(), minutes(30));
    const std::string brief = cache(seconds(60), hours(1));
    const Renewer hasty =
        Renewer::create(library(), {.ccache = brief, .margin = minutes(30)}).value();
    EXPECT_GT(hasty.next_due(), Clock::now() + seconds(15));
    EXPECT_LT(hasty.next_due(), Clock::now() + seconds(31));
}

TEST_P(Renewing, CallsBackBeforeExpiryAndOnlyThen) {
    const std::string name = cache(hours(2), hours(3));
    int called = 0;
    bool wanted = false;
    RenewerOptions options{.ccache = name, .margin = minutes(30), .retry = minutes(2)};
    options.before_expiry = [&](Clock::time_point end) {
        ++called;
        EXPECT_GT(end, Clock::now() + hours(1));
        return wanted;
    };
    Renewer renewer = Renewer::create(library(), std::move(options)).value();
    EXPECT_FALSE(renewer.poll().value().has_value());
    EXPECT_FALSE(renewer.poll(renewer.next_due() - seconds(1)).value().has_value());
    EXPECT_EQ(called, 0);
    const auto due = renewer.next_due();
    EXPECT_FALSE(renewer.poll(due).value().has_value()) << "not wanted";
    EXPECT_EQ(called, 1);
    EXPECT_EQ(renewer.next_due(), due + minutes(2));
    wanted = true;
    EXPECT_TRUE(renewer.poll(renewer.next_due()).value().has_value());
    EXPECT_EQ(called, 2);
    EXPECT_GT(renewer.next_due(), Clock::now() + hours(1));
}

TEST_P(Renewing, ThatFailsLeavesTheCacheAsItWas) {
    const std::string name = cache(minutes(5), hours(1));
    const std::string old = content(name);
    Renewer renewer = Renewer::create(library(), {.ccache = name, .retry = seconds(7)}).value();
    ASSERT_TRUE(succeeds(shared_realm().stop_kdc()));
    const Result<Renewal> failed = renewer.renew();
    ASSERT_TRUE(succeeds(shared_realm().start_kdc()));
    ASSERT_TRUE(fails_with(failed, ErrorCode::kdc_unreachable));
    EXPECT_NE(failed.error().text().find(name), std::string::npos) << failed.error().text();
    EXPECT_EQ(content(name), old);
    EXPECT_LE(renewer.next_due(), Clock::now() + seconds(7));
    EXPECT_GT(renewer.next_due(), Clock::now() + seconds(5));
    for (const auto& entry : std::filesystem::directory_iterator(shared_realm().folder())) {
        EXPECT_FALSE(entry.is_directory() &&
                     entry.path().string().starts_with(name.substr(5) + "."))
            << "left behind: " << entry.path();
    }
}

TEST_P(Renewing, IsNotDueAgainAtOnceWhateverTheRetryTime) {
    // Seconds that no clock can count overflowed into the past: a loop would have spun.
    const std::string name = cache(minutes(5), hours(1));
    Renewer renewer =
        Renewer::create(library(), {.ccache = name,
                                    .retry = seconds::max(),
                                    .before_expiry = [](Clock::time_point) { return false; }})
            .value();
    const auto due = renewer.next_due();
    EXPECT_FALSE(renewer.poll(due).value().has_value());
    EXPECT_GT(renewer.next_due(), due + hours(24));
}

TEST_P(Renewing, IsDueAfterTheRetryTimeWhenTheCallbackThrows) {
    const std::string name = cache(minutes(5), hours(1));
    Renewer renewer =
        Renewer::create(library(), {.ccache = name,
                                    .retry = minutes(2),
                                    .before_expiry = [](Clock::time_point) -> bool { throw 7; }})
            .value();
    const auto due = renewer.next_due();
    EXPECT_THROW(static_cast<void>(renewer.poll(due)), int);
    EXPECT_EQ(renewer.next_due(), due + minutes(2));
}

TEST_P(Renewing, LosesNoTicketToATraceThatThrows) {
    if (!library().supports(Capability::renewal_trace, mechanism::krb5())) {
        EXPECT_TRUE(fails_with(Renewer::create(library(), {.ccache = "MEMORY:traced",
                                                           .trace = [](std::string_view) {}}),
                               ErrorCode::unavailable));
        return;
    }
    const std::string name = cache(minutes(5), hours(1));
    int lines = 0;
    Renewer renewer = Renewer::create(library(), {.ccache = name,
                                                  .trace =
                                                      [&](std::string_view) {
                                                          ++lines;
                                                          throw 7; // no std::exception
                                                      }})
                          .value();
    EXPECT_TRUE(succeeds(renewer.renew()));
    EXPECT_GT(lines, 1);
}

TEST_P(Renewing, WithTheKeysOfSomebodyElseFailsAndNamesBothWays) {
    const std::string path = fresh_path("of_nobody");
    const std::string foreign = "FILE:" + shared_realm().keytab().string();
    Renewer renewer =
        Renewer::create(library(),
                        {.ccache = path, .keytab = foreign, .principal = in_realm("bob")})
            .value();
    const Result<Renewal> failed = renewer.renew();
    ASSERT_FALSE(succeeds(failed));
    EXPECT_NE(failed.error().text().find(foreign), std::string::npos) << failed.error().text();
    EXPECT_NE(failed.error().text().find("renewing: "), std::string::npos) << failed.error().text();
    EXPECT_FALSE(std::filesystem::exists(path)) << "nothing half-made";
}

TEST_P(Renewing, RefusesWhatCannotBeKeptAlive) {
    const std::string name = cache(minutes(5), hours(1));
    const std::string nothing = "FILE:" + fresh_path("nothing");
    EXPECT_TRUE(fails_with(Renewer::create(library(), {}), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(Renewer::create(library(), {.ccache = std::string("a\0b", 3)}),
                           ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(Renewer::create(library(), {.ccache = name, .keytab = ""}),
                           ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(Renewer::create(library(), {.ccache = name, .margin = seconds(0)}),
                           ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(Renewer::create(library(), {.ccache = name, .retry = seconds(-1)}),
                           ErrorCode::malformed_parameter));
    EXPECT_TRUE(
        fails_with(Renewer::create(library(), {.ccache = nothing}), ErrorCode::ccache_not_found));
    EXPECT_TRUE(fails_with(Renewer::create(library(), {.ccache = nothing, .keytab = keytab()}),
                           ErrorCode::ccache_not_found))
        << "nobody knows whose";
    const std::string damaged = fresh_path("damaged");
    std::ofstream(damaged) << "this is no cache";
    EXPECT_FALSE(succeeds(Renewer::create(library(), {.ccache = "FILE:" + damaged})));
    const std::string no_keytab = "FILE:" + fresh_path("no_keytab");
    Renewer renewer =
        Renewer::create(library(),
                        {.ccache = nothing, .keytab = no_keytab, .principal = in_realm("bob")})
            .value();
    EXPECT_TRUE(fails_with(renewer.renew(), ErrorCode::keytab_not_found));
    EXPECT_FALSE(std::filesystem::exists(nothing.substr(5)));
}

} // namespace

} // namespace gss::test
