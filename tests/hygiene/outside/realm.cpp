// SPDX-License-Identifier: Apache-2.0
// A test program of somebody else, that uses the throwaway realms of the installed tree.
#include <gssxx/realm/ccache_file.h>
#include <gssxx/realm/realm.h>

#include <chrono>
#include <iostream>

int main() {
    const auto moved =
        gss::realm::shift_ticket_times("/nonexistent/cache", std::chrono::seconds(1));
    std::cout << "realm library says: "
              << (moved.has_value() ? "moved" : gss::to_string(moved.error().code())) << '\n';
}
