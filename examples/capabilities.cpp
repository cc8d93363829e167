// SPDX-License-Identifier: Apache-2.0
// What every backend that opens reports of itself: a line for each capability and mechanism.
#include <gssxx/gssxx.h>

#include <array>
#include <iostream>
#include <string_view>
#include <utility>

namespace {

using Mechanism = std::pair<std::string_view, const gss::Oid&>;

/// "mit krb5 contexts yes" and so on; the capabilities are those that have a name.
void report(const gss::Backend& backend) {
    const std::array mechanisms{
        Mechanism{"krb5", gss::mechanism::krb5()}, Mechanism{"SPNEGO", gss::mechanism::spnego()},
        Mechanism{"IAKERB", gss::mechanism::iakerb()}, Mechanism{"NTLM", gss::mechanism::ntlm()}};
    for (unsigned number = 0; number < 256; ++number) {
        const auto capability = static_cast<gss::Capability>(number);
        if (gss::to_string(capability) == "unknown") {
            continue;
        }
        for (const auto& [name, oid] : mechanisms) {
            std::cout << backend.name() << ' ' << name << ' ' << gss::to_string(capability) << ' '
                      << (backend.supports(capability, oid) ? "yes" : "no") << '\n';
        }
    }
}

} // namespace

int main() {
    bool found = false;
    for (const gss::BackendStatus& status : gss::Backend::available()) {
        const gss::Result<gss::Backend> backend = gss::Backend::open(status.name);
        if (backend) {
            report(*backend);
            found = true;
        } else {
            std::cerr << "capabilities: " << backend.error().text() << '\n';
        }
    }
    return found ? 0 : 1;
}
