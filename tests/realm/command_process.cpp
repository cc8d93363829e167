// SPDX-License-Identifier: Apache-2.0
#include "command_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace realm_test {

namespace {

std::string content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

CommandProcess::CommandProcess(std::vector<std::string> arguments) {
    std::vector<std::string> command{GSSXX_REALM_COMMAND};
    if (::geteuid() == 0) {
        command = {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--",
                   GSSXX_REALM_COMMAND};
    }
    command.insert(command.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (auto& word : command) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    const auto output = (scratch_.path() / "out").string();
    const auto errors = (scratch_.path() / "err").string();
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT, 0600);
    ::posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT, 0600);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    // A shell starts what it puts into the background with SIGINT ignored, and nohup ignores
    // SIGHUP: both are inherited, and the command rightly leaves them so.
    sigset_t standard{};
    ::sigemptyset(&standard);
    ::posix_spawnattr_setsigmask(&attributes, &standard);
    for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
        ::sigaddset(&standard, number);
    }
    ::posix_spawnattr_setsigdefault(&attributes, &standard);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                POSIX_SPAWN_SETSIGMASK);
    const int refused =
        ::posix_spawn(&pid_, pointers[0], &actions, &attributes, pointers.data(), ::environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    if (refused != 0) {
        throw std::runtime_error("cannot start " + command[0]);
    }
}

CommandProcess::~CommandProcess() {
    if (pid_ != 0) {
        signal_group(SIGKILL);
        wait();
    }
}

int CommandProcess::wait() {
    if (pid_ != 0) {
        int status = 0;
        // A test that hangs would say nothing; one that is killed fails.
        if (!eventually([&] { return ::waitpid(pid_, &status, WNOHANG) != 0; })) {
            signal_group(SIGKILL);
            ::waitpid(pid_, &status, 0);
        }
        pid_ = 0;
        status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    return status_;
}

void CommandProcess::signal(int number) const {
    ::kill(pid_, number);
}

void CommandProcess::signal_group(int number) const {
    ::kill(-pid_, number);
}

std::string CommandProcess::output() const {
    return content_of(scratch_.path() / "out");
}

std::string CommandProcess::errors() const {
    return content_of(scratch_.path() / "err");
}

std::string CommandProcess::first_line() const {
    std::string line;
    const bool came = eventually([&] {
        line = output();
        return line.find('\n') != std::string::npos;
    });
    return came ? line.substr(0, line.find('\n')) : errors();
}

std::vector<std::string> run_arguments(gss::realm::KdcKind kind,
                                       const std::filesystem::path& parent,
                                       const std::vector<std::string>& options,
                                       const std::vector<std::string>& command) {
    std::vector<std::string> arguments{"run", "--kdc",
                                       kind == gss::realm::KdcKind::mit ? "mit" : "heimdal",
                                       "--parent", parent.string()};
    if (std::string(GSSXX_HEIMDAL_PREFIX) != "") {
        arguments.insert(arguments.end(), {"--heimdal-prefix", GSSXX_HEIMDAL_PREFIX});
    }
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), command.begin(), command.end());
    return arguments;
}

} // namespace realm_test
