// SPDX-License-Identifier: Apache-2.0
#include "guardian.h"

#include "fault.h"
#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace gss::inline v0::realm {

namespace {

constexpr int term_grace_ms = 3000;
constexpr int kill_grace_ms = 2000;

/// What the guardian and the program tell the owner while they start; small enough to be written
/// in one piece.
struct Report {
    enum class Kind : std::int32_t { started, failed };
    Kind kind = Kind::failed;
    std::int32_t value = 0; // pid, or errno
};

/// Everything that is needed after fork, made before it: afterwards only async-signal-safe calls
/// are allowed, because other threads of the owner may have held locks.
struct Plan {
    const char* program = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    char* const* removal = nullptr; // rm -rf FOLDER, or null
    const char* output = nullptr;
    int control = -1; // the owner's end closes when the owner is gone
    int report = -1;
};

void send_report(int fd, Report::Kind kind, int value) noexcept {
    const Report report{kind, value};
    [[maybe_unused]] const ssize_t sent = ::write(fd, &report, sizeof report);
}

void reset_signals() noexcept {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) {
        ::sigaction(number, &standard, nullptr);
    }
    sigset_t none{};
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// Closes everything from 3 up but the given descriptors.
void close_all_but(std::array<int, 3> kept) noexcept {
    std::sort(kept.begin(), kept.end());
    unsigned first = 3;
    for (const int fd : kept) {
        const auto number = static_cast<unsigned>(fd);
        if (number > first) {
            ::close_range(first, number - 1, 0);
        }
        first = number + 1;
    }
    ::close_range(first, ~0U, 0);
}

void redirect(const char* path, int flags, int target) noexcept {
    const int fd = ::open(path, flags, 0600); // NOLINT(cppcoreguidelines-pro-type-vararg)
    if (fd >= 0 && fd != target) {
        ::dup2(fd, target);
        ::close(fd);
    }
}

/// In the program's process: becomes the program.
[[noreturn]] void become_program(const Plan& plan, int report, pid_t guardian) noexcept {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != guardian) {
        ::_exit(1);
    }
    redirect(plan.output, O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO);
    ::dup2(STDOUT_FILENO, STDERR_FILENO);
    ::execve(plan.program, plan.arguments, plan.environment);
    send_report(report, Report::Kind::failed, errno);
    ::_exit(127);
}

bool gone_within(int life, int milliseconds) noexcept {
    pollfd entry{life, POLLIN, 0};
    return ::poll(&entry, 1, milliseconds) > 0;
}

/// Waits for the end of the program or of the owner's interest; true when the owner went without
/// a word.
bool watch(int control, int life, pid_t program) noexcept {
    std::array<pollfd, 2> entries{pollfd{control, POLLIN, 0}, pollfd{life, POLLIN, 0}};
    while (::poll(entries.data(), entries.size(), -1) < 0) {
    }
    if (entries[0].revents == 0) {
        return false;
    }
    char word = 0;
    const bool orphaned = ::read(control, &word, 1) != 1;
    ::kill(-program, SIGTERM);
    if (!gone_within(life, term_grace_ms)) {
        ::kill(-program, SIGKILL);
        gone_within(life, kill_grace_ms);
    }
    return orphaned;
}

/// The guardian's whole life.
[[noreturn]] void guard(const Plan& plan) noexcept {
    reset_signals();
    ::setsid();
    std::array<int, 2> life{};
    // Above the standard streams, whatever the owner had closed.
    const int control = ::fcntl(plan.control, F_DUPFD_CLOEXEC, 3); // NOLINT
    const int report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, 3);   // NOLINT
    redirect("/dev/null", O_RDWR, STDIN_FILENO);
    redirect("/dev/null", O_RDWR, STDOUT_FILENO);
    redirect("/dev/null", O_RDWR, STDERR_FILENO);
    // The program and all its children inherit the writing end: it closes with the last of them.
    if (control < 0 || report < 0 || ::pipe2(life.data(), 0) != 0) {
        send_report(plan.report, Report::Kind::failed, errno);
        ::_exit(1);
    }
    const pid_t guardian = ::getpid();
    const pid_t program = ::fork();
    if (program == 0) {
        close_all_but({report, life[1], control});
        ::close(control);
        become_program(plan, report, guardian);
    }
    if (program < 0) {
        send_report(report, Report::Kind::failed, errno);
        ::_exit(1);
    }
    ::setpgid(program, program); // here too: whichever of the two comes first
    send_report(report, Report::Kind::started, program);
    close_all_but({control, life[0], life[0]});
    const bool orphaned = watch(control, life[0], program);
    // Until it is waited for nobody else can have its number, so this hits the program or nothing.
    ::kill(-program, SIGKILL);
    ::waitpid(program, nullptr, 0);
    if (orphaned && plan.removal != nullptr) {
        ::execve(plan.removal[0], plan.removal, plan.environment);
    }
    ::_exit(0);
}

/// fork with all signals blocked, so that no handler of the owner runs in the guardian.
pid_t fork_guardian(const Plan& plan) {
    sigset_t all{};
    sigset_t before{};
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t child = ::fork();
    if (child == 0) {
        guard(plan);
    }
    const int number = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = number;
    return child;
}

/// The program's pid, or minus the errno that kept it from starting.
int read_reports(int fd) {
    int pid = 0;
    Report report;
    for (;;) {
        const ssize_t got = ::read(fd, &report, sizeof report);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got != static_cast<ssize_t>(sizeof report)) {
            return pid > 0 ? pid : -ECHILD;
        }
        if (report.kind == Report::Kind::failed) {
            return -report.value;
        }
        pid = report.value;
    }
}

void reap(pid_t child) noexcept {
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
}

} // namespace

Result<GuardedProgram> GuardedProgram::start(const Call& call) {
    std::vector<std::string> arguments{call.program.string()};
    arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
    std::vector<std::string> environment = call.environment;
    std::vector<std::string> removal{"/bin/rm", "-rf", "--", call.remove_if_orphaned.string()};
    auto argument_pointers = exec_vector(arguments);
    auto environment_pointers = exec_vector(environment);
    auto removal_pointers = exec_vector(removal);

    // A socket and not a pipe: a write to a dead guardian must not raise SIGPIPE in the owner.
    std::array<int, 2> control{};
    std::array<int, 2> report{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control.data()) != 0) {
        return system_fault("start program", call.program.string(), errno);
    }
    Descriptor ours(control[0]);
    Descriptor theirs(control[1]);
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
        return system_fault("start program", call.program.string(), errno);
    }
    const Descriptor reports(report[0]);
    Descriptor reporting(report[1]);

    Plan plan;
    plan.program = call.program.c_str();
    plan.arguments = argument_pointers.data();
    plan.environment = environment_pointers.data();
    plan.removal = call.remove_if_orphaned.empty() ? nullptr : removal_pointers.data();
    plan.output = call.output.c_str();
    plan.control = theirs.get();
    plan.report = reporting.get();
    const pid_t guardian = fork_guardian(plan);
    if (guardian < 0) {
        return system_fault("start program", call.program.string(), errno);
    }
    theirs.reset();
    reporting.reset();
    const int answer = read_reports(reports.get());
    if (answer <= 0) {
        ours.reset();
        reap(guardian);
        return system_fault("start program", call.program.string(), -answer);
    }
    return GuardedProgram(std::move(ours), guardian, answer);
}

GuardedProgram& GuardedProgram::operator=(GuardedProgram&& other) noexcept {
    if (this != &other) {
        stop();
        control_ = std::move(other.control_);
        guardian_ = std::exchange(other.guardian_, 0);
        program_ = std::exchange(other.program_, 0);
    }
    return *this;
}

bool GuardedProgram::running() noexcept {
    if (guardian_ == 0) {
        return false;
    }
    const pid_t ended = ::waitpid(guardian_, nullptr, WNOHANG);
    if (ended == guardian_ || (ended < 0 && errno == ECHILD && ::kill(guardian_, 0) != 0)) {
        forget();
        return false;
    }
    return true;
}

void GuardedProgram::stop() noexcept {
    if (guardian_ != 0) {
        const char word = 'q';
        ::send(control_.get(), &word, 1, MSG_NOSIGNAL);
        reap(guardian_);
    }
    forget();
}

void GuardedProgram::forget() noexcept {
    control_.reset();
    guardian_ = 0;
    program_ = 0;
}

} // namespace gss::inline v0::realm
