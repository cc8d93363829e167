// SPDX-License-Identifier: Apache-2.0
// Does the native library reject what it must reject?
#pragma once

#include <gssxx/export.h>
#include <gssxx/result.h>
#include <gssxx/security_context.h>

#include <cstddef>

namespace gss::inline v0 {

/// What a self-test did.
struct SelfTestReport {
    std::size_t accepted = 0; ///< originals that had to be accepted, and were
    std::size_t refused = 0;  ///< altered ones that had to be refused, and were
    friend bool operator==(const SelfTestReport&, const SelfTestReport&) = default;
};

/// Protects messages in both directions over a fresh pair of contexts and alters, cuts, extends,
/// replays and reflects every token and message, byte by byte. Each original must verify with
/// GSS_S_COMPLETE and each alteration must not. Fails with bad_mic, naming what was wrongly
/// accepted or refused, otherwise says how much was tried.
///
/// The contexts are used up: the native windows have moved. Worth running once per backend and
/// enctype when a service starts (CVE-2025-57736, CVE-2022-45142). Takes some milliseconds and
/// contacts nobody.
[[nodiscard]] GSSXX_EXPORT Result<SelfTestReport> self_test(SecurityContext initiator,
                                                            SecurityContext acceptor);

} // namespace gss::inline v0
