// SPDX-License-Identifier: Apache-2.0
// A realm as an object, on both kinds of KDC. kvno -k fetches a service ticket from the KDC and
// opens it with the keytab, so it fails when either does not fit the other.
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <set>
#include <thread>

namespace {

namespace fs = std::filesystem;
using namespace realm_test;
using gss::ErrorCode;
using gss::realm::KdcKind;
using gss::realm::Realm;
using gss::realm::RealmOptions;
using gss::realm::RunResult;
using gss::realm::TicketOptions;

class RealmTest : public testing::TestWithParam<KdcKind> {
protected:
    [[nodiscard]] static RealmOptions options() { return options_for(GetParam()); }

    static RunResult run(const Realm& realm, const std::vector<std::string>& command,
                         const std::vector<std::string>& environment = {}) {
        auto result = realm.run(command, {.environment = environment});
        return result ? *std::move(result) : RunResult{-1, "", result.error().text()};
    }

    /// Empty when a ticket for the service comes and fits the keytab.
    static std::string check_service(const Realm& realm, const std::string& service,
                                     const std::string& keytab,
                                     const std::vector<std::string>& environment = {}) {
        const auto result = run(realm, {"kvno", "-k", keytab, service}, environment);
        return result.status == 0 ? "" : "failed: " + result.errors;
    }
    static std::string check_host(const Realm& realm,
                                  const std::vector<std::string>& environment = {}) {
        return check_service(realm, "host/localhost", realm.keytab().string(), environment);
    }
};

INSTANTIATE_TEST_SUITE_P(Kdc, RealmTest, testing::Values(KdcKind::mit, KdcKind::heimdal),
                         kind_name);

TEST_P(RealmTest, gives_a_ticket_that_opens_the_service) {
    const auto realm = started(options());
    EXPECT_EQ(run(realm, {"klist", "-s"}).status, 0);
    EXPECT_EQ(check_host(realm), "");
    const auto listed = run(realm, {"klist"});
    EXPECT_NE(listed.output.find("alice@" + realm.name()), std::string::npos) << listed.output;
}

TEST_P(RealmTest, its_environment_points_at_its_files_and_nowhere_else) {
    const auto realm = started(options());
    const auto folder = realm.folder().string();
    const std::set<std::string> needed{"KRB5_CONFIG=" + folder + "/krb5.conf",
                                       "KRB5_KDC_PROFILE=" + folder + "/kdc.conf",
                                       "KRB5_KTNAME=FILE:" + folder + "/krb5.keytab",
                                       "KRB5_CLIENT_KTNAME=FILE:" + folder + "/client.keytab",
                                       "KRB5CCNAME=FILE:" + folder + "/ccache",
                                       "KRB5RCACHENAME=dfl:",
                                       "KRB5RCACHEDIR=" + folder + "/rcache",
                                       "GSS_MECH_CONFIG=/dev/null"};
    const auto environment = realm.environment();
    const std::set<std::string> given(environment.begin(), environment.end());
    for (const auto& pair : needed) {
        EXPECT_EQ(given.count(pair), 1U) << pair;
    }
    EXPECT_TRUE(fs::is_directory(realm.folder() / "rcache"));
    EXPECT_TRUE(fs::is_regular_file(realm.client_keytab()));
    EXPECT_EQ(fs::status(realm.folder()).permissions(), fs::perms::owner_all);
}

TEST_P(RealmTest, its_environment_wins_over_what_was_there) {
    const auto realm = started(options());
    const auto merged = realm.environment_over({"KRB5_CONFIG=/elsewhere", "KEEP=me"});
    EXPECT_EQ(std::count(merged.begin(), merged.end(), "KEEP=me"), 1);
    EXPECT_EQ(std::count(merged.begin(), merged.end(), "KRB5_CONFIG=/elsewhere"), 0);
    EXPECT_EQ(std::count(merged.begin(), merged.end(), "KRB5_CONFIG=" + realm.krb5_conf().string()),
              1);
}

TEST_P(RealmTest, changes_nothing_in_the_calling_process) {
    const auto before = fs::current_path();
    const std::string config = std::getenv("KRB5_CONFIG") ? std::getenv("KRB5_CONFIG") : "";
    const auto realm = started(options());
    EXPECT_EQ(fs::current_path(), before);
    EXPECT_EQ(std::getenv("KRB5_CONFIG") ? std::getenv("KRB5_CONFIG") : std::string(), config);
}

TEST_P(RealmTest, leaves_nothing_behind) {
    fs::path folder;
    std::uint16_t port = 0;
    pid_t kdc = 0;
    {
        const auto realm = started(options());
        folder = realm.folder();
        port = realm.kdc_port();
        kdc = realm.kdc_pid();
        ASSERT_EQ(::kill(kdc, 0), 0);
        ASSERT_TRUE(port_answers(port));
        ASSERT_FALSE(processes_of(folder).empty());
    }
    EXPECT_FALSE(fs::exists(folder));
    EXPECT_FALSE(port_answers(port));
    EXPECT_NE(::kill(kdc, 0), 0);
    EXPECT_TRUE(processes_of(folder).empty());
}

TEST_P(RealmTest, leaves_nothing_behind_when_the_start_fails_late) {
    const ScratchFolder parent;
    auto wrong = options();
    wrong.parent = parent.path();
    // kinit is the last step; a client that may use no enctype of the KDC makes it fail.
    wrong.extra_krb5_conf = "[libdefaults]\n\tpermitted_enctypes = des3-cbc-sha1\n"
                            "\tdefault_etypes = des3-cbc-sha1\n\tallow_weak_crypto = true\n";
    const auto realm = Realm::start(wrong);
    ASSERT_FALSE(realm);
    EXPECT_EQ(realm.error().code(), ErrorCode::failure);
    EXPECT_NE(realm.error().text().find("kinit"), std::string::npos) << realm.error().text();
    EXPECT_TRUE(fs::is_empty(parent.path()));
    EXPECT_TRUE(processes_of(parent.path()).empty());
}

TEST_P(RealmTest, keeps_its_folder_on_demand_and_stops_the_kdc_all_the_same) {
    const ScratchFolder parent;
    auto keeping = options();
    keeping.parent = parent.path();
    keeping.keep_folder = true;
    fs::path folder;
    { folder = started(keeping).folder(); }
    EXPECT_TRUE(fs::exists(folder / "krb5.conf"));
    EXPECT_TRUE(processes_of(folder).empty());
}

TEST_P(RealmTest, outlives_the_thread_that_started_it) {
    std::unique_ptr<Realm> realm;
    std::thread([&] { realm = std::make_unique<Realm>(started(options())); }).join();
    EXPECT_EQ(check_host(*realm), "");
}

TEST_P(RealmTest, its_processes_hold_none_of_the_owners_descriptors) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0); // inheritable on purpose
    const int high = ::fcntl(pipe[1], F_DUPFD, 500);
    ASSERT_GE(high, 500);
    const auto realm = started(options());
    ::close(high);
    ::close(pipe[1]);
    pollfd entry{pipe[0], POLLIN, 0};
    EXPECT_EQ(::poll(&entry, 1, 0), 1) << "somebody keeps the writing end open";
    ::close(pipe[0]);
}

TEST_P(RealmTest, survives_a_forked_copy_of_its_owner) {
    auto realm = std::make_unique<Realm>(started(options()));
    const pid_t copy = ::fork();
    if (copy == 0) {
        realm.reset();
        ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(copy, &status, 0), copy);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(check_host(*realm), "");
}

TEST_P(RealmTest, several_run_side_by_side) {
    auto second = options();
    second.name = "OTHER.EXAMPLE";
    second.principals = {{.name = "bob"}};
    const auto other_kind = GetParam() == KdcKind::mit ? KdcKind::heimdal : KdcKind::mit;
    const auto a = started(options());
    const auto b = started(second);
    const auto c = started(options_for(other_kind));
    EXPECT_EQ((std::set{a.kdc_port(), b.kdc_port(), c.kdc_port()}.size()), 3U);
    // Repeated, because realms that shared a port would answer in turns.
    for (int round = 0; round < 3; ++round) {
        EXPECT_EQ(check_host(a), "");
        EXPECT_EQ(check_host(b), "");
        EXPECT_EQ(check_host(c), "");
    }
}

TEST_P(RealmTest, starts_without_ticket_or_client_keytab_on_demand) {
    auto bare = options();
    bare.ticket = false;
    bare.client_keytab = false;
    const auto realm = started(bare);
    EXPECT_FALSE(fs::exists(realm.folder() / "ccache"));
    EXPECT_FALSE(fs::exists(realm.client_keytab()));
    EXPECT_NE(run(realm, {"klist", "-s"}).status, 0);
}

TEST_P(RealmTest, logs_in_who_was_asked_for) {
    auto two = options();
    two.principals = {{.name = "alice"}, {.name = "bob/admin", .password = "a b$c"}};
    two.login = "bob/admin";
    const auto realm = started(two);
    EXPECT_NE(run(realm, {"klist"}).output.find("bob/admin@"), std::string::npos);
    EXPECT_EQ(realm.password_of("bob/admin").value(), "a b$c");
    EXPECT_GE(realm.password_of("alice").value().size(), 16U);
    EXPECT_EQ(realm.password_of("carol").error().code(), ErrorCode::misuse);
}

TEST_P(RealmTest, gets_tickets_by_password_and_by_keytab) {
    auto realm = started(options());
    EXPECT_EQ(text_of(realm.add_principal({.name = "bob", .password = "pa ss-'w'#rd"})), "");
    EXPECT_EQ(text_of(realm.kinit("bob", "bob.cc")), "");
    EXPECT_EQ(check_host(realm, {"KRB5CCNAME=FILE:" + (realm.folder() / "bob.cc").string()}), "");
    EXPECT_EQ(text_of(realm.extract_keytab("bob", "bob.keytab")), "");
    EXPECT_EQ(text_of(realm.kinit("bob", "bob2.cc", {.keytab = "bob.keytab"})), "");
    const auto wrong = realm.kinit("bob", "bob3.cc", {.password = "wrong"});
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code(), ErrorCode::failure);
}

TEST_P(RealmTest, a_new_service_has_the_enctypes_asked_for) {
    auto realm = started(options());
    EXPECT_EQ(text_of(realm.add_service("svc/one", "svc.keytab", {"aes128-cts-hmac-sha256-128"})),
              "");
    const auto keytab = (realm.folder() / "svc.keytab").string();
    EXPECT_EQ(check_service(realm, "svc/one", keytab), "");
    const auto listed = run(realm, {"klist", "-k", "-e", keytab}).output;
    EXPECT_NE(listed.find("aes128-cts-hmac-sha256-128"), std::string::npos) << listed;
    EXPECT_EQ(listed.find("aes256"), std::string::npos) << listed;
}

TEST_P(RealmTest, a_realm_of_one_enctype_uses_it_for_every_key) {
    const bool heimdal = GetParam() == KdcKind::heimdal;
    std::vector<std::string> enctypes{"aes256-cts-hmac-sha1-96",
                                      "aes128-cts-hmac-sha1-96",
                                      "aes256-cts-hmac-sha384-192",
                                      "aes128-cts-hmac-sha256-128",
                                      "arcfour-hmac",
                                      "des3-cbc-sha1"};
    if (!heimdal) {
        enctypes.insert(enctypes.end(), {"camellia256-cts-cmac", "camellia128-cts-cmac"});
    }
    for (const auto& enctype : enctypes) {
        auto narrow = options();
        narrow.enctypes = {enctype};
        auto realm = Realm::start(narrow);
        ASSERT_TRUE(realm) << enctype << ": " << text_of(realm);
        EXPECT_EQ(check_host(*realm), "") << enctype;
        // MIT writes DEPRECATED: before weak ones.
        const auto listed = run(*realm, {"klist", "-e"}).output;
        EXPECT_NE(listed.find(enctype), std::string::npos) << listed;
        for (const auto& other : enctypes) {
            EXPECT_TRUE(other == enctype || listed.find(other) == std::string::npos) << listed;
        }
    }
}

TEST_P(RealmTest, a_changed_key_no_longer_fits_the_keytab) {
    auto realm = started(options());
    EXPECT_EQ(text_of(realm.change_key("host/localhost")), "");
    EXPECT_NE(check_host(realm), "");
    // The new key is there for those who ask, with the next version.
    EXPECT_EQ(text_of(realm.extract_keytab("host/localhost", "new.keytab")), "");
    EXPECT_EQ(check_service(realm, "host/localhost", (realm.folder() / "new.keytab").string()), "");
    EXPECT_NE(run(realm, {"kvno", "host/localhost"}).output.find("kvno = 2"), std::string::npos);
}

TEST_P(RealmTest, the_kdc_stops_and_comes_back_on_the_same_port) {
    auto realm = started(options());
    const auto port = realm.kdc_port();
    const auto pid = realm.kdc_pid();
    EXPECT_EQ(text_of(realm.stop_kdc()), "");
    EXPECT_FALSE(port_answers(port));
    EXPECT_NE(::kill(pid, 0), 0);
    EXPECT_EQ(realm.kdc_pid(), 0);
    EXPECT_NE(check_host(realm), "");
    EXPECT_EQ(text_of(realm.stop_kdc()), "");
    EXPECT_EQ(text_of(realm.start_kdc()), "");
    EXPECT_EQ(text_of(realm.start_kdc()), "");
    EXPECT_EQ(realm.kdc_port(), port);
    EXPECT_EQ(check_host(realm), "");
}

TEST_P(RealmTest, a_kdc_that_was_killed_can_be_started_again) {
    auto realm = started(options());
    ASSERT_EQ(::kill(-realm.kdc_pid(), SIGKILL), 0);
    EXPECT_TRUE(eventually([&] { return !port_answers(realm.kdc_port()); }));
    EXPECT_TRUE(eventually([&] { return processes_of(realm.folder()).empty(); }));
    EXPECT_EQ(text_of(realm.stop_kdc()), "");
    EXPECT_EQ(text_of(realm.start_kdc()), "");
    EXPECT_EQ(check_host(realm), "");
}

TEST_P(RealmTest, another_config_leads_to_another_kdc) {
    const auto realm = started(options());
    auto other = options();
    other.name = realm.name();
    const auto empty = started(other);
    const auto path = realm.config_with_kdc_port(empty.kdc_port(), "elsewhere.conf");
    ASSERT_TRUE(path) << text_of(path);
    // Same realm name, other keys: the other KDC cannot read this one's ticket.
    EXPECT_NE(check_host(realm, {"KRB5_CONFIG=" + path->string()}), "");
    EXPECT_EQ(check_host(realm), "");
}

TEST_P(RealmTest, another_config_can_change_the_clock_skew_and_add_text) {
    auto strict = options();
    strict.clock_skew = std::chrono::seconds(77);
    const auto realm = started(strict);
    const auto path = realm.write_krb5_conf(
        "other.conf", {.clock_skew = std::chrono::seconds(5), .extra_krb5_conf = "[extra]\n"});
    ASSERT_TRUE(path) << text_of(path);
    const auto content = [](const fs::path& file) {
        std::ifstream stream(file);
        return std::string{std::istreambuf_iterator<char>(stream), {}};
    };
    EXPECT_NE(content(realm.krb5_conf()).find("clockskew = 77\n"), std::string::npos);
    EXPECT_NE(content(*path).find("clockskew = 5\n"), std::string::npos);
    EXPECT_NE(content(*path).find("[extra]\n"), std::string::npos);
    EXPECT_EQ(check_host(realm, {"KRB5_CONFIG=" + path->string()}), "");
}

TEST_P(RealmTest, a_program_run_in_it_is_captured) {
    const auto realm = started(options());
    const auto result = realm.run({"sh", "-c", "cat; echo $EXTRA >&2; exit 7"},
                                  {.input = "fed", .environment = {"EXTRA=more"}});
    ASSERT_TRUE(result) << text_of(result);
    EXPECT_EQ(result->status, 7);
    EXPECT_EQ(result->output, "fed");
    EXPECT_EQ(result->errors, "more\n");
    EXPECT_EQ(run(realm, {"sh", "-c", "kill -9 $$"}).status, 128 + SIGKILL);
    EXPECT_EQ(realm.run({"no-such-program-here"}).error().code(), ErrorCode::unavailable);
    EXPECT_EQ(realm.run({"/no/such/program"}).error().code(), ErrorCode::failure);
    EXPECT_EQ(realm.run({}).error().code(), ErrorCode::misuse);
    const auto late = realm.run({"sleep", "60"}, {.time_limit = std::chrono::milliseconds(50)});
    EXPECT_EQ(late.error().code(), ErrorCode::timed_out);
}

TEST_P(RealmTest, renewable_and_short_lived_tickets_come_as_asked) {
    auto renewing = options();
    renewing.ticket_lifetime = std::chrono::hours(30);
    renewing.renewable_lifetime = std::chrono::hours(24 * 10);
    const auto realm = started(renewing);
    const auto flags = run(realm, {"klist", "-f"}).output;
    EXPECT_NE(flags.find("renew until"), std::string::npos) << flags;
    EXPECT_NE(flags.find("Flags: F"), std::string::npos) << flags;
}

} // namespace
