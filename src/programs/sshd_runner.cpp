// SPDX-License-Identifier: Apache-2.0
#include "sshd_runner.h"

#include "sshd_handler.h"
#include "trusted_file.h"

#include <gssxx/mechanism.h>
#include <gssxx/name.h>
#include <gssxx/transport/server.h>

#include <fcntl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

namespace gss::inline v0::transport {

namespace {

constexpr std::string_view operation = "start";

Error wrong(std::string message) {
    return {ErrorCode::misuse, std::string(operation), std::move(message)};
}

int fail(const std::string& sentence) {
    std::cerr << "gssxx-sshd: " << sentence << '\n';
    return sshd_failure;
}

/// Becomes readable when we are told to end.
int stop_descriptor() {
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaddset(&signals, number);
    }
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

Result<void> add_session(const SshdArguments& arguments, ServeOptions& options) {
    ServerOptions& session = options.session;
    if (arguments.key_exchange) {
        session.algorithms.key_exchange = split_list(*arguments.key_exchange);
    }
    if (arguments.ciphers) {
        session.algorithms.ciphers = split_list(*arguments.ciphers);
    }
    session.algorithms.legacy = arguments.legacy;
    if (const Result<void> fine = check(session.algorithms); !fine) {
        return fine.error();
    }
    if (arguments.rekey_bytes) {
        session.rekey.octets = *arguments.rekey_bytes;
    }
    for (const std::string& file : arguments.host_keys) {
        Result<PrivateKey> key = read_private_key(file);
        if (!key) {
            return key.error();
        }
        session.host_keys.push_back(*std::move(key));
    }
    if (arguments.moduli) {
        const std::optional<std::string> text = read_text(*arguments.moduli);
        if (!text) {
            return wrong("cannot read " + *arguments.moduli);
        }
        session.groups = ssh::moduli_groups(*text);
    }
    session.send_host_key_message = arguments.send_host_key_message;
    session.banner = arguments.banner;
    session.most_failures = arguments.max_auth_tries;
    if (arguments.authorized_keys) {
        session.other_methods = {"publickey"};
    }
    options.accept_delegation = arguments.accept_delegation;
    options.required = arguments.required;
    options.login_limit = std::chrono::seconds(arguments.login_timeout);
    options.keepalive = std::chrono::seconds(arguments.keepalive);
    options.most_startups = arguments.max_startups;
    return {};
}

std::string own_host_name() {
    constexpr std::size_t most = 256;
    std::array<char, most> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

/// The service's credentials, in one mechanism.
Result<Credentials> acquire(const Backend& backend, const SshdArguments& arguments) {
    AcquireOptions wanted;
    wanted.mechanisms = {mechanism::krb5()};
    std::optional<Name> name;
    if (!arguments.any_acceptor) {
        const std::string text = arguments.acceptor.value_or("host@" + own_host_name());
        const bool is_principal = text.find('/') != std::string::npos;
        Result<Name> imported = Name::import_name(backend, text,
                                                  is_principal ? name_type::krb5_principal()
                                                               : name_type::hostbased_service());
        if (!imported) {
            return imported.error();
        }
        name = *std::move(imported);
        wanted.name = &*name;
    }
    if (arguments.keytab) {
        if (const Result<void> set = wanted.store.set("keytab", *arguments.keytab); !set) {
            return set.error();
        }
    }
    Result<AcquiredCredentials> acquired =
        Credentials::acquire(backend, CredentialUsage::accept, wanted);
    if (!acquired) {
        return acquired.error();
    }
    return std::move(acquired->credentials);
}

Result<SshdPolicy> policy_of(const SshdArguments& arguments) {
    Result<LocalUser> user = process_user();
    if (!user) {
        return user.error();
    }
    SshdPolicy policy;
    policy.user = *std::move(user);
    policy.authorized_keys = arguments.authorized_keys;
    policy.verbose = arguments.verbose;
    std::vector<ssh::PrincipalRule> rules;
    for (const SshdArguments::Allowed& one : arguments.allowed) {
        if (one.user != policy.user.name) {
            return wrong("nobody but " + policy.user.name + " can log in, and --allow names " +
                         one.user);
        }
        rules.push_back({one.user, one.principal});
    }
    std::vector<ssh::Authorizer> authorizers;
    if (!rules.empty()) {
        authorizers.push_back(ssh::authorize_principals(std::move(rules)));
    }
    if (arguments.userok) {
        authorizers.push_back(ssh::authorize_by_userok());
    }
    if (!authorizers.empty()) {
        policy.gss = ssh::any_of(std::move(authorizers));
    }
    return policy;
}

void describe(const SshdArguments& arguments, const ServeOptions& options, const SshdPolicy& policy,
              std::uint16_t port) {
    const Algorithms& algorithms = options.session.algorithms;
    std::string text =
        "gssxx-sshd listens on port " + std::to_string(port) + " for " + policy.user.name + '\n';
    for (const PrivateKey& key : options.session.host_keys) {
        text += "host key: " + std::string(key.public_key().type_name()) + " " +
                key.public_key().fingerprint() + '\n';
    }
    if (options.session.host_keys.empty()) {
        text += "host key: none, clients know us by our Kerberos key\n";
    }
    text += "key exchange: " + join_list(algorithms.key_exchange) + '\n';
    text += "ciphers: " + join_list(algorithms.ciphers) + '\n';
    if (options.backend) {
        text += "GSS: " + std::string(options.backend->name()) + ", as " +
                (arguments.any_acceptor ? std::string("any service of the keytab")
                                        : arguments.acceptor.value_or("host@" + own_host_name())) +
                (options.accept_delegation ? ", takes delegated tickets" : "") + '\n';
    }
    for (const SshdArguments::Allowed& one : arguments.allowed) {
        text += "lets in: the principal " + one.principal + '\n';
    }
    if (arguments.userok) {
        text += "lets in: whom the GSS library lets in\n";
    }
    if (arguments.authorized_keys) {
        text += "lets in: the owners of the keys in " + *arguments.authorized_keys + '\n';
        if (const TrustedText file =
                read_trusted_text(*arguments.authorized_keys, policy.user.home);
            !file.text) {
            text += "lets in nobody by a key for now: " + file.refusal + '\n';
        }
    }
    if (!options.required.empty()) {
        text += "all of these must succeed: " + join_list(options.required) + '\n';
    }
    std::cout << text << std::flush;
}

/// Written beside and renamed: who sees the file sees all of it.
Result<void> write_port(const std::string& path, std::uint16_t port) {
    // A name that nobody can have laid a link at.
    std::string beside = path + ".XXXXXX";
    const int fd = ::mkostemp(beside.data(), O_CLOEXEC);
    if (fd < 0) {
        return wrong("cannot write " + path);
    }
    const std::string text = std::to_string(port) + '\n';
    constexpr mode_t for_everybody = 0644; // a port is no secret
    bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                   ::fchmod(fd, for_everybody) == 0;
    written = ::close(fd) == 0 && written;
    if (!written || std::rename(beside.c_str(), path.c_str()) != 0) {
        ::unlink(beside.c_str());
        return wrong("cannot write " + path);
    }
    return {};
}

Result<void> listen_and_serve(const SshdArguments& arguments) {
    const int stop = stop_descriptor();
    const Result<SshdPolicy> policy = policy_of(arguments);
    if (!policy) {
        return policy.error();
    }
    ServeOptions options;
    if (Result<void> added = add_session(arguments, options); !added) {
        return added.error();
    }
    std::optional<Credentials> credentials;
    const bool wants_gss = policy->gss || arguments.no_host_key;
    if (wants_gss) {
        const Result<Backend> backend = open_backend(arguments.backend);
        if (!backend) {
            return backend.error();
        }
        Result<Credentials> acquired = acquire(*backend, arguments);
        if (!acquired) {
            return acquired.error();
        }
        credentials = *std::move(acquired);
        options.backend = *backend;
        options.credentials = &*credentials;
    } else {
        std::erase_if(options.session.algorithms.key_exchange,
                      [](const std::string& name) { return name.starts_with("gss-"); });
    }
    // A connection has a socket and a stop, and its command three pipes and a handle.
    constexpr std::uint64_t spare = 256;
    if (const Result<std::uint64_t> files =
            raise_file_limit(std::uint64_t{arguments.max_startups} * 2 + spare);
        !files) {
        return files.error();
    }
    const Result<Listener> listener = Listener::open(arguments.listen);
    if (!listener) {
        return listener.error();
    }
    describe(arguments, options, *policy, listener->port());
    if (arguments.port_file) {
        if (Result<void> written = write_port(*arguments.port_file, listener->port()); !written) {
            return written.error();
        }
    }
    return serve(
        *listener, options,
        [&policy](const std::optional<Endpoints>& endpoints) {
            return std::make_unique<SshdHandler>(*policy, endpoints);
        },
        stop);
}

} // namespace

int run_sshd(const SshdArguments& arguments) {
    std::signal(SIGPIPE, SIG_IGN); // writes say it, too
    std::signal(SIGCHLD, SIG_DFL); // who started us may have ignored it: nobody else waits for ours
    const Result<void> served = listen_and_serve(arguments);
    return served ? 0 : fail(served.error().text());
}

} // namespace gss::inline v0::transport
