// SPDX-License-Identifier: Apache-2.0
// A program of somebody else: built against the installed tree only.
#include <gssxx/gssxx.h>

#include <iostream>

int main() {
    std::cout << "version " << gss::version() << '\n';
    for (const gss::BackendStatus& status : gss::Backend::available()) {
        std::cout << status.name << (status.available ? " available " : " unavailable ")
                  << status.library << ' ' << status.reason << '\n';
        if (!status.available) {
            continue;
        }
        const gss::Backend backend = gss::Backend::open(status.name).value();
        const gss::Name name =
            gss::Name::import_name(backend, "host@localhost", gss::name_type::hostbased_service())
                .value();
        std::cout << status.name << " name " << name.display().value().text << '\n';
    }
}
