// SPDX-License-Identifier: Apache-2.0
// Realms that trust each other, of every pair of KDCs, and logins by certificate. kvno -k opens
// the service's ticket with its keytab, so what is told here has gone through two or three KDCs.
#include "support.h"

#include <fstream>
#include <sstream>

namespace {

using namespace realm_test;
using gss::ErrorCode;
using gss::realm::KdcKind;
using gss::realm::Neighbour;
using gss::realm::Realm;
using gss::realm::RealmOptions;
using gss::realm::TicketOptions;
using gss::realm::TrustPath;

RealmOptions options_of(KdcKind kind, const std::string& name, const std::string& host) {
    auto options = options_for(kind);
    options.name = name;
    options.services = {"host/" + host};
    return options;
}

/// Empty when the user of @p users gets a ticket of the host's service that opens with @p keytab.
std::string reach(const Realm& users, const Realm& services, const std::string& host,
                  const std::vector<std::string>& environment = {}) {
    const auto result = users.run(
        {"kvno", "-k", services.keytab().string(), "host/" + host + "@" + services.name()},
        {.environment = environment});
    return !result ? result.error().text() : result->status == 0 ? "" : "failed: " + result->errors;
}

using KindPair = std::tuple<KdcKind, KdcKind>;

class TrustTest : public testing::TestWithParam<KindPair> {};

std::string pair_name(const testing::TestParamInfo<KindPair>& info) {
    const auto name = [](KdcKind kind) { return kind == KdcKind::mit ? "mit" : "heimdal"; };
    return std::string(name(std::get<0>(info.param))) + "_trusts_" + name(std::get<1>(info.param));
}

INSTANTIATE_TEST_SUITE_P(Kdcs, TrustTest,
                         testing::Combine(testing::Values(KdcKind::mit, KdcKind::heimdal),
                                          testing::Values(KdcKind::mit, KdcKind::heimdal)),
                         pair_name);

TEST_P(TrustTest, users_of_the_trusted_realm_reach_services_and_not_the_other_way) {
    auto services = started(options_of(std::get<0>(GetParam()), "ONE.EXAMPLE", "one.test"));
    auto users = started(options_of(std::get<1>(GetParam()), "TWO.EXAMPLE", "two.test"));
    ASSERT_EQ(text_of(users.set_neighbours({services.as_neighbour()})), "");
    EXPECT_NE(reach(users, services, "one.test"), "") << "without a key in common";
    ASSERT_EQ(text_of(services.trust(users)), "");
    ASSERT_EQ(text_of(services.set_neighbours({users.as_neighbour()})), "");
    EXPECT_EQ(reach(users, services, "one.test"), "");
    EXPECT_NE(reach(services, users, "two.test"), "") << "nobody asked for this direction";
    ASSERT_EQ(text_of(users.trust(services)), "");
    EXPECT_EQ(reach(services, users, "two.test"), "");
}

TEST(Trust, is_refused_where_it_makes_no_sense) {
    auto one = started(options_of(KdcKind::mit, "ONE.EXAMPLE", "one.test"));
    auto same = started(options_of(KdcKind::mit, "ONE.EXAMPLE", "one.test"));
    auto other_options = options_of(KdcKind::mit, "TWO.EXAMPLE", "two.test");
    other_options.enctypes = {"camellia256-cts-cmac"};
    auto camellia = started(other_options);
    EXPECT_EQ(one.trust(one).error().code(), ErrorCode::misuse);
    EXPECT_EQ(one.trust(same).error().code(), ErrorCode::misuse);
    EXPECT_EQ(one.trust(camellia).error().code(), ErrorCode::misuse);
    EXPECT_EQ(one.set_neighbours({one.as_neighbour()}).error().code(), ErrorCode::misuse);
    const auto two = camellia.as_neighbour();
    EXPECT_EQ(two.hosts, std::vector<std::string>{"two.test"});
    EXPECT_EQ(one.set_neighbours({two, two}).error().code(), ErrorCode::misuse);
    for (const Neighbour& wrong : {Neighbour{"A B", 88, {}}, Neighbour{"X.EXAMPLE", 0, {}},
                                   Neighbour{"X.EXAMPLE", 88, {"a = b\n[realms]"}}}) {
        EXPECT_EQ(one.set_neighbours({wrong}).error().code(), ErrorCode::malformed_parameter);
    }
    for (const TrustPath& wrong :
         {TrustPath{"A}", "B", {}}, TrustPath{"A", "B\n", {}}, TrustPath{"A", "B", {"C = D"}}}) {
        EXPECT_EQ(one.set_neighbours({}, {wrong}).error().code(), ErrorCode::malformed_parameter);
        EXPECT_EQ(one.write_krb5_conf("other.conf", {.trust_paths = {{wrong}}}).error().code(),
                  ErrorCode::malformed_parameter);
    }
    EXPECT_EQ(reach(one, one, "one.test"), "") << "the refused ones have changed nothing";
}

class CertificateTest : public testing::TestWithParam<KdcKind> {};

INSTANTIATE_TEST_SUITE_P(Kdc, CertificateTest, testing::Values(KdcKind::mit, KdcKind::heimdal),
                         kind_name);

std::string content_of(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST_P(CertificateTest, takes_the_place_of_a_password) {
    auto options = options_for(GetParam());
    options.pkinit = true;
    options.principals = {{.name = "alice"}, {.name = "host$/bob.b"}};
    auto realm = started(options);
    EXPECT_EQ(text_of(realm.kinit("alice", "by-certificate", {.certificate = realm.certificate()})),
              "");
    EXPECT_EQ(reach(realm, realm, "localhost",
                    {"KRB5CCNAME=FILE:" + (realm.folder() / "by-certificate").string()}),
              "");
    // Names of several components, and what openssl would expand.
    ASSERT_EQ(text_of(realm.issue_certificate("host$/bob.b", "bob.pem")), "");
    EXPECT_EQ(text_of(realm.kinit("host$/bob.b", "bob", {.certificate = "bob.pem"})), "");
    // Passwords go on working.
    EXPECT_EQ(text_of(realm.kinit("alice", "by-password")), "");
    const auto log = content_of(realm.kdc_log());
    EXPECT_NE(log.find("PKINIT"), std::string::npos) << log;
}

TEST_P(CertificateTest, of_another_authority_or_person_is_refused) {
    auto options = options_for(GetParam());
    options.pkinit = true;
    options.principals = {{.name = "alice"}, {.name = "bob"}};
    auto realm = started(options);
    auto other = started(options);
    EXPECT_NE(text_of(realm.kinit("alice", "c1", {.certificate = other.certificate()})), "");
    EXPECT_NE(text_of(realm.kinit("bob", "c2", {.certificate = realm.certificate()})), "");
    EXPECT_NE(text_of(realm.kinit("alice", "c3", {.certificate = "missing.pem"})), "");
    EXPECT_FALSE(std::filesystem::exists(realm.folder() / "c1"));
}

TEST(Certificates, are_only_for_who_asked_for_them) {
    auto realm = started(options_for(KdcKind::mit));
    EXPECT_FALSE(std::filesystem::exists(realm.certificate()));
    EXPECT_FALSE(std::filesystem::exists(realm.certificate_authority()));
    EXPECT_EQ(realm.issue_certificate("alice", "alice.pem").error().code(), ErrorCode::misuse);
    TicketOptions both{.password = "x", .certificate = "alice.pem"};
    EXPECT_EQ(realm.kinit("alice", "c", both).error().code(), ErrorCode::misuse);
    TicketOptions keytab{.keytab = "k", .certificate = "alice.pem"};
    EXPECT_EQ(realm.kinit("alice", "c", keytab).error().code(), ErrorCode::misuse);
    TicketOptions hostile{.certificate = "a,b"};
    EXPECT_EQ(realm.kinit("alice", "c", hostile).error().code(), ErrorCode::malformed_parameter);
}

} // namespace
