// SPDX-License-Identifier: Apache-2.0
#include "account_rules.h"

#include "local_account.h"

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::string_view superuser = "root";

} // namespace

Account look_up(const std::string& user) {
    if (user == superuser) {
        return Account::privileged;
    }
    const LocalAccount account = look_up_account(user);
    if (account.error != 0) {
        return Account::unknown;
    }
    if (!account.exists) {
        return Account::absent;
    }
    return account.superuser ? Account::privileged : Account::ordinary;
}

bool is_perhaps_privileged(const std::string& user) {
    const Account account = look_up(user);
    return account == Account::privileged || account == Account::unknown;
}

} // namespace gss::inline v0::ssh::detail
