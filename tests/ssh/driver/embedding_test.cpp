// SPDX-License-Identifier: Apache-2.0
// The example of a host that does not block: it logs in, and it does not wait for a silent KDC.
#include "program.h"

#include "test_realm.h"

#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gss::test::interop {
namespace {

std::string alice() {
    return "alice@" + shared_realm().name();
}

TEST(Embedding, exchanges_keys_and_logs_in) {
    Program program({example("ssh_embedding"), "alice", alice()});
    EXPECT_EQ(program.finish(), 0);
    EXPECT_EQ(program.output(), "keys exchanged: the same\n" + alice() +
                                    " logged in as alice\ncredentials delegated: yes\n");
}

TEST(Embedding, lets_nobody_in_whom_no_rule_names) {
    Program program({example("ssh_embedding"), "alice", "bob@" + shared_realm().name()});
    EXPECT_EQ(program.finish(), 1);
    EXPECT_NE(program.output().find("no rule lets " + alice()), std::string::npos)
        << program.output();
}

TEST(Embedding, sec_A1_36_does_not_wait_for_a_silent_kdc) {
    // Connections come about in the queue of this socket, and nobody answers.
    const int silent = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(bind(silent, generic, size), 0);
    ASSERT_EQ(listen(silent, 8), 0);
    ASSERT_EQ(getsockname(silent, generic, &size), 0);
    const std::string config =
        shared_realm().config_with_kdc_port(ntohs(address.sin_port), "silent.conf").value();
    // A cache that has no ticket for the service yet.
    const std::string cache = shared_realm().folder() / "fresh-cache";
    shared_realm().kinit("alice", cache).value();
    const ScopedEnvironment use_config("KRB5_CONFIG", config);
    const ScopedEnvironment use_cache("KRB5CCNAME", "FILE:" + cache);
    Program program({example("ssh_embedding"), "alice", alice(), "300"});
    // Not killed by finish(), which would be -1: the library waits for half a minute.
    EXPECT_EQ(program.finish(), 1);
    EXPECT_NE(program.output().find("timed_out"), std::string::npos) << program.output();
    close(silent);
}

} // namespace
} // namespace gss::test::interop
