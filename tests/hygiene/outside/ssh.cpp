// SPDX-License-Identifier: Apache-2.0
// Somebody's program that uses the SSH layer.
#include <gssxx/ssh/driver.h>
#include <gssxx/ssh/method_names.h>

#include <iostream>

int main() {
    for (const auto& name : gss::ssh::kex_method_names({}, {gss::mechanism::krb5()})) {
        std::cout << "ssh library says: " << name << '\n';
    }
}
