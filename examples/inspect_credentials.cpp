// SPDX-License-Identifier: Apache-2.0
// Shows the default credentials: whose they are, for how long, and for which mechanisms.
#include "describe.h"

#include <gssxx/gssxx.h>

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

namespace {

void show(const gss::Backend& backend, gss::CredentialUsage usage, const char* title) {
    std::cout << title << '\n';
    const gss::AcquiredCredentials acquired = gss::Credentials::acquire(backend, usage).value();
    const gss::CredentialInfo info = acquired.credentials.inquire().value();
    // Acceptor credentials without a name stand for every key in the keytab.
    std::cout << "  name      " << (info.name ? example::describe(info.name) : "any") << '\n';
    if (info.lifetime) {
        std::cout << "  lifetime  " << example::describe(*info.lifetime) << '\n';
    }
    for (const gss::Oid& mechanism : acquired.mechanisms) {
        std::cout << "  mechanism " << example::describe(mechanism) << '\n';
    }
}

} // namespace

int main(int argc, char** argv) {
    std::string name;
    bool accept = false;
    CLI::App app("Shows the default credentials of this process.");
    app.add_option("--backend", name, "mit or heimdal (the first that there is)")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    app.add_flag("--accept", accept, "also those for accepting, from the keytab");
    CLI11_PARSE(app, argc, argv);
    try {
        const gss::Backend backend = example::open_backend(name);
        show(backend, gss::CredentialUsage::initiate, "to initiate contexts:");
        if (accept) {
            show(backend, gss::CredentialUsage::accept, "to accept contexts:");
        }
        return 0;
    } catch (const gss::Exception& failure) {
        std::cerr << "inspect_credentials: " << failure.error().text() << std::endl;
        return 1;
    }
}
