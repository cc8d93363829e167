// SPDX-License-Identifier: Apache-2.0
#include <gssxx/gssxx.h>
#include <iostream>

int main() try {
    const auto backend = gss::Backend::open_default().value(); // MIT Kerberos, or else Heimdal
    const auto target =
        gss::Name::import_name(backend, "host@localhost", gss::name_type::hostbased_service())
            .value();
    auto client = gss::Initiator::create(target).value(); // has our ticket
    auto server = gss::Acceptor::create(backend).value(); // has the service's keytab
    gss::Step step = client.step();
    for (bool to_server = true; !step.failed() && !step.token.empty(); to_server = !to_server)
        step = to_server ? server.step(step.token) : client.step(step.token);
    if (step.failed())
        gss::throw_exception(*step.error);
    auto here = client.finish().value();
    auto there = server.finish().value();
    const auto sealed = here.wrap(gss::as_bytes("Hello over Kerberos")).value();
    const auto opened = there.context.unwrap(sealed.token).value();
    std::cout << there.initiator->display().value().text << ": " << opened.message.text() << '\n';
} catch (const gss::Exception& failure) {
    std::cerr << failure.error().text() << '\n';
    return 1;
}
