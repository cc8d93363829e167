// SPDX-License-Identifier: Apache-2.0
#include "process.h"

#include "descriptor.h"
#include "fault.h"

#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <string_view>

namespace gss::inline v0::realm {

namespace {

using Clock = std::chrono::steady_clock;

/// Memory files for the three standard streams: no pipe to fill or break, and a grandchild that
/// keeps one open delays nobody.
struct Streams {
    Descriptor input;
    Descriptor output;
    Descriptor errors;
};

Result<Streams> make_streams(std::string_view input) {
    Streams streams{Descriptor(::memfd_create("stdin", MFD_CLOEXEC)),
                    Descriptor(::memfd_create("stdout", MFD_CLOEXEC)),
                    Descriptor(::memfd_create("stderr", MFD_CLOEXEC))};
    if (!streams.input.valid() || !streams.output.valid() || !streams.errors.valid()) {
        return system_fault("run program", "memfd_create", errno);
    }
    while (!input.empty()) {
        const ssize_t written = ::write(streams.input.get(), input.data(), input.size());
        if (written < 0 && errno != EINTR) {
            return system_fault("run program", "standard input", errno);
        }
        input.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    if (::lseek(streams.input.get(), 0, SEEK_SET) != 0) {
        return system_fault("run program", "standard input", errno);
    }
    return streams;
}

std::string content_of(const Descriptor& stream) {
    std::string content;
    std::array<char, 4096> block{};
    for (;;) {
        const ssize_t got =
            ::pread(stream.get(), block.data(), block.size(), static_cast<off_t>(content.size()));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return content;
        }
        content.append(block.data(), static_cast<std::size_t>(got));
    }
}

/// What posix_spawn is told: the streams, no other descriptor, an own group, default signals.
class SpawnPlan {
public:
    explicit SpawnPlan(const Streams& streams) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_adddup2(&actions_, streams.input.get(), STDIN_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, streams.output.get(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, streams.errors.get(), STDERR_FILENO);
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
        sigset_t none{};
        sigset_t all{};
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                     POSIX_SPAWN_SETPGROUP);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }
    [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

/// False when the child still runs at the deadline.
bool wait_for_end(const Descriptor& child, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd entry{child.get(), POLLIN, 0};
        const auto bounded = std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 3'600'000);
        const int ready = ::poll(&entry, 1, static_cast<int>(bounded));
        if (ready > 0) {
            return true;
        }
        if (ready == 0 && Clock::now() >= deadline) {
            return false;
        }
    }
}

int reap(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return 0; // the caller ignores SIGCHLD: the status is lost
        }
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

std::vector<char*> exec_vector(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    pointers.reserve(texts.size() + 1);
    std::transform(texts.begin(), texts.end(), std::back_inserter(pointers),
                   [](std::string& text) { return text.data(); });
    pointers.push_back(nullptr);
    return pointers;
}

Result<RunResult> run_program(const ProgramCall& call) {
    auto streams = make_streams(call.input);
    if (!streams) {
        return streams.error();
    }
    std::vector<std::string> arguments{call.program.string()};
    arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
    std::vector<std::string> environment = call.environment;
    const SpawnPlan plan(*streams);
    pid_t child = 0;
    const int refused =
        ::posix_spawn(&child, call.program.c_str(), plan.actions(), plan.attributes(),
                      exec_vector(arguments).data(), exec_vector(environment).data());
    if (refused != 0) {
        return system_fault("run program", call.program.string(), refused);
    }
    // Not pidfd_open(): glibc 2.36 declares it without C linkage.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
    const Descriptor watch(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    const bool ended = watch.valid() && wait_for_end(watch, Clock::now() + call.time_limit);
    if (!ended) {
        ::kill(-child, SIGKILL);
    }
    const int status = reap(child);
    if (!ended) {
        return fault(ErrorCode::timed_out, "run program", call.program.string(),
                     "it did not end in time and was killed");
    }
    return RunResult{status, content_of(streams->output), content_of(streams->errors)};
}

} // namespace gss::inline v0::realm
