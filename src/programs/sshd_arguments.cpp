// SPDX-License-Identifier: Apache-2.0
#include "sshd_arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <sstream>
#include <string_view>

namespace gss::inline v0::transport {

namespace {

/// What CLI11 fills in as text.
struct RawArguments {
    std::vector<std::string> allowed;
    std::string required;
};

ProgramEnd wrong(const std::string& sentence) {
    return {"gssxx-sshd: " + sentence + '\n', sshd_failure};
}

void declare_service(CLI::App& app, SshdArguments& into) {
    app.add_option("--listen", into.listen, "ADDR:PORT to listen on; port 0 takes a free one")
        ->required();
    app.add_option("--port-file", into.port_file, "a file to write the port to");
    auto* keys =
        app.add_option("--host-key", into.host_keys, "an OpenSSH private key file; may be repeated")
            ->expected(1)
            ->take_all();
    auto* none =
        app.add_flag("--no-host-key", into.no_host_key, "have no host key: GSS key exchange only")
            ->excludes(keys);
    app.add_flag("--send-host-key-message", into.send_host_key_message,
                 "show the host key in GSS key exchange; Debian's ssh cannot bear it")
        ->excludes(none);
    app.add_option("--kex", into.key_exchange,
                   "key exchange methods, most wanted first, with commas; gss-* without a suffix");
    app.add_option("--ciphers", into.ciphers, "ciphers, most wanted first, with commas");
    app.add_flag("--legacy", into.legacy, "allow gss-* key exchange with SHA-1 in --kex");
    app.add_option("--moduli", into.moduli, "a moduli(5) file for gss-gex-*");
    app.add_option("--rekey-bytes", into.rekey_bytes,
                   "exchange keys anew after so many octets, either way")
        ->check(CLI::PositiveNumber); // a minus would wrap round
    app.add_option("--banner", into.banner, "a text that clients show before they log in");
    app.add_option("--max-auth-tries", into.max_auth_tries,
                   "failed attempts to log in before the connection ends")
        ->check(CLI::Range(1U, 1000U))
        ->capture_default_str();
    app.add_option("--login-timeout", into.login_timeout,
                   "seconds within which somebody must log in; 0: no limit")
        ->check(CLI::Range(0U, 86400U))
        ->capture_default_str();
    app.add_option("--max-startups", into.max_startups,
                   "connections on which nobody has logged in yet, at once")
        ->check(CLI::Range(1U, 1000000U))
        ->capture_default_str();
    app.add_option("--keepalive", into.keepalive,
                   "seconds of silence after which a client is asked whether it is there; 0: never")
        ->check(CLI::Range(0U, 86400U))
        ->capture_default_str();
    app.add_flag("-v", into.verbose, "say more of what goes on; still more with -vv and -vvv");
}

void declare_login(CLI::App& app, SshdArguments& into, RawArguments& raw) {
    app.add_option("--backend", into.backend, "the GSS library: mit or heimdal")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    app.add_option("--keytab", into.keytab, "the keytab with the service's keys");
    auto* acceptor =
        app.add_option("--acceptor", into.acceptor, "the service to be: host@NAME or a principal");
    app.add_flag("--any-acceptor", into.any_acceptor, "be any service whose key the keytab has")
        ->excludes(acceptor);
    app.add_flag("--userok", into.userok, "let in whom the GSS library lets in (k5login)");
    app.add_option("--allow", raw.allowed, "PRINCIPAL=USER to let in; may be repeated")
        ->expected(1)
        ->take_all();
    app.add_option("--authorized-keys", into.authorized_keys,
                   "a file of public keys whose owners are let in");
    app.add_option("--require", raw.required, "methods that must all succeed, with commas");
    app.add_flag("--accept-delegation", into.accept_delegation,
                 "take delegated tickets, for commands to use");
}

std::optional<std::string> take_allowed(const RawArguments& raw, SshdArguments& into) {
    for (const std::string& text : raw.allowed) {
        const std::size_t equals = text.rfind('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
            return "--allow wants PRINCIPAL=USER, not \"" + text + "\"";
        }
        const std::string principal = text.substr(0, equals);
        if (principal.find('@') == std::string::npos) {
            return "--allow wants a principal with its realm, not \"" + principal + "\"";
        }
        into.allowed.push_back({principal, text.substr(equals + 1)});
    }
    return std::nullopt;
}

std::optional<std::string> take_required(const RawArguments& raw, SshdArguments& into) {
    constexpr std::array<std::string_view, 3> known{"gssapi-keyex", "gssapi-with-mic", "publickey"};
    if (raw.required.empty()) {
        return std::nullopt;
    }
    into.required = split_list(raw.required);
    for (const std::string& name : into.required) {
        if (std::ranges::find(known, name) == known.end()) {
            return "there is no method \"" + name + "\" in --require";
        }
        if (std::ranges::count(into.required, name) != 1) {
            return name + " is twice in --require";
        }
        if (name == "publickey" && !into.authorized_keys) {
            return "--require publickey wants --authorized-keys";
        }
    }
    return std::nullopt;
}

} // namespace

std::variant<SshdArguments, ProgramEnd> parse_sshd_arguments(int argc, const char* const* argv) {
    CLI::App app("An SSH server that lets in Kerberos principals, for one user.", "gssxx-sshd");
    app.set_version_flag("--version", std::string("gssxx-sshd ") + GSSXX_VERSION);
    SshdArguments arguments;
    RawArguments raw;
    declare_service(app, arguments);
    declare_login(app, arguments, raw);
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
    if (const auto fault = take_allowed(raw, arguments)) {
        return wrong(*fault);
    }
    if (const auto fault = take_required(raw, arguments)) {
        return wrong(*fault);
    }
    if (!arguments.userok && arguments.allowed.empty() && !arguments.authorized_keys) {
        return wrong("nobody could log in: give --allow, --userok or --authorized-keys");
    }
    const bool requires_gss = std::ranges::any_of(
        arguments.required, [](const std::string& name) { return name.starts_with("gssapi-"); });
    if (requires_gss && !arguments.userok && arguments.allowed.empty()) {
        return wrong("--require of a GSS method needs --allow or --userok");
    }
    if (arguments.host_keys.empty() && !arguments.no_host_key) {
        return wrong("give a --host-key, or say --no-host-key");
    }
    return arguments;
}

} // namespace gss::inline v0::transport
