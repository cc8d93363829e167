// SPDX-License-Identifier: Apache-2.0
// Logs in to an SSH server with nothing but a ticket and runs a command: the example of the README.
// ssh_command USER HOST[:PORT] COMMAND
#include <gssxx/transport/client.h>

#include <iostream>

int main(int argc, char** argv) try {
    if (argc != 4) {
        std::cerr << "usage: ssh_command USER HOST[:PORT] COMMAND\n";
        return 2;
    }
    gss::transport::ConnectOptions options;
    options.user = argv[1];
    options.backend = gss::Backend::open_default().value();
    options.methods.emplace_back(gss::transport::WithGssapiKeyex{}); // nothing but a ticket
    auto host = gss::transport::Client::connect(argv[2], std::move(options)).value();
    gss::transport::RunOptions run;
    run.command = argv[3];
    const gss::transport::CommandEnd end = host.run(run).value();
    std::cout << end.output;
    std::cerr << end.errors;
    return static_cast<int>(end.status.value_or(255));
} catch (const gss::Exception& failure) {
    std::cerr << failure.error().text() << '\n';
    return 255;
}
