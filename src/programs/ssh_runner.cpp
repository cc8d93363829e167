// SPDX-License-Identifier: Apache-2.0
#include "ssh_runner.h"

#include <gssxx/name.h>
#include <gssxx/transport/client.h>
#include <gssxx/transport/process.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::inline v0::transport {

namespace {

constexpr std::string_view operation = "start";

Error wrong(std::string message) {
    return {ErrorCode::misuse, std::string(operation), std::move(message)};
}

int fail(const std::string& sentence) {
    std::cerr << "gssxx-ssh: " << sentence << '\n';
    return ssh_failure;
}

std::vector<std::string> wanted_methods(const SshArguments& arguments) {
    if (arguments.methods) {
        return split_list(*arguments.methods);
    }
    std::vector<std::string> names{"gssapi-keyex", "gssapi-with-mic"};
    if (arguments.key_file) {
        names.emplace_back("publickey");
    }
    return names;
}

Result<void> add_methods(const SshArguments& arguments, ConnectOptions& options) {
    for (const std::string& name : wanted_methods(arguments)) {
        if (name == "gssapi-keyex") {
            options.methods.emplace_back(WithGssapiKeyex());
        } else if (name == "gssapi-with-mic") {
            options.methods.emplace_back(WithGssapiMic{arguments.delegate});
        } else if (name == "none") {
            options.methods.emplace_back(WithNone());
        } else if (name == "publickey" && arguments.key_file) {
            Result<PrivateKey> key = read_private_key(*arguments.key_file);
            if (!key) {
                return key.error();
            }
            options.methods.emplace_back(WithPublicKey{*std::move(key)});
        } else if (name == "publickey") {
            return wrong("publickey needs a key: -i FILE");
        } else {
            return wrong("there is no method \"" + name + "\" in --auth");
        }
    }
    return {};
}

Result<void> add_host_keys(const SshArguments& arguments, const HostAndPort& where,
                           const LocalUser& user, ConnectOptions& options) {
    if (arguments.accept_any_host_key) {
        options.host_key = accept_any_host_key();
        return {};
    }
    const std::vector<std::string> files =
        arguments.known_hosts
            ? std::vector<std::string>{*arguments.known_hosts}
            : std::vector<std::string>{user.home + "/.ssh/known_hosts", "/etc/ssh/ssh_known_hosts"};
    KnownHosts known;
    for (const std::string& file : files) {
        const Result<KnownHosts> entries = KnownHosts::read(file);
        if (!entries) {
            return entries.error();
        }
        known.add(*entries);
    }
    prefer(known.types(where.host, where.port), options.session.algorithms);
    options.host_key = check_known_hosts(std::move(known), where.host, where.port);
    return {};
}

/// The credentials that were asked for; nothing: the default ones.
Result<std::optional<Credentials>> acquire(const Backend& backend, const SshArguments& arguments) {
    if (!arguments.principal && !arguments.ccache) {
        return std::optional<Credentials>();
    }
    AcquireOptions wanted;
    wanted.mechanisms = {mechanism::krb5()};
    std::optional<Name> name;
    if (arguments.principal) {
        Result<Name> imported =
            Name::import_name(backend, *arguments.principal, name_type::krb5_principal());
        if (!imported) {
            return imported.error();
        }
        name = *std::move(imported);
        wanted.name = &*name;
    }
    if (arguments.ccache) {
        if (const Result<void> set = wanted.store.set("ccache", *arguments.ccache); !set) {
            return set.error();
        }
    }
    Result<AcquiredCredentials> acquired =
        Credentials::acquire(backend, CredentialUsage::initiate, wanted);
    if (!acquired) {
        return acquired.error();
    }
    return std::optional(std::move(acquired->credentials));
}

Result<void> add_algorithms(const SshArguments& arguments, ConnectOptions& options) {
    Algorithms& algorithms = options.session.algorithms;
    if (arguments.key_exchange) {
        algorithms.key_exchange = split_list(*arguments.key_exchange);
    }
    if (arguments.ciphers) {
        algorithms.ciphers = split_list(*arguments.ciphers);
    }
    algorithms.legacy = arguments.legacy;
    if (arguments.rekey_bytes) {
        options.session.rekey.octets = *arguments.rekey_bytes;
    }
    options.session.delegate = arguments.delegate;
    options.keepalive = std::chrono::seconds(arguments.keepalive);
    return check(algorithms);
}

int report(const CommandEnd& end) {
    if (end.status) {
        constexpr std::uint32_t most = 255;
        return static_cast<int>(*end.status & most);
    }
    if (end.signal) {
        return fail("the command was ended by the signal " + end.signal->signal +
                    (end.signal->text.empty() ? "" : ": " + end.signal->text));
    }
    return fail("the server has not said how the command ended");
}

/// Whoever is called by another name shall know to whom the tickets go.
void say_who_gets_tickets(const SshArguments& arguments, const std::string& host) {
    if (arguments.delegate && !arguments.gss_host.empty() && arguments.gss_host != host) {
        std::cerr << "gssxx-ssh: tickets are delegated to host@" << arguments.gss_host
                  << ", which --gss-host names, and not to " << host << '\n';
    }
}

Result<CommandEnd> connect_and_run(const SshArguments& arguments) {
    const Result<LocalUser> user = process_user();
    if (!user) {
        return user.error();
    }
    const Result<HostAndPort> where = parse_host_and_port(arguments.host, arguments.port);
    if (!where) {
        return where.error();
    }
    ConnectOptions options;
    options.user = arguments.user.empty() ? user->name : arguments.user;
    options.gss_host = arguments.gss_host.empty() ? where->host : arguments.gss_host;
    say_who_gets_tickets(arguments, where->host);
    if (Result<void> added = add_algorithms(arguments, options); !added) {
        return added.error();
    }
    if (Result<void> added = add_methods(arguments, options); !added) {
        return added.error();
    }
    if (Result<void> added = add_host_keys(arguments, *where, *user, options); !added) {
        return added.error();
    }
    Result<Backend> backend = open_backend(arguments.backend);
    if (!backend && (!arguments.key_file || !arguments.backend.empty())) {
        return backend.error();
    }
    std::optional<Credentials> credentials;
    if (backend) {
        Result<std::optional<Credentials>> acquired = acquire(*backend, arguments);
        if (!acquired) {
            return acquired.error();
        }
        credentials = *std::move(acquired);
        options.backend = *backend;
        options.credentials = credentials ? &*credentials : nullptr;
    }
    options.banner = [](std::string_view text) { std::cerr << text << std::flush; };
    options.log = [most = arguments.verbose](int level, std::string_view line) {
        if (level <= most) {
            std::cerr << "gssxx-ssh: " << line << '\n';
        }
    };
    const std::string host =
        where->host.find(':') == std::string::npos ? where->host : "[" + where->host + "]";
    Result<Client> client =
        Client::connect(host + ":" + std::to_string(where->port), std::move(options));
    if (!client) {
        return client.error();
    }
    RunOptions run;
    run.command = arguments.command;
    run.input = STDIN_FILENO;
    run.output = STDOUT_FILENO;
    run.errors = STDERR_FILENO;
    return client->run(run);
}

} // namespace

int run_ssh(const SshArguments& arguments) {
    std::signal(SIGPIPE, SIG_IGN); // writes say it, too
    const Result<CommandEnd> end = connect_and_run(arguments);
    return end ? report(*end) : fail(end.error().text());
}

} // namespace gss::inline v0::transport
