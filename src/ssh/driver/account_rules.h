// SPDX-License-Identifier: Apache-2.0
// Which accounts a rule may give away.
#pragma once

#include <string>

namespace gss::inline v0::ssh::detail {

enum class Account { absent, ordinary, privileged, unknown };

/// Asks the system's account database, which may be on the network. Privileged: the name is root or
/// the uid is 0. Unknown: the database failed, or the system has none that we can ask.
[[nodiscard]] Account look_up(const std::string& user);

/// True when the account may not be given away by a rule that does not name it: it is privileged,
/// or nobody can tell.
[[nodiscard]] bool is_perhaps_privileged(const std::string& user);

} // namespace gss::inline v0::ssh::detail
