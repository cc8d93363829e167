// SPDX-License-Identifier: Apache-2.0
// Local accounts: to which one a name maps, and which one it may act as: no account, file lists
// another, file absent, root.
#include "conformance.h"

#include <filesystem>
#include <fstream>

#include <pwd.h>
#include <unistd.h>

namespace gss::test {

namespace {

/// An account that exists, has no .k5login of its own, and may own one here.
std::string account() {
    return geteuid() == 0 ? "daemon" : getpwuid(geteuid())->pw_name;
}

class Accounts : public OnBackend {
protected:
    /// A mechanism name, as acceptors get it.
    [[nodiscard]] static Name mechanism_name(std::string_view full) {
        return Name::import_name(library(), full, name_type::krb5_principal())
            .value()
            .canonicalize(mechanism::krb5())
            .value();
    }
    /// Runs @p task where @p user has that list of principals in place of ~/.k5login.
    static void with_list(const std::string& user, const std::string& list,
                          const std::function<void()>& task) {
        const std::filesystem::path folder = fresh_path("k5login");
        std::filesystem::create_directory(folder);
        std::ofstream(folder / user) << list;
        realm::ConfigVariant variant;
        variant.extra_krb5_conf =
            "[libdefaults]\n\tk5login_directory = " + folder.string() +
            "\n\tk5login_authoritative = true\n\tkuserok = SYSTEM-K5LOGIN:" + folder.string() +
            "\n";
        const std::string config =
            shared_realm()
                .write_krb5_conf("k5login-" + folder.filename().string() + ".conf", variant)
                .value();
        const ScopedEnvironment environment("KRB5_CONFIG", config);
        in_fresh_thread(task);
    }
};

INSTANTIATE_TEST_SUITE_P(All, Accounts, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Accounts, AreFoundForPrincipalsOfTheRealm) {
    EXPECT_EQ(mechanism_name(in_realm("alice")).local_name().value(), "alice");
    EXPECT_EQ(mechanism_name(in_realm("alice")).local_name(mechanism::krb5()).value(), "alice");
    EXPECT_EQ(principal(library(), "alice").local_name().value(), "alice");
}

TEST_P(Accounts, AreNotFoundForOthers) {
    for (const std::string& other :
         {std::string("alice@OTHER.REALM"), in_realm("host/localhost"), in_realm("alice/admin")}) {
        const auto local = mechanism_name(other).local_name();
        EXPECT_TRUE(fails_with(local, ErrorCode::unavailable));
        EXPECT_NE(local.error().text().find(other), std::string::npos) << local.error().text();
    }
}

TEST_P(Accounts, ThatDoNotExistAreNobodys) {
    // Heimdal's own answer is yes.
    EXPECT_EQ(mechanism_name(in_realm("no-such-account")).local_name().value(), "no-such-account");
    EXPECT_FALSE(mechanism_name(in_realm("no-such-account")).user_ok("no-such-account").value());
    EXPECT_FALSE(mechanism_name(in_realm("alice")).user_ok("no-such-account").value());
}

TEST_P(Accounts, WithoutAFileGoByTheMapping) {
    EXPECT_TRUE(mechanism_name(in_realm(account())).user_ok(account()).value());
    for (const std::string& other : {in_realm("alice"), in_realm(account() + "/admin"),
                                     account() + "@OTHER.REALM", in_realm("host/localhost")}) {
        EXPECT_FALSE(mechanism_name(other).user_ok(account()).value()) << other;
    }
}

TEST_P(Accounts, WithAFileGoByThat) {
    with_list(account(), in_realm("alice") + "\n", [] {
        EXPECT_TRUE(mechanism_name(in_realm("alice")).user_ok(account()).value());
        EXPECT_FALSE(mechanism_name(in_realm("bob")).user_ok(account()).value());
        EXPECT_FALSE(mechanism_name("alice@OTHER.REALM").user_ok(account()).value());
        // The file lists another: the mapping does not count any more.
        EXPECT_FALSE(mechanism_name(in_realm(account())).user_ok(account()).value());
    });
}

TEST_P(Accounts, WithAnEmptyFileAreNobodys) {
    with_list(account(), "", [] {
        EXPECT_FALSE(mechanism_name(in_realm("alice")).user_ok(account()).value());
        EXPECT_FALSE(mechanism_name(in_realm(account())).user_ok(account()).value());
    });
}

TEST_P(Accounts, OfRootAreTheLibrarysToGive) {
    // A principal "root" is root by the mapping, on both: who minds asks a stricter rule first.
    const bool root_has_list = std::filesystem::exists("/root/.k5login");
    EXPECT_TRUE(root_has_list || mechanism_name(in_realm("root")).user_ok("root").value());
    for (const std::string& other : {in_realm("alice"), in_realm("root/admin"),
                                     std::string("root@OTHER.REALM"), in_realm("ROOT")}) {
        EXPECT_FALSE(mechanism_name(other).user_ok("root").value()) << other;
    }
}

TEST_P(Accounts, AreNotGivenToNamesThatAnybodyWroteDown) {
    EXPECT_TRUE(fails_with(principal(library(), account()).user_ok(account()),
                           ErrorCode::name_not_mechanism_name));
    EXPECT_TRUE(
        fails_with(mechanism_name(in_realm("alice")).user_ok(""), ErrorCode::malformed_parameter));
}

TEST_P(Accounts, AreGivenToInitiators) {
    const ContextPair both = establish(library(), library()).value();
    const Name& initiator = both.acceptor.initiator.value();
    EXPECT_EQ(initiator.local_name().value(), "alice");
    EXPECT_FALSE(initiator.user_ok(account()).value());
    with_list(account(), in_realm("alice") + "\n",
              [&] { EXPECT_TRUE(initiator.user_ok(account()).value()); });
}

} // namespace

} // namespace gss::test
