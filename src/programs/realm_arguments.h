// SPDX-License-Identifier: Apache-2.0
// The command line of gssxx-realm.
#pragma once

#include <gssxx/realm/options.h>

#include <chrono>
#include <string>
#include <variant>
#include <vector>

namespace gss::inline v0::realm {

/// Exit statuses of our own, as env(1) and timeout(1) have them.
constexpr int own_failure = 125;
constexpr int command_not_executable = 126;
constexpr int command_not_found = 127;

struct RunArguments {
    RealmOptions options;
    std::vector<std::string> command;
    /// How long the command may take to end after SIGTERM or SIGHUP.
    std::chrono::seconds grace = std::chrono::seconds(10);
};

/// Something to print and to end with: help, version, or what is wrong with the arguments.
struct TextAndStatus {
    std::string text;
    int status = 0;
};

[[nodiscard]] std::variant<RunArguments, TextAndStatus> parse_arguments(int argc,
                                                                        const char* const* argv);

} // namespace gss::inline v0::realm
