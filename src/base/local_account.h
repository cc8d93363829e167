// SPDX-License-Identifier: Apache-2.0
// What the system knows of an account.
#pragma once

#include <cstdint>
#include <string>

namespace gss::inline v0 {

struct LocalAccount {
    bool exists = false;
    bool superuser = false; ///< uid 0, whatever its name
    int error = 0;          ///< errno of a lookup that failed: it is not known whether one exists
    std::uint32_t uid = 0;  ///< of one that exists
};

/// Asks the system's database of accounts (getpwnam_r), which may lie on the network. A name that
/// is empty or holds a NUL has no account: the system's call would see another name. Fails with
/// ENOSYS where there is no such database.
[[nodiscard]] LocalAccount look_up_account(const std::string& user);

} // namespace gss::inline v0
