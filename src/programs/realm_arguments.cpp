// SPDX-License-Identifier: Apache-2.0
#include "realm_arguments.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <sstream>
#include <string_view>
#include <utility>

namespace gss::inline v0::realm {

namespace {

/// What CLI11 fills in.
struct RawArguments {
    std::string kdc = "mit";
    std::string realm;
    std::vector<std::string> principals;
    std::vector<std::string> services;
    std::string login;
    std::string mit_prefix;
    std::string heimdal_prefix;
    std::string parent = "/tmp";
    unsigned grace = 10;
    bool keep = false;
    bool no_ticket = false;
    bool pkinit = false;
};

void declare_run(CLI::App& run, RawArguments& raw) {
    run.add_option("--kdc", raw.kdc, "the KDC software: mit or heimdal")
        ->check(CLI::IsMember({"mit", "heimdal"}))
        ->capture_default_str();
    run.add_option("--realm", raw.realm, "the realm's name (TEST.EXAMPLE or HEIM.EXAMPLE)");
    run.add_option("--principal", raw.principals,
                   "a user NAME[:PASSWORD]; may be repeated (alice with a random password)")
        ->expected(1)
        ->take_all();
    run.add_option("--service", raw.services,
                   "a service with a key in the keytab; may be repeated (host/localhost)")
        ->expected(1)
        ->take_all();
    run.add_option("--login", raw.login, "the user that gets a ticket (the first one)");
    run.add_flag("--no-ticket", raw.no_ticket, "leave the ticket cache empty");
    run.add_flag("--pkinit", raw.pkinit,
                 "let users log in by certificate; certificate.pem in the realm's folder is the "
                 "login's");
    run.add_option("--mit-prefix", raw.mit_prefix, "where MIT's packages were unpacked");
    run.add_option("--heimdal-prefix", raw.heimdal_prefix,
                   "where Heimdal's packages were unpacked");
    run.add_option("--parent", raw.parent, "where the realm's folder is made")
        ->capture_default_str();
    run.add_option("--grace", raw.grace,
                   "seconds that the command may take to end after SIGTERM or SIGHUP")
        ->check(CLI::Range(0U, 3600U))
        ->capture_default_str();
    run.add_flag("--keep", raw.keep, "keep the realm's folder and say where it is");
}

RunArguments run_arguments(RawArguments raw, std::vector<std::string> command) {
    RunArguments arguments;
    auto& options = arguments.options;
    options.kdc = raw.kdc == "mit" ? KdcKind::mit : KdcKind::heimdal;
    options.name = std::move(raw.realm);
    options.login = std::move(raw.login);
    options.ticket = !raw.no_ticket;
    options.pkinit = raw.pkinit;
    options.keep_folder = raw.keep;
    options.parent = raw.parent;
    options.mit_prefix = raw.mit_prefix;
    options.heimdal_prefix = raw.heimdal_prefix;
    if (!raw.principals.empty()) {
        options.principals.clear();
    }
    for (const auto& text : raw.principals) {
        const auto colon = text.find(':');
        PrincipalOptions principal{.name = text.substr(0, colon)};
        if (colon != std::string::npos) {
            principal.password = text.substr(colon + 1);
        }
        options.principals.push_back(std::move(principal));
    }
    if (!raw.services.empty()) {
        options.services = std::move(raw.services);
    }
    arguments.grace = std::chrono::seconds(raw.grace);
    arguments.command = std::move(command);
    return arguments;
}

} // namespace

std::variant<RunArguments, TextAndStatus> parse_arguments(int argc, const char* const* argv) {
    // The command is cut off first: CLI11 would take some of its arguments for lists.
    const auto* const end = argv + argc;
    const auto* const mark = std::find(argv, end, std::string_view("--"));
    std::vector<std::string> command(mark == end ? mark : mark + 1, end);

    CLI::App app("Throwaway Kerberos realms for tests.", "gssxx-realm");
    app.set_version_flag("--version", std::string("gssxx-realm ") + GSSXX_VERSION);
    app.require_subcommand(1);
    app.footer("gssxx-realm run [OPTIONS] -- COMMAND [ARGUMENTS...]");
    auto* run = app.add_subcommand(
        "run", "Run the command after -- in the environment of a new realm, pass its exit status "
               "on (125: no realm, 126 and 127: no command), and leave nothing behind.");
    run->footer("Then: -- COMMAND [ARGUMENTS...]");
    RawArguments raw;
    declare_run(*run, raw);
    try {
        app.parse(static_cast<int>(mark - argv), argv);
    } catch (const CLI::ParseError& ended) {
        std::ostringstream output;
        std::ostringstream errors;
        if (app.exit(ended, output, errors) == 0) {
            return TextAndStatus{output.str(), 0};
        }
        return TextAndStatus{std::string("gssxx-realm: ") + ended.what() + '\n', own_failure};
    }
    if (command.empty()) {
        return TextAndStatus{"gssxx-realm: no command is given after --\n", own_failure};
    }
    return run_arguments(std::move(raw), std::move(command));
}

} // namespace gss::inline v0::realm
