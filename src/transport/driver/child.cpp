// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include "waiting.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace gss::inline v0::transport::detail {

namespace {

/// Both ends of a pipe, none of which a program that is started gets by chance.
struct Pipe {
    Descriptor read;
    Descriptor write;
};

/// Never 0, 1 or 2: there the child's own ends go.
Descriptor above_standard(int fd) noexcept {
    constexpr int first_free = 3;
    Descriptor given(fd);
    if (fd < first_free) {
        given = Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, first_free));
    }
    return given;
}

std::optional<Pipe> make_pipe() noexcept {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return std::nullopt;
    }
    Pipe made{above_standard(ends[0]), above_standard(ends[1])};
    if (!made.read.valid() || !made.write.valid()) {
        return std::nullopt;
    }
    return made;
}

/// Our end only: the child's is another open file, and stays as programs expect it.
void without_waiting(const Descriptor& end) noexcept {
    ::fcntl(end.get(), F_SETFL, ::fcntl(end.get(), F_GETFL) | O_NONBLOCK);
}

Error cannot(const ProcessOptions& options, int error) {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = "start a process";
    details.subject = options.program;
    details.messages.push_back(system_text(error));
    return Error(std::move(details));
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    for (std::string& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// What is done between fork and exec.
class Preparation {
public:
    Preparation() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        ::sigemptyset(&none);
        sigset_t all;
        ::sigfillset(&all);
        // Whatever the server ignores or holds back, its commands do not.
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_,
                                   static_cast<short>(POSIX_SPAWN_SETSIGMASK |
                                                      POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID));
    }
    Preparation(const Preparation&) = delete;
    Preparation& operator=(const Preparation&) = delete;
    ~Preparation() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    void connect(const Descriptor& end, int as) {
        ::posix_spawn_file_actions_adddup2(&actions_, end.get(), as);
    }
    /// What is not ours to hand on may be open without O_CLOEXEC: whoever started us left it.
    void close_others() {
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    }
    void begin_in(const std::string& folder) {
        if (!folder.empty() && ::access(folder.c_str(), X_OK) == 0) {
            ::posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
        }
    }
    [[nodiscard]] int spawn(pid_t& pid, const ProcessOptions& options) const {
        std::vector<std::string> arguments = options.arguments;
        std::vector<std::string> environment = options.environment;
        return ::posix_spawn(&pid, options.program.c_str(), &actions_, &attributes_,
                             pointers_to(arguments).data(), pointers_to(environment).data());
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

struct SignalName {
    std::string_view name;
    int number;
};
/// RFC 4254 s6.10.
constexpr std::array signal_names{
    SignalName{"ABRT", SIGABRT}, SignalName{"ALRM", SIGALRM}, SignalName{"FPE", SIGFPE},
    SignalName{"HUP", SIGHUP},   SignalName{"ILL", SIGILL},   SignalName{"INT", SIGINT},
    SignalName{"KILL", SIGKILL}, SignalName{"PIPE", SIGPIPE}, SignalName{"QUIT", SIGQUIT},
    SignalName{"SEGV", SIGSEGV}, SignalName{"TERM", SIGTERM}, SignalName{"USR1", SIGUSR1},
    SignalName{"USR2", SIGUSR2}};

/// A process that was killed is gone at once, or for reasons that nobody can tell the end of.
constexpr std::chrono::milliseconds after_kill{1000};

/// Processes that did not end when they were killed. Their numbers stay theirs until they are
/// waited for.
class GivenUp {
public:
    void add(pid_t pid) noexcept {
        try {
            const std::lock_guard<std::mutex> lock(mutex_);
            pids_.push_back(pid);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): a zombie may be left
        }
    }
    void ask() noexcept {
        const std::lock_guard<std::mutex> lock(mutex_);
        std::erase_if(pids_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) != 0; });
    }

private:
    std::mutex mutex_;
    std::vector<pid_t> pids_;
};

GivenUp& given_up() noexcept {
    static GivenUp all;
    return all;
}

} // namespace

Result<Child> Child::start(const ProcessOptions& options) {
    given_up().ask();
    std::optional<Pipe> input = make_pipe();
    std::optional<Pipe> output = make_pipe();
    std::optional<Pipe> errors = make_pipe();
    if (!input || !output || !errors) {
        return cannot(options, errno);
    }
    Preparation preparation;
    preparation.connect(input->read, STDIN_FILENO);
    preparation.connect(output->write, STDOUT_FILENO);
    preparation.connect(errors->write, STDERR_FILENO);
    preparation.close_others();
    preparation.begin_in(options.folder);
    Child child;
    pid_t pid = 0;
    if (const int error = preparation.spawn(pid, options); error != 0) {
        return cannot(options, error);
    }
    child.pid_ = pid;
    child.input_ = std::move(input->write);
    child.output_ = std::move(output->read);
    child.errors_ = std::move(errors->read);
    for (const Descriptor* end : {&child.input_, &child.output_, &child.errors_}) {
        without_waiting(*end);
    }
    // The number stays this process's until it is waited for, which nobody else does.
    child.handle_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), input_(std::move(other.input_)),
      output_(std::move(other.output_)), errors_(std::move(other.errors_)),
      handle_(std::move(other.handle_)), end_(other.end_) {}

Child& Child::operator=(Child&& other) noexcept {
    if (this != &other) {
        end(std::chrono::milliseconds(0));
        pid_ = std::exchange(other.pid_, 0);
        input_ = std::move(other.input_);
        output_ = std::move(other.output_);
        errors_ = std::move(other.errors_);
        handle_ = std::move(other.handle_);
        end_ = other.end_;
    }
    return *this;
}

void Child::gone(std::optional<int> status) noexcept {
    pid_ = 0;
    handle_.reset();
    end_ = ChildEnd{status};
}

std::optional<ChildEnd> Child::ended() noexcept {
    if (pid_ != 0) {
        int status = 0;
        const pid_t found = ::waitpid(pid_, &status, WNOHANG);
        if (found == pid_) {
            gone(status);
        } else if (found < 0 && errno == ECHILD) {
            gone(std::nullopt); // somebody else has waited, or SIGCHLD is ignored
        }
    }
    return end_;
}

void Child::signal(int number) noexcept {
    if (pid_ == 0) {
        return;
    }
    // One that has ended keeps its number until it is waited for, and others of its group may be
    // there: it is only looked at. A number that is not ours any more may be anybody's.
    siginfo_t about{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT) != 0 &&
        errno == ECHILD) {
        gone(std::nullopt);
        return;
    }
    ::kill(-pid_, number);
}

void Child::hang_up() noexcept {
    input_.reset();
    output_.reset();
    errors_.reset();
    signal(SIGHUP);
}

bool Child::ended_by(std::chrono::steady_clock::time_point until) noexcept {
    constexpr std::chrono::milliseconds pause{10};
    while (!ended()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            return false;
        }
        if (handle_.valid()) {
            static_cast<void>(wait_for(handle_.get(), POLLIN, left));
        } else {
            static_cast<void>(::poll(nullptr, 0, poll_limit(std::min(pause, left))));
        }
    }
    return true;
}

bool Child::end(std::chrono::milliseconds grace) noexcept {
    hang_up();
    if (pid_ == 0 || ended_by(std::chrono::steady_clock::now() + grace)) {
        return true;
    }
    signal(SIGKILL);
    if (ended_by(std::chrono::steady_clock::now() + after_kill)) {
        return true;
    }
    give_up();
    return false;
}

void Child::give_up() noexcept {
    if (pid_ != 0) {
        given_up().add(pid_);
        gone(std::nullopt);
    }
}

std::size_t end_all(std::vector<Child> children, std::chrono::milliseconds grace) noexcept {
    using Clock = std::chrono::steady_clock;
    for (Child& child : children) {
        child.hang_up();
    }
    const auto remaining = [&children](Clock::time_point until) {
        std::erase_if(children, [until](Child& child) { return child.ended_by(until); });
    };
    remaining(Clock::now() + grace);
    for (Child& child : children) {
        child.signal(SIGKILL);
    }
    remaining(Clock::now() + after_kill);
    for (Child& child : children) {
        child.give_up();
    }
    return children.size();
}

std::optional<int> signal_number(std::string_view name) noexcept {
    const auto found = std::ranges::find(signal_names, name, &SignalName::name);
    return found == signal_names.end() ? std::nullopt : std::optional(found->number);
}

std::string signal_name(int number) {
    const auto found = std::ranges::find(signal_names, number, &SignalName::number);
    return found == signal_names.end() ? std::to_string(number) + "@gssxx"
                                       : std::string(found->name);
}

} // namespace gss::inline v0::transport::detail
