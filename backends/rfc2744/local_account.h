// SPDX-License-Identifier: Apache-2.0
// Whether the system has an account of that name.
#pragma once

#include <string>

namespace gss::inline v0::rfc2744 {

struct AccountLookup {
    bool exists = false;
    int error = 0; ///< errno of a lookup that failed; then it is not known whether one exists
};

/// Asks the system's database of accounts (getpwnam_r), which may lie on the network.
[[nodiscard]] AccountLookup look_up_account(const std::string& user);

} // namespace gss::inline v0::rfc2744
