// SPDX-License-Identifier: Apache-2.0
#include "conversation.h"

#include "describe.h"

#include <iostream>

namespace example {

namespace {

/// The message of a data token and how it was protected.
struct Received {
    gss::Buffer message;
    const char* protection = "unprotected";
};

Received open_message(const Token& token, gss::SecurityContext& context) {
    if (!token.flags.contains(TokenFlag::wrapped)) {
        return {gss::Buffer::copy_of(token.content)};
    }
    gss::Unwrapped opened = context.unwrap(token.content).value();
    if (token.flags.contains(TokenFlag::encrypted) && !opened.sealed) {
        gss::throw_exception(gss::Error(gss::ErrorCode::insufficient_protection, "receive message",
                                        "the peer says that it is sealed, and it is not"));
    }
    return {std::move(opened.message), opened.sealed ? "sealed" : "signed"};
}

} // namespace

gss::Credentials acceptor_credentials(const gss::Backend& backend, std::string_view service,
                                      const std::optional<gss::Oid>& mechanism) {
    const gss::Name name =
        gss::Name::import_name(backend, service, gss::name_type::hostbased_service()).value();
    gss::AcquireOptions options;
    options.name = &name;
    if (mechanism) {
        options.mechanisms.insert(*mechanism);
    }
    return gss::Credentials::acquire(backend, gss::CredentialUsage::accept, options)
        .value()
        .credentials;
}

gss::AcceptedContext accept_context(TokenStream& stream, const gss::Backend& backend,
                                    const gss::AcceptOptions& options) {
    if (!stream.receive(TokenFlag::noop).flags.contains(TokenFlag::context_next)) {
        gss::throw_exception(gss::Error(gss::ErrorCode::unauthorized, "accept context",
                                        "the peer does not want to authenticate"));
    }
    gss::Acceptor acceptor = gss::Acceptor::create(backend, options).value();
    while (!acceptor.established()) {
        const gss::Step step = acceptor.step(stream.receive(TokenFlag::context).content);
        // Also of a failed step: it tells the peer why.
        if (!step.token.empty()) {
            stream.send(TokenFlag::context, step.token);
        }
        if (step.failed()) {
            gss::throw_exception(*step.error);
        }
    }
    return acceptor.finish().value();
}

void answer_messages(TokenStream& stream, gss::SecurityContext& context) {
    for (;;) {
        const Token token = stream.receive();
        if (token.flags.contains(TokenFlag::noop)) {
            return;
        }
        const Received received = open_message(token, context);
        std::cout << "message, " << received.protection << ": \""
                  << printable(received.message.text()) << '"' << std::endl;
        if (token.flags.contains(TokenFlag::send_mic)) {
            stream.send(TokenFlag::mic, context.get_mic(received.message).value());
        } else {
            stream.send(TokenFlag::noop);
        }
    }
}

} // namespace example
