// SPDX-License-Identifier: Apache-2.0
// The command lines of gssxx-ssh and gssxx-sshd.
#include "ssh_arguments.h"
#include "sshd_arguments.h"
#include "sshd_handler.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gss::transport {
namespace {

template <typename Parse>
auto parse(Parse function, std::vector<const char*> words) {
    words.insert(words.begin(), "program");
    return function(static_cast<int>(words.size()), words.data());
}

SshArguments ssh(const std::vector<const char*>& words) {
    const auto parsed = parse(parse_ssh_arguments, words);
    const auto* arguments = std::get_if<SshArguments>(&parsed);
    EXPECT_NE(arguments, nullptr) << std::get<ProgramEnd>(parsed).text;
    return arguments != nullptr ? *arguments : SshArguments();
}

ProgramEnd ssh_end(const std::vector<const char*>& words) {
    const auto parsed = parse(parse_ssh_arguments, words);
    const auto* end = std::get_if<ProgramEnd>(&parsed);
    EXPECT_NE(end, nullptr);
    return end != nullptr ? *end : ProgramEnd();
}

ProgramEnd sshd_end(const std::vector<const char*>& words) {
    const auto parsed = parse(parse_sshd_arguments, words);
    const auto* end = std::get_if<ProgramEnd>(&parsed);
    EXPECT_NE(end, nullptr);
    return end != nullptr ? *end : ProgramEnd();
}

TEST(SshArguments, a_host_alone) {
    const SshArguments arguments = ssh({"host"});
    EXPECT_EQ(arguments.host, "host");
    EXPECT_EQ(arguments.user, "");
    EXPECT_EQ(arguments.port, 22);
    EXPECT_FALSE(arguments.command);
}

TEST(SshArguments, everything_behind_the_host_is_the_command) {
    const SshArguments arguments =
        ssh({"-p", "2222", "-vv", "alice@host", "ls", "-l", "--help", "-p", "7", "a  b"});
    EXPECT_EQ(arguments.user, "alice");
    EXPECT_EQ(arguments.host, "host");
    EXPECT_EQ(arguments.port, 2222);
    EXPECT_EQ(arguments.verbose, 2);
    EXPECT_EQ(arguments.command, "ls -l --help -p 7 a  b");
}

TEST(SshArguments, the_last_at_ends_the_user) {
    const SshArguments arguments = ssh({"alice@REALM@host"});
    EXPECT_EQ(arguments.user, "alice@REALM");
    EXPECT_EQ(arguments.host, "host");
}

TEST(SshArguments, all_options) {
    const SshArguments arguments = ssh({"--backend",     "heimdal",     "--kex",
                                        "a,b",           "--ciphers",   "c",
                                        "--auth",        "none",        "--legacy",
                                        "--principal",   "p@R",         "--ccache",
                                        "FILE:/c",       "-i",          "/k",
                                        "--delegate",    "--gss-host",  "g",
                                        "--rekey-bytes", "1000",        "--known-hosts",
                                        "/kh",           "--keepalive", "7",
                                        "host",          "id"});
    EXPECT_EQ(arguments.backend, "heimdal");
    EXPECT_EQ(arguments.key_exchange, "a,b");
    EXPECT_EQ(arguments.ciphers, "c");
    EXPECT_EQ(arguments.methods, "none");
    EXPECT_TRUE(arguments.legacy);
    EXPECT_EQ(arguments.principal, "p@R");
    EXPECT_EQ(arguments.ccache, "FILE:/c");
    EXPECT_EQ(arguments.key_file, "/k");
    EXPECT_TRUE(arguments.delegate);
    EXPECT_EQ(arguments.gss_host, "g");
    EXPECT_EQ(arguments.rekey_bytes, 1000U);
    EXPECT_EQ(arguments.keepalive, 7U);
    EXPECT_EQ(arguments.known_hosts, "/kh");
    EXPECT_EQ(arguments.command, "id");
    EXPECT_TRUE(ssh({"--accept-any-host-key", "host"}).accept_any_host_key);
}

TEST(SshArguments, what_makes_no_sense_ends_with_255_and_one_line) {
    for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{
             {},
             {"--"},
             {"@host"},
             {"alice@"},
             {"--no-such-option", "host"},
             {"-p", "0", "host"},
             {"-p", "65536", "host"},
             {"-p", "x", "host"},
             {"--rekey-bytes", "0", "host"},
             {"--rekey-bytes", "-5", "host"},
             {"--keepalive", "-1", "host"},
             {"--keepalive", "86401", "host"},
             {"--backend", "other", "host"},
             {"--known-hosts", "f", "--accept-any-host-key", "host"},
             {"-p"}}) {
        const ProgramEnd end = ssh_end(words);
        EXPECT_EQ(end.status, 255);
        EXPECT_TRUE(end.text.starts_with("gssxx-ssh: ")) << end.text;
    }
}

TEST(SshArguments, help_and_version_are_no_failures) {
    EXPECT_EQ(ssh_end({"--help"}).status, 0);
    EXPECT_NE(ssh_end({"--version"}).text.find("gssxx-ssh "), std::string::npos);
}

TEST(SshdArguments, all_options) {
    const auto parsed = parse(parse_sshd_arguments, {"--listen",
                                                     "127.0.0.1:0",
                                                     "--port-file",
                                                     "/p",
                                                     "--host-key",
                                                     "/k1",
                                                     "--host-key",
                                                     "/k2",
                                                     "--send-host-key-message",
                                                     "--backend",
                                                     "mit",
                                                     "--kex",
                                                     "a",
                                                     "--ciphers",
                                                     "b",
                                                     "--legacy",
                                                     "--moduli",
                                                     "/m",
                                                     "--keytab",
                                                     "FILE:/t",
                                                     "--acceptor",
                                                     "host@x",
                                                     "--userok",
                                                     "--allow",
                                                     "a=b@R=u",
                                                     "--authorized-keys",
                                                     "/a",
                                                     "--require",
                                                     "gssapi-keyex,publickey",
                                                     "--rekey-bytes",
                                                     "5000",
                                                     "--banner",
                                                     "hi",
                                                     "--accept-delegation",
                                                     "--max-auth-tries",
                                                     "3",
                                                     "--login-timeout",
                                                     "7",
                                                     "--max-startups",
                                                     "9",
                                                     "--keepalive",
                                                     "0",
                                                     "-v"});
    ASSERT_TRUE(std::holds_alternative<SshdArguments>(parsed)) << std::get<ProgramEnd>(parsed).text;
    const auto& arguments = std::get<SshdArguments>(parsed);
    EXPECT_EQ(arguments.listen, "127.0.0.1:0");
    EXPECT_EQ(arguments.host_keys, (std::vector<std::string>{"/k1", "/k2"}));
    ASSERT_EQ(arguments.allowed.size(), 1U);
    EXPECT_EQ(arguments.allowed[0].principal, "a=b@R");
    EXPECT_EQ(arguments.allowed[0].user, "u");
    EXPECT_EQ(arguments.required, (std::vector<std::string>{"gssapi-keyex", "publickey"}));
    EXPECT_EQ(arguments.max_auth_tries, 3U);
    EXPECT_EQ(arguments.rekey_bytes, 5000U);
    EXPECT_EQ(arguments.login_timeout, 7U);
    EXPECT_EQ(arguments.max_startups, 9U);
    EXPECT_EQ(arguments.keepalive, 0U);
    EXPECT_EQ(arguments.verbose, 1);
    EXPECT_TRUE(arguments.userok && arguments.accept_delegation && arguments.legacy &&
                arguments.send_host_key_message);
}

TEST(SshdArguments, what_makes_no_sense_ends_with_255_and_says_why) {
    struct Case {
        std::vector<const char*> words;
        std::string part;
    };
    const std::vector<Case> cases{
        {{"--host-key", "k", "--userok"}, "--listen"},
        {{"--listen", "a:0", "--host-key", "k"}, "nobody could log in"},
        {{"--listen", "a:0", "--userok"}, "--host-key"},
        {{"--listen", "a:0", "--host-key", "k", "--no-host-key", "--userok"}, "--no-host-key"},
        {{"--listen", "a:0", "--no-host-key", "--allow", "x"}, "PRINCIPAL=USER"},
        {{"--listen", "a:0", "--no-host-key", "--allow", "=u"}, "PRINCIPAL=USER"},
        {{"--listen", "a:0", "--no-host-key", "--allow", "p@R="}, "PRINCIPAL=USER"},
        {{"--listen", "a:0", "--no-host-key", "--allow", "p=u"}, "realm"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--require", "publickey"},
         "--authorized-keys"},
        {{"--listen", "a:0", "--host-key", "h", "--authorized-keys", "k", "--require",
          "gssapi-keyex,publickey"},
         "--userok"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--require", "none"}, "none"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--require", "gssapi-keyex,gssapi-keyex"},
         "twice"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--require", "gssapi-keyex,"},
         "no method"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--any-acceptor", "--acceptor", "x"},
         "--any-acceptor"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--max-startups", "0"}, "--max-startups"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--rekey-bytes", "0"}, "--rekey-bytes"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--rekey-bytes", "-5"}, "--rekey-bytes"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "--keepalive", "-1"}, "--keepalive"},
        {{"--listen", "a:0", "--no-host-key", "--userok", "stray"}, "stray"}};
    for (const Case& one : cases) {
        const ProgramEnd end = sshd_end(one.words);
        EXPECT_EQ(end.status, 255);
        EXPECT_NE(end.text.find(one.part), std::string::npos) << end.text;
    }
}

TEST(AuthorizedKeys, lines_with_options_let_nobody_in) {
    const std::string key =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJZ68mb+75iVA+tyCfCC6CMJA+WzpPJntkjcUnTIrQec";
    EXPECT_EQ(parse_authorized_keys("  " + key + " me@here\r\n# " + key + "\n\n").size(), 1U);
    EXPECT_EQ(parse_authorized_keys("restrict " + key).size(), 0U);
    EXPECT_EQ(parse_authorized_keys("command=\"true\" " + key).size(), 0U);
    EXPECT_EQ(parse_authorized_keys("ssh-rsa AAAA\nnonsense").size(), 0U);
}

} // namespace
} // namespace gss::transport
