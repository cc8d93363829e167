// SPDX-License-Identifier: Apache-2.0
// Listens and serves until a signal ends it.
#pragma once

#include "sshd_arguments.h"

namespace gss::inline v0::transport {

/// Returns the exit status for the whole program; says on standard error why it failed. Changes the
/// process's signal mask. No thread may have been started.
[[nodiscard]] int run_sshd(const SshdArguments& arguments);

} // namespace gss::inline v0::transport
