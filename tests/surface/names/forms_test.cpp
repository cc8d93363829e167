// SPDX-License-Identifier: Apache-2.0
// What a name is, how else it is written, whose account it is, and when two are one.
#include "conformance.h"

#include <map>
#include <unordered_set>

#include <pwd.h>
#include <unistd.h>

namespace gss::test {

namespace {

class NameForms : public OnBackend {
protected:
    [[nodiscard]] static Name imported(std::string_view text, const Oid& type) {
        return Name::import_name(library(), text, type).value();
    }
    [[nodiscard]] static Name canonical(std::string_view text, const Oid& type) {
        return imported(text, type).canonicalize(mechanism::krb5()).value();
    }
    [[nodiscard]] static Name alice() {
        return canonical(in_realm("alice"), name_type::krb5_principal());
    }
};

class NameFormsAcross : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, NameForms, testing::ValuesIn(backend_names()), name_of_backend);
INSTANTIATE_TEST_SUITE_P(All, NameFormsAcross, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(NameForms, SayWhetherTheyAreAMechanismsAndWhose) {
    EXPECT_EQ(imported("alice", name_type::user()).inquire().value(), NameInfo());
    EXPECT_EQ(imported("host@localhost", name_type::hostbased_service()).inquire().value(),
              NameInfo());
    const NameInfo kerberos{true, mechanism::krb5()};
    EXPECT_EQ(alice().inquire().value(), kerberos);
    const Buffer exported = alice().export_name().value();
    EXPECT_EQ(Name::import_exported(library(), exported).value().inquire().value(), kerberos);
    EXPECT_EQ(alice().duplicate().value().inquire().value(), kerberos);
}

TEST_P(NameForms, OfPeersAreAMechanisms) {
    const ContextPair both = establish(library(), library()).value();
    EXPECT_EQ(both.acceptor.initiator.value().inquire().value(),
              (NameInfo{true, mechanism::krb5()}));
}

TEST_P(NameForms, AreWrittenAsTheTypeTheyHave) {
    EXPECT_EQ(imported("alice", name_type::user()).display_as(name_type::user()).value(), "alice");
    EXPECT_EQ(alice().display_as(name_type::krb5_principal()).value(), in_realm("alice"));
    EXPECT_EQ(imported("host@localhost", name_type::hostbased_service())
                  .display_as(name_type::hostbased_service())
                  .value(),
              "host@localhost");
}

TEST_P(NameForms, AreWrittenAsOtherTypesThatMeanTheSame) {
    EXPECT_EQ(alice().display_as(name_type::user()).value(), "alice");
    EXPECT_EQ(principal(library(), "alice").display_as(name_type::user()).value(), "alice");
    EXPECT_EQ(imported("alice", name_type::user()).display_as(name_type::krb5_principal()).value(),
              in_realm("alice"));
    const Name host = canonical(in_realm("host/localhost"), name_type::krb5_principal());
    EXPECT_EQ(host.display_as(name_type::hostbased_service()).value(), "host@localhost");
    EXPECT_EQ(service(library(), "host@localhost").display_as(name_type::krb5_principal()).value(),
              in_realm("host/localhost"));
}

TEST_P(NameForms, ThatDoNotExistAreUnavailable) {
    // The realm would be lost: "alice" is another name.
    const Name stranger = canonical("alice@ELSEWHERE.EXAMPLE", name_type::krb5_principal());
    EXPECT_TRUE(fails_with(stranger.display_as(name_type::user()), ErrorCode::unavailable));
    const Name far = canonical("foo/bar@ELSEWHERE.EXAMPLE", name_type::krb5_principal());
    EXPECT_TRUE(fails_with(far.display_as(name_type::hostbased_service()), ErrorCode::unavailable));
    // Two components are no user, one is no service, three are neither.
    EXPECT_TRUE(
        fails_with(alice().display_as(name_type::hostbased_service()), ErrorCode::unavailable));
    const Name three = canonical(in_realm("a/b/c"), name_type::krb5_principal());
    EXPECT_TRUE(fails_with(three.display_as(name_type::user()), ErrorCode::unavailable));
    EXPECT_TRUE(
        fails_with(three.display_as(name_type::hostbased_service()), ErrorCode::unavailable));
    const Result<std::string> unknown = alice().display_as(Oid::from_string("1.2.3.4.5").value());
    ASSERT_TRUE(fails_with(unknown, ErrorCode::unavailable));
    EXPECT_NE(unknown.error().text().find("1.2.3.4.5"), std::string::npos)
        << unknown.error().text();
    EXPECT_NE(unknown.error().text().find("alice"), std::string::npos) << unknown.error().text();
    EXPECT_EQ(unknown.error().backend(), library().name());
}

TEST_P(NameForms, OfServicesElsewhereAreHereForHeimdal) {
    // The realm that krb5.conf has for the host takes the place of the one that was written: of a
    // name that a peer has, ask what it is without canonicalizing it again.
    const Name far = canonical("host/localhost@ELSEWHERE.EXAMPLE", name_type::krb5_principal());
    EXPECT_EQ(far.display().value().text,
              is_mit() ? "host/localhost@ELSEWHERE.EXAMPLE" : in_realm("host/localhost"));
}

TEST_P(NameForms, WithQuotedLettersAreNotTakenForOthers) {
    // "a\/b" is one component: a user's name, and no service "a" on host "b".
    const Name quoted = canonical("a\\/b@" + shared_realm().name(), name_type::krb5_principal());
    EXPECT_TRUE(
        fails_with(quoted.display_as(name_type::hostbased_service()), ErrorCode::unavailable));
}

TEST_P(NameForms, HaveTheNumberOfTheirAccount) {
    const passwd* self = getpwuid(getuid()); // NOLINT(concurrency-mt-unsafe)
    ASSERT_NE(self, nullptr);
    const Name own = canonical(in_realm(self->pw_name), name_type::krb5_principal());
    EXPECT_EQ(own.user_id().value(), getuid());
    EXPECT_EQ(own.user_id(mechanism::krb5()).value(), getuid());
    EXPECT_EQ(canonical(in_realm("daemon"), name_type::krb5_principal()).user_id().value(), 1U);
    EXPECT_EQ(imported("daemon", name_type::user()).user_id().value(), 1U);
}

TEST_P(NameForms, WithoutAnAccountHaveNoNumber) {
    const Name nobody = canonical(in_realm("no-such-account"), name_type::krb5_principal());
    const Result<std::uint32_t> id = nobody.user_id();
    ASSERT_TRUE(fails_with(id, ErrorCode::unavailable));
    EXPECT_NE(id.error().text().find("no-such-account"), std::string::npos) << id.error().text();
    EXPECT_EQ(id.error().operation(), "gss_pname_to_uid");
    const Name far = canonical("root@ELSEWHERE.EXAMPLE", name_type::krb5_principal());
    EXPECT_TRUE(fails_with(far.user_id(), ErrorCode::unavailable));
    const Name host = canonical(in_realm("host/localhost"), name_type::krb5_principal());
    EXPECT_TRUE(fails_with(host.user_id(), ErrorCode::unavailable));
}

TEST_P(NameForms, AreAuthorizedForAccountsByName) {
    const Name daemon = canonical(in_realm("daemon"), name_type::krb5_principal());
    const Name account = imported("daemon", name_type::user());
    EXPECT_TRUE(daemon.authorize_local_name(account).value());
    EXPECT_FALSE(alice().authorize_local_name(account).value());
    EXPECT_FALSE(daemon.authorize_local_name(imported("bin", name_type::user())).value());
    EXPECT_FALSE(
        daemon.authorize_local_name(imported("no-such-account", name_type::user())).value());
    // MIT compares names as a last resort: anybody would be an account of that name.
    EXPECT_TRUE(fails_with(alice().authorize_local_name(alice()), ErrorCode::bad_name_type));
    EXPECT_TRUE(fails_with(principal(library(), "alice").authorize_local_name(account),
                           ErrorCode::name_not_mechanism_name));
}

TEST_P(NameFormsAcross, AreAuthorizedForAccountsOfTheirOwnLibrary) {
    const Name name = principal(initiator(), "daemon").canonicalize(mechanism::krb5()).value();
    const Name account = Name::import_name(acceptor(), "daemon", name_type::user()).value();
    const Result<bool> answer = name.authorize_local_name(account);
    if (initiator() == acceptor()) {
        EXPECT_TRUE(answer.value());
    } else {
        EXPECT_TRUE(fails_with(answer, ErrorCode::misuse));
    }
}

TEST_P(NameForms, AreKeysOfContainers) {
    const std::hash<Name> hash;
    const Name by_user = canonical("alice", name_type::user());
    EXPECT_TRUE(alice() == by_user);
    EXPECT_EQ(hash(alice()), hash(by_user));
    EXPECT_TRUE(alice().equals(by_user).value());
    EXPECT_FALSE(alice() == canonical(in_realm("bob"), name_type::krb5_principal()));
    // Not the same to look at, whatever the mechanism makes of them.
    EXPECT_FALSE(alice() == principal(library(), "alice"));
    EXPECT_FALSE(imported("alice", name_type::user()) == principal(library(), "alice"));
    EXPECT_TRUE(imported("alice", name_type::user()) == imported("alice", name_type::user()));

    std::unordered_set<Name> seen;
    EXPECT_TRUE(seen.insert(alice()).second);
    EXPECT_FALSE(seen.insert(canonical("alice", name_type::user())).second);
    EXPECT_TRUE(seen.insert(imported("alice", name_type::user())).second);
    std::map<Name, int> ordered;
    ordered.emplace(alice(), 1);
    ordered.emplace(by_user.duplicate().value(), 2);
    ordered.emplace(canonical(in_realm("bob"), name_type::krb5_principal()), 3);
    EXPECT_EQ(ordered.size(), 2U);
    EXPECT_EQ(ordered.at(by_user), 1);
}

TEST_P(NameFormsAcross, OfTwoLibrariesAreTwoKeys) {
    const Name left = principal(initiator(), "alice").canonicalize(mechanism::krb5()).value();
    const Name right = principal(acceptor(), "alice").canonicalize(mechanism::krb5()).value();
    EXPECT_EQ(left == right, initiator() == acceptor());
}

TEST_P(NameForms, AfterAMoveAreMisuse) {
    Name name = alice();
    const Name taken = std::move(name);
    // NOLINTBEGIN(bugprone-use-after-move): that is the question
    EXPECT_TRUE(fails_with(name.inquire(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.display_as(name_type::user()), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.export_composite(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.attribute_map(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.set_attribute("urn:x", as_bytes("y")), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.delete_attribute("urn:x"), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.user_id(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.authorize_local_name(taken), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(taken.authorize_local_name(name), ErrorCode::misuse));
    EXPECT_FALSE(name == taken);
    // NOLINTEND(bugprone-use-after-move)
}

} // namespace

} // namespace gss::test
