// SPDX-License-Identifier: Apache-2.0
// What a server makes of what a client sends: what is offered, asked, abandoned and ignored.
#include "auth_pair.h"
#include "writer.h"

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using namespace transport;
using ssh::wire::Writer;

using Numbers = std::vector<unsigned>;

const ssh::AuthorizeAnswer yes{ssh::AuthorizeAnswer::Decision::allow, {}, {}};

/// Every method name that there is, and some that there are not.
const std::vector<std::string>& names() {
    static const std::vector<std::string> all{"publickey",
                                              "password",
                                              "hostbased",
                                              "keyboard-interactive",
                                              "gssapi-with-mic",
                                              "gssapi-keyex",
                                              "gssapi",
                                              "external-keyx",
                                              "",
                                              "PASSWORD",
                                              "password ",
                                              "none,password"};
    return all;
}

// What is not configured is refused like what nobody knows, whatever follows the name.
TEST(ServerAuth, sec_A1_18_methods_that_are_not_configured_are_refused_and_reach_nobody) {
    for (const std::string& name : names()) {
        for (const Bytes& rest : {Bytes(), Writer().boolean(false).text("correct horse").take(),
                                  Writer().uint32(0xffffffffU).take()}) {
            AuthPair pair;
            pair.server.options.other_methods.clear();
            pair.server.options.with_mic = false;
            pair.server.options.keyex = false;
            pair.start_server(true);
            pair.server.feed(request(name, rest));
            pair.serve();
            ASSERT_FALSE(pair.server.fault) << name;
            EXPECT_EQ(pair.server.outlet.sent,
                      (std::vector<Bytes>{Writer(51).text("").byte(0).take()}))
                << name;
            EXPECT_EQ(pair.server.events.size(), 1U) << name;
            EXPECT_EQ(pair.server.count<ssh::AttemptFailed>(), 1U) << name;
        }
    }
}

TEST(ServerAuth, a_password_is_asked_only_where_it_is_listed) {
    AuthPair pair;
    pair.server.options.other_methods = {"publickey"};
    pair.start();
    pair.log_in("alice", WithPassword{secret("correct horse")});
    EXPECT_EQ(pair.server.count<PasswordRequest>(), 0U);
    EXPECT_EQ(pair.client.count<AuthFailed>(), 1U);
}

TEST(ServerAuth, password_requests_that_are_no_good) {
    const auto fed = [](AuthPair& pair, const Bytes& rest) {
        pair.start_server();
        pair.server.feed(request("password", rest));
        pair.serve();
    };
    for (const Bytes& rest :
         {Bytes(), bare(0), Writer().byte(0).uint32(5).take(),
          Writer().byte(0).text("x").byte(0).take(), Writer().byte(1).text("old").take(),
          Writer().byte(1).text("old").text("new").byte(0).take(),
          Writer().byte(0).text(std::string(5000, 'x')).take()}) {
        AuthPair damaged;
        fed(damaged, rest);
        ASSERT_TRUE(damaged.server.fault);
        EXPECT_EQ(damaged.server.fault->disconnect_reason(), 2U);
    }
    for (const Bytes& rest :
         {Writer().byte(1).text("correct horse").text("new").take(),
          Writer().byte(0).text("\xff\xfe").take(),
          Writer().byte(0).text(std::string_view("correct horse\0", 14)).take()}) {
        AuthPair refused;
        fed(refused, rest);
        EXPECT_FALSE(refused.server.fault);
        EXPECT_EQ(refused.server.count<PasswordRequest>(), 0U);
        EXPECT_EQ(refused.server.numbers(), (Numbers{51}));
    }
}

TEST(ServerAuth, none_has_no_fields) {
    AuthPair pair;
    pair.start_server();
    pair.server.feed(request("none", bare(0)));
    EXPECT_TRUE(pair.server.fault);
}

TEST(ServerAuth, services_that_do_not_exist_are_refused) {
    AuthPair pair;
    pair.accounts.none = true;
    pair.start_server();
    pair.server.feed(request("none", {}, "alice", "ssh-other"));
    pair.serve();
    EXPECT_EQ(pair.server.numbers(), (Numbers{51}));
    EXPECT_EQ(pair.server.count<NoneRequest>(), 0U);
}

// The same octets for everybody: who has an account the host knows, and nobody else.
TEST(ServerAuth, nothing_depends_on_the_users_name) {
    std::vector<std::vector<Bytes>> said;
    for (const char* user : {"alice", "nobody", "", "root"}) {
        AuthPair pair;
        pair.start_server();
        pair.server.feed(request("none", {}, user));
        pair.server.feed(password_request("wrong", user));
        pair.serve();
        said.push_back(pair.server.outlet.sent);
        EXPECT_EQ(pair.server.the<PasswordRequest>().user, user);
    }
    for (const auto& one : said) {
        EXPECT_EQ(one, said.front());
    }
}

TEST(ServerAuth, a_new_request_abandons_the_question_about_the_last_one) {
    AuthPair pair;
    pair.accounts.answers = false;
    pair.start_server();
    pair.server.feed(password_request("correct horse", "alice"));
    pair.server.feed(password_request("guess", "root"));
    pair.serve();
    ASSERT_EQ(pair.server.count<PasswordRequest>(), 2U);
    const auto first = std::get<PasswordRequest>(pair.server.events[0]).id;
    const auto second = std::get<PasswordRequest>(pair.server.events[1]).id;
    EXPECT_EQ(pair.server.part->answer(first, yes), ssh::Fed::stale);
    EXPECT_FALSE(pair.server.part->authenticated()) << "alice's yes is not root's";
    EXPECT_EQ(pair.server.part->answer(second, Refusal{}), ssh::Fed::taken);
    EXPECT_EQ(pair.server.part->answer(second, yes), ssh::Fed::stale);
    EXPECT_EQ(pair.server.numbers(), (Numbers{51}));
}

TEST(ServerAuth, a_new_request_abandons_an_exchange_of_gssapi_with_mic) {
    AuthPair pair;
    pair.accounts.answers = false;
    pair.start();
    pair.client.part->authenticate("alice", WithGssapiMic{}).value();
    pair.run();
    const auto step = pair.server.the<ssh::GssStep>();
    pair.server.outlet.sent.clear();
    pair.server.feed(password_request("x"));
    pair.serve();
    EXPECT_EQ(pair.server.part->answer(step.id, pair.server.host.step(step)), ssh::Fed::stale);
    EXPECT_TRUE(pair.server.outlet.sent.empty()) << "no FAILURE for what was aborted";
    EXPECT_EQ(pair.server.part->answer(pair.server.the<PasswordRequest>().id, yes),
              ssh::Fed::taken);
    EXPECT_TRUE(pair.server.part->authenticated());
}

// RFC 4252 s5.1: a request of gssapi-keyex is whole and is processed before the next one.
TEST(ServerAuth, a_request_behind_gssapi_keyex_waits_for_its_answer) {
    AuthPair pair;
    pair.accounts.answers = false;
    pair.start_server(true);
    pair.server.feed(request("gssapi-keyex", Writer().text("no mic").take()));
    pair.server.feed(password_request("correct horse"));
    pair.serve();
    EXPECT_EQ(pair.server.count<PasswordRequest>(), 0U);
    EXPECT_EQ(pair.server.part->answer(pair.server.the<ssh::VerifyMic>().id, Refusal{}),
              ssh::Fed::taken);
    pair.accounts.answers = true;
    pair.serve();
    EXPECT_EQ(pair.server.numbers(), (Numbers{51, 52}));
    EXPECT_TRUE(pair.server.part->authenticated());
}

TEST(ServerAuth, an_answer_of_the_wrong_kind_is_misuse) {
    AuthPair pair;
    pair.accounts.answers = false;
    pair.start_server();
    pair.server.feed(request("none"));
    pair.serve();
    const auto id = pair.server.the<NoneRequest>().id;
    pair.server.guarded([&] { pair.server.part->answer(id, HostKeyAnswer{true, {}}); });
    ASSERT_TRUE(pair.server.fault);
    EXPECT_EQ(pair.server.fault->fault(), ssh::Fault::misuse);
    EXPECT_FALSE(pair.server.part->authenticated());
}

TEST(ServerAuth, answers_after_the_login_are_late) {
    AuthPair pair;
    pair.start_server();
    pair.server.feed(password_request("correct horse"));
    pair.serve();
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_EQ(pair.server.part->answer(pair.server.the<PasswordRequest>().id, yes),
              ssh::Fed::stale);
    pair.server.feed(password_request("correct horse", "root"));
    EXPECT_EQ(pair.server.part->user(), "alice");
    EXPECT_EQ(pair.server.numbers(), (Numbers{52})) << "SUCCESS is sent once";
}

TEST(ServerAuth, the_banner_comes_once_and_before_everything_else) {
    AuthPair pair;
    pair.server.options.banner = "one\ntwo\r\n";
    pair.start();
    EXPECT_TRUE(pair.server.outlet.sent.empty());
    pair.log_in("alice", WithNone{});
    pair.log_in("alice", WithPassword{secret("correct horse")});
    EXPECT_EQ(pair.server.numbers(), (Numbers{6, 53, 51, 52}));
    EXPECT_EQ(pair.server.outlet.sent[1], Writer(53).text("one\r\ntwo\r\n").text("").take());
    EXPECT_EQ(pair.client.the<PeerText>().text, "one\ntwo\n");
}

TEST(ServerAuth, there_is_no_banner_unless_there_is_one) {
    AuthPair pair;
    pair.start();
    pair.log_in("alice", WithNone{});
    EXPECT_EQ(pair.server.numbers(), (Numbers{6, 51}));
}

TEST(ServerAuth, damaged_requests_end_the_session) {
    for (const Bytes& payload :
         {bare(50), Writer(50).text("alice").take(), Writer(50).uint32(0xffffffffU).take(),
          Writer(50).text("alice").text("ssh-connection").take(),
          Writer(50).text(std::string(2000, 'a')).text("ssh-connection").text("none").take()}) {
        AuthPair pair;
        pair.start_server();
        pair.server.feed(payload);
        ASSERT_TRUE(pair.server.fault);
        EXPECT_EQ(pair.server.fault->disconnect_reason(), 2U);
    }
}

TEST(ServerAuth, a_user_name_that_is_none_reaches_nobody) {
    for (const std::string_view user : {std::string_view("a\0b", 3), std::string_view("\xff")}) {
        AuthPair pair;
        pair.start_server();
        pair.server.feed(password_request("x", user));
        pair.serve();
        EXPECT_EQ(pair.server.count<PasswordRequest>(), 0U);
        EXPECT_EQ(pair.server.numbers(), (Numbers{51}));
    }
}

TEST(ServerAuth, reasons_for_logs_have_no_control_characters) {
    AuthPair pair;
    pair.accounts.answers = false;
    pair.start_server();
    pair.server.feed(password_request("x"));
    pair.serve();
    pair.server.part->answer(pair.server.the<PasswordRequest>().id,
                             ssh::AuthorizeAnswer{{}, {}, "expired\n\x1b[2J"});
    pair.serve();
    EXPECT_EQ(pair.server.the<ssh::AttemptFailed>().reason,
              "refused by the host: expired\\x0a\\x1b[2J");
}

TEST(ServerAuth, options_that_make_no_sense_are_misuse) {
    AuthPair pair;
    pair.server.options.most_failures = 0;
    pair.start();
    ASSERT_TRUE(pair.server.fault);
    EXPECT_EQ(pair.server.fault->fault(), ssh::Fault::misuse);
}

} // namespace
} // namespace gss::test
