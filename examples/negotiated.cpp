// SPDX-License-Identifier: Apache-2.0
// SPNEGO in one process: which mechanism do two ends agree on, and on what do they know each other?
#include "describe.h"
#include "in_process.h"

#include <gssxx/gssxx.h>

#include <exception>
#include <iostream>

namespace {

void negotiate(const gss::Backend& backend) {
    gss::InitiateOptions options;
    options.mechanism = gss::mechanism::spnego();
    const example::Pair pair = example::establish(backend, backend, "host@localhost", options);
    // Mechanisms differ in what they authenticate: look at the outcome, not at what was asked for.
    const gss::Oid& chosen = pair.acceptor.context.mechanism();
    std::cout << backend.name() << ": " << example::describe(chosen) << " in "
              << pair.initiator_tokens.size() + pair.acceptor_tokens.size() << " tokens";
    if (chosen == gss::mechanism::krb5()) {
        // A name that SPNEGO yields is compared as a name of the mechanism behind it.
        const gss::Name initiator = pair.acceptor.initiator.value().canonicalize(chosen).value();
        std::cout << ", initiator " << initiator.display().value().text;
    }
    std::cout << std::endl;
}

} // namespace

int main() {
    try {
        for (const gss::BackendStatus& status : gss::Backend::available()) {
            if (status.available) {
                negotiate(gss::Backend::open(status.name).value());
            }
        }
    } catch (const std::exception& failure) {
        std::cerr << "negotiated: " << failure.what() << std::endl;
        return 1;
    }
    return 0;
}
