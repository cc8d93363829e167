// SPDX-License-Identifier: Apache-2.0
// Logs in and runs the command.
#pragma once

#include "ssh_arguments.h"

namespace gss::inline v0::transport {

/// Returns the exit status for the whole program; says on standard error why it failed.
[[nodiscard]] int run_ssh(const SshArguments& arguments);

} // namespace gss::inline v0::transport
