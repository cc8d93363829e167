// SPDX-License-Identifier: Apache-2.0
// Runs one program to its end, without a shell, and captures what it writes.
#pragma once

#include <gssxx/realm/options.h>
#include <gssxx/result.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace gss::inline v0::realm {

/// A program, what it is given, and how long it may take.
struct ProgramCall {
    std::filesystem::path program;
    std::vector<std::string> arguments; ///< without the program's own name
    std::vector<std::string> environment;
    std::string input;
    std::chrono::milliseconds time_limit = std::chrono::seconds(30);
};

/// Runs the program in a process group of its own, so that a terminal's Ctrl-C does not reach it,
/// and waits. Fails when it cannot be started (failure) or overruns its time (timed_out).
[[nodiscard]] Result<RunResult> run_program(const ProgramCall& call);

/// A pointer array in the shape that exec wants; valid as long as @p texts is unchanged.
[[nodiscard]] std::vector<char*> exec_vector(std::vector<std::string>& texts);

} // namespace gss::inline v0::realm
