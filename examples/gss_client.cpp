// SPDX-License-Identifier: Apache-2.0
// A client for MIT's gss-server and for gss_server: initiates a context, sends a message and checks
// the MIC that comes back.
#include "describe.h"
#include "sample_protocol.h"

#include <gssxx/gssxx.h>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

namespace {

struct Arguments {
    std::string backend;
    std::uint16_t port = 4444;
    std::string mechanism = "krb5";
    std::string channel_bindings;
    std::string host;
    std::string service;
    std::string message;
    bool seal = true;
    bool delegate = false;
    bool no_mutual = false;
    unsigned count = 1;
    unsigned timeout = 30;
};

void declare(CLI::App& app, Arguments& arguments) {
    app.add_option("--backend", arguments.backend, "mit or heimdal (the first that there is)")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    app.add_option("--port", arguments.port, "the server's port")->capture_default_str();
    app.add_option("--mechanism", arguments.mechanism, "krb5 or spnego")
        ->check(CLI::IsMember({"krb5", "spnego"}))
        ->capture_default_str();
    app.add_option("--channel-bindings", arguments.channel_bindings,
                   "application data; a server with other data refuses us");
    app.add_flag("--seal,!--no-seal", arguments.seal, "encrypt the message, or only sign it");
    app.add_flag("--delegate", arguments.delegate, "hand our credentials to the server");
    app.add_flag("--no-mutual", arguments.no_mutual, "do not ask the server who it is");
    app.add_option("--count", arguments.count, "send the message so many times")
        ->capture_default_str();
    app.add_option("--timeout", arguments.timeout, "give up on a silent KDC after so many seconds")
        ->capture_default_str();
    app.add_option("HOST", arguments.host, "where the server listens")->required();
    app.add_option("SERVICE", arguments.service, "for example host@localhost")->required();
    app.add_option("MESSAGE", arguments.message, "what to send")->required();
}

gss::InitiateOptions initiate_options(const Arguments& arguments) {
    gss::InitiateOptions options;
    options.mechanism = example::mechanism_named(arguments.mechanism);
    if (arguments.seal) {
        options.flags.insert(gss::ContextFlag::confidentiality);
        options.required.insert(gss::ContextFlag::confidentiality);
    }
    if (arguments.delegate) {
        options.flags.insert(gss::ContextFlag::delegate_to_peer);
    }
    if (arguments.no_mutual) {
        options.flags.erase(gss::ContextFlag::mutual);
        options.required.erase(gss::ContextFlag::mutual);
        // Without the server's answer Heimdal does not learn where the server's sequence begins,
        // and would take each of its messages for one that comes too early.
        options.flags.erase(gss::ContextFlag::sequence_detection);
    }
    if (!arguments.channel_bindings.empty()) {
        options.channel_bindings =
            gss::ChannelBindings::of_application_data(gss::as_bytes(arguments.channel_bindings));
    }
    return options;
}

gss::SecurityContext initiate_context(example::TokenStream& stream, gss::Initiator initiator,
                                      std::chrono::seconds timeout) {
    using example::TokenFlag;
    stream.send({TokenFlag::noop, TokenFlag::context_next});
    gss::Bytes from_server;
    while (!initiator.established()) {
        const gss::Step step = initiator.step(from_server, gss::Deadline::after(timeout));
        // Also of a failed step: it tells the peer why.
        if (!step.token.empty()) {
            stream.send(TokenFlag::context, step.token);
        }
        if (step.failed()) {
            gss::throw_exception(*step.error);
        }
        if (step.more()) {
            from_server = stream.receive(TokenFlag::context).content;
        }
    }
    return initiator.finish().value();
}

void send_message(example::TokenStream& stream, gss::SecurityContext& context,
                  const Arguments& arguments) {
    using example::TokenFlag;
    const gss::BytesView message = gss::as_bytes(arguments.message);
    const gss::Wrapped wrapped =
        context.wrap(message, arguments.seal ? gss::Seal::required : gss::Seal::integrity_only)
            .value();
    example::TokenFlags flags{TokenFlag::data, TokenFlag::wrapped, TokenFlag::send_mic};
    if (wrapped.sealed) {
        flags.insert(TokenFlag::encrypted);
    }
    stream.send(flags, wrapped.token);
    const example::Token answer = stream.receive(TokenFlag::mic);
    static_cast<void>(context.verify_mic(message, answer.content).value());
    std::cout << (wrapped.sealed ? "sealed" : "signed") << " message of " << message.size()
              << " octets sent in " << wrapped.token.size() << ", the server's MIC of "
              << answer.content.size() << " is good" << std::endl;
}

void run(const Arguments& arguments) {
    const gss::Backend backend = example::open_backend(arguments.backend);
    const gss::Name target =
        gss::Name::import_name(backend, arguments.service, gss::name_type::hostbased_service())
            .value();
    gss::Initiator initiator = gss::Initiator::create(target, initiate_options(arguments)).value();

    example::TokenStream stream(example::connect_to(arguments.host, arguments.port));
    gss::SecurityContext context =
        initiate_context(stream, std::move(initiator), std::chrono::seconds(arguments.timeout));
    const gss::ContextInfo info = context.inquire().value();
    std::cout << "context from " << example::describe(info.initiator_name) << " to "
              << example::describe(info.target_name) << ", mechanism "
              << example::describe(context.mechanism()) << ", lifetime "
              << example::describe(info.lifetime)
              << "\nflags: " << example::describe(context.flags()) << std::endl;
    for (unsigned sent = 0; sent < arguments.count; ++sent) {
        send_message(stream, context, arguments);
    }
    stream.send(example::TokenFlag::noop);
}

} // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    CLI::App app("Initiates a GSSAPI context in the protocol of MIT's gss-client.");
    declare(app, arguments);
    CLI11_PARSE(app, argc, argv);
    try {
        run(arguments);
        return 0;
    } catch (const gss::Exception& failure) {
        std::cerr << "gss_client: " << failure.error().text() << std::endl;
    } catch (const std::exception& failure) {
        std::cerr << "gss_client: " << failure.what() << std::endl;
    }
    return 1;
}
