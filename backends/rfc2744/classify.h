// SPDX-License-Identifier: Apache-2.0
// From native status to normalised codes.
#pragma once

#include "library.h"

namespace gss::inline v0::rfc2744 {

/// What @p status means. Kerberos minor codes, which MIT and Heimdal share, say more than the
/// major ones, on which the two often disagree.
[[nodiscard]] ErrorCode classify(const Traits& traits, const NativeStatus& status,
                                 Operation operation) noexcept;

/// The minor code of a Kerberos protocol error (RFC 4120 s7.5.9).
[[nodiscard]] std::uint32_t kerberos_minor(std::uint32_t protocol_code) noexcept;

} // namespace gss::inline v0::rfc2744
