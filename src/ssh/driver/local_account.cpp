// SPDX-License-Identifier: Apache-2.0
#include "local_account.h"

#if __has_include(<pwd.h>)
#include <cerrno>
#include <pwd.h>
#include <vector>
#endif

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::string_view superuser = "root";

#if __has_include(<pwd.h>)
Account look_up_entry(const std::string& user) {
    // Entries of a directory service may have long fields.
    constexpr std::size_t first_size = 4096;
    constexpr std::size_t most = std::size_t{1} << 20U;
    for (std::vector<char> memory(first_size);; memory.resize(memory.size() * 4)) {
        passwd entry{};
        passwd* found = nullptr;
        const int status = getpwnam_r(user.c_str(), &entry, memory.data(), memory.size(), &found);
        if (found != nullptr) {
            return found->pw_uid == 0 ? Account::privileged : Account::ordinary;
        }
        if (status == 0 || status == ENOENT || status == ESRCH) {
            return Account::absent;
        }
        if (status != ERANGE || memory.size() >= most) {
            return Account::unknown;
        }
    }
}
#else
Account look_up_entry(const std::string& /*user*/) {
    return Account::unknown;
}
#endif

} // namespace

Account look_up(const std::string& user) {
    if (user == superuser) {
        return Account::privileged;
    }
    // The system's call would see another name.
    if (user.empty() || user.find('\0') != std::string::npos) {
        return Account::absent;
    }
    return look_up_entry(user);
}

bool is_perhaps_privileged(const std::string& user) {
    const Account account = look_up(user);
    return account == Account::privileged || account == Account::unknown;
}

} // namespace gss::inline v0::ssh::detail
