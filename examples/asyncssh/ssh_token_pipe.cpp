// SPDX-License-Identifier: Apache-2.0
// The token level at the other end of a pipe: what an SSH stack in another language needs of gssxx.
//
//   ssh_token_pipe client [--backend NAME] [--delegate] HOST
//   ssh_token_pipe server [--backend NAME] [--allow USER=PRINCIPAL]... [--allow-realm REALM]...
//   HOST
//
// One request per line on standard input, one answer per line on standard output. Octets are in
// hexadecimal, "-" stands for none:
//   mechs                  ok OID...                   DER, tag and length included
//   reset                  ok                          forgets the context
//   step TOKEN             more TOKEN | done TOKEN FLAGS | failed MAJOR MINOR TOKEN TEXT
//   sign DATA              ok MIC | no TEXT
//   verify DATA MIC        ok | no TEXT
//   peer                   ok NAME | no TEXT           the initiator, in hexadecimal, too
//   authorize USER         ok | no TEXT                may that peer use the account?
// It ends with standard input. It decides everything that concerns GSS-API: which mechanisms, what
// is required of a context, whether a MIC is good, who may log in. The stack carries messages.
#include "token_pipe.h"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace {

using gss::example::PipeOptions;
using gss::example::TokenPipe;

int serve(const PipeOptions& options) {
    gss::Result<TokenPipe> pipe = TokenPipe::create(options);
    if (!pipe) {
        std::cerr << "ssh_token_pipe: " << pipe.error().text() << '\n';
        return 1;
    }
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cout << pipe->answer(line) << std::endl; // the peer waits for it
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("GSS-API for an SSH stack, over a pipe");
    PipeOptions options;
    app.add_option("--backend", options.backend, "mit or heimdal; the first there is");
    app.require_subcommand(1);
    app.fallthrough(); // --backend may stand behind the subcommand
    CLI::App* client = app.add_subcommand("client", "initiates");
    client->add_flag("--delegate", options.delegate, "delegate credentials");
    client->add_option("HOST", options.host, "as the user wrote it")->required();
    CLI::App* server = app.add_subcommand("server", "accepts");
    server->add_option("--allow", options.principals, "USER=PRINCIPAL");
    server->add_option("--allow-realm", options.realms, "REALM");
    server->add_option("HOST", options.host, "the name in the service's key")->required();
    CLI11_PARSE(app, argc, argv);
    options.initiate = client->parsed();
    return serve(options);
}
