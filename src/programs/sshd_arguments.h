// SPDX-License-Identifier: Apache-2.0
// The command line of gssxx-sshd.
#pragma once

#include "program_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gss::inline v0::transport {

constexpr int sshd_failure = 255;

struct SshdArguments {
    /// One principal that may use one account.
    struct Allowed {
        std::string principal;
        std::string user;
    };

    std::string listen;
    std::optional<std::string> port_file;
    std::vector<std::string> host_keys;
    bool no_host_key = false;
    bool send_host_key_message = false;
    std::string backend; ///< empty: the first that opens
    std::optional<std::string> key_exchange;
    std::optional<std::string> ciphers;
    bool legacy = false;
    std::optional<std::string> moduli;
    std::optional<std::string> keytab;
    std::optional<std::string> acceptor;
    bool any_acceptor = false;
    bool userok = false;
    std::vector<Allowed> allowed;
    std::optional<std::string> authorized_keys;
    std::vector<std::string> required;
    std::string banner;
    bool accept_delegation = false;
    std::optional<std::uint64_t> rekey_bytes;
    unsigned max_auth_tries = 6;
    unsigned login_timeout = 120; ///< seconds; 0: none
    unsigned max_startups = 100;
    unsigned keepalive = 60; ///< seconds; 0: never
    int verbose = 0;
};

[[nodiscard]] std::variant<SshdArguments, ProgramEnd> parse_sshd_arguments(int argc,
                                                                           const char* const* argv);

} // namespace gss::inline v0::transport
