// SPDX-License-Identifier: Apache-2.0
#include "account_stub.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <limits>
#include <pwd.h>
#include <utility>

namespace {

std::atomic<unsigned> look_ups = 0;

struct Known {
    std::string_view name;
    uid_t uid;
    std::size_t size; // what the entry needs
};

constexpr std::array accounts{
    Known{"root", 0, 100},
    Known{"toor", 0, 100},
    Known{"alice", 1000, 100},
    Known{"bob", 1001, 100},
    Known{"admin", 1002, 100},
    Known{"verbose", 1003, 20000},
    Known{"endless", 1004, std::numeric_limits<std::size_t>::max()},
};

} // namespace

extern "C" int getpwnam_r(const char* name, passwd* entry, char* memory, std::size_t size,
                          passwd** found) {
    ++look_ups;
    *found = nullptr;
    if (name == gss::test::broken_account) {
        return EIO;
    }
    const auto known = std::find_if(accounts.begin(), accounts.end(),
                                    [name](const Known& one) { return one.name == name; });
    if (known == accounts.end()) {
        return 0;
    }
    if (size < known->size) {
        return ERANGE;
    }
    std::fill_n(memory, size, '\0');
    *entry = {};
    entry->pw_name = memory;
    known->name.copy(memory, known->name.size());
    entry->pw_uid = known->uid;
    *found = entry;
    return 0;
}

namespace gss::test {

unsigned account_look_ups() noexcept {
    return look_ups;
}

} // namespace gss::test
