// SPDX-License-Identifier: Apache-2.0
// A server that forks its workers first: the parent opens the library and the port, the workers
// accept contexts side by side. Clients: gss_client and MIT's gss-client.
#include "conversation.h"
#include "describe.h"

#include <gssxx/gssxx.h>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

struct Arguments {
    std::string backend;
    std::uint16_t port = 4444;
    unsigned workers = 2;
    unsigned connections = 1;
    unsigned timeout = 60;
    std::string service;
};

/// What a worker does; it ends after its share of connections.
int work(const gss::Backend& backend, const example::Listener& listener, const Arguments& arguments,
         gss::Deadline deadline) {
    // Credentials are the worker's own: native libraries keep open files and locks in them.
    const gss::Credentials credentials =
        example::acceptor_credentials(backend, arguments.service, std::nullopt);
    gss::AcceptOptions options;
    options.credentials = &credentials;
    int failures = 0;
    for (unsigned count = 0; count < arguments.connections; ++count) {
        example::TokenStream stream(example::accept_connection(listener, deadline), deadline);
        try {
            gss::AcceptedContext accepted = example::accept_context(stream, backend, options);
            std::cout << "worker " << getpid() << " accepted "
                      << example::describe(accepted.initiator) << std::endl;
            example::answer_messages(stream, accepted.context);
        } catch (const gss::Exception& failure) {
            std::cerr << "worker " << getpid() << ": " << failure.error().text() << std::endl;
            ++failures;
        }
    }
    return failures == 0 ? 0 : 1;
}

int guarded_work(const gss::Backend& backend, const example::Listener& listener,
                 const Arguments& arguments, gss::Deadline deadline) {
    try {
        return work(backend, listener, arguments, deadline);
    } catch (const gss::Exception& failure) {
        std::cerr << "worker " << getpid() << ": " << failure.error().text() << std::endl;
        return 1;
    }
}

int run(const Arguments& arguments) {
    const auto deadline = gss::Deadline::after(std::chrono::seconds(arguments.timeout));
    // Loaded and configured once, shared by all workers. No context and no thread exists yet.
    const gss::Backend backend = example::open_backend(arguments.backend);
    backend.preload().value();
    const example::Listener listener = example::listen_on_loopback(arguments.port);
    std::cout << "listening on 127.0.0.1:" << listener.port << std::endl;

    std::vector<pid_t> workers;
    bool failed = false;
    for (unsigned count = 0; count < arguments.workers; ++count) {
        const pid_t worker = fork();
        if (worker == 0) {
            return guarded_work(backend, listener, arguments, deadline);
        }
        failed = failed || worker < 0;
        if (worker > 0) {
            workers.push_back(worker);
        }
    }
    for (const pid_t worker : workers) {
        int status = 0;
        waitpid(worker, &status, 0);
        failed = failed || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    return failed ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Accepts GSSAPI contexts in several processes.");
    app.add_option("--backend", arguments.backend, "mit or heimdal (the first that there is)")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    app.add_option("--port", arguments.port, "port on 127.0.0.1; 0 takes a free one")
        ->capture_default_str();
    app.add_option("--workers", arguments.workers, "number of processes")->capture_default_str();
    app.add_option("--connections", arguments.connections, "connections that each worker serves")
        ->capture_default_str();
    app.add_option("--timeout", arguments.timeout, "end after so many seconds")
        ->capture_default_str();
    app.add_option("SERVICE", arguments.service, "for example host@localhost")->required();
    CLI11_PARSE(app, argc, argv);
    try {
        return run(arguments);
    } catch (const gss::Exception& failure) {
        std::cerr << "prefork_acceptor: " << failure.error().text() << std::endl;
        return 1;
    }
}
