// SPDX-License-Identifier: Apache-2.0
// Processes of a server: what they inherit, how they end, and that none is left.
#include "child.h"
#include "outgoing.h"
#include "waiting.h"

#include <gssxx/transport/process.h>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <vector>

namespace gss::transport::detail {
namespace {

using std::chrono::milliseconds;

LocalUser somebody() {
    return {"somebody", "/", "/bin/sh", 1000};
}

Child start(const std::string& command) {
    return Child::start(shell_process(somebody(), command, std::nullopt, {})).value();
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 4096> room{};
    for (;;) {
        EXPECT_GT(wait_for(fd, POLLIN, milliseconds(10000)), 0) << "nothing comes";
        const ssize_t octets = ::read(fd, room.data(), room.size());
        if (octets <= 0) {
            return text;
        }
        text.append(room.data(), static_cast<std::size_t>(octets));
    }
}

int status_of(Child& child) {
    for (int turn = 0; turn < 1000; ++turn) {
        if (const auto end = child.ended()) {
            return end->status.value();
        }
        static_cast<void>(::poll(nullptr, 0, 10));
    }
    ADD_FAILURE() << "it does not end";
    return 0;
}

TEST(Environment, is_the_users_and_nobody_elses) {
    ASSERT_EQ(::setenv("GSSXX_SECRET", "of the server", 1), 0);
    const Endpoints ends{"10.0.0.1", 1234, "10.0.0.2", 22};
    const ProcessOptions process = shell_process(somebody(), "true", ends,
                                                 {{"LANG", "C"},
                                                  {"PATH", "/evil"},
                                                  {"LD_PRELOAD", "x"},
                                                  {"A=B", "x"},
                                                  {"", "x"},
                                                  {"NUL", std::string("a\0b", 3)},
                                                  {"LANG", "twice"},
                                                  {"KRB5CCNAME", "FILE:/c"}});
    EXPECT_EQ(
        process.environment,
        (std::vector<std::string>{"HOME=/", "USER=somebody", "LOGNAME=somebody",
                                  "PATH=/usr/local/bin:/usr/bin:/bin", "SHELL=/bin/sh",
                                  "SSH_CONNECTION=10.0.0.1 1234 10.0.0.2 22",
                                  "SSH_CLIENT=10.0.0.1 1234 22", "LANG=C", "KRB5CCNAME=FILE:/c"}));
    Child child = start("echo \"<$GSSXX_SECRET>\"");
    EXPECT_EQ(read_all(child.output()), "<>\n");
}

TEST(Child, streams_and_status) {
    Child child = start("cat; echo wrong >&2; exit 7");
    ASSERT_EQ(::write(child.input(), "hello", 5), 5);
    child.close_input();
    EXPECT_EQ(read_all(child.output()), "hello");
    EXPECT_EQ(read_all(child.errors()), "wrong\n");
    const int status = status_of(child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

TEST(Child, inherits_no_descriptor_and_no_blocked_signal) {
    const int leak = ::open("/dev/null", O_RDONLY); // somebody else's carelessness
    Child other = start("cat");                     // its pipes are open here
    ASSERT_NE(std::signal(SIGPIPE, SIG_IGN), SIG_ERR);
    Child child = start("ls /proc/self/fd | wc -l; grep -E '^Sig(Blk|Ign)' /proc/self/status");
    const std::string text = read_all(child.output());
    // 0, 1, 2 and the folder that ls reads
    EXPECT_TRUE(text.starts_with("4\n")) << text;
    EXPECT_NE(text.find("SigBlk:\t0000000000000000"), std::string::npos) << text;
    const std::size_t ignored = text.find("SigIgn:\t");
    ASSERT_NE(ignored, std::string::npos) << text;
    // Above these are the ones that belong to the C library.
    constexpr unsigned long usual = 0x7fffffff;
    EXPECT_EQ(std::stoul(text.substr(ignored + 8), nullptr, 16) & usual, 0U) << text;
    ::close(leak);
}

TEST(Child, is_hung_up_and_killed_when_it_does_not_listen) {
    pid_t process = 0;
    const auto begun = std::chrono::steady_clock::now();
    {
        Child child = start("trap '' HUP TERM; echo $$; while :; do sleep 1; done");
        std::array<char, 32> room{};
        ASSERT_GT(wait_for(child.output(), POLLIN, milliseconds(10000)), 0);
        ASSERT_GT(::read(child.output(), room.data(), room.size() - 1), 0);
        process = static_cast<pid_t>(std::stol(room.data()));
    }
    EXPECT_EQ(::kill(process, 0), -1);
    EXPECT_EQ(errno, ESRCH);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(8000));
}

pid_t listens_to_nothing(Child& child) {
    std::array<char, 32> room{};
    EXPECT_GT(wait_for(child.output(), POLLIN, milliseconds(10000)), 0);
    EXPECT_GT(::read(child.output(), room.data(), room.size() - 1), 0);
    return static_cast<pid_t>(std::stol(room.data()));
}

TEST(Child, many_that_do_not_listen_are_ended_within_one_time) {
    std::vector<Child> children;
    std::vector<pid_t> processes;
    for (int number = 0; number < 5; ++number) {
        children.push_back(start("trap '' HUP TERM; echo $$; while :; do sleep 1; done"));
        processes.push_back(listens_to_nothing(children.back()));
    }
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(end_all(std::move(children), milliseconds(500)), 0U);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(2000));
    for (const pid_t process : processes) {
        EXPECT_EQ(::kill(process, 0), -1);
        EXPECT_EQ(errno, ESRCH);
    }
}

TEST(Child, one_that_was_given_up_is_waited_for_later) {
    pid_t process = 0;
    {
        Child child = start("echo $$; exec sleep 100");
        process = listens_to_nothing(child);
        child.give_up();
        EXPECT_TRUE(child.ended());
    }
    EXPECT_EQ(::kill(process, SIGKILL), 0) << "it was let be";
    siginfo_t about{};
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(process), &about, WEXITED | WNOWAIT), 0);
    Child other = start("true");
    EXPECT_EQ(::kill(process, 0), -1) << "nobody has waited for it";
    status_of(other);
}

TEST(Child, one_that_somebody_else_has_waited_for_is_gone_and_never_signalled) {
    Child child = start("echo $$");
    const pid_t process = listens_to_nothing(child);
    ASSERT_EQ(::waitpid(process, nullptr, 0), process);
    child.signal(SIGTERM);
    const auto end = child.ended();
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->status);
    // With SIGCHLD ignored the system waits.
    const auto before = std::signal(SIGCHLD, SIG_IGN);
    Child other = start("exit 3");
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_TRUE(other.ended_by(begun + milliseconds(10000)));
    EXPECT_FALSE(other.ended()->status);
    std::signal(SIGCHLD, before);
}

TEST(Child, a_signal_reaches_all_of_its_group_and_is_told) {
    Child child = start("sleep 100 | sleep 100");
    child.signal(SIGTERM);
    const int status = status_of(child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    child.signal(SIGTERM); // it is gone: nobody is signalled
}

TEST(Child, a_program_that_is_not_there_is_an_error) {
    const auto child = Child::start({"/no/such/program", {"x"}, {}, {}});
    ASSERT_FALSE(child);
    EXPECT_NE(child.error().text().find("/no/such/program"), std::string::npos);
}

TEST(Signals, names_are_those_of_RFC_4254_s6_10) {
    EXPECT_EQ(signal_number("TERM"), SIGTERM);
    EXPECT_FALSE(signal_number("SIGTERM"));
    EXPECT_FALSE(signal_number("STOP"));
    EXPECT_EQ(signal_name(SIGKILL), "KILL");
    EXPECT_NE(signal_name(SIGBUS).find('@'), std::string::npos);
}

TEST(Outgoing, keeps_what_a_slow_reader_does_not_take_and_says_what_went) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const Descriptor read(ends[0]);
    const Descriptor write(ends[1]);
    Outgoing out(write.get());
    const Bytes block(200000, std::byte{7});
    std::size_t done = out.put(block);
    EXPECT_TRUE(out.pending());
    EXPECT_LT(done, block.size());
    done += out.put(as_bytes("tail"));
    std::string got;
    std::array<char, 50000> room{};
    while (done < block.size() + 4) {
        const ssize_t octets = ::read(read.get(), room.data(), room.size());
        ASSERT_GT(octets, 0);
        got.append(room.data(), static_cast<std::size_t>(octets));
        done += out.flush();
    }
    EXPECT_FALSE(out.pending());
    EXPECT_EQ(done, block.size() + 4);
    while (got.size() < done) {
        const ssize_t octets = ::read(read.get(), room.data(), room.size());
        ASSERT_GT(octets, 0);
        got.append(room.data(), static_cast<std::size_t>(octets));
    }
    EXPECT_TRUE(got.ends_with("tail"));
}

TEST(Outgoing, a_reader_that_is_gone_swallows_everything) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const Descriptor write(ends[1]);
    ::close(ends[0]);
    Outgoing out(write.get());
    EXPECT_EQ(out.put(as_bytes("hello")), 5U);
    EXPECT_TRUE(out.broken());
    EXPECT_FALSE(out.pending());
}

TEST(FileLimit, is_raised_or_refused_with_a_sentence) {
    const auto raised = raise_file_limit(64);
    ASSERT_TRUE(raised);
    EXPECT_GE(*raised, 64U);
    const auto refused = raise_file_limit(std::uint64_t{1} << 62U);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().text().find("open files"), std::string::npos);
}

TEST(LocalUser, is_who_runs_this) {
    const auto user = process_user();
    ASSERT_TRUE(user);
    EXPECT_FALSE(user->name.empty());
    EXPECT_FALSE(user->shell.empty());
    EXPECT_EQ(user->uid, ::geteuid());
}

} // namespace
} // namespace gss::transport::detail
