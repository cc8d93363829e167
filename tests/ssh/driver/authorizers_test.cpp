// SPDX-License-Identifier: Apache-2.0
// Who may use which account.
#include "account_stub.h"
#include "fake_ssh.h"
#include "largest_allocation.h"

#include <gssxx/ssh/authorization.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace gss::test {
namespace {

using ssh::AuthorizationRequest;
using ssh::AuthorizeAnswer;
using ssh::Authorizer;
using Decision = AuthorizeAnswer::Decision;

constexpr std::string_view realm = "TRUSTED.EXAMPLE";

/// An exported name (RFC 2743 s3.2) with any content.
Bytes exported(const Oid& mechanism, std::string_view name, std::uint8_t second = 1) {
    const Bytes der = mechanism.to_der();
    Bytes out;
    out.reserve(8 + der.size() + name.size());
    for (const std::size_t octet :
         {std::size_t{4}, std::size_t{second}, std::size_t{0}, der.size()}) {
        out.push_back(static_cast<std::byte>(octet));
    }
    out.insert(out.end(), der.begin(), der.end());
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        out.push_back(static_cast<std::byte>(name.size() >> shift));
    }
    const BytesView octets = as_bytes(name);
    out.insert(out.end(), octets.begin(), octets.end());
    return out;
}

class Authorization : public testing::Test {
protected:
    /// What @p authorizer says to a principal with that text that wants to be @p user.
    [[nodiscard]] AuthorizeAnswer ask(const Authorizer& authorizer, std::string_view principal,
                                      std::string user, ContextFlags flags = {}) {
        return ask(authorizer, principal, exported(mechanism::krb5(), principal), std::move(user),
                   flags);
    }
    /// The same with an exported name that says something else.
    [[nodiscard]] AuthorizeAnswer ask(const Authorizer& authorizer, std::string_view principal,
                                      Bytes exported_name, std::string user,
                                      ContextFlags flags = {}) {
        // Libraries have no name without letters.
        const std::string_view text = principal.empty() ? "-" : principal;
        const Name name =
            Name::import_trusted(library_.backend, as_bytes(text), name_type::krb5_principal())
                .value()
                .canonicalize(mechanism::krb5())
                .value();
        const AuthorizationRequest request{std::move(user),
                                           "ssh-connection",
                                           "gssapi-with-mic",
                                           name,
                                           std::string(principal),
                                           std::move(exported_name),
                                           mechanism::krb5(),
                                           flags,
                                           nullptr};
        return authorizer(request);
    }
    template <typename... Arguments>
    [[nodiscard]] bool allows(const Authorizer& authorizer, Arguments&&... arguments) {
        const AuthorizeAnswer answer = ask(authorizer, std::forward<Arguments>(arguments)...);
        EXPECT_NE(answer.decision, Decision::allow_partly);
        // A denial says why, for the log.
        EXPECT_EQ(answer.reason.empty(), answer.decision == Decision::allow);
        return answer.decision == Decision::allow;
    }

    CountedFake library_;
};

/// The principals of SSSD's and Samba's faults, none of which is root@TRUSTED.EXAMPLE.
std::vector<std::string> impostors() {
    using namespace std::string_literals;
    return {"ROOT@TRUSTED.EXAMPLE",
            "Root@TRUSTED.EXAMPLE",
            "root$@TRUSTED.EXAMPLE",
            "root/admin@TRUSTED.EXAMPLE",
            "root/@TRUSTED.EXAMPLE",
            "/root@TRUSTED.EXAMPLE",
            "host/root@TRUSTED.EXAMPLE",
            "root@OTHER.EXAMPLE",
            "root@trusted.example",
            "root@TRUSTED.EXAMPLE.",
            "root@SUB.TRUSTED.EXAMPLE",
            "root@TRUSTED.EXAMPLE@TRUSTED.EXAMPLE",
            "root\\@TRUSTED.EXAMPLE@TRUSTED.EXAMPLE",
            "root\\@OTHER.EXAMPLE@TRUSTED.EXAMPLE",
            "a@root@TRUSTED.EXAMPLE",
            "root\0@TRUSTED.EXAMPLE"s,
            "root@TRUSTED.EXAMPLE\0"s,
            "root@TRUSTED.EXAMPLE\0@OTHER.EXAMPLE"s,
            "\0root@TRUSTED.EXAMPLE"s,
            "root\\0@TRUSTED.EXAMPLE",
            "root\n@TRUSTED.EXAMPLE",
            "root @TRUSTED.EXAMPLE",
            " root@TRUSTED.EXAMPLE",
            "root",
            "root@",
            "@TRUSTED.EXAMPLE",
            "",
            "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS"};
}

TEST_F(Authorization, sec_A1_06_nobody_becomes_root_by_a_name_that_looks_like_it) {
    const Authorizer by_realm = ssh::authorize_realms({{std::string(realm), {"root"}}});
    const Authorizer by_list = ssh::authorize_principals({{"root", "root@TRUSTED.EXAMPLE"}});
    EXPECT_TRUE(allows(by_realm, "root@TRUSTED.EXAMPLE", "root"));
    EXPECT_TRUE(allows(by_list, "root@TRUSTED.EXAMPLE", "root"));
    for (const std::string& principal : impostors()) {
        EXPECT_FALSE(allows(by_realm, principal, "root")) << testing::PrintToString(principal);
        EXPECT_FALSE(allows(by_list, principal, "root")) << testing::PrintToString(principal);
    }
}

TEST_F(Authorization, sec_A1_06_privileged_accounts_need_a_rule_that_names_them) {
    const Authorizer plain = ssh::authorize_realms({{std::string(realm), {}}});
    const Authorizer other =
        ssh::authorize_realms({{std::string(realm), {}}, {"OTHER.EXAMPLE", {"root", "toor"}}});
    for (const std::string user : {"root", "toor"}) {
        EXPECT_FALSE(allows(plain, user + "@TRUSTED.EXAMPLE", user));
        EXPECT_FALSE(allows(other, user + "@TRUSTED.EXAMPLE", user));
        EXPECT_TRUE(allows(other, user + "@OTHER.EXAMPLE", user));
    }
    // Not knowing is no reason to let somebody in.
    EXPECT_FALSE(allows(plain, "broken@TRUSTED.EXAMPLE", "broken"));
    EXPECT_FALSE(allows(plain, "endless@TRUSTED.EXAMPLE", "endless"));
    EXPECT_TRUE(allows(plain, "verbose@TRUSTED.EXAMPLE", "verbose"));
}

TEST_F(Authorization, a_realm_lets_its_principals_use_the_account_of_their_name_only) {
    const Authorizer rule = ssh::authorize_realms({{std::string(realm), {}}});
    EXPECT_TRUE(allows(rule, "alice@TRUSTED.EXAMPLE", "alice"));
    EXPECT_TRUE(allows(rule, "a.b-c_d+e@TRUSTED.EXAMPLE", "a.b-c_d+e"));
    for (const std::string user :
         {"bob", "", "Alice", "alice@TRUSTED.EXAMPLE", "root", "alic", "alice2"}) {
        EXPECT_FALSE(allows(rule, "alice@TRUSTED.EXAMPLE", user)) << user;
    }
    using namespace std::string_literals;
    EXPECT_FALSE(allows(rule, "alice@TRUSTED.EXAMPLE", "alice\0root"s));
    EXPECT_FALSE(allows(rule, "alice/admin@TRUSTED.EXAMPLE", "alice/admin"));
    EXPECT_FALSE(allows(rule, "box$@TRUSTED.EXAMPLE", "box$"));
    EXPECT_FALSE(allows(rule, "a\\@b@TRUSTED.EXAMPLE", "a\\@b"));
    EXPECT_FALSE(allows(rule, "@TRUSTED.EXAMPLE", ""));
    EXPECT_FALSE(allows(ssh::authorize_realms({}), "alice@TRUSTED.EXAMPLE", "alice"));
    EXPECT_FALSE(allows(ssh::authorize_realms({{"", {}}}), "alice@", "alice"));
    // Nor is a rule for a realm that there cannot be.
    EXPECT_FALSE(allows(ssh::authorize_realms({{"B@TRUSTED.EXAMPLE", {}}}),
                        "alice@B@TRUSTED.EXAMPLE", "alice"));
}

TEST_F(Authorization, sec_A1_07_names_that_look_alike_and_are_not_the_same_are_told_apart) {
    constexpr std::string_view shown = "alice@TRUSTED.EXAMPLE";
    const std::array authorizers{
        ssh::authorize_principals({{"alice", std::string(shown)}}),
        ssh::authorize_realms({{std::string(realm), {}}}),
    };
    for (const Authorizer& authorizer : authorizers) {
        EXPECT_TRUE(allows(authorizer, shown, exported(mechanism::krb5(), shown), "alice"));
        const std::array different{
            exported(mechanism::spnego(), shown),  // another mechanism's alice
            exported(mechanism::ntlm(), shown),    //
            exported(mechanism::krb5(), shown, 2), // with attributes (RFC 6680)
            exported(mechanism::krb5(), "alice\\@TRUSTED.EXAMPLE@TRUSTED.EXAMPLE"), // enterprise
            exported(mechanism::krb5(), "mallory@TRUSTED.EXAMPLE"),
            exported(mechanism::krb5(), "WELLKNOWN/ANONYMOUS@TRUSTED.EXAMPLE"),
            exported(mechanism::krb5(), std::string(shown) + '\0'),
            Bytes{},
        };
        for (const Bytes& name : different) {
            EXPECT_FALSE(allows(authorizer, shown, name, "alice"));
        }
    }
    // And the other way round: what is shown has no say.
    EXPECT_TRUE(
        allows(authorizers[0], "somebody@ELSEWHERE", exported(mechanism::krb5(), shown), "alice"));
}

TEST_F(Authorization, an_initiator_that_is_nobody_is_refused) {
    const Authorizer by_realm = ssh::authorize_realms({{"WELLKNOWN:ANONYMOUS", {}}, {"R", {}}});
    EXPECT_TRUE(allows(by_realm, "alice@R", "alice"));
    EXPECT_FALSE(allows(by_realm, "alice@R", "alice", ContextFlag::anonymity));
    const Authorizer native = ssh::authorize_by_userok();
    EXPECT_TRUE(allows(native, "alice@FAKE.REALM", "alice"));
    EXPECT_FALSE(allows(native, "alice@FAKE.REALM", "alice", ContextFlag::anonymity));
    EXPECT_FALSE(allows(native, "alice@FAKE.REALM", "bob"));
    EXPECT_FALSE(allows(native, "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS", "alice"));
}

TEST_F(Authorization, a_list_names_principals_with_their_realm_and_nothing_else) {
    const Authorizer list = ssh::authorize_principals({{"alice", "alice@TRUSTED.EXAMPLE"},
                                                       {"alice", "boss/admin@OTHER.EXAMPLE"},
                                                       {"root", "boss@OTHER.EXAMPLE"},
                                                       {"bob", "bob"},
                                                       {"carol", "carol\\@box"},
                                                       {"dave", "dave\\\\@R"},
                                                       {"erin", "erin@"}});
    EXPECT_TRUE(allows(list, "alice@TRUSTED.EXAMPLE", "alice"));
    EXPECT_TRUE(allows(list, "boss/admin@OTHER.EXAMPLE", "alice"));
    EXPECT_TRUE(allows(list, "boss@OTHER.EXAMPLE", "root"));
    EXPECT_FALSE(allows(list, "boss@OTHER.EXAMPLE", "alice"));
    EXPECT_FALSE(allows(list, "boss/admin@OTHER.EXAMPLE", "root"));
    EXPECT_FALSE(allows(list, "alice@TRUSTED.EXAMPLE", "bob"));
    EXPECT_FALSE(allows(list, "alice@TRUSTED.EXAMPLE", ""));
    // A rule without a realm would mean another principal after a change of krb5.conf.
    EXPECT_FALSE(allows(list, "bob@FAKE.REALM", "bob"));
    EXPECT_FALSE(allows(list, "carol\\@box", "carol")) << "an escaped '@' begins no realm";
    EXPECT_FALSE(allows(list, "carol\\@box@FAKE.REALM", "carol"));
    EXPECT_FALSE(allows(list, "erin@", "erin"));
    EXPECT_FALSE(allows(list, "erin@FAKE.REALM", "erin"));
    EXPECT_TRUE(allows(list, "dave\\\\@R", "dave")) << "an escaped backslash escapes nothing";
    EXPECT_FALSE(allows(ssh::authorize_principals({}), "alice@TRUSTED.EXAMPLE", "alice"));
}

TEST_F(Authorization, the_first_answer_that_is_no_denial_counts) {
    const auto says = [](AuthorizeAnswer answer) {
        return [answer](const AuthorizationRequest& /*request*/) { return answer; };
    };
    AuthorizeAnswer partly;
    partly.decision = Decision::allow_partly;
    partly.methods = {"password"};
    EXPECT_EQ(ask(ssh::any_of({}), "a@R", "a").decision, Decision::deny);
    EXPECT_EQ(ask(ssh::any_of({Authorizer()}), "a@R", "a").decision, Decision::deny);
    const auto last =
        ask(ssh::any_of({says(ssh::deny("one")), says(ssh::deny("two"))}), "a@R", "a");
    EXPECT_EQ(last.decision, Decision::deny);
    EXPECT_EQ(last.reason, "two");
    EXPECT_TRUE(allows(
        ssh::any_of({says(ssh::deny("one")), Authorizer(), says(ssh::allow()), says(partly)}),
        "a@R", "a"));
    const auto some = ask(ssh::any_of({says(partly), says(ssh::allow())}), "a@R", "a");
    EXPECT_EQ(some.decision, Decision::allow_partly);
    EXPECT_EQ(some.methods, std::vector<std::string>{"password"});
}

TEST_F(Authorization, privileged_accounts_are_refused_before_the_next_one_is_asked) {
    unsigned asked = 0;
    const Authorizer guarded = ssh::refuse_privileged([&](const AuthorizationRequest& request) {
        ++asked;
        return request.user == "bob" ? ssh::deny("not bob") : ssh::allow();
    });
    for (const std::string_view user :
         {std::string_view("root"), privileged_alias, broken_account, endless_account}) {
        EXPECT_FALSE(allows(guarded, "alice@R", std::string(user))) << user;
    }
    EXPECT_EQ(asked, 0U);
    EXPECT_TRUE(allows(guarded, "alice@R", "alice"));
    EXPECT_FALSE(allows(guarded, "alice@R", "bob"));
    // Stacks with accounts of their own may know more than the system.
    EXPECT_TRUE(allows(guarded, "alice@R", std::string(absent_account)));
    EXPECT_EQ(asked, 3U);
    EXPECT_FALSE(allows(ssh::refuse_privileged({}), "alice@R", "alice"));
}

TEST_F(Authorization, the_library_is_not_asked_about_accounts_that_it_may_not_give_away) {
    const Authorizer native = ssh::authorize_by_userok();
    const std::size_t before = library_.fake.table().count();
    using namespace std::string_literals;
    for (const std::string& user :
         {"root"s, std::string(privileged_alias), std::string(broken_account),
          std::string(endless_account), std::string(absent_account), ""s, "alice\0"s}) {
        EXPECT_FALSE(allows(native, "alice@R", user)) << testing::PrintToString(user);
    }
    // The name was imported, made canonical and displayed, each time; no more than that.
    EXPECT_EQ(library_.fake.table().count() - before, 7U * 3U);
}

TEST_F(Authorization, sec_A1_11_damaged_exported_names_are_refused_and_cost_nothing) {
    const Bytes good = exported(mechanism::krb5(), "alice@TRUSTED.EXAMPLE");
    ASSERT_TRUE(ExportedName::parse(good));
    std::vector<Bytes> hostile;
    for (std::size_t size = 0; size < good.size(); ++size) {
        hostile.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    }
    hostile.push_back(good);
    hostile.back().push_back(std::byte{0});
    const std::size_t name_length = good.size() - 21 - 4;
    const auto with = [&](std::size_t at, std::initializer_list<unsigned> octets) {
        Bytes changed = good;
        for (const unsigned octet : octets) {
            changed.at(at++) = static_cast<std::byte>(octet);
        }
        hostile.push_back(std::move(changed));
    };
    with(name_length, {0xff, 0xff, 0xff, 0xff});
    with(name_length, {0x80, 0, 0, 0});
    with(name_length, {0x7f, 0xff, 0xff, 0xff});
    with(name_length, {0, 0, 0, 0});
    with(name_length, {0, 0, 0, 20});
    with(name_length, {0, 0, 0, 22});
    with(2, {0, 0}); // the length of the OID's element
    with(2, {0, 10});
    with(2, {0, 12});
    with(2, {0, 255});
    with(2, {0xff, 0xff});
    with(5, {0}); // the length inside that element
    with(5, {255});
    with(5, {0x84});
    with(4, {4}); // its tag
    with(0, {5}); // the token's id
    with(1, {0});
    with(1, {3});
    const Authorizer list = ssh::authorize_principals({{"alice", "alice@TRUSTED.EXAMPLE"}});
    const Authorizer realms = ssh::authorize_realms({{std::string(realm), {}}});
    for (const Bytes& name : hostile) {
        static_cast<void>(take_largest_allocation());
        const Result<ExportedName> parsed = ExportedName::parse(name);
        EXPECT_LT(take_largest_allocation(), 256U) << "what the record of an error takes";
        ASSERT_FALSE(parsed);
        EXPECT_EQ(parsed.error().code(), ErrorCode::damaged_export);
        EXPECT_FALSE(allows(list, "alice@TRUSTED.EXAMPLE", name, "alice"));
        EXPECT_FALSE(allows(realms, "alice@TRUSTED.EXAMPLE", name, "alice"));
        EXPECT_LT(take_largest_allocation(), 1024U);
    }
}

} // namespace
} // namespace gss::test
