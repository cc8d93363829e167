// SPDX-License-Identifier: Apache-2.0
#include "ssh_arguments.h"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <limits>
#include <sstream>
#include <utility>

namespace gss::inline v0::transport {

namespace {

ProgramEnd wrong(const std::string& sentence) {
    return {"gssxx-ssh: " + sentence + '\n', ssh_failure};
}

void declare(CLI::App& app, SshArguments& into) {
    app.add_option("-p", into.port, "the server's port")
        ->check(CLI::Range(1, static_cast<int>(std::numeric_limits<std::uint16_t>::max())))
        ->capture_default_str();
    app.add_option("--backend", into.backend, "the GSS library: mit or heimdal")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    app.add_option("--kex", into.key_exchange,
                   "key exchange methods, most wanted first, with commas; gss-* without a suffix");
    app.add_option("--ciphers", into.ciphers, "ciphers, most wanted first, with commas");
    app.add_option(
        "--auth", into.methods,
        "methods to log in by, in order: gssapi-keyex, gssapi-with-mic, publickey, none");
    app.add_flag("--legacy", into.legacy, "allow gss-* key exchange with SHA-1 in --kex");
    app.add_option("--principal", into.principal, "whose tickets to use");
    app.add_option("--ccache", into.ccache, "the ticket cache to use");
    app.add_option("-i", into.key_file, "a private key to log in with (publickey)");
    app.add_flag("--delegate", into.delegate, "hand our tickets to the server");
    app.add_option("--gss-host", into.gss_host,
                   "the host in the server's principal, when it is not the one connected to");
    app.add_option("--rekey-bytes", into.rekey_bytes,
                   "exchange keys anew after so many octets, either way")
        ->check(CLI::PositiveNumber); // a minus would wrap round
    app.add_option("--keepalive", into.keepalive,
                   "seconds of silence after which the server is asked whether it is there; 0: "
                   "never")
        ->check(CLI::Range(0U, 86400U))
        ->capture_default_str();
    auto* known = app.add_option("--known-hosts", into.known_hosts,
                                 "the file of known host keys (~/.ssh/known_hosts)");
    app.add_flag("--accept-any-host-key", into.accept_any_host_key,
                 "do not check the host key: anybody on the way can be the server")
        ->excludes(known);
    app.add_flag("-v", into.verbose, "say what goes on; more with -vv and -vvv");
}

/// "[USER@]HOST" and the words of the command, joined as ssh(1) does.
std::optional<std::string> take_rest(std::vector<std::string> rest, SshArguments& into) {
    if (!rest.empty() && rest.front() == "--") {
        rest.erase(rest.begin());
    } else if (!rest.empty() && rest.front().starts_with('-')) {
        return "there is no option " + rest.front();
    }
    if (rest.empty()) {
        return "no host is given";
    }
    const std::string target = rest.front();
    const std::size_t at = target.rfind('@');
    if (at != std::string::npos) {
        into.user = target.substr(0, at);
        if (into.user.empty()) {
            return "there is no user before '@'";
        }
    }
    into.host = at == std::string::npos ? target : target.substr(at + 1);
    if (into.host.empty() || into.host.starts_with('-')) {
        return "no host is given";
    }
    for (std::size_t word = 1; word < rest.size(); ++word) {
        into.command = into.command ? *into.command + ' ' + rest[word] : rest[word];
    }
    return std::nullopt;
}

} // namespace

std::variant<SshArguments, ProgramEnd> parse_ssh_arguments(int argc, const char* const* argv) {
    CLI::App app("An SSH client that logs in with Kerberos tickets.", "gssxx-ssh");
    app.set_version_flag("--version", std::string("gssxx-ssh ") + GSSXX_VERSION);
    app.footer("gssxx-ssh [OPTIONS] [USER@]HOST [COMMAND...]");
    // The host and everything behind it are not options of ours, whatever they look like.
    app.prefix_command();
    SshArguments arguments;
    declare(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& ended) {
        std::ostringstream output;
        std::ostringstream errors;
        if (app.exit(ended, output, errors) == 0) {
            return ProgramEnd{output.str(), 0};
        }
        return wrong(ended.what());
    }
    if (const auto fault = take_rest(app.remaining(), arguments)) {
        return wrong(*fault);
    }
    return arguments;
}

} // namespace gss::inline v0::transport
