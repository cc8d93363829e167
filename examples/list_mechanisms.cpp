// SPDX-License-Identifier: Apache-2.0
// Shows every backend, what it can do, its mechanisms and the name types of each.
#include "describe.h"

#include <gssxx/gssxx.h>

#include <initializer_list>
#include <iostream>

namespace {

void show_capabilities(const gss::Backend& backend) {
    using enum gss::Capability;
    std::cout << "  with krb5:";
    for (const gss::Capability capability :
         {contexts, wrap_in_caller_memory, mic_in_caller_memory, unwrap_in_caller_memory,
          input_never_written, out_of_order_delivery, context_export, channel_bindings, delegation,
          replay_cache, credential_elements}) {
        if (backend.supports(capability)) {
            std::cout << ' ' << gss::to_string(capability);
        }
    }
    std::cout << '\n';
}

void show_mechanisms(const gss::Backend& backend) {
    const gss::OidSet mechanisms = backend.mechanisms().value();
    for (const gss::Oid& mechanism : mechanisms) {
        std::cout << "  " << example::describe(mechanism) << '\n';
        const gss::Result<gss::OidSet> types = backend.name_types(mechanism);
        if (!types) {
            std::cout << "    no name types: " << types.error().text() << '\n';
            continue;
        }
        for (const gss::Oid& type : *types) {
            std::cout << "    " << example::describe(type) << '\n';
        }
    }
}

} // namespace

int main() {
    bool found = false;
    try {
        for (const gss::BackendStatus& status : gss::Backend::available()) {
            std::cout << status.name << ": " << status.library << '\n';
            if (!status.available) {
                std::cout << "  not available: " << status.reason << '\n';
                continue;
            }
            found = true;
            const gss::Backend backend = gss::Backend::open(status.name).value();
            show_capabilities(backend);
            show_mechanisms(backend);
        }
    } catch (const gss::Exception& failure) {
        std::cerr << "list_mechanisms: " << failure.error().text() << std::endl;
        return 1;
    }
    return found ? 0 : 1;
}
