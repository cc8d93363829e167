// SPDX-License-Identifier: Apache-2.0
// Changes to a ticket cache file that take a test to another time without waiting for it.
#pragma once

#include <gssxx/export.h>
#include <gssxx/result.h>

#include <chrono>
#include <filesystem>

namespace gss::inline v0::realm {

/// Moves the times of every ticket in a FILE cache (format version 4, which both libraries write)
/// by @p by; negative: into the past. What is sealed in the tickets stays. Fails with
/// ccache_not_found, ccache_corrupt, or malformed_parameter when a time leaves its 32 bits.
[[nodiscard]] GSSXX_EXPORT Result<void> shift_ticket_times(const std::filesystem::path& ccache,
                                                           std::chrono::seconds by);

/// Moves only the end times, so that an initiator goes on using a ticket past its life.
[[nodiscard]] GSSXX_EXPORT Result<void> shift_ticket_ends(const std::filesystem::path& ccache,
                                                          std::chrono::seconds by);

/// Records in the cache that the KDC's clock is @p offset ahead of ours. Libraries that use the
/// cache then stamp their messages with the shifted time, so an acceptor sees a skewed clock.
/// Fails like shift_ticket_times.
[[nodiscard]] GSSXX_EXPORT Result<void> set_clock_offset(const std::filesystem::path& ccache,
                                                         std::chrono::seconds offset);

} // namespace gss::inline v0::realm
