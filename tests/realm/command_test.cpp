// SPDX-License-Identifier: Apache-2.0
// gssxx-realm run: exit status, signals, and nothing left behind.
#include "command_process.h"

#include <csignal>

namespace {

namespace fs = std::filesystem;
using namespace realm_test;
using gss::realm::KdcKind;

class RealmCommand : public testing::TestWithParam<KdcKind> {
protected:
    ScratchFolder parent_;

    [[nodiscard]] std::vector<std::string>
    arguments(const std::vector<std::string>& command,
              const std::vector<std::string>& options = {}) const {
        return run_arguments(GetParam(), parent_.path(), options, command);
    }
    /// A command that says where its realm is and then waits to be ended.
    [[nodiscard]] static std::vector<std::string> say_and_wait(const std::string& before = "") {
        return {"sh", "-c", before + "echo $GSSXX_REALM_FOLDER; while :; do sleep 0.05; done"};
    }

    void TearDown() override {
        EXPECT_TRUE(fs::is_empty(parent_.path())) << "a folder is left behind";
        // Not at once: a killed shell's last sleep may be there for a moment.
        EXPECT_TRUE(eventually([&] { return processes_of(parent_.path()).empty(); }))
            << "a process is left behind";
    }
};

INSTANTIATE_TEST_SUITE_P(Kdc, RealmCommand, testing::Values(KdcKind::mit, KdcKind::heimdal),
                         kind_name);

TEST_P(RealmCommand, the_command_has_a_ticket_a_service_and_both_keytabs) {
    CommandProcess command(arguments(
        {"sh", "-c",
         "klist -s && kvno -k ${KRB5_KTNAME#FILE:} http/www.example >/dev/null && klist && "
         "klist -k ${KRB5_CLIENT_KTNAME#FILE:} && id -u"},
        {"--realm", "MY.EXAMPLE", "--principal", "alice", "--principal", "bob:pa:ss word",
         "--service", "http/www.example", "--service", "host/localhost", "--login", "bob"}));
    EXPECT_EQ(command.wait(), 0) << command.errors();
    EXPECT_NE(command.output().find("Default principal: bob@MY.EXAMPLE"), std::string::npos);
    EXPECT_EQ(command.output().find("\n0\n"), std::string::npos) << "it has to run unprivileged";
}

TEST_P(RealmCommand, the_password_given_is_the_password) {
    CommandProcess command(
        arguments({"sh", "-c", "echo 'pa:ss word' | kinit -c FILE:$KRB5RCACHEDIR/c bob"},
                  {"--principal", "bob:pa:ss word"}));
    EXPECT_EQ(command.wait(), 0) << command.errors();
}

TEST_P(RealmCommand, the_login_has_a_certificate_on_demand) {
    const std::string check = "grep -q 'BEGIN PRIVATE KEY' $GSSXX_REALM_FOLDER/certificate.pem && "
                              "! klist -s";
    const std::string login =
        GetParam() == KdcKind::mit
            ? " && kinit -X X509_user_identity=FILE:$GSSXX_REALM_FOLDER/certificate.pem alice"
            : "";
    CommandProcess command(arguments({"sh", "-c", check + login}, {"--pkinit", "--no-ticket"}));
    EXPECT_EQ(command.wait(), 0) << command.errors();
}

TEST_P(RealmCommand, passes_every_kind_of_end_on) {
    for (const int status : {0, 1, 42, 255}) {
        CommandProcess command(arguments({"sh", "-c", "exit " + std::to_string(status)}));
        EXPECT_EQ(command.wait(), status) << command.errors();
    }
    CommandProcess killed(arguments({"sh", "-c", "kill -9 $$"}));
    EXPECT_EQ(killed.wait(), 128 + SIGKILL);
    CommandProcess absent(arguments({"/no/such/command"}));
    EXPECT_EQ(absent.wait(), 127);
    EXPECT_NE(absent.errors().find("/no/such/command"), std::string::npos);
    CommandProcess folder(arguments({"/tmp"}));
    EXPECT_EQ(folder.wait(), 126);
}

TEST_P(RealmCommand, hands_the_arguments_on_as_they_are) {
    CommandProcess command(arguments({"printf", "<%s>", "--help", "[a,b]", "--", "", "a b"}));
    EXPECT_EQ(command.wait(), 0) << command.errors();
    EXPECT_EQ(command.output(), "<--help><[a,b]><--><><a b>");
}

TEST_P(RealmCommand, ends_with_the_command_on_ctrl_c) {
    CommandProcess command(arguments(say_and_wait()));
    ASSERT_TRUE(fs::exists(command.first_line())) << command.errors();
    command.signal_group(SIGINT);
    EXPECT_EQ(command.wait(), 128 + SIGINT);
}

TEST_P(RealmCommand, lives_on_when_the_command_survives_ctrl_c) {
    CommandProcess command(
        arguments({"sh", "-c",
                   "trap 'kvno host/localhost >/dev/null && exit 9' INT; echo ready; "
                   "while :; do sleep 0.05; done"}));
    ASSERT_EQ(command.first_line(), "ready") << command.errors();
    command.signal_group(SIGINT);
    EXPECT_EQ(command.wait(), 9) << command.errors(); // the KDC still answered
}

TEST_P(RealmCommand, hands_termination_on_to_the_command) {
    for (const int number : {SIGTERM, SIGHUP, SIGINT, SIGQUIT}) {
        CommandProcess command(arguments(say_and_wait()));
        ASSERT_TRUE(fs::exists(command.first_line())) << command.errors();
        command.signal(number);
        EXPECT_EQ(command.wait(), 128 + number);
    }
}

TEST_P(RealmCommand, kills_a_command_that_ignores_termination) {
    CommandProcess command(arguments(say_and_wait("trap '' TERM; "), {"--grace", "0"}));
    ASSERT_TRUE(fs::exists(command.first_line())) << command.errors();
    command.signal(SIGTERM);
    EXPECT_EQ(command.wait(), 128 + SIGKILL);
    EXPECT_TRUE(eventually([&] { return processes_of(parent_.path()).empty(); })); // its sleep
}

TEST_P(RealmCommand, termination_while_the_realm_starts_leaves_nothing) {
    CommandProcess command(arguments({"sh", "-c", "trap '' TERM; echo it ran; sleep 0.2"}));
    ASSERT_TRUE(eventually([&] { return !fs::is_empty(parent_.path()); }));
    command.signal(SIGTERM);
    EXPECT_EQ(command.wait(), 128 + SIGTERM);
    EXPECT_EQ(command.output(), "");
}

TEST_P(RealmCommand, when_it_is_killed_its_guardian_cleans_up) {
    CommandProcess command(arguments(say_and_wait()));
    ASSERT_TRUE(fs::exists(command.first_line())) << command.errors();
    command.signal_group(SIGKILL);
    EXPECT_EQ(command.wait(), 128 + SIGKILL);
    EXPECT_TRUE(eventually([&] { return processes_of(parent_.path()).empty(); }));
    EXPECT_TRUE(eventually([&] { return fs::is_empty(parent_.path()); }));
}

TEST_P(RealmCommand, keeps_the_folder_on_demand) {
    CommandProcess command(arguments({"true"}, {"--keep"}));
    EXPECT_EQ(command.wait(), 0);
    EXPECT_NE(command.errors().find(parent_.path().string()), std::string::npos);
    ASSERT_FALSE(fs::is_empty(parent_.path()));
    fs::remove_all(*fs::directory_iterator(parent_.path()));
}

TEST_P(RealmCommand, reports_bad_input_in_one_sentence_with_status_125) {
    const std::vector<std::vector<std::string>> wrong{
        {"--principal", "a b"},
        {"--realm", "A B"},
        {"--service", "x\ny"},
        {"--login", "mallory"},
        {"--kdc", "windows"},
        {"--no-such-option"},
        {"--mit-prefix", "/nonexistent", "--heimdal-prefix", "/nonexistent"}};
    for (const auto& options : wrong) {
        CommandProcess command(arguments({"true"}, options));
        EXPECT_EQ(command.wait(), 125) << options.front();
        const auto errors = command.errors();
        EXPECT_EQ(errors.rfind("gssxx-realm: ", 0), 0U) << errors;
        EXPECT_EQ(errors.find('\n'), errors.size() - 1) << errors;
    }
}

TEST(RealmCommandLine, shows_help_and_version_and_wants_a_command) {
    for (const std::vector<std::string>& asked :
         {std::vector<std::string>{"--help"}, {"run", "--help"}, {"--version"}}) {
        CommandProcess command(asked);
        EXPECT_EQ(command.wait(), 0) << command.errors();
        EXPECT_NE(command.output().find("gssxx-realm"), std::string::npos);
        EXPECT_EQ(command.errors(), "");
    }
    for (const std::vector<std::string>& lacking :
         {std::vector<std::string>{}, {"run"}, {"run", "--"}, {"run", "true"}}) {
        CommandProcess command(lacking);
        EXPECT_EQ(command.wait(), 125);
        EXPECT_NE(command.errors(), "");
    }
}

} // namespace
