// SPDX-License-Identifier: Apache-2.0
#include <gssxx/ssh/actions.h>

namespace gss::inline v0::ssh {

std::string to_string(const ContextName& name) {
    if (name.use == ContextName::Use::authentication) {
        return "authentication " + std::to_string(name.number);
    }
    return name.number == 0 ? "initial key exchange" : "re-exchange " + std::to_string(name.number);
}

} // namespace gss::inline v0::ssh
