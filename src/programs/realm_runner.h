// SPDX-License-Identifier: Apache-2.0
// Runs a command in a realm, with the manners of a wrapper: signals, exit status, nothing left.
#pragma once

#include "realm_arguments.h"

namespace gss::inline v0::realm {

/// Returns the exit status for the whole program. Changes the process's signal mask.
[[nodiscard]] int run_in_realm(RunArguments arguments);

} // namespace gss::inline v0::realm
