// SPDX-License-Identifier: Apache-2.0
#include "realm_runner.h"

#include <gssxx/realm/realm.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace gss::inline v0::realm {

namespace {

/// The signals that end us, as far as they were not ignored when we were started (nohup, a
/// background job of a script), and SIGCHLD: blocked while this exists, taken one by one.
class HeldSignals {
public:
    HeldSignals() {
        ::sigemptyset(&held_);
        for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
            struct sigaction action {};
            ::sigaction(number, nullptr, &action);
            if (action.sa_handler != SIG_IGN) {
                ::sigaddset(&held_, number);
            }
        }
        ::sigaddset(&held_, SIGCHLD);
        ::pthread_sigmask(SIG_BLOCK, &held_, &before_);
    }

    [[nodiscard]] const sigset_t& mask_before() const noexcept { return before_; }

    /// The next signal; none when the time is over. @p seconds < 0 waits for ever.
    [[nodiscard]] std::optional<siginfo_t> next(std::time_t seconds) const {
        siginfo_t info{};
        const timespec limit{std::max<std::time_t>(seconds, 0), 0};
        for (;;) {
            const int number =
                seconds < 0 ? ::sigwaitinfo(&held_, &info) : ::sigtimedwait(&held_, &info, &limit);
            if (number > 0) {
                return info;
            }
            if (errno != EINTR) {
                return std::nullopt;
            }
        }
    }

    /// A signal to end that came while nobody looked; 0 when none did.
    [[nodiscard]] int pending_end() const {
        while (const auto info = next(0)) {
            if (info->si_signo != SIGCHLD) {
                return info->si_signo;
            }
        }
        return 0;
    }

private:
    sigset_t held_{};
    sigset_t before_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// The command as a child in our own process group, so that a terminal's keys reach both.
class Command {
public:
    /// Returns 0 or the errno that kept it from starting.
    int start(std::vector<std::string> command, std::vector<std::string> environment,
              const sigset_t& mask) {
        posix_spawnattr_t attributes{};
        ::posix_spawnattr_init(&attributes);
        ::posix_spawnattr_setsigmask(&attributes, &mask);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        const int refused =
            ::posix_spawnp(&pid_, command.front().c_str(), nullptr, &attributes,
                           pointers_to(command).data(), pointers_to(environment).data());
        ::posix_spawnattr_destroy(&attributes);
        return refused;
    }

    void send(int number) const noexcept { ::kill(pid_, number); }

    /// The exit status when it has ended.
    [[nodiscard]] std::optional<int> status() const {
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) != pid_) {
            return std::nullopt;
        }
        return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }

private:
    pid_t pid_ = 0;
};

/// Waits for the command's end and hands signals on to it.
int attend(const Command& command, const HeldSignals& signals, std::chrono::seconds grace) {
    std::time_t patience = -1;
    for (;;) {
        if (const auto status = command.status()) {
            return *status;
        }
        const auto info = signals.next(patience);
        if (!info) {
            command.send(SIGKILL);
            patience = -1;
            continue;
        }
        const int number = info->si_signo;
        // Keys of a terminal reach the command by themselves, and it may live on after them.
        const bool from_terminal = info->si_code == SI_KERNEL;
        if (number != SIGCHLD && !from_terminal) {
            command.send(number);
        }
        if (number == SIGTERM || number == SIGHUP) {
            patience = grace.count();
        }
    }
}

std::vector<std::string> own_environment() {
    std::vector<std::string> pairs;
    for (char** pair = ::environ; pair != nullptr && *pair != nullptr; ++pair) {
        pairs.emplace_back(*pair);
    }
    return pairs;
}

} // namespace

int run_in_realm(RunArguments arguments) {
    const HeldSignals signals;
    const bool keep = arguments.options.keep_folder;
    auto realm = Realm::start(std::move(arguments.options));
    if (const int number = signals.pending_end()) {
        return 128 + number;
    }
    if (!realm) {
        std::cerr << "gssxx-realm: " << realm.error().text() << '\n';
        return own_failure;
    }
    if (keep) {
        std::cerr << "gssxx-realm: the realm's folder stays: " << realm->folder().string() << '\n';
    }
    Command command;
    const int refused = command.start(arguments.command, realm->environment_over(own_environment()),
                                      signals.mask_before());
    if (refused != 0) {
        std::cerr << "gssxx-realm: " << arguments.command.front() << ": "
                  << std::generic_category().message(refused) << '\n';
        return refused == ENOENT ? command_not_found : command_not_executable;
    }
    return attend(command, signals, arguments.grace);
}

} // namespace gss::inline v0::realm
