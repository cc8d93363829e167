// SPDX-License-Identifier: Apache-2.0
// A detached thread for one call.
#pragma once

#include <functional>

namespace gss::inline v0 {

/// Runs @p work on a thread of its own that nobody joins. The thread takes no signals, so that
/// the host's handlers run where the host expects them. Throws std::system_error when no thread
/// can be had.
void run_on_worker(std::function<void()> work);

} // namespace gss::inline v0
