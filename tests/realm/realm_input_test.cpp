// SPDX-License-Identifier: Apache-2.0
// Nothing unchecked gets into scripts and configuration files; what is missing is named.
#include "support.h"

#include <fstream>

namespace {

namespace fs = std::filesystem;
using namespace realm_test;
using gss::Error;
using gss::ErrorCode;
using gss::realm::KdcKind;
using gss::realm::Realm;
using gss::realm::RealmOptions;

/// The error of a start that must fail and leave its parent folder empty.
Error refused(RealmOptions options) {
    const ScratchFolder parent;
    if (options.parent == RealmOptions().parent) {
        options.parent = parent.path();
    }
    auto realm = Realm::start(std::move(options));
    EXPECT_TRUE(fs::is_empty(parent.path()));
    return realm ? Error(ErrorCode::failure, "start", "it started") : realm.error();
}

/// Texts that would end a line, a word or a quotation, or pass for an option.
const std::vector<std::string>& hostile_names() {
    static const std::vector<std::string> names{"",
                                                "a b",
                                                "a\nb",
                                                "a\"b",
                                                "a'b",
                                                "a\\b",
                                                "a\tb",
                                                "a;b",
                                                "a#b",
                                                "a{b",
                                                "-a",
                                                "/a",
                                                "a/",
                                                "a//b",
                                                "a*",
                                                "a?b",
                                                "a%b",
                                                "a@b",
                                                "a\x7f",
                                                "a\xc3\xa4",
                                                std::string("a\0b", 3),
                                                std::string(300, 'a')};
    return names;
}

TEST(RealmInput, realm_names_are_checked) {
    auto names = hostile_names();
    names.erase(names.begin()); // empty: the default
    names.insert(names.end(), {"A..B", ".A", "A.", "A/B", "A_B"});
    for (const auto& name : names) {
        RealmOptions options;
        options.name = name;
        EXPECT_EQ(refused(options).code(), ErrorCode::malformed_parameter) << name;
    }
}

TEST(RealmInput, principals_and_services_are_checked_and_named) {
    for (const auto& name : hostile_names()) {
        RealmOptions users;
        users.principals = {{.name = name}};
        EXPECT_EQ(refused(users).code(), ErrorCode::malformed_parameter) << name;
        EXPECT_EQ(refused(users).subject(), name);
        RealmOptions services;
        services.services = {name};
        EXPECT_EQ(refused(services).code(), ErrorCode::malformed_parameter) << name;
    }
}

TEST(RealmInput, passwords_are_checked_and_not_shown) {
    for (const std::string password : {"", "secret\n", "sec\"ret", "sec\\ret", "secret\x01"}) {
        RealmOptions options;
        options.principals = {{.name = "alice", .password = password}};
        const auto error = refused(options);
        EXPECT_EQ(error.code(), ErrorCode::malformed_parameter);
        EXPECT_EQ(error.subject(), "alice");
        EXPECT_EQ(error.text().find("sec"), std::string::npos) << error.text();
    }
}

TEST(RealmInput, duplicates_and_an_unknown_login_are_misuse) {
    RealmOptions twice;
    twice.principals = {{.name = "alice"}, {.name = "alice"}};
    EXPECT_EQ(refused(twice).code(), ErrorCode::misuse);
    RealmOptions both;
    both.principals = {{.name = "host/localhost"}};
    EXPECT_EQ(refused(both).code(), ErrorCode::misuse);
    EXPECT_EQ(refused(both).subject(), "host/localhost");
    RealmOptions stranger;
    stranger.login = "mallory";
    EXPECT_EQ(refused(stranger).code(), ErrorCode::misuse);
    RealmOptions nobody;
    nobody.principals = {};
    EXPECT_EQ(refused(nobody).code(), ErrorCode::misuse);
}

TEST(RealmInput, times_enctypes_paths_and_extra_text_are_checked) {
    RealmOptions options;
    options.ticket_lifetime = std::chrono::seconds(0);
    EXPECT_EQ(refused(options).code(), ErrorCode::malformed_parameter);
    options = {};
    options.clock_skew = std::chrono::seconds(-1);
    EXPECT_EQ(refused(options).code(), ErrorCode::malformed_parameter);
    options = {};
    options.enctypes = {"aes256-cts-hmac-sha1-96:normal"};
    EXPECT_EQ(refused(options).code(), ErrorCode::malformed_parameter);
    options = options_for(KdcKind::heimdal);
    options.enctypes = {"camellia128-cts-cmac"};
    EXPECT_EQ(refused(options).code(), ErrorCode::malformed_parameter);
    for (const auto* parent : {"relative", "/tmp/a b", "/tmp/a\nb"}) {
        options = {};
        options.parent = parent;
        EXPECT_EQ(refused(options).code(), ErrorCode::malformed_parameter) << parent;
    }
    options = {};
    options.parent = "/nonexistent";
    EXPECT_EQ(refused(options).code(), ErrorCode::failure);
    options = {};
    options.extra_krb5_conf = std::string("[a]\n\0", 5);
    EXPECT_EQ(refused(options).code(), ErrorCode::malformed_parameter);
}

TEST(RealmInput, missing_programs_are_named_with_their_package) {
    const ScratchFolder empty;
    RealmOptions options;
    options.mit_prefix = empty.path();
    const auto mit = refused(options);
    EXPECT_EQ(mit.code(), ErrorCode::backend_unavailable);
    for (const auto* word : {"krb5-kdc", "krb5-admin-server", "krb5-user"}) {
        EXPECT_NE(mit.text().find(word), std::string::npos) << mit.text();
    }
    options.kdc = KdcKind::heimdal;
    options.heimdal_prefix = empty.path();
    const auto heimdal = refused(options);
    EXPECT_EQ(heimdal.code(), ErrorCode::backend_unavailable);
    for (const auto* word : {"heimdal-kdc", "heimdal-clients"}) {
        EXPECT_NE(heimdal.text().find(word), std::string::npos) << heimdal.text();
    }
}

TEST(RealmInput, a_kdc_that_ends_at_once_is_an_error_with_its_words) {
    const ScratchFolder prefix;
    fs::create_directories(prefix.path() / "usr/sbin");
    for (const auto* name : {"kdb5_util", "kadmin.local", "kinit"}) {
        const auto path = prefix.path() / "usr/sbin" / name;
        std::ofstream(path) << "#!/bin/sh\nexit 0\n";
        fs::permissions(path, fs::perms::owner_all);
    }
    const auto kdc = prefix.path() / "usr/sbin/krb5kdc";
    std::ofstream(kdc) << "#!/bin/sh\necho 'cannot go on' >&2\nexit 3\n";
    fs::permissions(kdc, fs::perms::owner_all);
    RealmOptions options;
    options.mit_prefix = prefix.path();
    const auto error = refused(options);
    EXPECT_EQ(error.code(), ErrorCode::failure);
    EXPECT_NE(error.text().find("cannot go on"), std::string::npos) << error.text();
    // A file that cannot be executed is another way to fail.
    std::ofstream(kdc) << "#!/no/such/interpreter\n";
    EXPECT_EQ(refused(options).code(), ErrorCode::failure);
}

class RealmOperations : public testing::TestWithParam<KdcKind> {};
INSTANTIATE_TEST_SUITE_P(Kdc, RealmOperations, testing::Values(KdcKind::mit, KdcKind::heimdal),
                         kind_name);

TEST_P(RealmOperations, check_what_they_are_given) {
    auto options = options_for(GetParam());
    options.ticket = false;
    auto realm = started(options);
    for (const auto& name : hostile_names()) {
        EXPECT_EQ(realm.add_principal({.name = name}).error().code(),
                  ErrorCode::malformed_parameter)
            << name;
        EXPECT_EQ(realm.add_service(name, "k").error().code(), ErrorCode::malformed_parameter);
        EXPECT_EQ(realm.extract_keytab(name, "k").error().code(), ErrorCode::malformed_parameter);
        EXPECT_EQ(realm.change_key(name).error().code(), ErrorCode::malformed_parameter);
        EXPECT_EQ(realm.kinit(name, "c").error().code(), ErrorCode::malformed_parameter);
    }
    EXPECT_EQ(realm.extract_keytab("alice", "a b").error().code(), ErrorCode::malformed_parameter);
    EXPECT_EQ(realm.kinit("alice", "a b").error().code(), ErrorCode::malformed_parameter);
    EXPECT_EQ(realm.add_principal({.name = "alice"}).error().code(), ErrorCode::misuse);
    EXPECT_EQ(realm.add_service("host/localhost", "k").error().code(), ErrorCode::misuse);
    EXPECT_EQ(realm.kinit("bob", "c").error().code(), ErrorCode::misuse);
    EXPECT_EQ(realm.write_krb5_conf("../x", {}).error().code(), ErrorCode::malformed_parameter);
    EXPECT_EQ(realm.write_krb5_conf("krb5.conf", {}).error().code(), ErrorCode::misuse);
}

TEST_P(RealmOperations, report_what_the_kdcs_programs_report) {
    auto options = options_for(GetParam());
    options.ticket = false;
    auto realm = started(options);
    // Neither kadmin has an exit status for a failed line of its script.
    EXPECT_EQ(realm.extract_keytab("nobody", "k").error().code(), ErrorCode::failure);
    EXPECT_EQ(realm.change_key("nobody").error().code(), ErrorCode::failure);
    EXPECT_EQ(realm.extract_keytab("alice", "no/such/folder/k").error().code(), ErrorCode::failure);
}

} // namespace
