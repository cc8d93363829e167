// SPDX-License-Identifier: Apache-2.0
// Logins that the native library's own rules decide: no account, a file that lists somebody else,
// no file, root.
#include "real.h"

#include "test_realm.h"

#include <filesystem>
#include <fstream>
#include <mutex>
#include <utility>

#include <pwd.h>
#include <unistd.h>

namespace gss::test {
namespace {

/// An account that exists, has no .k5login of its own, and may own one here.
std::string account() {
    return geteuid() == 0 ? "daemon" : getpwuid(geteuid())->pw_name;
}

/// The cache with a ticket of @p principal, who is made when there is no such principal yet.
std::string cache_of(const std::string& principal) {
    const std::string cache = shared_realm().folder() / ("cache-" + principal);
    if (!std::filesystem::exists(cache)) {
        shared_realm().add_principal({.name = principal}).value();
        shared_realm().kinit(principal, cache).value();
    }
    return "FILE:" + cache;
}

class UserOk : public OnLibraries {
protected:
    /// Whether the owner of a ticket for @p principal gets in as @p user by the library's rules.
    [[nodiscard]] static bool lets_in(const std::string& principal, const std::string& user,
                                      const std::string& config = shared_realm().krb5_conf()) {
        bool in = false;
        const std::string cache =
            principal == "alice" ? shared_realm().ccache_name() : cache_of(principal);
        with_environment({{"KRB5CCNAME", cache}, {"KRB5_CONFIG", config}}, [&] {
            ssh::DriverOptions options;
            options.authorizer = ssh::authorize_by_userok();
            Session session = between(std::move(options));
            session.user = user;
            const Talk talk = session.log_in_with_mic();
            EXPECT_FALSE(talk.message(66).empty()) << talk.faults();
            in = logged_in(talk);
        });
        return in;
    }
    /// A configuration in which @p user has that list of principals in place of ~/.k5login.
    [[nodiscard]] static std::string with_list(const std::string& user, const std::string& list) {
        const std::filesystem::path folder = scratch_folder("k5login-" + user);
        std::ofstream(folder / user) << list;
        realm::ConfigVariant variant;
        variant.extra_krb5_conf =
            "[libdefaults]\n\tk5login_directory = " + folder.string() +
            "\n\tk5login_authoritative = true\n\tkuserok = SYSTEM-K5LOGIN:" + folder.string() +
            "\n";
        return shared_realm().write_krb5_conf("k5login-" + user + ".conf", variant).value();
    }
};

INSTANTIATE_TEST_SUITE_P(All, UserOk, testing::ValuesIn(all_libraries()), label);

TEST_P(UserOk, without_a_file_the_principal_of_the_accounts_name_is_let_in) {
    EXPECT_TRUE(lets_in(account(), account()));
    EXPECT_FALSE(lets_in("alice", account()));
}

TEST_P(UserOk, an_account_that_does_not_exist_is_nobodys) {
    // Heimdal's own answer is yes.
    EXPECT_FALSE(lets_in("alice", "alice"));
    EXPECT_FALSE(lets_in("alice", "no-such-account"));
    EXPECT_FALSE(lets_in("alice", ""));
}

TEST_P(UserOk, a_file_that_lists_others_lets_them_in_and_nobody_else) {
    const std::string alices = with_list(account(), in_realm("alice") + "\n");
    EXPECT_TRUE(lets_in("alice", account(), alices));
    EXPECT_FALSE(lets_in(account(), account(), alices));
    const std::string bobs = with_list(account(), in_realm("bob") + "\n");
    EXPECT_FALSE(lets_in("alice", account(), bobs));
}

TEST_P(UserOk, sec_A1_06_root_is_nobodys_even_when_the_library_would_say_yes) {
    EXPECT_FALSE(lets_in("root", "root"));
    EXPECT_FALSE(lets_in("alice", "root"));
    EXPECT_FALSE(lets_in("alice", "root", with_list("root", in_realm("alice") + "\n")));
}

} // namespace
} // namespace gss::test
