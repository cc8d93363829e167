// SPDX-License-Identifier: Apache-2.0
// Shows what an acceptor can know of its peer's name: forms, account, attributes; and of the
// mechanisms of the library. For docs/howto-names.md.
#include "describe.h"
#include "in_process.h"

#include <gssxx/gssxx.h>

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

namespace {

void show_name(const gss::Name& peer) {
    std::cout << "peer " << peer << '\n';
    std::cout << "  is        " << peer.inquire() << '\n';
    const gss::Result<std::string> user = peer.display_as(gss::name_type::user());
    std::cout << "  user      " << (user ? *user : user.error().text()) << '\n';
    const gss::Result<std::uint32_t> account = peer.user_id();
    std::cout << "  account   " << (account ? std::to_string(*account) : account.error().text())
              << '\n';
}

void show_attributes(const gss::Name& peer) {
    const gss::Result<gss::NameAttributeMap> attributes = peer.attribute_map();
    if (!attributes) {
        std::cout << "  no attributes: " << attributes.error().text() << '\n';
        return;
    }
    for (const auto& [name, attribute] : *attributes) {
        std::cout << "  attribute " << name << ' ' << attribute << '\n';
    }
    // Decisions are made on what the KDC said, not on what the peer claims.
    const auto indicators = attributes->find("auth-indicators");
    const bool strong = indicators != attributes->end() && indicators->second.authenticated;
    std::cout << "  login is marked by the KDC: " << (strong ? "yes" : "no") << '\n';
}

void show_mechanisms(const gss::Backend& backend) {
    const gss::MechanismWishes wishes{.desired = {gss::mechanism_attribute::conf_prot()},
                                      .except = {gss::mechanism_attribute::mech_nego()}};
    std::cout << "mechanisms that encrypt and do not negotiate\n";
    for (const gss::Mechanism& each : gss::Mechanism::by_attributes(backend, wishes).value()) {
        std::cout << "  " << each << ": " << each.sasl_name() << '\n';
    }
}

} // namespace

int main(int argc, char** argv) {
    std::string backend_name;
    std::string service = "host@localhost";
    CLI::App app("Connects to a service of this process and shows what it learns of the name.");
    app.add_option("--backend", backend_name, "mit or heimdal (the first that there is)")
        ->check(CLI::IsMember({"mit", "heimdal"}));
    app.add_option("service", service, "SERVICE@HOST, whose key is in the keytab");
    CLI11_PARSE(app, argc, argv);
    try {
        const gss::Backend backend = example::open_backend(backend_name);
        const example::Pair pair = example::establish(backend, backend, service);
        const gss::Name& peer = pair.acceptor.initiator.value();
        show_name(peer);
        show_attributes(peer);
        show_mechanisms(backend);
        return 0;
    } catch (const gss::Exception& failure) {
        std::cerr << "examine_name: " << failure.error().text() << std::endl;
        return 1;
    }
}
