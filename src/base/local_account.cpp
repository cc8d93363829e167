// SPDX-License-Identifier: Apache-2.0
#include "local_account.h"

#include <cerrno>
#include <cstddef>
#include <vector>

#if __has_include(<pwd.h>)
#include <pwd.h>
#endif

namespace gss::inline v0 {

LocalAccount look_up_account(const std::string& user) {
    if (user.empty() || user.find('\0') != std::string::npos) {
        return {};
    }
#if __has_include(<pwd.h>)
    // Entries of a directory service may have long fields.
    constexpr std::size_t largest = std::size_t{1} << 20U;
    std::vector<char> room(4096);
    for (;;) {
        passwd entry{};
        passwd* found = nullptr;
        const int error = getpwnam_r(user.c_str(), &entry, room.data(), room.size(), &found);
        if (found != nullptr) {
            return {true, found->pw_uid == 0, 0, found->pw_uid};
        }
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
        return {false, false, means_absent ? 0 : error, 0};
    }
#else
    return {false, false, ENOSYS, 0};
#endif
}

} // namespace gss::inline v0
