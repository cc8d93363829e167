// SPDX-License-Identifier: Apache-2.0
// Detached threads for calls that may never end.
#pragma once

#include <functional>

namespace gss::inline v0 {

/// Runs @p work on a thread that nobody joins and that does nothing else meanwhile; it may have
/// done other work before. The thread takes no signals, so that the host's handlers run where the
/// host expects them. Throws std::system_error when no thread
/// can be had.
void run_on_worker(std::function<void()> work);

} // namespace gss::inline v0
