// SPDX-License-Identifier: Apache-2.0
// One process accepts a context and hands it to another, which goes on with it. That is how a
// server with few rights at the keytab feeds workers that have none.
#include "describe.h"
#include "in_process.h"
#include "sample_protocol.h"

#include <gssxx/gssxx.h>

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using example::TokenFlag;

/// Receives a context, then a message under it; answers with the message's MIC.
void work(example::TokenStream stream, const std::string& backend_name) {
    const example::Token frame = stream.receive(TokenFlag::context);
    const gss::ExportedContext exported = gss::ExportedContext::parse(frame.content).value();
    const gss::Backend backend = example::open_backend(backend_name);
    gss::SecurityContext context = gss::SecurityContext::import_context(backend, exported).value();
    const gss::ContextInfo info = context.inquire().value();
    const example::Token token = stream.receive(TokenFlag::data);
    const gss::Unwrapped opened = context.unwrap(token.content).value();
    std::cout << "worker " << getpid() << " got \"" << example::printable(opened.message.text())
              << "\" from " << example::describe(info.initiator_name) << std::endl;
    stream.send(TokenFlag::mic, context.get_mic(opened.message).value());
}

void accept_and_hand_over(example::TokenStream stream, const std::string& backend_name) {
    const gss::Backend backend = example::open_backend(backend_name);
    example::Pair pair = example::establish(backend, backend, "host@localhost");
    // The exported form holds the session keys: it must not leave trusted channels.
    const gss::ExportedContext exported = pair.acceptor.context.export_context().value();
    std::cout << "process " << getpid() << " accepted a context and exports it in "
              << exported.bytes().size() << " octets" << std::endl;
    stream.send(TokenFlag::context, exported.bytes());

    const gss::BytesView message = gss::as_bytes("for whoever has the context now");
    stream.send({TokenFlag::data, TokenFlag::wrapped, TokenFlag::encrypted},
                pair.initiator.wrap(message).value().token);
    static_cast<void>(
        pair.initiator.verify_mic(message, stream.receive(TokenFlag::mic).content).value());
    std::cout << "the worker's MIC is good" << std::endl;
}

int guarded(void (*task)(example::TokenStream, const std::string&), example::Descriptor end,
            const std::string& backend_name) {
    try {
        task(example::TokenStream(std::move(end)), backend_name);
        return 0;
    } catch (const gss::Exception& failure) {
        std::cerr << "export_context: " << failure.error().text() << std::endl;
        return 1;
    }
}

int run(const std::string& backend_name) {
    auto [ours, theirs] = example::socket_pair();
    // Forked before the library is opened: nothing of a native library crosses a fork.
    const pid_t worker = fork();
    if (worker < 0) {
        std::cerr << "export_context: fork failed" << std::endl;
        return 1;
    }
    if (worker == 0) {
        ours = example::Descriptor();
        return guarded(&work, std::move(theirs), backend_name);
    }
    theirs = example::Descriptor();
    const int own = guarded(&accept_and_hand_over, std::move(ours), backend_name);
    int status = 0;
    waitpid(worker, &status, 0);
    return own == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

} // namespace

int main(int argc, char** argv) {
    std::string backend_name;
    CLI::App app("Exports a context to another process; needs a ticket and a key for "
                 "host@localhost.");
    app.add_option("--backend", backend_name, "mit or heimdal (the first that there is)")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    CLI11_PARSE(app, argc, argv);
    try {
        return run(backend_name);
    } catch (const gss::Exception& failure) {
        std::cerr << "export_context: " << failure.error().text() << std::endl;
        return 1;
    }
}
