// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <iostream>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace gss::test::interop {

namespace {

// Far beyond what anything here takes: only a program that hangs gets there.
constexpr int patience_ms = 30000;

[[noreturn]] void die(const std::string& why) {
    std::cerr << why << std::endl;
    std::exit(1);
}

std::vector<std::string> with_program(std::string_view name,
                                      const std::vector<std::string>& arguments) {
    std::vector<std::string> all{example(name), "--port", "0"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

} // namespace

Program::Program(std::vector<std::string> arguments, std::optional<int> input) {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        die("no pipe");
    }
    output_end_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (input) {
        posix_spawn_file_actions_adddup2(&actions, *input, STDIN_FILENO);
    } else {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    std::vector<char*> raw;
    for (std::string& argument : arguments) {
        raw.push_back(argument.data());
    }
    raw.push_back(nullptr);
    const int failed = posix_spawnp(&pid_, raw[0], &actions, nullptr, raw.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failed != 0) {
        die(arguments[0] + " cannot be started; MIT's gss-client and gss-server are in the package "
                           "krb5-gss-samples");
    }
}

Program::~Program() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(output_end_);
}

bool Program::read_more() {
    pollfd entry{.fd = output_end_, .events = POLLIN, .revents = 0};
    if (poll(&entry, 1, patience_ms) <= 0) {
        output_ += "\n(the test gave up waiting)\n";
        return false;
    }
    std::array<char, 4096> piece{};
    const ssize_t got = read(output_end_, piece.data(), piece.size());
    if (got <= 0) {
        return false;
    }
    output_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
}

bool Program::wait_for(std::string_view text, std::size_t from) {
    while (output_.find(text, from) == std::string::npos) {
        if (!read_more()) {
            return false;
        }
    }
    return true;
}

int Program::finish() {
    while (read_more()) {
    }
    // Its output has ended or the patience: a program that runs on now hangs.
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > until ||
            output_.find("(the test gave up") != std::string::npos) {
            return -1;
        }
        usleep(1000);
    }
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string example(std::string_view name) {
    return std::string(GSSXX_EXAMPLES) + "/" + std::string(name);
}

Server::Server(std::string_view name, const std::vector<std::string>& arguments)
    : program_(with_program(name, arguments)) {
    const std::string_view before = "listening on 127.0.0.1:";
    if (!program_.wait_for(before) || !program_.wait_for("\n")) {
        ADD_FAILURE() << name << " does not listen: " << program_.output();
        return;
    }
    const std::size_t begin = program_.output().find(before) + before.size();
    port_ = program_.output().substr(begin, program_.output().find('\n', begin) - begin);
}

} // namespace gss::test::interop
