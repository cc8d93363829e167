// SPDX-License-Identifier: Apache-2.0
// Tickets and clocks at other times, without waiting.
#include "support.h"

#include <gssxx/realm/ccache_file.h>

#include <fstream>

namespace {

namespace fs = std::filesystem;
using namespace realm_test;
using gss::ErrorCode;
using gss::realm::KdcKind;
using gss::realm::Realm;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void put_content(const fs::path& path, const std::string& content) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

class RealmTime : public testing::TestWithParam<KdcKind> {
protected:
    Realm realm_ = started(options_for(GetParam()));

    [[nodiscard]] fs::path file(const std::string& name) const { return realm_.folder() / name; }

    /// Runs a program of MIT's, or with a folder one of Heimdal's.
    [[nodiscard]] gss::realm::RunResult with_cache(const std::vector<std::string>& command,
                                                   const std::string& cache) const {
        auto result =
            realm_.run(command, {.environment = {"KRB5CCNAME=FILE:" + file(cache).string(),
                                                 "KRB5_CLIENT_KTNAME=FILE:/nonexistent"}});
        return result ? *std::move(result) : gss::realm::RunResult{-1, "", result.error().text()};
    }
    [[nodiscard]] static std::string kgetcred() {
        return std::string(GSSXX_HEIMDAL_PREFIX) + "/usr/bin/kgetcred";
    }
};

INSTANTIATE_TEST_SUITE_P(Kdc, RealmTime, testing::Values(KdcKind::mit, KdcKind::heimdal),
                         kind_name);

TEST_P(RealmTime, both_libraries_find_the_expired_cache_expired) {
    ASSERT_EQ(text_of(realm_.kinit_expired("alice", "old.cc")), "");
    EXPECT_EQ(with_cache({"klist", "-s"}, "old.cc").status, 1);
    const auto mit = with_cache({"kvno", "host/localhost"}, "old.cc");
    EXPECT_NE(mit.status, 0);
    EXPECT_NE(mit.errors.find("xpired"), std::string::npos) << mit.errors;
    const auto heimdal = with_cache({kgetcred(), "host/localhost@" + realm_.name()}, "old.cc");
    EXPECT_NE(heimdal.status, 0) << heimdal.output;
    // The same cache serves both when its times are moved back: nothing else was changed.
    ASSERT_EQ(text_of(gss::realm::shift_ticket_times(file("old.cc"), std::chrono::hours(34))), "");
    EXPECT_EQ(with_cache({"kvno", "host/localhost"}, "old.cc").status, 0);
    EXPECT_EQ(with_cache({kgetcred(), "host/localhost@" + realm_.name()}, "old.cc").status, 0);
}

TEST_P(RealmTime, a_shifted_clock_is_seen_by_the_other_side) {
    ASSERT_EQ(text_of(realm_.kinit("alice", "skewed.cc")), "");
    ASSERT_EQ(text_of(gss::realm::set_clock_offset(file("skewed.cc"), std::chrono::seconds(-1000))),
              "");
    const auto refused = with_cache({"kvno", "host/localhost"}, "skewed.cc");
    EXPECT_NE(refused.status, 0);
    EXPECT_NE(refused.errors.find("skew"), std::string::npos) << refused.errors;
    ASSERT_EQ(text_of(gss::realm::set_clock_offset(file("skewed.cc"), std::chrono::seconds(-100))),
              "");
    const auto allowed = with_cache({"kvno", "host/localhost"}, "skewed.cc");
    EXPECT_EQ(allowed.status, 0) << allowed.errors;
}

TEST_P(RealmTime, a_forged_ticket_opens_with_the_services_key) {
    ASSERT_EQ(
        text_of(realm_.forge_ticket({.client = "alice", .service = "host/localhost"}, "forged.cc")),
        "");
    // The KDC is not asked: the ticket comes out of the cache.
    ASSERT_EQ(text_of(realm_.stop_kdc()), "");
    const auto opened =
        with_cache({"kvno", "-k", realm_.keytab().string(), "host/localhost"}, "forged.cc");
    EXPECT_EQ(opened.status, 0) << opened.errors;
}

TEST_P(RealmTime, a_cut_or_foreign_cache_file_is_refused_and_left_alone) {
    const auto whole = content_of(file("ccache"));
    ASSERT_GT(whole.size(), 100U);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        put_content(file("cut.cc"), whole.substr(0, size));
        const auto result =
            gss::realm::shift_ticket_times(file("cut.cc"), std::chrono::seconds(-5));
        // Cut between two tickets it is a whole cache.
        if (!result) {
            EXPECT_EQ(result.error().code(), ErrorCode::ccache_corrupt);
            EXPECT_EQ(content_of(file("cut.cc")), whole.substr(0, size));
        } else {
            EXPECT_EQ(with_cache({"klist"}, "cut.cc").status, 0) << size;
        }
    }
    const auto absent = gss::realm::shift_ticket_times(file("absent"), std::chrono::seconds(1));
    EXPECT_EQ(absent.error().code(), ErrorCode::ccache_not_found);
    const auto far =
        gss::realm::shift_ticket_ends(file("ccache"), std::chrono::hours(24 * 365 * 200));
    EXPECT_EQ(far.error().code(), ErrorCode::malformed_parameter);
    EXPECT_EQ(content_of(file("ccache")), whole);
}

} // namespace
