// SPDX-License-Identifier: Apache-2.0
#include "local_account.h"

#include <cerrno>
#include <cstddef>
#include <vector>

#include <pwd.h>

namespace gss::inline v0::rfc2744 {

AccountLookup look_up_account(const std::string& user) {
    constexpr std::size_t largest = std::size_t{1} << 20U;
    std::vector<char> room(1024);
    for (;;) {
        passwd entry{};
        passwd* found = nullptr;
        const int error = getpwnam_r(user.c_str(), &entry, room.data(), room.size(), &found);
        if (error == EINTR) {
            continue;
        }
        if (error == ERANGE && room.size() < largest) {
            room.resize(room.size() * 4);
            continue;
        }
        // Some systems say so when there is no such account.
        const bool means_absent =
            error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
        return {found != nullptr, means_absent ? 0 : error};
    }
}

} // namespace gss::inline v0::rfc2744
