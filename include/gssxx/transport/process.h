// SPDX-License-Identifier: Apache-2.0
// What a server runs for a command, and who the user is.
#pragma once

#include <gssxx/export.h>
#include <gssxx/result.h>
#include <gssxx/transport/channel_requests.h>
#include <gssxx/transport/stream.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::transport {

/// A program to run, with an environment that is nobody else's.
struct ProcessOptions {
    std::string program;                  ///< a path
    std::vector<std::string> arguments;   ///< argv[0] first
    std::vector<std::string> environment; ///< "NAME=value"
    std::string folder; ///< to begin in; empty, or one that does not exist: the server's own
};

/// An account of this machine.
struct LocalUser {
    std::string name;
    std::string home;
    std::string shell;
    std::uint32_t uid = 0;
};

/// The account that this process runs as. Fails with unavailable when the system knows none.
[[nodiscard]] GSSXX_EXPORT Result<LocalUser> process_user();

/// What the user's shell needs to run @p command with "-c", or, without one, as a login shell.
/// The environment has HOME, USER, LOGNAME, PATH, SHELL, with endpoints SSH_CONNECTION and
/// SSH_CLIENT, then @p more, which never replace any of these; nothing of the server's own. Not
/// taken from @p more are names that change how programs are loaded (LD_*).
[[nodiscard]] GSSXX_EXPORT ProcessOptions shell_process(
    const LocalUser& user, const std::optional<std::string>& command,
    const std::optional<Endpoints>& endpoints, const std::vector<EnvironmentVariable>& more);

/// Lets this process open as many files as the system allows. Fails with unavailable, in one
/// sentence, when that is fewer than @p needed. Returns how many they are.
[[nodiscard]] GSSXX_EXPORT Result<std::uint64_t> raise_file_limit(std::uint64_t needed);

} // namespace gss::inline v0::transport
