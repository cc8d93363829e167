// SPDX-License-Identifier: Apache-2.0
// The command line of gssxx-ssh.
#pragma once

#include "program_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gss::inline v0::transport {

/// Our own failure, as ssh(1) has it.
constexpr int ssh_failure = 255;

struct SshArguments {
    std::string user; ///< empty: ours
    std::string host; ///< perhaps with a port
    std::optional<std::string> command;
    std::uint16_t port = 22;
    std::string backend; ///< empty: the first that opens
    std::optional<std::string> key_exchange;
    std::optional<std::string> ciphers;
    std::optional<std::string> methods;
    bool legacy = false;
    std::optional<std::string> principal;
    std::optional<std::string> ccache;
    std::optional<std::string> key_file;
    bool delegate = false;
    std::string gss_host;
    std::optional<std::uint64_t> rekey_bytes;
    unsigned keepalive = 0; ///< seconds; 0: never
    std::optional<std::string> known_hosts;
    bool accept_any_host_key = false;
    int verbose = 0;
};

[[nodiscard]] std::variant<SshArguments, ProgramEnd> parse_ssh_arguments(int argc,
                                                                         const char* const* argv);

} // namespace gss::inline v0::transport
