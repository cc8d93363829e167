// SPDX-License-Identifier: Apache-2.0
// A server for MIT's gss-client and for gss_client: accepts contexts, shows the messages, and
// answers with their MICs.
#include "conversation.h"
#include "describe.h"

#include <gssxx/gssxx.h>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

namespace {

struct Arguments {
    std::string backend;
    std::uint16_t port = 4444;
    std::string mechanism;
    std::string channel_bindings;
    std::string service;
    bool once = false;
    bool export_context = false;
    bool accept_delegation = false;
    bool allow_without_mutual = false;
    unsigned timeout = 0;
};

void declare(CLI::App& app, Arguments& arguments) {
    app.add_option("--backend", arguments.backend, "mit or heimdal (the first that there is)")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    app.add_option("--port", arguments.port, "port on 127.0.0.1; 0 takes a free one")
        ->capture_default_str();
    app.add_option("--mechanism", arguments.mechanism, "accept only krb5 or only spnego")
        ->check(CLI::IsMember({"krb5", "spnego"}));
    app.add_option("--channel-bindings", arguments.channel_bindings,
                   "application data; a client that presents other data is refused");
    app.add_flag("--once", arguments.once, "end after one connection; its failure is ours");
    app.add_flag("--export", arguments.export_context,
                 "export each context and go on with the imported one");
    app.add_flag("--accept-delegation", arguments.accept_delegation,
                 "take over credentials that clients delegate");
    app.add_flag("--allow-without-mutual", arguments.allow_without_mutual,
                 "accept clients that do not ask who we are");
    app.add_option("--timeout", arguments.timeout, "end after so many seconds (never)");
    app.add_option("SERVICE", arguments.service, "for example host@localhost")->required();
}

gss::AcceptOptions accept_options(const gss::Backend& backend, const Arguments& arguments) {
    gss::AcceptOptions options;
    options.accept_delegation = arguments.accept_delegation;
    if (arguments.allow_without_mutual) {
        options.required = gss::require_integrity_only;
    }
    if (!arguments.channel_bindings.empty()) {
        options.channel_bindings =
            gss::ChannelBindings::of_application_data(gss::as_bytes(arguments.channel_bindings));
        // Native libraries let clients pass that present none. MIT marks the others; Heimdal 7.8
        // does not, so a server on it cannot insist.
        if (backend.name() == "mit") {
            options.required.insert(gss::ContextFlag::channel_bound);
        }
    }
    return options;
}

void serve(example::TokenStream stream, const gss::Backend& backend, const Arguments& arguments,
           const gss::AcceptOptions& options) {
    gss::AcceptedContext accepted = example::accept_context(stream, backend, options);
    std::cout << "context with " << example::describe(accepted.initiator) << ", mechanism "
              << example::describe(accepted.context.mechanism()) << ", lifetime "
              << example::describe(accepted.lifetime)
              << "\nflags: " << example::describe(accepted.context.flags()) << std::endl;
    if (accepted.delegated) {
        const gss::CredentialInfo info = accepted.delegated->inquire().value();
        std::cout << "delegated: credentials of " << example::describe(info.name) << std::endl;
    }
    if (arguments.export_context) {
        const gss::ExportedContext exported = accepted.context.export_context().value();
        accepted.context = gss::SecurityContext::import_context(backend, exported).value();
        std::cout << "exported and imported: " << exported.bytes().size() << " octets" << std::endl;
    }
    example::answer_messages(stream, accepted.context);
}

int run(const Arguments& arguments) {
    const auto deadline = arguments.timeout == 0
                              ? gss::Deadline()
                              : gss::Deadline::after(std::chrono::seconds(arguments.timeout));
    const gss::Backend backend = example::open_backend(arguments.backend);
    std::optional<gss::Oid> mechanism;
    if (!arguments.mechanism.empty()) {
        mechanism = example::mechanism_named(arguments.mechanism);
    }
    const gss::Credentials credentials =
        example::acceptor_credentials(backend, arguments.service, mechanism);
    gss::AcceptOptions options = accept_options(backend, arguments);
    options.credentials = &credentials;

    const example::Listener listener = example::listen_on_loopback(arguments.port);
    std::cout << "listening on 127.0.0.1:" << listener.port << std::endl;
    for (;;) {
        example::Descriptor connection = example::accept_connection(listener, deadline);
        try {
            serve(example::TokenStream(std::move(connection), deadline), backend, arguments,
                  options);
        } catch (const gss::Exception& failure) {
            // One bad client must not end the service of the others.
            std::cerr << "gss_server: " << failure.error().text() << std::endl;
            if (arguments.once) {
                return 1;
            }
        }
        if (arguments.once) {
            return 0;
        }
    }
}

} // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Accepts GSSAPI contexts in the protocol of MIT's gss-server.");
    declare(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        return run(arguments);
    } catch (const gss::Exception& failure) {
        // The end that --timeout asks for is no failure, unless a client was waited for.
        if (failure.error().code() == gss::ErrorCode::timed_out && !arguments.once) {
            return 0;
        }
        std::cerr << "gss_server: " << failure.error().text() << std::endl;
    } catch (const std::exception& failure) {
        std::cerr << "gss_server: " << failure.what() << std::endl;
    }
    return 1;
}
