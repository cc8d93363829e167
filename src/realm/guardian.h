// SPDX-License-Identifier: Apache-2.0
// A long-running program that never outlives its owner.
#pragma once

#include "descriptor.h"

#include <gssxx/result.h>

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace gss::inline v0::realm {

/// A program under a guardian: a small process between owner and program, in a session of its own,
/// that stops the program when told to or when the owner is gone, however it went.
///
/// A parent-death signal alone will not do: Linux sends it when the thread that forked ends, and
/// a realm may be started by a thread that ends early. Between guardian and program, where there
/// is one thread, that signal is used.
class GuardedProgram {
public:
    struct Call {
        std::filesystem::path program;
        std::vector<std::string> arguments; ///< without the program's own name
        std::vector<std::string> environment;
        /// Standard output and error are appended here.
        std::filesystem::path output;
        /// Removed by the guardian when the owner went without stopping it; empty: nothing.
        std::filesystem::path remove_if_orphaned;
    };

    GuardedProgram() noexcept = default;
    [[nodiscard]] static Result<GuardedProgram> start(const Call& call);
    GuardedProgram(GuardedProgram&& other) noexcept
        : control_(std::move(other.control_)), guardian_(std::exchange(other.guardian_, 0)),
          program_(std::exchange(other.program_, 0)) {}
    GuardedProgram& operator=(GuardedProgram&& other) noexcept;
    GuardedProgram(const GuardedProgram&) = delete;
    GuardedProgram& operator=(const GuardedProgram&) = delete;
    ~GuardedProgram() { stop(); }

    /// The program's process id, also that of its process group; 0 when it was stopped.
    [[nodiscard]] pid_t pid() const noexcept { return program_; }
    /// False once the program and all its children are gone.
    [[nodiscard]] bool running() noexcept;
    /// TERM, then KILL after three seconds, to the program's group; waits for the end.
    void stop() noexcept;
    /// Lets go without stopping anything: for a forked copy of the owner.
    void forget() noexcept;

private:
    GuardedProgram(Descriptor control, pid_t guardian, pid_t program) noexcept
        : control_(std::move(control)), guardian_(guardian), program_(program) {}

    Descriptor control_;
    pid_t guardian_ = 0;
    pid_t program_ = 0;
};

} // namespace gss::inline v0::realm
